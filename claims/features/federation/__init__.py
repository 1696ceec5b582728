"""Federation: import claims of followed newsrooms and show them under those newsrooms' names.

Adds to the core: two pages of the desk, a queue of newsrooms that send no updates, the claims of other
newsrooms beside our own claims and below the results for a text, the command `follow_newsrooms`, jobs, demo
data, and tables for newsrooms, their import progress and their claims. The feature never writes to our own claims,
verdicts or ledger. Begin with `sync_run`.

`ledger_feed` fetches pages of a newsroom's ledger, only from public IP addresses. `ledger_pages` accepts
entries that are complete, in order and signed. `imported_pages` stores each page in one transaction.
`peer_edits` holds the actions that people can take, `alarms` emails people why a newsroom can no longer be followed,
and `peer_matches` finds claims of followed newsrooms for a text.
"""
