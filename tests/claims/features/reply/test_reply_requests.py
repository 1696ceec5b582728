"""Requests for a reply: from the draft to a reply after publication."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from claims.features.reply import reply_requests
from claims.features.reply.models import ReplyRequest
from claims.models import Claim, Verdict
from claims.newsroom.refusals import NotAllowed, NotInRole, NotPossible, TooEarly
from claims.review import scheduled_publications, workflow
from tests.claims.features.reply.replies import answer, ask, named_draft
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.recorded_notifications import recorded_notifications

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(checker: User) -> Verdict:
    return named_draft(checker)


def through(verdict: Verdict, checker: User, editor: User) -> Verdict:
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        verdict = workflow.move(verdict, action, by=by)
    return verdict


def told_of(claim: Claim) -> list[dict[str, Any]]:
    """What readers see of it."""
    document = claim.publications.current().get().document
    replies: list[dict[str, Any]] = document["verdicts"][0]["right_of_reply"]
    return replies


# The rule -------------------------------------------------------------------------------------------------------------


def test_a_verdict_about_a_claimant_is_not_submitted_before_they_are_asked(
    draft: Verdict, checker: User
) -> None:
    with pytest.raises(
        NotPossible, match="a request for reply to Mara Lindqvist, or the reason for not asking"
    ):
        workflow.move(draft, "submit", by=checker)


def test_a_stated_reason_is_enough_and_readers_see_it(draft: Verdict, checker: User, editor: User) -> None:
    row = reply_requests.add_request(
        draft, by=checker, claimant=draft.claim.claimant, not_asked="public_record"
    )
    through(draft, checker, editor)
    assert told_of(draft.claim) == [
        {
            "id": row.pk,
            "recipient": "Mara Lindqvist",
            "claimant_id": draft.claim.claimant_id,
            "asked_on": None,
            "deadline_on": None,
            "answered_on": None,
            "answer": "",
            "is_excerpt": False,
            "statement": "",
            "language": "",
            "not_asked": "public_record",
            "not_asked_reason": "Not asked: the public record speaks for itself.",
        }
    ]


def test_claims_without_a_claimant_need_no_request(checker: User, editor: User) -> None:
    verdict = through(make_draft(make_claim(), checker), checker, editor)
    assert verdict.reply_rule == "not_due"
    assert told_of(verdict.claim) == []


def test_a_newsroom_can_do_without_and_that_is_kept(
    draft: Verdict, checker: User, editor: User, settings: Any
) -> None:
    settings.REQUIRE_RIGHT_OF_REPLY = False
    assert through(draft, checker, editor).reply_rule == "switched_off"


def test_rule_of_a_review_is_the_one_that_held_when_it_began(
    draft: Verdict, checker: User, editor: User, settings: Any
) -> None:
    ask(draft, checker)
    verdict = workflow.move(draft, "submit", by=checker)
    settings.REQUIRE_RIGHT_OF_REPLY = False
    workflow.move(verdict, "sign_off", by=editor)
    with pytest.raises(NotPossible, match="Mara Lindqvist has until"):
        workflow.move(verdict, "publish", by=editor)


def test_publishing_waits_for_the_deadline_and_can_be_scheduled_for_it(
    draft: Verdict, checker: User, editor: User
) -> None:
    row = ask(draft, checker, hours=5)
    verdict = workflow.move(workflow.move(draft, "submit", by=checker), "sign_off", by=editor)
    with pytest.raises(TooEarly, match="you can schedule it now"):
        workflow.move(verdict, "publish", by=editor)
    assert row.answer_by
    with pytest.raises(NotPossible, match="has until"):
        scheduled_publications.schedule(verdict, row.answer_by - timedelta(minutes=1), by=editor)
    assert scheduled_publications.schedule(verdict, row.answer_by + timedelta(minutes=1), by=editor).pk
    [publish] = [one for one in workflow.list_options(verdict, editor) if one.action == "publish"]
    assert publish.opens_at == row.answer_by


def test_a_verdict_published_after_the_deadline_says_that_there_was_no_reply(
    draft: Verdict, checker: User, editor: User
) -> None:
    ask(draft, checker, hours=-1, ago=30)
    through(draft, checker, editor)
    [reply] = told_of(draft.claim)
    assert reply["answered_on"] is None
    assert reply["asked_on"] <= reply["deadline_on"]


def test_a_prepared_request_does_not_count_and_is_not_public(
    draft: Verdict, checker: User, editor: User
) -> None:
    ask(draft, checker, sent_at=None)
    with pytest.raises(NotPossible, match="a request for reply"):
        workflow.move(draft, "submit", by=checker)
    reply_requests.add_request(draft, by=checker, claimant=draft.claim.claimant, not_asked="danger")
    through(draft, checker, editor)
    assert [told["not_asked"] for told in told_of(draft.claim)] == ["danger"]


# Contents of requests
# --------------------------------------------------------------------------------------------------------


def test_deadline_is_filled_in_when_it_is_sent(draft: Verdict, checker: User) -> None:
    row = ask(draft, checker, sent_at=None, text="Please answer by {deadline}.")
    assert "{deadline}" in row.text
    sent = reply_requests.mark_sent(row, by=checker)
    assert sent.text.startswith("Please answer by ")
    assert "{" not in sent.text
    assert (sent.sent_by, sent.sent_by_name) == (checker, "Chris")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"channel": ""}, "the method"),
        ({"text": " "}, "the question"),
        ({"answer_by": None}, "the deadline"),
        ({"text": "Dear {claimant}"}, "{claimant}"),
    ],
)
def test_missing_values_are_named(draft: Verdict, checker: User, fields: Any, sentence: str) -> None:
    row = ask(draft, checker, sent_at=None, **fields)
    with pytest.raises(NotPossible, match=sentence):
        reply_requests.mark_sent(row, by=checker)


def test_asking_needs_permission_to_edit_the_draft(
    draft: Verdict, checker: User, colleague: User, editor: User, contributor: User
) -> None:
    with pytest.raises(NotAllowed):
        ask(draft, colleague)
    with pytest.raises(NotInRole):
        ask(draft, contributor)
    row = ask(draft, editor)
    draft.refresh_from_db()
    assert draft.edited_by == [editor.pk]  # and so does not sign it off
    reply_requests.remove_request(row, by=checker)
    assert not ReplyRequest.objects.exists()


def test_contact_addresses_are_hidden_from_people_who_read_only_public_verdicts(
    draft: Verdict, checker: User, editor: User, contributor: User
) -> None:
    ask(draft, checker, hours=-1)
    through(draft, checker, editor)
    assert not ReplyRequest.objects.readable_by(contributor).exists()
    assert ReplyRequest.objects.readable_by(editor).count() == 1
    public = draft.claim.publications.get().body
    assert "press@ministry.example" not in public
    assert "What does it rest on?" not in public


# Answers --------------------------------------------------------------------------------------------------------------


def test_answer_to_a_draft_is_published_with_it(draft: Verdict, checker: User, editor: User) -> None:
    reply_requests.record_reply(ask(draft, checker), answer("It rests on the tender."), by=checker)
    through(draft, checker, editor)
    [reply] = told_of(draft.claim)
    assert (reply["answer"], reply["is_excerpt"], reply["language"]) == (
        "It rests on the tender.",
        False,
        "en",
    )
    assert reply["answered_on"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (
            {"display": "excerpt", "excerpt": "It rests […] the tender."},
            ("It rests […] the tender.", True, ""),
        ),
        (
            {"display": "statement", "statement": "She names the tender."},
            ("", False, "She names the tender."),
        ),
        ({"display": "nothing"}, ("", False, "")),
    ],
)
def test_readers_see_only_publishable_parts(
    draft: Verdict, checker: User, editor: User, given: Any, shown: tuple[Any, ...]
) -> None:
    reply_requests.record_reply(
        ask(draft, checker), answer("It rests on  the tender. Off the record.", **given), by=checker
    )
    through(draft, checker, editor)
    [reply] = told_of(draft.claim)
    assert (reply["answer"], reply["is_excerpt"], reply["statement"]) == shown
    assert "Off the record" not in draft.claim.publications.get().body


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"display": "excerpt", "excerpt": "It never rests."}, "does not contain these words"),
        (
            {"display": "excerpt", "excerpt": "the tender. […] It rests"},
            "does not contain these words at this place",
        ),
        ({"display": "excerpt"}, "Fill in the text for readers"),
        ({"display": "statement"}, "Fill in the text for readers"),
        ({"display": "full", "text": " "}, "Fill in the text for readers"),
        ({"display": ""}, "Choose what to show to readers"),
        ({"answered_at": timezone.now() + timedelta(days=2)}, "in the future"),
        ({"answered_at": timezone.now() - timedelta(days=9)}, "before the request was sent"),
    ],
)
def test_answer_that_does_not_fit_is_refused(
    draft: Verdict, checker: User, given: Any, sentence: str
) -> None:
    row = ask(draft, checker)
    with pytest.raises(NotPossible, match=sentence):
        reply_requests.record_reply(row, answer(**given), by=checker)


def test_a_reply_in_review_is_reported_and_needs_new_sign_offs(
    draft: Verdict, checker: User, editor: User
) -> None:
    row = ask(draft, checker)
    verdict = workflow.move(workflow.move(draft, "submit", by=checker), "sign_off", by=editor)
    with recorded_notifications() as sent:
        reply_requests.record_reply(row, answer(), by=checker)
    assert sent == [("answered", "edith", "Mara Lindqvist")]
    with pytest.raises(NotPossible, match="0 of 1 sign-offs"):
        workflow.move(verdict, "publish", by=editor)
    workflow.move(verdict, "sign_off", by=editor)
    workflow.move(verdict, "publish", by=editor)
    assert told_of(draft.claim)[0]["answer"] == "It rests on the tender."


def test_answer_an_hour_after_publication_becomes_an_update(
    draft: Verdict, checker: User, editor: User
) -> None:
    row = ask(draft, checker, hours=-1)
    through(draft, checker, editor)
    reply_requests.record_reply(row, answer(), by=checker)
    assert told_of(draft.claim)[0]["answered_on"] is None  # nothing published changes by itself
    newer = reply_requests.draft_update(row, by=checker)
    assert newer.correction_kind == "update"
    assert newer.correction_note == "Mara Lindqvist replied after publication; the reply has been added."
    through(newer, checker, editor)
    [reply] = told_of(draft.claim)
    assert reply["answer"] == "It rests on the tender."
    assert draft.claim.publications.current().get().kind == "update"


def test_answer_reaches_the_version_that_is_being_written(
    draft: Verdict, checker: User, editor: User
) -> None:
    row = ask(draft, checker, hours=-1)
    through(draft, checker, editor)
    newer = make_draft(
        draft.claim, checker, correction_kind="correction", correction_note="The sum was wrong."
    )
    reply_requests.record_reply(row, answer(), by=editor)
    copy = newer.reply_requests.get()
    assert (copy.answer, copy.carried_from) == ("It rests on the tender.", row)
    assert list(ReplyRequest.objects.needing_attention()) == []


def test_an_update_is_drafted_only_for_a_published_verdict_with_a_reply(
    draft: Verdict, checker: User, editor: User
) -> None:
    row = ask(draft, checker, hours=-1)
    with pytest.raises(NotPossible, match="There is no reply"):
        reply_requests.draft_update(row, by=checker)
    row = reply_requests.record_reply(row, answer(), by=checker)
    with pytest.raises(NotPossible, match="only for a published verdict"):
        reply_requests.draft_update(row, by=checker)


def test_a_new_version_copies_requests_and_replies(draft: Verdict, checker: User, editor: User) -> None:
    row = reply_requests.record_reply(ask(draft, checker), answer(), by=checker)
    through(draft, checker, editor)
    newer = make_draft(draft.claim, checker, correction_kind="update", correction_note="New figures.")
    copy = newer.reply_requests.get()
    assert copy.pk != row.pk
    same = (
        "claimant_id",
        "text",
        "address",
        "sent_at",
        "answer_by",
        "answer",
        "answered_at",
        "answer_recorded_at",
    )
    row.refresh_from_db()
    assert [getattr(copy, name) for name in same] == [getattr(row, name) for name in same]


def test_open_requests_need_attention(
    draft: Verdict, checker: User, editor: User, publish: Callable[..., Claim]
) -> None:
    late, running = (
        ask(draft, checker, hours=-1),
        ask(draft, checker, party="The builder", claimant=None, hours=3),
    )
    answered = ask(draft, checker, party="The mayor", claimant=None)
    reply_requests.record_reply(answered, answer(), by=checker)
    assert list(ReplyRequest.objects.needing_attention().order_by("answer_by")) == [late, running]
