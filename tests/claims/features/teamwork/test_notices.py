"""Recipients of notifications about moves: reviewers, the author, followers and the assignee; never the actor."""

import pytest
from django.contrib.auth.models import User

from claims.features.teamwork import assignments, followers
from claims.features.teamwork.models import Notification
from claims.models import Claim, Verdict
from claims.review import verdict_drafts, workflow
from claims.review.notices import notify_of_move
from tests.helpers.newsroom import make_claim, make_draft


def list_recipients(subject: Claim | Verdict, action: str, by: User) -> list[str]:
    """Return the people notified of this move."""
    Notification.objects.all().delete()
    notify_of_move(subject, action, by=by)
    return sorted(Notification.objects.values_list("person__username", flat=True))


def test_only_people_who_may_sign_off_are_asked_to(
    contributor: User, checker: User, colleague: User, editor: User, administrator: User
) -> None:
    verdict = make_draft(make_claim(), checker)
    verdict_drafts.edit(verdict, by=editor, summary="A better summary.")
    verdict = workflow.move(verdict, "submit", by=administrator)
    assert list_recipients(verdict, "submit", administrator) == ["kim"]
    # Whoever resubmits it, the author, editor and submitter still cannot sign it off.
    assert list_recipients(verdict, "submit", contributor) == ["kim"]


@pytest.mark.parametrize("action", ["sign_off", "request_changes", "publish", "retract"])
def test_other_moves_notify_the_author_followers_and_the_assignee(
    action: str, checker: User, colleague: User, editor: User, administrator: User
) -> None:
    verdict = make_draft(make_claim(), checker)
    assert list_recipients(verdict, action, colleague) == ["chris"]
    assert list_recipients(verdict, action, checker) == []
    followers.follow(verdict.claim, administrator)
    assignments.assign_work(verdict, to=editor, by=administrator)
    assert list_recipients(verdict, action, colleague) == ["ada", "chris", "edith"]


def test_decisions_are_reported_to_the_proposer(contributor: User, checker: User) -> None:
    claim = make_claim(state="proposed", created_by=contributor)
    workflow.move(claim, "accept", by=checker, note="Good find.")
    assert list(Notification.objects.values_list("person__username", "kind", "note")) == [
        ("connie", "accepted", "Good find.")
    ]


def test_taking_a_verdict_back_is_not_reported(checker: User, colleague: User) -> None:
    verdict = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    assert list_recipients(verdict, "withdraw", checker) == []
