"""Witnesses: newsrooms verify each other's ledgers, so that each shows everyone the same entries.

A witness stores the last checkpoint that it has seen of a ledger. It cosigns a newer checkpoint only if that checkpoint
continues the stored one (C2SP `tlog-witness`, `tlog-cosignature`). If a newsroom shows different histories to different
readers, one of the histories gets no cosignature, and the desks of the newsroom and of the witness show why.

Adds to the core: the URL `/witness/add-checkpoint`, to which other newsrooms submit their checkpoints;
cosignatures below our own checkpoint and on claim pages; two pages of the desk, with warnings; metrics; and a
part of `verify_ledger`. Begin with `witnessing`, which decides whether to cosign. `submission` submits our
checkpoints to our witnesses, and `policy` sets how many must cosign. docs/ledger-proofs.md is for operators.
"""
