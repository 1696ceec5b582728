"""Taking, giving, handing over, releasing: permissions, records and notifications."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from claims.features.teamwork import assignments, followers
from claims.features.teamwork.comments import find_people_to_notify
from claims.features.teamwork.models import Assignment, ClaimFollower, Notification, Priority
from claims.features.teamwork.notifications import find_readers
from claims.models import Claim
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import verdict_drafts, workflow
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.reader_pages import bring_out

pytestmark = pytest.mark.django_db

DAY = date(2026, 12, 1)


@pytest.fixture
def claim(db: None) -> Claim:
    return make_claim()


def following(claim: Claim) -> list[str]:
    rows = ClaimFollower.objects.filter(claim=claim).order_by("person__username")
    return list(rows.values_list("person__username", flat=True))


def list_notifications() -> list[tuple[str, str]]:
    return [(row.kind, row.person.username) for row in Notification.objects.order_by("pk")]


def test_taken_by_one_and_reported_to_the_other(claim: Claim, checker: User, colleague: User) -> None:
    assignments.assign_to_self(claim, by=checker)
    with pytest.raises(NotPossible, match=r"Assigned to Chris since .* only the assignee can hand it over"):
        assignments.assign_to_self(claim, by=colleague)
    assert Assignment.objects.get().person == checker
    assert list_notifications() == []
    assert following(claim) == ["chris"]


def test_taken_twice_changes_nothing(claim: Claim, checker: User) -> None:
    first = assignments.assign_to_self(claim, by=checker)
    again = assignments.assign_to_self(claim, by=checker)
    assert (again.pk, again.since) == (first.pk, first.since)


def test_handed_over_with_a_word(claim: Claim, checker: User, colleague: User, editor: User) -> None:
    assignments.assign_to_self(claim, by=checker)
    assignments.set_due_date(claim, DAY, by=checker)
    given = assignments.assign_work(claim, colleague, by=checker, note=" Half done. ")
    assert (given.person, given.by, given.by_name, given.note) == (colleague, checker, "Chris", "Half done.")
    assert given.due_on == DAY
    assignments.assign_work(claim, checker, by=editor, priority=Priority.URGENT)
    assert list_notifications() == [("assigned", "kim"), ("assigned", "chris"), ("handed_over", "kim")]
    assert following(claim) == ["chris", "kim"]
    assert Assignment.objects.get().priority == Priority.URGENT


def test_permissions_to_assign(
    claim: Claim, contributor: User, checker: User, colleague: User, editor: User
) -> None:
    for act in (
        lambda: assignments.assign_to_self(claim, by=contributor),
        lambda: assignments.assign_work(claim, checker, by=contributor),
        # It is unassigned: a fact-checker can assign it to herself, and to no one else.
        lambda: assignments.assign_work(claim, colleague, by=checker),
        lambda: assignments.set_due_date(claim, DAY, by=checker),
        lambda: assignments.release_work(claim, by=checker),
    ):
        with pytest.raises(NotAllowed):
            act()
    assignments.assign_work(claim, colleague, by=editor)
    for act in (
        lambda: assignments.assign_work(claim, checker, by=checker),
        lambda: assignments.set_priority(claim, Priority.HIGH, by=checker),
        lambda: assignments.release_work(claim, by=checker),
    ):
        with pytest.raises(NotAllowed, match="Only the assignee or an editor"):
            act()
    assert Assignment.objects.get().person == colleague
    assignments.release_work(claim, by=colleague)
    assert Assignment.objects.get().person is None


def test_work_is_assigned_only_to_people_with_permission(
    claim: Claim, contributor: User, checker: User, editor: User
) -> None:
    with pytest.raises(NotPossible, match="The role of Connie does not include this work"):
        assignments.assign_work(claim, contributor, by=editor)
    User.objects.filter(pk=checker.pk).update(is_active=False)
    with pytest.raises(NotPossible, match="Chris no longer works here"):
        assignments.assign_work(claim, checker, by=editor)
    assert not Assignment.objects.exists()
    assert list(assignments.find_assignable_people(Claim)) == [editor]


def test_work_of_a_person_who_left_is_unassigned(claim: Claim, checker: User, colleague: User) -> None:
    assignments.assign_to_self(claim, by=checker)
    User.objects.filter(pk=checker.pk).update(is_active=False)
    taken = assignments.assign_to_self(claim, by=colleague)
    assert taken.person == colleague
    assert list_notifications() == []


def test_an_old_tab_does_nothing(claim: Claim, checker: User, colleague: User, editor: User) -> None:
    assignments.assign_to_self(claim, by=checker)
    with pytest.raises(NotPossible, match="The work is now assigned to Chris"):
        assignments.assign_work(claim, colleague, by=editor, expected_id=None)
    with pytest.raises(NotPossible, match="The work is now assigned to Chris"):
        assignments.release_work(claim, by=editor, expected_id=colleague.pk)
    assignments.assign_work(claim, colleague, by=editor, expected_id=checker.pk)
    assert Assignment.objects.get().person == colleague


@pytest.mark.parametrize("action", ["decline", "merge"])
def test_declined_and_merged_claims_are_unassigned(
    action: str, claim: Claim, checker: User, editor: User
) -> None:
    assignments.assign_to_self(claim, by=checker)
    workflow.move(claim, action, by=editor, note="No.", into=make_claim())
    assert assignments.get_open_assignment(claim) is None
    claim.refresh_from_db()
    with pytest.raises(NotPossible, match="nothing left to do"):
        assignments.assign_to_self(claim, by=checker)
    undone = {"merge": "unmerge", "decline": "reconsider"}[action]
    kept = assignments.get_open_assignment(workflow.move(claim, undone, by=editor, note="Different."))
    assert kept is not None
    assert kept.person == checker


def test_publishing_is_the_end_of_it_and_a_recheck_a_new_beginning(
    claim: Claim, checker: User, colleague: User, editor: User
) -> None:
    draft = make_draft(claim, checker)
    assignments.assign_to_self(claim, by=checker)
    assignments.assign_to_self(draft, by=checker)
    assignments.set_due_date(draft, DAY, by=checker)
    bring_out(draft, checker, editor)
    draft.refresh_from_db()
    assert not Assignment.objects.open().exists()
    again = assignments.assign_work(draft, colleague, by=editor)
    assert (again.person, again.due_on, again.priority) == (colleague, None, Priority.NORMAL)
    # The new version ends the work on the one before.
    version = verdict_drafts.create_draft(claim, author=checker)
    version.correction_kind, version.correction_note = "update", "More is known."
    version.save()
    bring_out(version, checker, editor)
    assert not Assignment.objects.open().exists()


def test_only_people_with_permission_to_read_follow(claim: Claim, contributor: User, checker: User) -> None:
    with pytest.raises(NotAllowed):
        followers.follow(claim, contributor)
    own = make_claim(created_by=contributor)
    followers.follow(own, contributor)
    followers.follow(own, checker)
    followers.follow(own, checker)
    assert following(own) == ["chris", "connie"]
    assert set(find_readers(find_people_to_notify(own), claim=own)) == {checker, contributor}
    Claim.objects.filter(pk=own.pk).update(created_by=checker)
    User.objects.filter(pk=checker.pk).update(is_active=False)
    assert find_readers(find_people_to_notify(own), claim=own) == {}
    followers.unfollow(own, checker)
    assert ClaimFollower.objects.get().person == contributor


def test_a_deleted_claim_is_reported(checker: User) -> None:
    claim = make_claim(state="proposed")
    assignments.assign_to_self(claim, by=checker)
    Claim.objects.filter(pk=claim.pk).delete()
    with pytest.raises(NotPossible, match="deleted in the meantime"):
        assignments.set_due_date(claim, DAY, by=checker)
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM teamwork_assignmentevent WHERE claim_id = %s", [claim.pk])
        assert cursor.fetchall() == [(checker.pk,)]


def test_readers_do_not_see_assignees(
    client: Client, checker: User, colleague: User, editor: User, publish: Any
) -> None:
    claim = publish()
    verdict = claim.verdicts.get()
    for subject in (claim, verdict):
        assignments.assign_work(
            subject, colleague, by=editor, due_on=date(2031, 5, 7), priority=3, note="Whispered."
        )
    for address in (
        f"/api/v1/claims/{claim.pk}/",
        "/api/v1/claims/",
        "/api/v1/verdicts/?view=full",
        "/api/v1/changes/",
        claim.get_absolute_url(),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert claim.statement[:20] in text, address
        for word in ("Whispered", "Kim", "2031-05-07", "assign"):
            assert word not in text, (address, word)
