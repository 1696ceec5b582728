"""Federation: claims of followed newsrooms, which remain theirs.

Adds to the core: two pages of the desk, a queue for newsrooms without updates, their claims beside a claim of ours and
below the answer to a text, the command `follow_newsrooms`, jobs, rows of the demonstration, and tables for newsrooms,
their progress and their claims. It writes neither claims nor verdicts nor the ledger. Begin with `sync_run`.

`ledger_feed` requests pages from public addresses only; `ledger_pages` believes entries that are in order, whole and
signed; `imported_pages` stores them, a page in one transaction. `peer_edits` holds what people do, `alarms` mails what
keeps a newsroom from being followed, and `peer_matches` finds the claims for a text.
"""
