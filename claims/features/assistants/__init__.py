"""Assistants: a Model Context Protocol (MCP) server, at `/mcp` and as `manage.py mcp`.

Adds to the core: the route `/mcp` and the command `mcp`; it has no tables. Begin with `mcp_server`, which answers
messages from either transport: `endpoint` or `stdio_transport`. Tools are in `finding_tools` (find claims that a text
repeats), `ledger_tools` (one claim and its versions) and `writing_tools` (proposals and drafts).

This feature uses the modules that the public API uses, but never imports review, drafts or imports: it writes
through the editorial API, with the caller's token and role. `text_rendering` quotes the words of claims, so
that an assistant never mistakes them for instructions.
"""
