"""Notify people about work that is due soon or overdue, once per due date."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from claims.features.teamwork.models import Assignment
from claims.features.teamwork.notifications import notify_people

#: The maximum number of notifications per transaction.
_BATCH_SIZE = 200
#: Work is due soon if it is due today or tomorrow.
_SOON_PERIOD = timedelta(days=1)


def notify_of_due_dates() -> int:
    """Notify assignees once about work that is due soon or overdue, and return the number of assignments."""
    today = timezone.localdate()
    is_overdue = Q(due_on__lt=today) & ~Q(
        overdue_notified_for=F("due_on"), overdue_notified_for__isnull=False
    )
    is_due_soon = Q(due_on__range=(today, today + _SOON_PERIOD)) & ~Q(
        due_soon_notified_for=F("due_on"), due_soon_notified_for__isnull=False
    )
    return _notify_in_batches("overdue", "overdue_notified_for", is_overdue) + _notify_in_batches(
        "due_soon", "due_soon_notified_for", is_due_soon
    )


def _notify_in_batches(kind: str, date_field: str, condition: Q) -> int:
    count = 0
    while batch := _notify_batch(kind, date_field, condition):
        count += batch
    return count


@transaction.atomic
def _notify_batch(kind: str, date_field: str, condition: Q) -> int:
    """Notify people about one batch of work, which is locked so that no second worker does; return the batch's size."""
    rows = (
        Assignment.objects.held()
        .filter(condition)
        .select_related("claim", "verdict", "person")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("due_on", "pk")[:_BATCH_SIZE]
    )
    batch = list(rows)
    for row in batch:
        if row.person:
            notify_people(kind, claim=row.claim, verdict=row.verdict, to=[row.person])
    Assignment.objects.filter(pk__in=[row.pk for row in batch]).update(**{date_field: F("due_on")})
    return len(batch)
