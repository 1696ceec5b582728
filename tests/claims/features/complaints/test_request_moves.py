"""Requests at the desk: all senders are notified at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.features.complaints import request_moves, submissions
from claims.features.complaints.models import ReaderRequest
from claims.features.complaints.tasks import answer_published_requests
from claims.ledger.signals import entries_added
from claims.models import Claim
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import workflow
from tests.claims.features.complaints.conftest import work
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

SAID = "The mayor sold the harbour."


def test_all_senders_are_notified_at_once(
    ask: Callable[..., ReaderRequest], publish: Callable[..., Claim], checker: User
) -> None:
    asked = ask(SAID)
    for name in ("ruth", "rosa"):
        assert ask(SAID, mail=f"{name}@example.org") == asked
    claim = publish()
    work()
    request_moves.answer_with_claim(asked, claim, answer="It is about the old harbour.", by=checker)
    sent = work()
    assert sorted(message.to[0] for message in sent) == [
        "rita@example.org",
        "rosa@example.org",
        "ruth@example.org",
    ]
    for message in sent:
        assert len(message.recipients()) == 1
        assert "It is about the old harbour." in message.body
        assert f"/claims/{claim.pk}/" in message.body
        assert SAID not in message.body
    assert len({message.body for message in sent}) == 3  # each with the address of their own page


def test_an_accepted_request_is_answered_by_the_publication(
    ask: Callable[..., ReaderRequest], publish: Callable[..., Claim], checker: User, editor: User
) -> None:
    asked = ask(SAID)
    claim = request_moves.propose_claim(asked, statement=SAID, language="en", by=checker)
    assert (claim.state, claim.created_by) == ("proposed", checker)
    asked.refresh_from_db()
    assert (asked.state, asked.claim) == ("taken_up", claim)
    assert not ReaderRequest.objects.waiting().exists()
    with pytest.raises(NotPossible, match="already been accepted"):
        request_moves.propose_claim(asked, statement=SAID, language="en", by=checker)
    late = ask(SAID, mail="ruth@example.org")
    assert late == asked
    work()
    workflow.move(claim, "accept", by=editor)
    publish(claim)
    asked.refresh_from_db()
    assert asked.state == "answered"
    assert {message.to[0] for message in work()} == {"rita@example.org", "ruth@example.org"}


def test_a_request_whose_claim_is_declined_waits_again(
    ask: Callable[..., ReaderRequest], checker: User, editor: User
) -> None:
    asked = ask(SAID)
    claim = request_moves.propose_claim(asked, statement=SAID, language="en", by=checker)
    workflow.move(claim, "decline", by=editor, note="An opinion.")
    assert list(ReaderRequest.objects.waiting()) == [asked]
    request_moves.decline_request(asked, reason="It is an opinion.", by=checker)
    work()
    asked.refresh_from_db()
    assert (asked.state, asked.claim) == ("declined", None)


def test_a_request_whose_claim_is_deleted_waits_again(
    ask: Callable[..., ReaderRequest], checker: User
) -> None:
    asked, claim = ask(SAID), make_claim()
    request_moves.link_claim(asked, claim, by=checker)
    assert not ReaderRequest.objects.waiting().exists()
    claim.delete()
    assert list(ReaderRequest.objects.waiting()) == [asked]


def test_a_claim_that_was_merged_answers_by_the_other(
    ask: Callable[..., ReaderRequest], publish: Callable[..., Claim], checker: User, editor: User
) -> None:
    asked = ask(SAID)
    claim = request_moves.propose_claim(asked, statement=SAID, language="en", by=checker)
    target = make_claim("The mayor sold the port.")
    workflow.move(claim, "merge", by=editor, into=target, note="The same.")
    publish(target)
    asked.refresh_from_db()
    assert (asked.state, asked.claim) == ("answered", target)


def test_requests_about_imported_claims_are_answered_within_the_hour(
    ask: Callable[..., ReaderRequest],
    publish: Callable[..., Claim],
    checker: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = ask(SAID)
    claim = make_claim(SAID)
    request_moves.link_claim(asked, claim, by=checker)
    with monkeypatch.context() as patch:
        patch.setattr(entries_added, "send", lambda *args, **kwargs: None)
        publish(claim)
    asked.refresh_from_db()
    assert asked.state == "taken_up"
    answer_published_requests(0)
    asked.refresh_from_db()
    assert asked.state == "answered"
    figures = ReaderRequest.objects.figures(asked.received_at, timezone.now() + timedelta(minutes=1))
    assert figures._asdict() == {"received": 1, "answered": 1, "declined": 0, "withdrawn": 0, "waiting": 0}


def test_an_address_becomes_a_place_of_the_claim(ask: Callable[..., ReaderRequest], checker: User) -> None:
    asked = ask(address="https://example.org/post/7")
    claim = request_moves.propose_claim(asked, statement=SAID, language="en", by=checker)
    assert claim.appearances.get().source.url == "https://example.org/post/7"


def test_nothing_unpublished_is_an_answer(
    ask: Callable[..., ReaderRequest], publish: Callable[..., Claim], checker: User, editor: User
) -> None:
    asked, claim = ask(SAID), make_claim()
    with pytest.raises(NotPossible, match="not published"):
        request_moves.answer_with_claim(asked, claim, by=checker)
    retracted = publish()
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="Another bridge.")
    with pytest.raises(NotPossible, match="not published"):
        request_moves.answer_with_claim(asked, retracted, by=checker)
    assert request_moves.link_claim(asked, claim, by=checker).state == "taken_up"
    declined = make_claim(state="proposed")
    workflow.move(declined, "decline", by=editor, note="An opinion.")
    declined.refresh_from_db()
    with pytest.raises(NotPossible, match="will not be checked"):
        request_moves.link_claim(asked, declined, by=checker)
    assert request_moves.link_claim(asked, publish(), by=checker).state == "answered"


def test_a_request_is_decided_once_and_with_a_reason(
    ask: Callable[..., ReaderRequest], checker: User, contributor: User
) -> None:
    asked = ask(SAID)
    with pytest.raises(NotAllowed):
        request_moves.decline_request(asked, reason="x", by=contributor)
    with pytest.raises(NotPossible, match="Explain why"):
        request_moves.decline_request(asked, reason=" ", by=checker)
    request_moves.decline_request(asked, reason="It is an opinion.", by=checker)
    with pytest.raises(NotPossible, match="closed"):
        request_moves.decline_request(asked, reason="Again.", by=checker)


def test_people_who_withdrew_are_not_notified(ask: Callable[..., ReaderRequest], checker: User) -> None:
    asked = ask(SAID)
    ask(SAID, mail="ruth@example.org")
    work()
    submissions.withdraw_message(asked.contacts.earliest("pk"))
    request_moves.decline_request(asked, reason="It is an opinion.", by=checker)
    assert [message.to for message in work()] == [["ruth@example.org"]]
