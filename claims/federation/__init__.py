"""Federation: the claims of followed newsrooms, which stay theirs.

    ledger_pages   a page of a feed of changes → entries that are believed: in order, whole, signed
    ledger_feed    requests for such a page, from public addresses only
    imported_pages    entries → claims of others (`PeerClaim`), a page in one transaction
    sync_run          one turn at a newsroom, which can end at any moment and is simply called again
    peer_edits     actions of people: look up, follow, pause, accept a key, start again
    alarms         telling by mail what keeps a newsroom from being followed
    tasks          what the worker does, once a minute

It writes neither claims nor verdicts nor the ledger; matching reads what it took (`claims.matching.peer_matches`).
May import the ledger, the newsroom and the models. Begin with `sync_run`.
"""
