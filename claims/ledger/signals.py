"""Signals of the ledger. Receivers import the ledger, never the reverse."""

from django.dispatch import Signal

#: Entries were added to the ledger. Sent inside the transaction that adds them, once for each batch of them, with the
#: ids of their `claims`.
entries_added = Signal()
