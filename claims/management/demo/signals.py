"""The demonstration's signals for features."""

from django.dispatch import Signal

#: A verdict drafted from the demo's content is about to be moved. Sent with `verdict`, its `row`, and its `author`.
verdict_drafted = Signal()
