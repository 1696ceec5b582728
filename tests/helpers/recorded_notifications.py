"""Notifications that the core sends, whatever feature delivers them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from claims.newsroom.signals import notified


@contextmanager
def recorded_notifications() -> Iterator[list[tuple[str, str, str]]]:
    """The kind, a person's name and the note of each, without the person who did it."""
    sent: list[tuple[str, str, str]] = []

    def record(*, kind: str, to: Any, by: Any, note: str, **_signal: Any) -> None:
        sent.extend((str(kind), person.username, note) for person in to if person != by)

    notified.connect(record)
    try:
        yield sent
    finally:
        notified.disconnect(record)
