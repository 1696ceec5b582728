"""Reader pages as Markdown, and `/llms.txt`, for assistants and other readers without HTML.

They say what the pages say and are made of the same documents, not of the HTML. What publications hold is data here:
`markdown_escapes` sees to it that no statement becomes a heading, a link or a line of ours. Begin with `views`.
"""
