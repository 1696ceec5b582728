"""Signals of `sources` for apps that build on it."""

from django.dispatch import Signal

#: A snapshot was stored (argument `snapshot`). Sent inside the transaction that stores it, so what refers to the source
#: follows in the same transaction or the snapshot is not stored. Answers are handed on in `Captured.answers`.
snapshot_stored = Signal()
