"""Signals for other features that store personal data of readers."""

from django.dispatch import Signal

#: Sent when the data of the person with the email address `mail` are deleted.
person_forgotten = Signal()
#: Sent when the data of the person with the email address `mail` are exported. Receivers append dictionaries
#: to `messages`.
person_exported = Signal()
