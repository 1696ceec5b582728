"""The signals of the desk for features; the desk never imports them."""

from django.dispatch import Signal

#: A claim's page was saved. Sent with the `draft` that was edited on it, the submitted `values` and the `person`.
draft_saved = Signal()
