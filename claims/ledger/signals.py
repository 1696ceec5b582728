"""Signals of the ledger. Receivers import the ledger, never the reverse."""

from django.dispatch import Signal

#: Sent when entries were added to the ledger, in the same transaction, once per batch. `claims` has their claims' ids.
entries_added = Signal()
