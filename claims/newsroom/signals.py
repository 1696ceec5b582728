"""Signals about claims that features can receive. Each is sent inside the transaction."""

from django.dispatch import Signal

#: New claims were added by hand or from an article; `claims` are their ids.
claims_added = Signal()
#: An import is finished: `run`, its id.
import_finished = Signal()
#: A `subject`, a claim or a verdict (not a translation), was moved by this `action`.
moved = Signal()
#: People are to be notified, with the arguments of `claims.newsroom.notifications.notify_people`.
notified = Signal()
#: A claim's page at the desk was saved, with the `draft` edited on it, the submitted `values` and the `person`. It is
#: here and not in `claims.admin`, so that receivers do not load the desk.
draft_saved = Signal()
