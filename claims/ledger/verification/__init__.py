"""Verify that the ledger was not rewritten (`manage.py verify_ledger`).

    findings            discrepancies and where they were found
    checked_entries     entries: bodies, chain, tree, order, filter columns, and the snapshots that they quote
    checked_heads       keys and checkpoints, including checkpoints stored elsewhere
    checked_reviews     the chain of moves and sign-offs
    checked_indexes     the indexes of entries
    checked_signoffs    whether entries and verdicts match their sign-offs
    checked_rules       whether the database rules are in force and unchanged
    verification_run    runs all checks on one database snapshot

Everything is recomputed from the stored data. Imports `claims.ledger`, models and `sources`. Begin with
`verification_run`; docs/ledger-proofs.md describes what it finds, and what only outsiders can find.
"""
