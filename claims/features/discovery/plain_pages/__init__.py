"""Reader pages as Markdown, and `/llms.txt`, for assistants and other readers without HTML.

Each page has the same content as in HTML, but is rendered from documents, not from the HTML. Text from
publications is treated as data: `markdown_escapes` ensures that no statement turns into a heading, a link or
a line of our own text. Begin with `views`.
"""
