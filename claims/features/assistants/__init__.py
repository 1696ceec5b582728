"""Assistants: a server of the Model Context Protocol, at `/mcp` and on standard input (`manage.py mcp`).

Adds to the core: the route `/mcp` and the command `mcp`; it has no tables. Begin with `mcp_server`, which answers a
message, however it arrived; `endpoint` and `stdio_transport` are the two transports. Tools are in `finding_tools`
(claims that a text repeats), `ledger_tools` (one claim and its versions) and `writing_tools` (proposals and drafts).

It imports what the public side imports, never review, drafts or imports: what is written goes through the editorial
API, with the caller's token and role. Words of claims are quoted by `text_rendering`, so that an assistant never
takes them for instructions.
"""
