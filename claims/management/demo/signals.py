"""The demonstration's signals for features."""

from django.dispatch import Signal

#: A verdict was drafted from the demonstration's content and is about to be moved. Sent with the `verdict`, its
#: `row` in the content, and its `author`.
verdict_drafted = Signal()
