"""Recipients and channels of notifications: never the actor, and nothing that the recipient may not read."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from claims.features.teamwork import comments, followers, notifications, preferences
from claims.features.teamwork.activity_text import describe_event
from claims.features.teamwork.models import Notification
from claims.features.teamwork.notifications import notify_people
from claims.models import Claim, Verdict
from claims.newsroom.notifications import NotificationKind
from claims.review import verdict_drafts, workflow
from tests.claims.features.teamwork.conftest import jobs, list_notified
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


def mailed() -> set[str]:
    """The recipients of queued mails."""
    rows = Notification.objects.in_bulk([job["notification_id"] for job in jobs(notifications.MAIL_TASK)])
    return {row.person.username for row in rows.values()}


def test_each_person_once_and_not_the_actor(
    claim: Claim, checker: User, colleague: User, editor: User
) -> None:
    rows = notify_people(
        "accepted", claim=claim, to=[checker, colleague, colleague, editor], by=editor, note=" Look. "
    )
    assert {(row.person, row.actor_name, row.note) for row in rows} == {
        (checker, "Edith", "Look."),
        (colleague, "Edith", "Look."),
    }


def test_people_who_may_not_read_it_are_not_notified(
    claim: Claim, draft: Verdict, contributor: User, checker: User, colleague: User, publish: Any
) -> None:
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    assert notify_people("accepted", claim=claim, to=[contributor, colleague]) == []
    public = publish()
    Notification.objects.all().delete()
    version = verdict_drafts.create_draft(public, author=checker)
    assert notify_people("submitted", claim=public, verdict=version, to=[contributor]) == []
    said = comments.add_comment(public, "Hm.", by=checker, verdict=version).comment
    assert notify_people("commented", claim=public, verdict=version, comment=said, to=[contributor]) == []
    assert len(notify_people("accepted", claim=public, to=[contributor])) == 1
    User.objects.filter(pk=contributor.pk).update(is_staff=False)
    assert notify_people("declined", claim=public, to=[contributor]) == []
    User.objects.filter(pk=contributor.pk).update(is_staff=True, is_superuser=True)
    assert len(notify_people("submitted", claim=public, verdict=version, to=[contributor])) == 1


def test_internal_notes_are_hidden_from_people_who_may_not_read_drafts(
    contributor: User, checker: User, publish: Any
) -> None:
    public = publish()
    Notification.objects.all().delete()
    verdict = public.verdicts.get()
    notify_people(
        "published", claim=public, verdict=verdict, to=[contributor, checker], note="Legal has seen it."
    )
    assert dict(Notification.objects.values_list("person__username", "note")) == {
        "connie": "",
        "chris": "Legal has seen it.",
    }
    own = make_claim(created_by=contributor)
    assert [
        row.note for row in notify_people("declined", claim=own, to=[contributor], note="Not checkable.")
    ] == ["Not checkable."]


def test_by_mail_as_each_has_chosen(claim: Claim, checker: User, colleague: User, editor: User) -> None:
    usual = preferences.load_choices(colleague)
    preferences.store_preferences(
        colleague, usual | {"accepted": "at_once", "overdue": "never"}, hour=8, time_zone="", language=""
    )
    User.objects.filter(pk=editor.pk).update(email="")
    everybody = [checker, colleague, editor]
    notify_people("accepted", claim=claim, to=everybody)
    assert dict(Notification.objects.values_list("person__username", "mail")) == {
        "chris": "digest",
        "kim": "at_once",
        "edith": "digest",
    }
    assert mailed() == {"kim"}
    notify_people("overdue", claim=claim, to=everybody)
    assert mailed() == {"kim", "chris"}


def test_rolled_back_events_send_no_notifications(claim: Claim, checker: User) -> None:
    with transaction.atomic():
        notify_people("overdue", claim=claim, to=[checker])
        assert mailed() == {"chris"}
        transaction.set_rollback(True)
    assert list_notified() == set()
    assert jobs(notifications.MAIL_TASK) == []


def test_one_notification_per_comment(claim: Claim, checker: User, colleague: User) -> None:
    said = comments.add_comment(claim, "Hello", by=checker).comment
    assert len(notify_people("mentioned", claim=claim, comment=said, to=[colleague])) == 1
    assert notify_people("commented", claim=claim, comment=said, to=[colleague]) == []


@pytest.mark.parametrize("people", [1, 3])
def test_notifying_costs_the_same_for_few_and_many(
    people: int, claim: Claim, checker: User, colleague: User, editor: User, django_assert_num_queries: Any
) -> None:
    to = [checker, colleague, editor][:people]
    # The chats, active people, readers of drafts (twice), the choices, the rows, the jobs; and a savepoint.
    with django_assert_num_queries(5):
        notify_people("overdue", claim=claim, to=to)


def test_read(claim: Claim, checker: User, colleague: User) -> None:
    other = make_claim()
    for about in (claim, other):
        notify_people("accepted", claim=about, to=[checker, colleague])
    assert notifications.mark_read(checker, claim=claim) == 1
    assert notifications.mark_read(checker, rows=Notification.objects.all()) == 1
    assert notifications.mark_read(checker) == 0
    assert Notification.objects.unread().count() == 2


def test_notifications_of_claims_no_longer_readable_are_hidden(
    contributor: User, checker: User, publish: Any
) -> None:
    public = publish()
    version = verdict_drafts.create_draft(public, author=checker)
    contributor.groups.set(checker.groups.all())
    followers.follow(public, contributor)
    comments.add_comment(public, "Secret.", by=checker, verdict=version)
    promoted = User.objects.get(pk=contributor.pk)
    assert Notification.objects.for_person(promoted).count() == 1
    promoted.groups.clear()
    assert Notification.objects.for_person(User.objects.get(pk=contributor.pk)).count() == 0


def test_every_kind_has_its_sentence() -> None:
    for kind in NotificationKind:
        by_itself = (
            *("due_soon", "overdue", "not_published", "answer_overdue", "link_lost"),
            *("complained", "complaint_late"),
        )
        assert "Kim" in describe_event(kind, "Kim") or kind in by_itself
        assert "%" not in describe_event(kind, "")


def test_a_move_notifies_the_people_concerned(
    draft: Verdict, checker: User, colleague: User, editor: User, administrator: User
) -> None:
    followers.follow(draft.claim, editor)
    workflow.move(draft, "submit", by=checker)
    assert list_notified() == {("kim", "submitted"), ("edith", "submitted"), ("ada", "submitted")}
