"""Proofs, which anyone can verify, that nothing in the ledger was rewritten. docs/ledger-proofs.md describes them.

    entry_text      the bytes of an entry (pure)
    sealed_text     the content of an entry, with salted digests in place of its texts (pure)
    merkle_tree     the Merkle tree, proofs, and their verification (pure)
    hash_tiles      the tree in blocks of 256 hashes, which never change once full (pure)
    signed_note     signed notes, which include checkpoints (pure)
    cosignature     the signatures of witnesses below a checkpoint (pure)
    witness_policy  the cosignatures that count, which features decide
    stored_tree     stored entries and tiles, and proofs from them
    checkpoints     sign the state of the ledger
    key_succession  the signing key, and how a new key succeeds it

Begin with `checkpoints`.
"""
