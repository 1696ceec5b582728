"""Verify that the ledger was not rewritten: `manage.py verify_ledger`.

    findings       something that is not as it was, and where
    checked_entries     entries: bodies, chain, tree, order, and what lists filter by
    checked_heads       keys and checkpoints, including those stored elsewhere
    checked_snapshots   the texts that entries quote
    checked_reviews     the chain of moves and sign-offs
    checked_indexes     what the database keeps of entries so that they are found
    checked_signoffs    whether entries and verdicts say what was signed off
    checked_rules       whether the rules of the database are in force, word for word
    verification_run    all of it, of one moment

Everything is recomputed from the stored data, by this program. Imports `claims.ledger`, models and `sources`. Begin
with `verification_run`; docs/ledger-proofs.md says what it can find, and what only outsiders can.
"""
