"""People are notified once for each day on which their work is due."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.features.teamwork import assignments
from claims.features.teamwork.models import Notification
from claims.features.teamwork.tasks import notify_of_due_dates
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = pytest.mark.django_db


def list_notifications() -> list[tuple[str, int, int | None, str]]:
    """Kind, claim, verdict and person of each notice by the clock, in their order."""
    rows = Notification.objects.filter(kind__in=["overdue", "due_soon"]).order_by("pk")
    return [(row.kind, row.claim_id, row.verdict_id, row.person.username) for row in rows]


def test_once_for_each_day(checker: User, editor: User) -> None:
    today = timezone.localdate()
    late, near, far, undated, done = (make_claim() for _number in range(5))
    for claim, days in ((late, -1), (near, 1), (far, 2), (done, -1)):
        assignments.assign_work(claim, checker, by=editor, due_on=today + timedelta(days=days))
    assignments.assign_to_self(undated, by=checker)
    draft = make_draft(near, checker)
    assignments.assign_work(draft, checker, by=editor, due_on=today)
    done.assignments.update(done_at=timezone.now())
    for _hour in range(2):
        notify_of_due_dates(timestamp=0)
    # The claim and its draft share the assignment.
    expected = [("overdue", late.pk, None, "chris"), ("due_soon", near.pk, None, "chris")]
    assert list_notifications() == expected
    # Another day is another notice.
    assignments.set_due_date(late, today - timedelta(days=2), by=checker)
    notify_of_due_dates(timestamp=0)
    assert list_notifications() == [*expected, ("overdue", late.pk, None, "chris")]


def test_unassigned_work_sends_no_reminder(checker: User, editor: User) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    left, released = make_claim(), make_claim()
    for claim in (left, released):
        assignments.assign_work(claim, checker, by=editor, due_on=yesterday)
    assignments.release_work(released, by=editor)
    User.objects.filter(pk=checker.pk).update(is_active=False)
    notify_of_due_dates(timestamp=0)
    assert list_notifications() == []
    # The new assignee is notified.
    assignments.assign_to_self(left, by=editor)
    notify_of_due_dates(timestamp=0)
    assert list_notifications() == [("overdue", left.pk, None, "edith")]
