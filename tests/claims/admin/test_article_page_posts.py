"""Create claims from selected words and decide about them on an article's page: permissions, repeats and positions."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.admin.article_page import build_article_path
from claims.admin.move_buttons import get_last_move
from claims.models import Appearance, Claim, Claimant, Evidence, Transition
from claims.quotes.selected_words import CAPTURED_AGAIN_MESSAGE
from claims.review import workflow
from sources.models import Source
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_snapshot, make_source

pytestmark = pytest.mark.django_db

TEXT = "The mayor spoke for an hour.\n\nThe tunnel cost 240 million euros, she said. It rained. It rained."
WORDS = "The tunnel cost 240 million euros"


class ArticlePage:
    """The page as it is open in a browser."""

    def __init__(self, client: Client, source: Source, person: User) -> None:
        self.client, self.source = client, source
        client.force_login(person)

    def post(self, below: str, /, exact: str = WORDS, **asked: Any) -> Any:
        text = self.source.snapshots.latest("number").text
        start = text.index(exact) if exact in text else 0
        body = {"snapshot": 1, "start": start, "end": start + len(exact), "exact": exact} | asked
        return self.client.post(
            build_article_path(self.source.pk) + below, body, content_type="application/json"
        )

    def decide(self, claim: Claim, action: str, note: str = "", seen: int | None = None) -> Any:
        seen = get_last_move(claim) if seen is None else seen
        body = {"snapshot": 1, "last_move": str(seen), "note": note}
        address = f"{build_article_path(self.source.pk)}claims/{claim.pk}/{action}/"
        return self.client.post(address, body, content_type="application/json")


@pytest.fixture
def source() -> Source:
    return make_source(TEXT, published_on="2026-03-01", language="")


def test_words_become_a_proposed_claim_with_its_place(
    client: Client, source: Source, contributor: User
) -> None:
    page = ArticlePage(client, source, contributor)
    asked = {"statement": "The tunnel cost 240 million.", "claimant": "Mara Lindqvist"}
    answer = page.post("claims/", **asked)
    claim = Claim.objects.get()
    assert (claim.state, claim.statement, claim.language) == ("proposed", asked["statement"], "und")
    assert (str(claim.claimant), str(claim.claimed_on), claim.created_by) == (
        "Mara Lindqvist",
        "2026-03-01",
        contributor,
    )
    row = claim.appearances.get()
    assert (row.exact, row.start, row.end, row.anchor) == (WORDS, 30, 63, "anchored")
    body = answer.json()
    assert (answer.status_code, body["message"], body["key"]) == (
        200,
        f"Proposed as claim {claim.pk}.",
        f"c{claim.pk}",
    )
    assert set(body["paragraphs"]) == {"30"}
    assert f'<mark class="proposed" id="at-c{claim.pk}">{WORDS}</mark>' in (body["paragraphs"]["30"])
    # A double click, and the same after a lost answer.
    assert page.post("claims/", **asked).json() == body
    assert (Claim.objects.count(), Appearance.objects.count(), Claimant.objects.count()) == (1, 1, 1)


def test_a_place_that_is_not_the_words_is_refused_by_name(
    client: Client, source: Source, checker: User
) -> None:
    page = ArticlePage(client, source, checker)
    lookalike = page.post("claims/", "It rained", start=0, end=9, statement="It rained.")
    assert (lookalike.status_code, lookalike.json()) == (
        409,
        {"problem": "The snapshot has different words at 0–9: “The mayor”."},
    )
    make_snapshot(source, TEXT + " Then it stopped.")
    stale = page.post("claims/", statement="It cost 240 million.")
    assert (stale.status_code, stale.json()) == (
        409,
        {"problem": str(CAPTURED_AGAIN_MESSAGE)},
    )
    assert Claim.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        "[1, 2]",
        "{",
        '{"exact": "\\ud800", "start": 0, "end": 1, "snapshot": 1, "statement": "x"}',
        '{"exact": "The", "start": -1, "end": 1, "snapshot": 1, "statement": "x"}',
        '{"exact": "The", "start": 0, "end": 3, "snapshot": 1, "statement": "  "}',
        '{"exact": "The", "start": 0, "end": 3, "snapshot": 1, "statement": ["x"]}',
        '{"exact": "The", "start": 1e400, "end": 3, "snapshot": 1, "statement": "x"}',
        '{"exact": "The", "start": 0, "end": 99999999999999999999, "snapshot": 1, "statement": "x"}',
        '{"exact": "The", "start": 0, "end": 3, "snapshot": 1, "statement": "x", "claimant": "'
        + "x" * 201
        + '"}',
        "[" * 100_000,
    ],
)
def test_invalid_requests_are_refused(body: str, client: Client, source: Source, checker: User) -> None:
    page = ArticlePage(client, source, checker)
    for below in ("claims/", "appearances/", "evidence/", "offers/"):
        answer = client.post(
            build_article_path(page.source.pk) + below, body, content_type="application/json"
        )
        if below != "offers/" or answer.status_code != 400:
            assert answer.status_code == 400, below
        assert "problem" in answer.json()
    assert Claim.objects.count() == 0
    assert client.get(build_article_path(source.pk) + "claims/").status_code == 404


def test_words_are_attached_to_a_claim(client: Client, source: Source, checker: User) -> None:
    claim = make_claim()
    page = ArticlePage(client, source, checker)
    body = page.post("appearances/", claim=claim.pk).json()
    assert body["message"] == f"Attached to claim {claim.pk}."
    assert page.post("appearances/", claim=claim.pk).json() == body
    assert [row.exact for row in claim.appearances.all()] == [WORDS]
    shorter = page.post("appearances/", "The tunnel", claim=claim.pk)
    assert (shorter.status_code, shorter.json()["problem"]) == (
        409,
        "The claim already has a quote that begins at this place.",
    )
    declined = make_claim(state="declined", reason="An opinion.")
    assert page.post("appearances/", claim=declined.pk).json() == {
        "problem": f"Claim {declined.pk} was declined."
    }
    assert page.post("appearances/", claim=10**6).json() == {
        "problem": "There is no claim 1000000, or you do not have access to it."
    }


def test_words_are_not_attached_to_a_merged_claim(client: Client, source: Source, editor: User) -> None:
    target, merged = make_claim(), make_claim()
    workflow.move(merged, "merge", by=editor, into=target)
    answer = ArticlePage(client, source, editor).post("appearances/", claim=merged.pk)
    assert answer.json() == {
        "problem": f"Claim {merged.pk} was merged into claim {target.pk}. Attach the words to that claim."
    }


def test_contributors_attach_to_proposals_they_may_read_and_decide_nothing(
    client: Client, source: Source, contributor: User, checker: User
) -> None:
    own = make_claim(state="proposed", created_by=contributor)
    accepted = make_claim(created_by=contributor)
    secret = make_claim("A secret of others.", state="proposed", created_by=checker)
    page = ArticlePage(client, source, contributor)
    assert page.post("appearances/", claim=own.pk).status_code == 200
    assert page.post("appearances/", "It rained", claim=accepted.pk).status_code == 403
    hidden = page.post("appearances/", claim=secret.pk)
    assert hidden.json() == {"problem": f"There is no claim {secret.pk}, or you do not have access to it."}
    decided = page.decide(own, "accept")
    assert (decided.status_code, decided.json()) == (
        403,
        {"problem": "Your role does not include this: accept and decline claims."},
    )
    make_appearance(secret, source, "It rained")
    assert page.decide(secret, "accept").status_code == 404
    draft = make_draft(make_claim(), checker)
    cited = page.post("evidence/", verdict=draft.pk, stance="supports")
    assert (cited.status_code, cited.json()) == (
        403,
        {"problem": "Your role does not include this: add evidence."},
    )
    assert Transition.objects.exclude(verdict=None).count() == 0
    assert (own.appearances.count(), secret.appearances.count(), draft.evidence.count()) == (1, 1, 1)


def test_words_become_evidence_of_a_draft(
    client: Client, source: Source, checker: User, colleague: User
) -> None:
    draft = make_draft(make_claim(), checker)
    page = ArticlePage(client, source, checker)
    body = page.post("evidence/", verdict=draft.pk, stance="refutes", note="She says so.").json()
    item = draft.evidence.latest("pk")
    assert (item.stance, item.note, item.exact, item.start, item.position) == (
        "refutes",
        "She says so.",
        WORDS,
        30,
        1,
    )
    assert body["key"] == f"e{item.pk}"
    assert page.post("evidence/", verdict=draft.pk, stance="refutes", note="She says so.").json() == body
    assert draft.evidence.count() == 2
    assert page.post("evidence/", verdict=draft.pk, stance="proves").status_code == 400
    theirs = ArticlePage(client, source, colleague).post("evidence/", verdict=draft.pk, stance="refutes")
    assert (theirs.status_code, theirs.json()) == (
        403,
        {"problem": "This draft belongs to another user. Only its author or an editor can change it."},
    )
    workflow.move(draft, "submit", by=checker)
    late = ArticlePage(client, source, checker).post("evidence/", verdict=draft.pk, stance="context")
    assert late.status_code == 409
    assert Evidence.objects.filter(verdict=draft).count() == 2


def test_a_decision_is_made_once_and_taken_back(client: Client, source: Source, checker: User) -> None:
    claim = make_claim(state="proposed")
    make_appearance(claim, source, WORDS)
    page = ArticlePage(client, source, checker)
    assert (
        page.decide(claim, "decline").json()["problem"]
        == "A note is needed: Reason for not checking the claim."
    )
    body = page.decide(claim, "decline", "An opinion").json()
    assert body["message"] == "Declined."
    assert 'class="declined"' in body["paragraphs"]["30"]
    again = page.decide(claim, "decline", "An opinion", seen=0)
    assert (again.status_code, again.json()["problem"]) == (
        409,
        "Chris has just taken this step: “Decline”. Nothing was changed. Reload the page and check.",
    )
    assert again.json()["note"] == body["note"]
    undone = page.decide(claim, "reconsider").json()
    assert 'class="proposed"' in undone["paragraphs"]["30"]
    claim.refresh_from_db()
    assert (claim.state, claim.reason) == ("proposed", "")
    assert list(claim.transitions.order_by("pk").values_list("action", "actor_name")) == [
        ("decline", "Chris"),
        ("reconsider", "Chris"),
    ]
    for other in ("merge", "republish", "nothing"):
        assert page.decide(claim, other).status_code == 404
    assert page.decide(make_claim(state="proposed"), "accept").status_code == 404


def test_suggestions_show_the_speaker_and_only_editable_claims(
    client: Client, source: Source, contributor: User, checker: User
) -> None:
    spoken = make_source("“The tunnel cost 240 million euros,” Mayor Mara Lindqvist said on Monday.")
    own = make_claim("The tunnel cost 240 million euros.", state="proposed", created_by=contributor)
    secret = make_claim("The tunnel cost 240 million euros, a secret says.", state="proposed")
    accepted = make_claim("The tunnel cost 240 million euros in all.", created_by=contributor)
    page = ArticlePage(client, spoken, contributor)
    assert page.post("offers/", **{"for": "claim"}).json() == {"claimant": "Mara Lindqvist"}
    for sought in ("", "tunnel"):
        html = page.post("offers/", **{"for": "appearance", "q": sought}).json()["html"]
        assert [value for value in (own, secret, accepted) if f'value="{value.pk}"' in html] == [own]
        assert "secret" not in html
    draft = make_draft(accepted, checker)
    assert f'value="{draft.pk}"' not in page.post("offers/", **{"for": "evidence"}).json()["html"]
    page = ArticlePage(client, spoken, checker)
    assert f'value="{draft.pk}"' in page.post("offers/", **{"for": "evidence"}).json()["html"]
    assert f'value="{draft.pk}"' not in page.post("offers/", **{"for": "evidence", "q": "x"}).json()["html"]
    html = page.post("offers/", **{"for": "appearance", "q": str(secret.pk)}).json()["html"]
    assert f'value="{secret.pk}"' in html


def test_strangers_are_sent_away(client: Client, source: Source, checker: User) -> None:
    page = ArticlePage(client, source, checker)
    client.logout()
    for below in ("claims/", "appearances/", "evidence/", "offers/"):
        assert page.post(below, statement="x").status_code == 302
    assert Claim.objects.count() == 0
