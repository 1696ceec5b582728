"""Requests for a reply by tools of the newsroom: the rules of the desk, and no access without permission."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.models import Scope, Verdict
from claims.review import workflow
from tests.claims.features.reply.replies import ask, named_draft
from tests.helpers.newsroom_tool import tool

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(checker: User) -> Verdict:
    return named_draft(checker)


def at(hours: float) -> str:
    return (timezone.now() + timedelta(hours=hours)).isoformat()


def test_from_a_request_to_an_answer(draft: Verdict, checker: User) -> None:
    asking, path = tool(checker), f"verdicts/{draft.pk}/replies/"
    added = asking.post(path, {"channel": "email", "address": "press@ministry.example", "answer_by": at(24)})
    assert added.status_code == 201, added.content
    row = added.json()
    assert row["recipient"] == "Mara Lindqvist"
    assert "The bridge cost ninety million euros." in row["text"]  # the newsroom's own words
    assert (row["language"], row["sent_at"], row["answered_at"]) == ("en", None, None)
    one = f"{path}{row['id']}/"
    sent = asking.patch(one, {"sent_at": at(-1)}, If_Match="*")
    assert sent.status_code == 200, sent.content
    assert sent.json()["sent_by"] == {"id": checker.pk, "name": "Chris"}
    assert "{deadline}" not in sent.json()["text"]
    workflow.move(draft, "submit", by=checker)
    refused = asking.patch(one, {"text": "Another question"}, If_Match="*")
    assert refused.status_code == 409
    kept = asking.post(
        f"{one}answer/",
        {"answered_at": at(-0.5), "channel": "telephone", "text": "Yes.", "shown": "full"},
    )
    assert kept.status_code == 200, kept.content
    assert (kept.json()["answer"], kept.json()["full_reply"]) == ("Yes.", "Yes.")
    assert asking.get(f"verdicts/{draft.pk}/").json()["right_of_reply"][0]["answer"] == "Yes."


def test_a_reason_and_its_removal(draft: Verdict, checker: User) -> None:
    asking, path = tool(checker), f"verdicts/{draft.pk}/replies/"
    row = asking.post(path, {"not_asked": "danger"}).json()
    assert row["not_asked_reason"] == "Not asked: asking could have put people in danger."
    assert [each["id"] for each in asking.get(path).json()["results"]] == [row["id"]]
    assert asking.delete(f"{path}{row['id']}/", If_Match="*").status_code == 204
    assert asking.get(path).json()["results"] == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            {"not_asked": "danger", "channel": "email"},
            "Name the person who is asked, or say in `not_asked` why no one is.",
        ),
        ({"not_asked": "other"}, "Explain in your own words why no one was asked."),
        ({"not_asked": "no time"}, "is not a valid choice"),
        ({"answer_by": "2026-03-01T17:00:00"}, "Give the offset from UTC"),
        ({"answer_by": "tomorrow"}, "wrong format"),
        ({"channel": "email", "recipient": "x"}, "recipient"),
        ({"language": "English"}, "language"),
    ],
)
def test_bodies_are_read_strictly(draft: Verdict, checker: User, body: Any, sentence: str) -> None:
    refused = tool(checker).post(f"verdicts/{draft.pk}/replies/", body)
    assert refused.status_code == 400
    assert sentence in refused.content.decode()


def test_a_sent_request_has_all_details(draft: Verdict, checker: User) -> None:
    refused = tool(checker).post(f"verdicts/{draft.pk}/replies/", {"sent_at": at(-1)})
    assert refused.status_code == 409
    assert "the method" in refused.json()["detail"]


def test_requests_are_hidden_from_people_who_may_not_read_them(
    draft: Verdict, checker: User, colleague: User, contributor: User
) -> None:
    row = ask(draft, checker)
    path = f"verdicts/{draft.pk}/replies/"
    assert tool(colleague).get(f"{path}{row.pk}/").json()["address"] == "press@ministry.example"
    assert tool(colleague).post(path, {"not_asked": "danger"}).status_code == 403
    assert tool(contributor).get(path).status_code in (403, 404)
    reading = tool(checker, Scope.READ)
    assert reading.post(path, {"not_asked": "danger"}).status_code == 403
