"""Witnesses: newsrooms that verify each other's ledgers, so that each shows everyone the same entries.

A witness remembers the last checkpoint that it saw of a log, and cosigns a newer one only if it continues the
last one (C2SP `tlog-witness`, `tlog-cosignature`). If a newsroom shows different histories to different
readers, one of them gets no cosignature, and both desks see why.

Adds to the core: the URL `/witness/add-checkpoint`, to which others submit their checkpoints; cosignatures
below our own checkpoint and on claim pages; two pages of the desk, with warnings; metrics; and a part of
`verify_ledger`. Begin with `witnessing`, which decides whether to cosign. `submission` asks our witnesses, and
`policy` sets how many must cosign. docs/ledger-proofs.md is for operators.
"""
