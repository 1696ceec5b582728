"""Signals for other features that store personal data of readers."""

from django.dispatch import Signal

#: A person's data are deleted, by `mail`.
person_forgotten = Signal()
#: A person's data are exported, by `mail`. Receivers append dictionaries to `messages`.
person_exported = Signal()
