"""Signals of `sources` for apps that build on it."""

from django.dispatch import Signal

#: A snapshot was stored (argument `snapshot`). Sent inside the transaction that stores it, so either all related
#: rows are updated or the snapshot is not stored. Return values are passed on in `CaptureResult.answers`.
snapshot_stored = Signal()
