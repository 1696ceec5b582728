"""Signals of the ledger. Receivers import the ledger, never the reverse."""

from django.dispatch import Signal

#: Sent when entries were added to the ledger, inside the same transaction and once per batch. `claims` has the ids of
#: their claims.
entries_added = Signal()
