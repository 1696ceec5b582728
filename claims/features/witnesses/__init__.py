"""Witnesses: newsrooms that confirm that each shows everyone the same ledger.

A witness remembers the last checkpoint that it saw of a log, and cosigns a newer one only if that continues it (C2SP
`tlog-witness`, `tlog-cosignature`). A newsroom that shows different readers different histories gets no cosignature for
one of them, and both desks see why.

Adds to the core: the address `/witness/add-checkpoint`, where others submit their checkpoints; cosignatures below our
own checkpoint and on claim pages; two pages of the desk; warnings there, metrics, and a part of `verify_ledger`. Begin
with `witnessing`, which decides whether to cosign; `submission` asks our witnesses; `policy` says how many have to
cosign. docs/ledger-proofs.md is for operators.
"""
