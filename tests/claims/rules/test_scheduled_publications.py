"""What the database holds of publications at a moment to come."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.models import ScheduledPublication, Verdict
from claims.review import scheduled_publications, workflow
from tests.helpers.broken_rules import as_committed, refused, sql, write_down
from tests.helpers.sweeps import sweep
from tests.helpers.two_connections import one_after_the_other

pytestmark = pytest.mark.django_db

SCHEDULE = (
    "INSERT INTO claims_scheduledpublication (verdict_id, publish_at, made_by_id, made_by_name, outcome, reason,"
    " ended_by_name, made_at, ended_at) VALUES (%s, now() + %s::interval, %s, 'SQL', %s, '', '', now(), NULL)"
)
END = "UPDATE claims_scheduledpublication SET outcome = %s, reason = %s, ended_at = now()"


@pytest.fixture
def scheduled(in_review: Verdict, editor: User) -> ScheduledPublication:
    workflow.move(in_review, "sign_off", by=editor)
    return scheduled_publications.schedule(in_review, timezone.now() + timedelta(hours=1), by=editor)


@sweep("ahead", ["-1 second", "0 seconds", "367 days"], undone=True)
def test_lies_ahead(ahead: str, in_review: Verdict, editor: User) -> None:
    refused(SCHEDULE, in_review.pk, ahead, editor.pk, "", match="scheduledpublication_lies_ahead")


def test_begins_open(in_review: Verdict, editor: User) -> None:
    refused(SCHEDULE, in_review.pk, "1 hour", editor.pk, "published", match="scheduledpublication_lies_ahead")


def test_is_of_a_verdict_in_review(draft: Verdict, published: Verdict, editor: User) -> None:
    for verdict in (draft, published):
        refused(SCHEDULE, verdict.pk, "1 hour", editor.pk, "", match="scheduledpublication_is_of_a_review")


def test_one_is_open(scheduled: ScheduledPublication, editor: User) -> None:
    values = (scheduled.verdict_id, "2 hours", editor.pk, "")
    refused(SCHEDULE, *values, match="scheduledpublication_one_open_per_verdict")
    sql(END, "cancelled", "")
    assert sql(SCHEDULE, *values) == 1


@sweep(
    ("outcome", "reason", "rule"),
    [
        ("odd", "", "scheduledpublication_outcome_is_known"),
        ("refused", "", "scheduledpublication_refused_with_a_reason"),
        ("overtaken", "", "scheduledpublication_refused_with_a_reason"),
        ("", "", "scheduledpublication_append_only"),
    ],
    undone=True,
)
def test_how_it_ends(outcome: str, reason: str, rule: str, scheduled: ScheduledPublication) -> None:
    refused(END, outcome, reason, match=rule)


@sweep(
    "change",
    [
        "publish_at = publish_at + interval '1 hour'",
        "outcome = 'published', publish_at = publish_at - interval '1 hour'",
        "outcome = 'cancelled', made_by_name = 'Nobody'",
        "reason = 'Because.'",
    ],
    undone=True,
)
def test_a_schedule_cannot_be_edited(change: str, scheduled: ScheduledPublication) -> None:
    refused(f"UPDATE claims_scheduledpublication SET {change}", match="scheduledpublication_append_only")


def test_is_kept_and_ends_once(scheduled: ScheduledPublication) -> None:
    sql(END, "cancelled", "")
    as_committed()
    for statement in (
        "UPDATE claims_scheduledpublication SET outcome = ''",
        "UPDATE claims_scheduledpublication SET outcome = 'published'",
        "DELETE FROM claims_scheduledpublication",
        "TRUNCATE claims_scheduledpublication",
    ):
        refused(statement, match="scheduledpublication_append_only")


def test_its_verdict_stays_in_review_until_it_has_ended(scheduled: ScheduledPublication) -> None:
    verdict = scheduled.verdict
    write_down(verdict, "in_review", "draft")
    send_back = "UPDATE claims_verdict SET state = 'draft' WHERE id = %s"
    refused(send_back, verdict.pk, match="verdict_scheduled_stays_in_review")
    sql(END, "cancelled", "")
    assert sql(send_back, verdict.pk) == 1


@pytest.mark.django_db(transaction=True)
def test_is_not_scheduled_while_it_leaves_review(in_review: Verdict, checker: User, editor: User) -> None:
    refusal = one_after_the_other(
        lambda: workflow.move(in_review, "withdraw", by=checker),
        lambda: sql(SCHEDULE, in_review.pk, "1 hour", editor.pk, ""),
    )
    assert refusal == "scheduledpublication_is_of_a_review"
