"""Scheduled publications: set, moved, cancelled, overtaken; permission and a complete verdict are required."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.models import ScheduledPublication, Verdict
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import scheduled_publications, workflow
from tests.helpers.newsroom import make_claim, make_draft

pytestmark = pytest.mark.django_db

LATER = timezone.now() + timedelta(hours=5)


@pytest.fixture
def ready(checker: User, editor: User) -> Verdict:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    return workflow.move(verdict, "sign_off", by=editor)


def rows() -> list[tuple[str, str, str]]:
    listed = ScheduledPublication.objects.order_by("pk")
    return list(listed.values_list("outcome", "reason", "ended_by_name"))


def test_a_moment_is_set_moved_and_cancelled(ready: Verdict, editor: User, administrator: User) -> None:
    first = scheduled_publications.schedule(ready, LATER, by=editor)
    assert (first.publish_at, first.made_by_name) == (LATER, "Edith")
    second = scheduled_publications.schedule(
        ready, LATER + timedelta(hours=1), by=administrator, replaced_id=first.pk
    )
    scheduled_publications.cancel(ready, by=editor, expected_id=second.pk)
    assert rows() == [("moved", "", "Ada"), ("cancelled", "", "Edith")]
    assert list(ScheduledPublication.objects.open()) == []


def test_scheduling_needs_permission_to_publish(ready: Verdict, checker: User, editor: User) -> None:
    with pytest.raises(NotAllowed, match="publish verdicts"):
        scheduled_publications.schedule(ready, LATER, by=checker)
    made = scheduled_publications.schedule(ready, LATER, by=editor)
    with pytest.raises(NotAllowed, match="publish verdicts"):
        scheduled_publications.cancel(ready, by=checker, expected_id=made.pk)
    assert rows() == [("", "", "")]


def test_only_verdicts_ready_to_publish_can_be_scheduled(checker: User, editor: User) -> None:
    verdict = make_draft(make_claim(), checker)
    with pytest.raises(NotPossible, match="in review"):
        scheduled_publications.schedule(verdict, LATER, by=editor)
    verdict = workflow.move(verdict, "submit", by=checker)
    with pytest.raises(NotPossible, match="0 of 1"):
        scheduled_publications.schedule(verdict, LATER, by=editor)
    assert rows() == []


@pytest.mark.parametrize("ahead", [timedelta(seconds=-1), timedelta(days=400)])
def test_the_moment_lies_ahead(ahead: timedelta, ready: Verdict, editor: User) -> None:
    with pytest.raises(NotPossible, match="in the future"):
        scheduled_publications.schedule(ready, timezone.now() + ahead, by=editor)
    assert rows() == []


def test_a_stale_page_changes_nothing(ready: Verdict, editor: User, administrator: User) -> None:
    made = scheduled_publications.schedule(ready, LATER, by=administrator)
    stale = "Ada has just changed the schedule"
    with pytest.raises(NotPossible, match=stale):
        scheduled_publications.schedule(ready, LATER, by=editor)
    scheduled_publications.cancel(ready, by=administrator, expected_id=made.pk)
    with pytest.raises(NotPossible, match=stale):
        scheduled_publications.cancel(ready, by=editor, expected_id=made.pk)
    assert rows() == [("cancelled", "", "Ada")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("action", "person", "reason"),
    [
        ("request_changes", "colleague", "Request changes"),
        ("withdraw", "checker", "Withdraw from review"),
        ("publish", "editor", "Publish"),
    ],
)
def test_leaving_review_cancels_the_schedule(
    action: str, person: str, reason: str, ready: Verdict, editor: User, request: pytest.FixtureRequest
) -> None:
    scheduled_publications.schedule(ready, LATER, by=editor)
    by = request.getfixturevalue(person)
    workflow.move(ready, action, by=by, note="Wait.")
    assert rows() == [("overtaken", reason, by.first_name)]


def test_a_further_sign_off_leaves_it_as_it_is(ready: Verdict, editor: User, colleague: User) -> None:
    scheduled_publications.schedule(ready, LATER, by=editor)
    workflow.move(ready, "sign_off", by=colleague)
    assert rows() == [("", "", "")]
