"""Proofs that nothing in the ledger was rewritten, for others to verify. docs/ledger-proofs.md describes them.

    entry_text      the bytes of an entry (pure)
    sealed_text     what an entry says, with salted digests in the place of its texts (pure)
    merkle_tree     the tree over them, proofs, and their verification (pure)
    hash_tiles      the tree in pieces that never change (pure)
    signed_note     signed notes, and the checkpoints that are written as such (pure)
    cosignature     what witnesses sign below a checkpoint (pure)
    witness_policy  which of these count, as features say
    stored_tree     entries and tiles as they are stored, and proofs from them
    checkpoints     signing what the ledger came to, once a minute
    key_succession  with which key, and how another takes its place

Begin with `checkpoints`.
"""
