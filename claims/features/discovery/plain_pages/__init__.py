"""Reader pages as Markdown, and `/llms.txt`, for assistants and other readers without HTML.

They have the same content as the pages, rendered from the same documents and not from the HTML. Text from
publications is treated as data: `markdown_escapes` ensures that no statement turns into a heading, a link or a
line of ours. Begin with `views`.
"""
