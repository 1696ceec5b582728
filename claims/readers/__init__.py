"""What readers send to the newsroom: complaints about what was published, and requests to check something.

`intake/` is where it comes in: pages, and the API. They know what is published and nothing else of the newsroom's work:
they import neither review nor the desk's part beside them (an import contract holds that). `desk/` is what editors do
with it. Between them stands what both rest on: confirmation by mail (`confirmations`), signs of spam (`spam_checks`),
what is the same matter (`request_duplicates`), how long people are known (`personal_data`), the clock (`working_days`).

Imports matching, the ledger and, in the pages, `public`; only commands, the desk and the routes import it. Begin with
`submissions`.
"""
