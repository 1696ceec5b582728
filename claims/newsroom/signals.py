"""Signals about claims, for features. Each is sent inside the transaction."""

from django.dispatch import Signal

#: There are new claims, by hand or from an article, with the ids of these `claims`.
claims_added = Signal()
#: An import is finished: `run`, its id.
import_finished = Signal()
#: A `subject`, a claim or a verdict (not a translation), was moved by this `action`.
moved = Signal()
#: People are to be notified, with the arguments of `claims.newsroom.notifications.notify_people`.
notified = Signal()
#: A claim's page at the desk was saved, with the `draft` edited on it, the submitted `values` and the `person`. It is
#: here and not in `claims.admin`, so that following it does not load the desk.
draft_saved = Signal()
