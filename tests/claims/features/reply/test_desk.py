"""Asking for answers at the desk: from the verdict's page to an answer that is published as an update."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html

from claims.features.reply import reply_requests
from claims.features.reply.models import ReplyRequest, ReplyTemplate
from claims.models import Verdict
from claims.review import workflow
from tests.claims.features.reply.replies import answer, ask, named_draft
from tests.helpers.desk import Desk, said

pytestmark = pytest.mark.django_db

ADD = reverse("admin:reply_replyrequest_add")


@pytest.fixture
def draft(checker: User) -> Verdict:
    return named_draft(checker)


@pytest.fixture
def seat(client: Client, checker: User) -> Desk:
    return Desk(client).sign_in(checker)


def page(desk: Desk, path: str) -> html.HtmlElement:
    response = desk.client.get(path)
    assert response.status_code == 200
    found: html.HtmlElement = html.fromstring(response.content.decode())
    return found


def press(desk: Desk, row: ReplyRequest, action: str) -> list[str]:
    return said(desk.client.post(reverse(f"admin:reply_replyrequest_{action}", args=[row.pk]), follow=True))


def moment(hours: float) -> tuple[str, str]:
    at = timezone.localtime() + timedelta(hours=hours)
    return f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}"


def asking(**changes: Any) -> dict[str, Any]:
    day, time = moment(24)
    given = {
        "party": "",
        "channel": "email",
        "address": "press@ministry.example",
        "language": "en",
        "answer_by_0": day,
        "answer_by_1": time,
        "subject": "Your speech",
        "text": "What does it rest on? Please answer by {deadline}.",
    }
    return given | changes


@pytest.mark.slow
@pytest.mark.parametrize("of_claim", [True, False])
def test_the_page_links_to_the_request_if_a_claimant_must_be_asked(
    seat: Desk, draft: Verdict, of_claim: bool
) -> None:
    kind, key = ("claim", draft.claim_id) if of_claim else ("verdict", draft.pk)
    found = page(seat, reverse(f"admin:claims_{kind}_change", args=[key]))
    (section,) = found.cssselect("#right-of-reply")
    assert "request a reply, or give the reason for not asking" in " ".join(section.text_content().split())
    assert f"{ADD}?verdict={draft.pk}" in [link.get("href") for link in section.iter("a")]
    assert "#right-of-reply" in [link.get("href") for link in found.cssselect(".desk-missing a")]


def test_form_begins_with_the_template_of_the_language(seat: Desk, draft: Verdict) -> None:
    found = page(seat, f"{ADD}?verdict={draft.pk}&language=de")
    text = found.cssselect("textarea[name=text]")[0].text or ""
    assert "The bridge cost ninety million euros." in text
    assert "{deadline}" in text
    assert "Mit freundlichen Grüßen\nChris" in text


def test_ask_send_and_record_a_reply(seat: Desk, draft: Verdict, checker: User) -> None:
    response = seat.client.post(f"{ADD}?verdict={draft.pk}", asking(), follow=True)
    row = ReplyRequest.objects.get()
    assert said(response) == ["Saved. Send the request now, or pass it on yourself and mark it as sent."]
    assert (row.claimant, row.sent_at) == (draft.claim.claimant, None)
    assert press(seat, row, "mark-sent")[0].startswith("Marked as sent on ")
    row.refresh_from_db()
    assert "{deadline}" not in row.text
    given = {
        "answered_at": f"{timezone.localtime():%Y-%m-%dT%H:%M:%S}",
        "answer_channel": "telephone",
        "answer": "It rests on the tender.",
        "answer_display": "excerpt",
        "excerpt": "It rests on nothing.",
    }
    address = reverse("admin:reply_replyrequest_answer", args=[row.pk])
    refused = seat.client.post(address, given)
    assert "does not contain these words" in refused.content.decode()
    assert "It rests on nothing." in refused.content.decode()  # the typed text stays
    kept = seat.client.post(address, given | {"excerpt": "the tender"}, follow=True)
    assert said(kept) == ["Saved. This will be published with the verdict."]
    row.refresh_from_db()
    assert (row.answer_channel, row.excerpt, row.statement) == ("telephone", "the tender", "")


def test_the_reason_for_not_asking_is_required(seat: Desk, draft: Verdict) -> None:
    address = f"{ADD}?verdict={draft.pk}&not_asked"
    refused = seat.client.post(address, {"party": "", "not_asked": "other", "not_asked_note": ""})
    assert "Explain in your own words why no one was asked." in refused.content.decode()
    seat.client.post(address, {"party": "", "not_asked": "no_way", "not_asked_note": ""})
    row = ReplyRequest.objects.get()
    assert (row.not_asked, row.text) == ("no_way", "")
    assert workflow.move(draft, "submit", by=draft.author).state == "in_review"  # type: ignore[arg-type]


def test_words_in_braces_that_mean_nothing_are_named(seat: Desk, draft: Verdict) -> None:
    refused = seat.client.post(f"{ADD}?verdict={draft.pk}", asking(text="Dear {sir}"))
    assert "{sir} is not a known field" in refused.content.decode()
    assert not ReplyRequest.objects.exists()


def test_people_can_ask_only_about_their_own_verdicts(
    client: Client, draft: Verdict, colleague: User, contributor: User, checker: User
) -> None:
    row = ask(draft, checker, sent_at=None)
    other = Desk(client).sign_in(colleague)
    assert said(other.client.get(f"{ADD}?verdict={draft.pk}", follow=True)) == [
        "Start from a draft verdict, under “Right of reply”."
    ]
    refused = other.client.post(reverse("admin:reply_replyrequest_mark-sent", args=[row.pk])).content.decode()
    assert "This draft belongs to another user. Only its author or an editor can change it." in refused
    outsider = Desk(client).sign_in(contributor)
    for path in (ADD, reverse("admin:reply_replyrequest_change", args=[row.pk])):
        assert outsider.client.get(path).status_code in (302, 403)
    assert outsider.client.post(reverse("admin:reply_replyrequest_answer", args=[row.pk])).status_code in (
        403,
        404,
    )


def test_in_review_only_the_answer_is_left_to_write(seat: Desk, draft: Verdict, checker: User) -> None:
    row = ask(draft, checker)
    workflow.move(draft, "submit", by=checker)
    found = page(seat, reverse("admin:reply_replyrequest_change", args=[row.pk]))
    assert found.cssselect("textarea[name=text]") == []
    assert reverse("admin:reply_replyrequest_answer", args=[row.pk]) in [
        a.get("href") for a in found.iter("a")
    ]


@pytest.mark.slow
def test_answer_after_publication_leads_to_an_update(
    client: Client, draft: Verdict, checker: User, editor: User
) -> None:
    row = ask(draft, checker, hours=-1)
    for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
        workflow.move(draft, action, by=by)
    seat = Desk(client).sign_in(checker)
    reply_requests.record_reply(row, answer(), by=checker)
    found = page(seat, reverse("admin:claims_claim_change", args=[draft.claim_id]))
    assert "Draft an update with this reply" in found.cssselect("#right-of-reply")[0].text_content()
    assert press(seat, row, "draft-update") == [
        "Draft created with the reply. Check the public note, then submit it."
    ]
    newer = Verdict.objects.get(supersedes=draft)
    assert (newer.correction_kind, newer.reply_requests.get().answer) == ("update", "It rests on the tender.")


def test_awaited_answers_wait_on_the_dashboard_the_first_deadline_first(
    seat: Desk, draft: Verdict, checker: User
) -> None:
    late = ask(draft, checker, hours=-2, ago=5, party="The builder", claimant=None)
    soon = ask(draft, checker, hours=3)
    ask(draft, checker, sent_at=None, party="Not sent", claimant=None)
    cards = {card.name: card for card in seat.client.get(reverse("admin:index")).context["cards"]}
    mine = cards["my_requests"]
    assert mine.count == 2
    assert [line.text.partition(":")[0] for line in mine.lines] == ["The builder", "Mara Lindqvist"]
    listed = seat.client.get(reverse("admin:reply_replyrequest_changelist") + "?queue=awaited")
    assert list(listed.context["cl"].result_list) == [late, soon]


def test_the_list_shows_the_state_of_each_verdict_as_other_lists_do(
    client: Client, draft: Verdict, checker: User, editor: User
) -> None:
    ask(draft, checker, hours=3)
    seat, states = Desk(client).sign_in(checker), []
    for action, by in (("submit", checker), ("sign_off", editor)):
        workflow.move(draft, action, by=by)
        listed = page(seat, reverse("admin:reply_replyrequest_changelist"))
        states.append(" ".join(listed.cssselect(".field-verdict_badge")[0].text_content().split()))
    assert states == ["In review", "Signed off, ready to publish"]


def test_templates_are_edited_by_editors_and_checked(client: Client, editor: User, checker: User) -> None:
    row = ReplyTemplate.objects.get(language="en")
    address = reverse("admin:reply_replytemplate_change", args=[row.pk])
    assert Desk(client).sign_in(checker).client.post(address, {}).status_code == 403
    desk = Desk(client).sign_in(editor)
    shown = page(desk, address)
    hidden = {field.get("name"): field.get("value") for field in shown.cssselect("input[type=hidden]")}
    given = hidden | {"language": "en", "subject": "About {claim}", "text": "By {dedline}: {claim}?"}
    refused = desk.client.post(address, given).content.decode()
    assert "{dedline} is not a known field" in refused
    assert "The text must contain {deadline}." in refused
    desk.client.post(address, given | {"text": "By {deadline}: {claim}?"})
    row.refresh_from_db()
    assert row.text == "By {deadline}: {claim}?"
