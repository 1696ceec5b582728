"""Whom a move is told by mail: reviewers who may review, and the author; never who did it."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.models import Verdict
from claims.review import verdict_drafts, workflow
from claims.review.notices import notify
from tests.helpers.newsroom import make_claim, make_draft


def told(verdict: Verdict, action: str, by: User, mailoutbox: list[Any]) -> list[str]:
    """Who gets mail when the worker does its part."""
    mailoutbox.clear()
    notify(verdict_id=verdict.pk, action=action, by_id=by.pk, note="")
    return sorted(address for mail in mailoutbox for address in mail.to)


def test_who_may_not_sign_off_is_not_asked_to(
    contributor: User, checker: User, colleague: User, editor: User, administrator: User, mailoutbox: Any
) -> None:
    verdict = make_draft(make_claim(), checker)
    verdict_drafts.edit(verdict, by=editor, summary="A better summary.")
    verdict = workflow.move(verdict, "submit", by=administrator)
    assert told(verdict, "submit", administrator, mailoutbox) == [colleague.email]
    # Whoever else carries it on: author, editor and submitter are still those who cannot.
    assert told(verdict, "submit", contributor, mailoutbox) == [colleague.email]


@pytest.mark.parametrize("action", ["sign_off", "request_changes", "publish", "retract"])
def test_everything_else_is_told_to_the_author(
    action: str, checker: User, colleague: User, mailoutbox: Any
) -> None:
    verdict = make_draft(make_claim(), checker)
    assert told(verdict, action, colleague, mailoutbox) == [checker.email]
    assert told(verdict, action, checker, mailoutbox) == []
