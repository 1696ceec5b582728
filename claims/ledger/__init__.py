"""The ledger: immutable entries, each with the complete public body of a claim.

    entry_builder      builds an entry from a claim and its related rows (pure)
    publishing         stores entries, or builds their rows for bulk imports
    signals            announce new entries
    document/          the public body, and its forms as JSON-LD, as a headline, and for Google's API
    queries/           queries of entries: filters, search, facets
    proofs/            proofs that no entry was rewritten: the Merkle tree and signed checkpoints
    verification/      recomputes the whole ledger, its hashes and its signatures

Imports newsroom, models and search. Begin with `publishing` and `document/claim_body.py`.
"""
