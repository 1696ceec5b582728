"""What the worker publishes when its moment has come, and what it does not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from claims.models import Publication, ScheduledPublication, SignOff, Verdict
from claims.models.scheduled_publication import ScheduledPublicationQuerySet
from claims.review import due_publications, scheduled_publications, workflow
from factcheck.database import clock
from tests.helpers.broken_rules import sql
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.parallel import at_once
from tests.helpers.recorded_notifications import recorded_notifications
from tests.helpers.tampering import as_superuser

pytestmark = pytest.mark.django_db

LATER = timezone.now() + timedelta(hours=5)


@pytest.fixture
def ready(checker: User, editor: User) -> Verdict:
    verdict = workflow.move(make_draft(make_claim("Trams are free."), checker), "submit", by=checker)
    return workflow.move(verdict, "sign_off", by=editor)


@pytest.fixture
def scheduled(ready: Verdict, editor: User) -> ScheduledPublication:
    return scheduled_publications.schedule(ready, LATER, by=editor)


@pytest.fixture
def its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the scheduled publication due, instead of waiting for five hours."""
    monkeypatch.setattr(ScheduledPublicationQuerySet, "due", lambda rows: rows.open().order_by("publish_at"))


def outcome() -> tuple[str, str]:
    found = ScheduledPublication.objects.get()
    return found.outcome, found.reason


def test_is_due_by_the_clock_of_the_database(ready: Verdict, editor: User) -> None:
    made = scheduled_publications.schedule(ready, clock.get_database_time() + timedelta(hours=1), by=editor)
    early = list(ScheduledPublication.objects.due())
    with as_superuser():
        sql("SET LOCAL session_replication_role = replica")  # no one else may move it
        sql("UPDATE claims_scheduledpublication SET publish_at = now()")
    assert (early, list(ScheduledPublication.objects.due())) == ([], [made])


def test_nothing_is_published_before(scheduled: ScheduledPublication, client: Client) -> None:
    due_publications.publish_due(timestamp=0)
    assert (outcome(), Publication.objects.count()) == (("", ""), 0)
    claim = scheduled.verdict.claim_id
    assert [
        client.get(f"/claims/{claim}/").status_code,
        client.get(f"/api/v1/claims/{claim}/").status_code,
    ] == [404, 404]
    assert (
        b"Trams are free."
        not in client.get("/claims/").content + client.get("/api/v1/claims/?q=trams").content
    )


def test_is_published_in_the_name_of_its_scheduler(
    scheduled: ScheduledPublication, its_moment: None, editor: User
) -> None:
    due_publications.publish_due(timestamp=0)
    due_publications.publish_due(timestamp=0)
    move = scheduled.verdict.transitions.get(action="publish")
    assert (move.actor, move.note) == (editor, "As scheduled by Edith.")
    assert (outcome(), Publication.objects.count()) == (("published", ""), 1)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ("lost the role", "Your role does not include this: Publish."),
        ("was sent away", "Your role does not include this: Publish."),
        ("was declined", "Not ready yet. Missing: acceptance of the claim."),
    ],
)
def test_impossible_publications_are_not_carried_out(
    spoil: str, reason: str, scheduled: ScheduledPublication, its_moment: None, editor: User
) -> None:
    verdict = scheduled.verdict
    if spoil == "lost the role":
        editor.groups.clear()
    elif spoil == "was sent away":
        User.objects.filter(pk=editor.pk).update(is_active=False)
    else:
        workflow.move(verdict.claim, "decline", by=editor, note="Not ours.")
    due_publications.publish_due(timestamp=0)
    verdict.refresh_from_db()
    assert outcome() == ("refused", reason)
    assert (verdict.state, Publication.objects.count(), SignOff.objects.count()) == ("in_review", 0, 1)


def test_the_person_who_scheduled_it_is_notified_of_the_reason(
    scheduled: ScheduledPublication, its_moment: None, checker: User, editor: User, administrator: User
) -> None:
    workflow.move(scheduled.verdict.claim, "decline", by=administrator, note="Not ours.")
    with recorded_notifications() as sent:
        due_publications.publish_due(timestamp=0)
    reason = "Not ready yet. Missing: acceptance of the claim."
    assert sorted(sent) == [("not_published", "chris", reason), ("not_published", "edith", reason)]


def test_the_person_who_scheduled_it_is_notified_of_requested_changes(
    scheduled: ScheduledPublication, colleague: User
) -> None:
    with recorded_notifications() as sent:
        workflow.move(scheduled.verdict, "request_changes", by=colleague, note="Wait.")
    assert ("not_published", "edith", "Request changes") in sent


def test_one_that_fails_does_not_keep_back_the_others(
    scheduled: ScheduledPublication, its_moment: None, checker: User, editor: User
) -> None:
    workflow.move(scheduled.verdict.claim, "decline", by=editor, note="Not ours.")
    other = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    other = workflow.move(other, "sign_off", by=editor)
    scheduled_publications.schedule(other, LATER + timedelta(hours=1), by=editor)
    due_publications.publish_due(timestamp=0)
    ended = ScheduledPublication.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(ended) == ["refused", "published"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_publish_once(scheduled: ScheduledPublication, its_moment: None) -> None:
    at_once(*[lambda: due_publications.publish(scheduled.pk)] * 2)
    assert (outcome(), Publication.objects.count()) == (("published", ""), 1)


@pytest.mark.django_db(transaction=True)
def test_the_worker_and_a_reviewer_at_once(
    scheduled: ScheduledPublication, its_moment: None, colleague: User
) -> None:
    def send_back() -> None:
        try:
            workflow.move(scheduled.verdict, "request_changes", by=colleague, note="Wait.")
        except Exception as refusal:  # noqa: BLE001  whatever it is, it is shown
            told.append(type(refusal).__name__)

    told: list[str] = []
    at_once(lambda: due_publications.publish(scheduled.pk), send_back)
    state = Verdict.objects.get().state
    assert (state, outcome()[0], told) in [
        ("published", "published", ["NotPossible"]),
        ("draft", "overtaken", []),
    ]
    assert Publication.objects.count() == (state == "published")
