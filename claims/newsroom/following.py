"""The feeds, pages and newsrooms that the newsroom follows and its worker visits. Each is a row with its `progress`."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.models import Model
from django.utils import timezone


def set_following(followed_row: Model, *, is_active: bool, queue_visit: Callable[[int], None]) -> None:
    """Pause or resume following. After resuming, `queue_visit` queues a visit."""
    rows = type(followed_row)._default_manager.filter(pk=followed_row.pk)
    if rows.exclude(active=is_active).update(active=is_active) and is_active:
        visit_at_once(followed_row, queue_visit)


def visit_at_once(followed_row: Model, queue_visit: Callable[[int], None]) -> None:
    """Make a row due, and queue a visit when the current transaction is committed.

    If the visit is not queued, nothing is lost: the worker checks once a minute anyway.
    """
    progress = type(followed_row.progress)._default_manager  # type: ignore[attr-defined]  # each has its progress
    progress.filter(pk=followed_row.pk).update(next_visit_at=timezone.now())
    transaction.on_commit(partial(queue_visit, followed_row.pk), robust=True)
