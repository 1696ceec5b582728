"""Similar claims at the desk: while a statement is typed, and on the claim's page."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from lxml import html

from claims.admin import similar_claims
from claims.models import Claim, Repeat
from claims.review import verdict_drafts
from tests.helpers.answers import Answers
from tests.helpers.desk import Desk
from tests.helpers.newsroom import make_claim
from tests.helpers.reader_pages import words

pytestmark = pytest.mark.django_db

ASK = reverse("admin:claims_claim_similar")
TYPED = "Trams are free."


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    fake = Answers()
    monkeypatch.setattr(similar_claims, "match_desk_text", fake)
    return fake


def typed(client: Client, statement: str = TYPED, claim: Claim | None = None) -> list[str]:
    response = client.post(ASK, {"statement": statement, "claim": claim.pk if claim else ""})
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    if not response.content.strip():
        return []
    items = html.fragment_fromstring(response.content.decode(), "div").cssselect("li")
    return [re.sub(r"\d{1,2} \w{3} \d{4}", "DAY", words(item)) for item in items]


def test_shows_published_claims_and_claims_in_work(
    desk: Desk, answers: Answers, publish: Callable[..., Claim], checker: User, editor: User
) -> None:
    published, drafted, proposed = (
        publish(make_claim("Trams cost nothing.")),
        make_claim("No tram costs anything."),
        make_claim("Trams are not free.", state="proposed", created_by=checker),
    )
    verdict_drafts.create_draft(drafted, author=checker)
    answers.know(TYPED, published, confidence=0.9, reasons=("the same, negated twice",))
    answers.know(TYPED, drafted, confidence=0.8, reasons=())
    answers.know(TYPED, proposed, "contradicts", confidence=0.99, reasons=("one of them denies it",))
    assert typed(desk.client) == [
        (
            f"The same claim Published DAY False Factcheck Newsroom Trams cost nothing. Claim {published.pk}"
            " the same, negated twice"
        ),
        (
            f"The same claim Accepted Draft Factcheck Newsroom No tram costs anything. Claim {drafted.pk}"
            " · in progress: Chris"
        ),
        f"Contradicts the claim Proposed Trams are not free. Claim {proposed.pk} one of them denies it",
    ]
    assert answers.asked == [(TYPED, editor)]


def test_differing_words_are_marked_on_both_sides(desk: Desk, answers: Answers) -> None:
    claim, reworded = make_claim("Buses are free."), make_claim("Ships are free.")
    for other in (claim, reworded):
        answers.know(TYPED, other, "related", differs=(((0, 5),), ((0, 5),)))
    Claim.objects.filter(pk=reworded.pk).update(statement="All ships cost nothing.")
    response = desk.client.post(ASK, {"statement": f" {TYPED}", "claim": ""})
    items = html.fragment_fromstring(response.content.decode(), "div").cssselect("li")
    assert [[words(mark) for mark in item.cssselect(".differs")] for item in items] == [
        ["Buses", "Trams"],
        ["Trams"],
    ]


def test_nothing_similar_says_nothing(desk: Desk, answers: Answers) -> None:
    assert typed(desk.client) == []


def test_the_beginning_of_a_statement_is_not_looked_up(desk: Desk, answers: Answers) -> None:
    assert typed(desk.client, "Trams") == []
    assert answers.asked == []


def test_a_claim_is_not_similar_to_itself_or_to_merged_claims(
    desk: Desk, answers: Answers, editor: User
) -> None:
    own, merged = make_claim(TYPED), make_claim()
    desk.move(merged, "merge", into=own.pk)
    answers.know(TYPED, own)
    answers.know(TYPED, merged)
    assert typed(desk.client, claim=own) == []


def test_the_same_words_are_found_without_matching(desk: Desk, answers: Answers) -> None:
    own, same = make_claim(TYPED), make_claim("trams are “free”")
    (item,) = typed(desk.client, claim=own)
    assert f"Claim {same.pk}" in item
    assert "The words are the same." in item


def test_drafts_of_others_are_hidden_without_permission(
    client: Client, answers: Answers, contributor: User, checker: User, publish: Callable[..., Claim]
) -> None:
    secret = make_claim("Xylograph.", created_by=checker)
    answers.know(TYPED, secret, reasons=("xylograph",))
    public = publish(make_claim("Trams cost nothing."))
    verdict_drafts.create_draft(public, author=checker)
    answers.know(TYPED, public)
    client.force_login(contributor)
    (item,) = typed(client)
    assert item.startswith("The same claim Published DAY False Factcheck Newsroom Trams cost nothing.")
    assert "in work" not in item


def test_it_needs_permission_to_work_with_claims(client: Client, answers: Answers) -> None:
    assert client.post(ASK, {"statement": TYPED}).status_code == 302
    client.force_login(User.objects.create_user("stranger", is_staff=True))
    assert client.post(ASK, {"statement": TYPED}).status_code == 404
    assert answers.asked == []


def test_a_statement_is_posted_and_not_in_an_address(desk: Desk, answers: Answers) -> None:
    assert desk.client.get(ASK, {"statement": TYPED}).status_code == 404


def test_the_form_asks_while_one_types(desk: Desk) -> None:
    claim = make_claim()
    for page, own in ((reverse("admin:claims_claim_add"), ""), (desk.page(claim), str(claim.pk))):
        document = html.document_fromstring(desk.client.get(page).content.decode())
        (field,) = document.cssselect("textarea[name=statement]")
        assert (field.get("data-similar"), field.get("data-similar-to")) == (ASK, own)


def merges(desk: Desk, claim: Claim) -> list[str]:
    document = html.document_fromstring(desk.text(claim))
    return [field.get("value") for field in document.cssselect("#similar form input[name=into]")]


def test_on_its_page_a_claim_is_merged_with_one_click(desk: Desk, answers: Answers) -> None:
    proposal, other = make_claim(TYPED, state="proposed"), make_claim("Trams cost nothing.")
    declined = make_claim("Trams are gratis.", state="declined", reason="No.")
    answers.know(TYPED, other)
    answers.know(TYPED, make_claim("Trams are not free."), "contradicts")
    answers.know(TYPED, declined, "related")
    assert merges(desk, proposal) == [str(other.pk)]
    desk.move(proposal, "merge", into=other.pk, note="These are the same claim.")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.merged_into) == ("merged", other)
    assert 'id="similar"' not in desk.text(proposal)


def test_the_merge_button_needs_permission(desk: Desk, answers: Answers, checker: User) -> None:
    proposal, other = make_claim(TYPED, state="proposed"), make_claim("Trams cost nothing.")
    answers.know(TYPED, other)
    desk.sign_in(checker)
    assert 'id="similar"' in desk.text(proposal)
    assert merges(desk, proposal) == []


def test_a_claim_that_others_are_merged_into_cannot_be_merged_on(desk: Desk, answers: Answers) -> None:
    claim, other, child = make_claim(TYPED), make_claim("Trams cost nothing."), make_claim()
    desk.move(child, "merge", into=claim.pk)
    answers.know(TYPED, other)
    assert merges(desk, claim) == []


def test_triage_shows_claims_that_were_already_checked(desk: Desk, publish: Callable[..., Claim]) -> None:
    proposal = make_claim(TYPED, state="proposed")
    make_claim("Rain is wet.", state="proposed")
    Repeat.objects.create(claim=publish(), proposal=proposal, exact=TYPED, origin="article", confidence=0.9)
    text = desk.client.get(reverse("admin:claims_claim_changelist") + "?queue=triage").content.decode()
    assert text.count("Already checked") == 1
