"""The ledger: immutable entries, each with the complete public body of a claim.

    entry_builder      an entry, made of a claim and all that belongs to it (pure)
    publishing   stores entries; bulk imports send what it makes of theirs along with their other rows
    signals      says that entries were added
    document/    the public body: what it says, as JSON-LD, in one line, for Google's API
    queries/     queries of entries: filters, search, facets
    proofs/      that nothing of it was rewritten: the tree over it, checkpoints, proofs
    verification/  all of that recomputed

Imports newsroom, models and search. Begin with `publishing` and `document/claim_body.py`.
"""
