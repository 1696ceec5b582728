"""What teamwork shows on pages of the core: the dashboard, triage and the timeline of a claim."""

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.admin.timeline import build_timeline
from claims.features.teamwork import assignments
from claims.features.teamwork.models import Assignment, Comment
from claims.models import Claim, Verdict
from tests.claims.admin.test_triage import PAGE, as_json
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db


def test_own_work_comes_first_with_overdue_items_at_the_top(desk: Desk, checker: User, editor: User) -> None:
    today = timezone.localdate()
    for words, days, priority in (
        ("Undated.", None, 3), ("Later.", 5, 1), ("Today, urgent.", 0, 3), ("Today.", 0, 1), ("Late.", -2, 0),
    ):  # fmt: skip
        due_on = None if days is None else today + timedelta(days=days)
        assignments.assign_work(make_claim(words), checker, by=editor, due_on=due_on, priority=priority)
    assignments.assign_work(make_claim("Somebody else's."), editor, by=editor)
    card = desk.sign_in(checker).client.get(reverse("admin:index")).context["cards"][0]
    assert (card.name, card.count) == ("work", 5)
    assert [line.text for line in card.lines] == ["Late.", "Today, urgent.", "Today.", "Later.", "Undated."]
    assert "Overdue" in card.lines[0].side_text
    assert desk.client.get(card.url).context["cl"].result_count == card.count


def test_work_is_given_and_taken_back(client: Client, editor: User, checker: User) -> None:
    claim = make_claim(state="proposed")
    client.force_login(editor)
    _status, answer = as_json(client, f"{claim.pk}/assign/", seen="0", person=checker.pk)
    assert Assignment.objects.get(claim=claim).person == checker
    assert client.get(PAGE, {"at": claim.pk}).context["facts"] == [("Assigned to", "Chris")]
    as_json(client, "undo/", undo=answer["undo"])
    assert Assignment.objects.get(claim=claim).person is None
    assert as_json(client, f"{claim.pk}/assign/", seen="0", person="x")[0] == 409


def test_timeline_shows_comments_on_readable_claims_and_verdicts(
    claim: Claim, draft: Verdict, checker: User, editor: User, contributor: User
) -> None:
    claim.created_by = contributor
    claim.save(update_fields=["created_by"])
    Comment.objects.create(claim=claim, author=checker, author_name="Chris", text="Who says so?")
    Comment.objects.create(
        claim=claim,
        verdict=draft,
        verdict_version=draft.version,
        author=checker,
        author_name="Chris",
        text="Secret.",
    )
    counted = {
        reader.username: Counter(
            event.description for event in build_timeline(claim, reader, kind="comments").events
        )
        for reader in (editor, contributor)
    }
    assert counted == {"edith": {"commented": 2}, "connie": {"commented": 1}}
