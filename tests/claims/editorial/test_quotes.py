"""Appearances and evidence: the words are found in the source and anchored there, by the same rules as at the desk."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.editorial import named_sources
from claims.models import Appearance, Claim, Verdict
from sources.http.fetch_errors import FetchError
from sources.models import Source
from sources.source_kinds import Material
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_snapshot, make_source
from tests.helpers.newsroom_tool import pointers, tool
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

TEXT = "Ferries ran late on Monday. The minister said the bridge cost 90 million euros. Ferries ran late on Tuesday."
WORDS = "the bridge cost 90 million euros"


@pytest.fixture
def claim(contributor: User) -> Claim:
    return make_claim(state="proposed", created_by=contributor)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Address → text of the pages that can be fetched; every fetch is counted."""
    pages: dict[str, str] = {}

    def fetched(url: str) -> Any:
        if url not in pages:
            raise FetchError("not_found", f"There is nothing at {url}.")
        return url

    def material(url: str) -> Material:
        pages["fetched"] = pages.get("fetched", "") + "."
        return Material(pages[url].encode(), url=url, final_url=url, content_type="text/plain")

    monkeypatch.setattr(named_sources, "fetch", fetched)
    monkeypatch.setattr(Material, "fetched", material)
    return pages


def test_words_are_anchored_at_their_position(contributor: User, claim: Claim) -> None:
    source = make_source(TEXT)
    answer = tool(contributor).post(
        f"claims/{claim.pk}/appearances/",
        {"source": source.pk, "exact": " the  bridge cost 90 million euros "},
    )
    assert answer.status_code == 201
    body = answer.json()
    row = claim.appearances.get()
    assert answer["Location"].endswith(f"/claims/{claim.pk}/appearances/{row.pk}/")
    assert {key: body[key] for key in ("exact", "start", "end", "anchor", "claim", "is_first")} == {
        "exact": WORDS,
        "start": TEXT.index(WORDS),
        "end": TEXT.index(WORDS) + len(WORDS),
        "anchor": "anchored",
        "claim": claim.pk,
        "is_first": False,
    }
    assert body["prefix"] == TEXT[:46][-32:]
    assert (body["source"]["id"], body["snapshot"]["number"]) == (source.pk, 1)


def test_words_that_are_not_there_are_refused(contributor: User, claim: Claim) -> None:
    refusal = tool(contributor).post(
        f"claims/{claim.pk}/appearances/", {"source": make_source(TEXT).pk, "exact": "the tunnel"}
    )
    assert (refusal.status_code, pointers(refusal)) == (422, ["#/exact"])
    assert "The text does not contain this quote." in refusal.json()["detail"]
    assert not Appearance.objects.exists()


def test_words_that_occur_twice_are_distinguished_by_their_context(contributor: User, claim: Claim) -> None:
    asking, quote = tool(contributor), {"source": make_source(TEXT).pk, "exact": "Ferries ran late on"}
    refusal = asking.post(f"claims/{claim.pk}/appearances/", quote)
    assert (refusal.status_code, pointers(refusal)) == (422, ["#/exact"] * 3)
    assert "There: … [Ferries ran late on] Monday." not in refusal.json()["detail"]
    assert "[Ferries ran late on] Monday." in refusal.json()["detail"]
    chosen = asking.post(f"claims/{claim.pk}/appearances/", quote | {"suffix": "Tuesday"})
    assert chosen.json()["start"] == TEXT.rindex("Ferries")


def test_offsets_name_the_place_in_the_latest_snapshot(contributor: User, claim: Claim) -> None:
    asking, source = tool(contributor), make_source(TEXT)
    place = {"source": source.pk, "start": 0, "end": 26, "snapshot": 1}
    answer = asking.post(f"claims/{claim.pk}/appearances/", place)
    assert (answer.json()["exact"], answer.json()["anchor"]) == ("Ferries ran late on Monday", "anchored")
    make_snapshot(source, "Corrected. " + TEXT)
    stale = asking.post(f"claims/{claim.pk}/appearances/", place | {"start": 1})
    assert (stale.status_code, pointers(stale)) == (422, ["#/start"])
    assert "The latest snapshot of the source is number 2" in stale.json()["detail"]


@sweep(
    "place, reason",
    [
        ({"start": 0, "end": 5000, "snapshot": 1}, "outside the text"),
        ({"start": 9, "end": 9, "snapshot": 1}, "empty or outside"),
        ({"start": 7, "end": 8, "snapshot": 1}, "only white space"),
        ({"start": 0, "end": 7, "snapshot": 1, "exact": "Bridges"}, "different words at 0–7: “Ferries”"),
        ({"start": 0, "end": 7, "snapshot": 2}, "The latest snapshot of the source is number 1"),
    ],
    undone=True,
)
def test_offsets_that_point_elsewhere_are_refused(
    contributor: User, claim: Claim, place: dict[str, Any], reason: str
) -> None:
    body = {"source": make_source(TEXT).pk} | place
    refusal = tool(contributor).post(f"claims/{claim.pk}/appearances/", body)
    assert (refusal.status_code, pointers(refusal)) == (422, ["#/start"])
    assert reason in refusal.json()["detail"]


def test_offsets_need_a_snapshot_to_be_counted_in(contributor: User, claim: Claim) -> None:
    body = {"source": make_source().pk, "start": 0, "end": 7, "snapshot": 1}
    refusal = tool(contributor).post(f"claims/{claim.pk}/appearances/", body)
    assert "The source has no snapshot" in refusal.json()["detail"]


@sweep(
    "body, place",
    [
        ({}, "#/source"),
        ({"exact": "x"}, "#/source"),
        ({"source": 1, "source_url": "https://example.org/"}, "#/source_url"),
        ({"source": 1, "start": 0}, "#/start"),
        ({"source": 1, "start": 0, "end": 5}, "#/start"),
        ({"source": 1, "snapshot": 1}, "#/snapshot"),
        ({"source": 1, "start": 0, "end": 5, "snapshot": 1, "prefix": "x"}, "#/prefix"),
        ({"source": 1, "start": -1, "end": 5, "snapshot": 1}, "#/start"),
        ({"source": 1, "start": 0, "end": 2**31, "snapshot": 1}, "#/end"),
        ({"source_url": "example"}, "#/source_url"),
    ],
    undone=True,
)
def test_a_quote_is_read_strictly(contributor: User, claim: Claim, body: dict[str, Any], place: str) -> None:
    if body.get("source"):
        body = body | {"source": make_source(TEXT).pk}
    refusal = tool(contributor).post(f"claims/{claim.pk}/appearances/", body)
    assert (refusal.status_code, pointers(refusal)) == (400, [place])


def test_the_same_place_is_listed_once(contributor: User, claim: Claim) -> None:
    asking, quote = tool(contributor), {"source": make_source(TEXT).pk, "exact": WORDS}
    assert asking.post(f"claims/{claim.pk}/appearances/", quote).status_code == 201
    refusal = asking.post(f"claims/{claim.pk}/appearances/", quote)
    assert (refusal.status_code, refusal.json()["detail"]) == (409, "This appearance is already listed.")


def test_a_source_can_be_listed_without_words(contributor: User, claim: Claim) -> None:
    answer = tool(contributor).post(f"claims/{claim.pk}/appearances/", {"source": make_source(TEXT).pk})
    body = answer.json()
    assert (body["exact"], body["start"], body["anchor"]) == ("", None, "unanchored")


# Sources by their address ---------------------------------------------------------------------------------------------


def test_a_known_address_in_any_spelling_is_the_known_source(
    contributor: User, claim: Claim, web: dict[str, str]
) -> None:
    source = make_source(TEXT, url="https://news.example.org/bridge")
    answer = tool(contributor).post(
        f"claims/{claim.pk}/appearances/",
        {"source_url": "http://m.news.example.org/bridge/?utm_source=x", "exact": WORDS},
    )
    assert answer.json()["source"]["id"] == source.pk
    assert "fetched" not in web


def test_an_unknown_address_is_fetched_and_captured(
    contributor: User, claim: Claim, web: dict[str, str]
) -> None:
    web["https://news.example/bridge"] = TEXT
    asking = tool(contributor)
    body = {"source_url": "https://news.example/bridge", "exact": WORDS}
    answer = asking.post(f"claims/{claim.pk}/appearances/", body, Idempotency_Key="1")
    assert (answer.status_code, answer.json()["anchor"]) == (201, "anchored")
    source = Source.objects.get()
    assert (source.url, source.created_by, source.get_latest_snapshot().text) == (  # type: ignore[union-attr]  # it has one
        "https://news.example/bridge",
        contributor,
        TEXT,
    )
    again = asking.post(f"claims/{claim.pk}/appearances/", body, Idempotency_Key="1")
    assert (again.content, web["fetched"]) == (answer.content, ".")


def test_an_address_with_nothing_at_it_is_refused(
    contributor: User, claim: Claim, web: dict[str, str]
) -> None:
    refusal = tool(contributor).post(
        f"claims/{claim.pk}/appearances/", {"source_url": "https://news.example/gone"}
    )
    assert (refusal.status_code, pointers(refusal)) == (422, ["#/source_url"])
    assert not Source.objects.exists()


def test_words_that_an_unknown_address_does_not_have_leave_no_source(
    contributor: User, claim: Claim, web: dict[str, str]
) -> None:
    web["https://news.example/bridge"] = TEXT
    body = {"source_url": "https://news.example/bridge", "exact": "the tunnel"}
    refusal = tool(contributor).post(f"claims/{claim.pk}/appearances/", body)
    assert refusal.status_code == 422
    assert not Source.objects.exists()


# Editing --------------------------------------------------------------------------------------------------------------


def test_other_words_are_anchored_again_and_nothing_else_is_touched(contributor: User, claim: Claim) -> None:
    asking = tool(contributor)
    appearance = make_appearance(claim, make_source(TEXT), WORDS)
    path = f"claims/{claim.pk}/appearances/{appearance.pk}/"
    before = asking.get(path).json()
    assert asking.patch(path, {}).json() == before
    moved = asking.patch(path, {"exact": "Ferries ran late on Tuesday"}).json()
    assert (moved["start"], moved["exact"]) == (TEXT.rindex("Ferries"), "Ferries ran late on Tuesday")
    lifted = asking.patch(path, {"exact": ""}).json()
    assert (lifted["start"], lifted["prefix"], lifted["anchor"]) == (None, "", "unanchored")


def test_an_orphaned_anchor_stays_orphaned_until_a_person_sets_its_place(
    contributor: User, claim: Claim
) -> None:
    source = make_source(TEXT)
    appearance = make_appearance(claim, source, WORDS)
    Appearance.objects.filter(pk=appearance.pk).update(anchor="orphaned")
    make_snapshot(source, f"It is said that {WORDS}.")
    asking, path = tool(contributor), f"claims/{claim.pk}/appearances/{appearance.pk}/"
    assert asking.patch(path, {}).json()["anchor"] == "orphaned"
    found = asking.patch(path, {"exact": WORDS}).json()
    assert (found["anchor"], found["snapshot"]["number"], found["start"]) == ("anchored", 2, 16)


def test_another_source_is_searched_for_the_same_words(contributor: User, claim: Claim) -> None:
    appearance = make_appearance(claim, make_source(TEXT), WORDS)
    other = make_source(f"He repeated that {WORDS}.")
    answer = tool(contributor).patch(f"claims/{claim.pk}/appearances/{appearance.pk}/", {"source": other.pk})
    assert (answer.json()["source"]["id"], answer.json()["start"]) == (other.pk, 17)


def test_the_first_appearance_is_one_of_the_claims_own(
    contributor: User, checker: User, claim: Claim
) -> None:
    own = make_appearance(claim, make_source(TEXT), WORDS)
    foreign = make_appearance(make_claim(), make_source(TEXT), WORDS)
    asking, path = tool(contributor), f"claims/{claim.pk}/"
    refusal = asking.patch(path, {"first_appearance": foreign.pk})
    # A contributor does not learn whether it is there: the other claim may be hidden from them.
    assert (refusal.status_code, pointers(refusal)) == (422, ["#/first_appearance"])
    refusal = tool(checker).patch(path, {"first_appearance": foreign.pk})
    assert (refusal.status_code, pointers(refusal)) == (400, ["#/first_appearance"])
    body = asking.patch(path, {"first_appearance": own.pk}).json()
    assert (body["first_appearance"], body["appearances"][0]["is_first"]) == (own.pk, True)
    assert asking.delete(f"{path}appearances/{own.pk}/").status_code == 204
    assert asking.get(path).json()["first_appearance"] is None


# Evidence -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(checker: User) -> Verdict:
    return make_draft(make_claim(), checker)


def test_evidence_quotes_its_source(checker: User, draft: Verdict) -> None:
    answer = tool(checker).post(
        f"verdicts/{draft.pk}/evidence/",
        {
            "source": make_source(TEXT).pk,
            "stance": "supports",
            "note": "He said it.",
            "exact": WORDS,
            "position": 2,
        },
    )
    assert answer.status_code == 201
    body = answer.json()
    assert (body["stance"], body["note"], body["position"], body["start"], body["verdict"]) == (
        "supports",
        "He said it.",
        2,
        TEXT.index(WORDS),
        draft.pk,
    )


def test_evidence_keeps_its_anchor_while_its_note_changes(checker: User, draft: Verdict) -> None:
    asking, source = tool(checker), make_source(TEXT)
    path = asking.post(
        f"verdicts/{draft.pk}/evidence/", {"source": source.pk, "stance": "supports", "exact": WORDS}
    )["Location"]
    make_snapshot(source, "All of it was rewritten.")
    body = asking.patch(path, {"note": "Page 3.", "stance": "context"}).json()
    assert (body["note"], body["stance"], body["exact"], body["snapshot"]["number"]) == (
        "Page 3.",
        "context",
        WORDS,
        1,
    )


@sweep(
    "change, place",
    [
        ({"stance": "maybe"}, "#/stance"),
        ({"position": 40_000}, "#/position"),
        ({"note": None}, "#/note"),
        ({"verdict": 1}, "#/verdict"),
        ({"anchor": "anchored"}, "#/anchor"),
    ],
    undone=True,
)
def test_evidence_is_read_strictly(checker: User, draft: Verdict, change: dict[str, Any], place: str) -> None:
    item = draft.evidence.get()
    refusal = tool(checker).patch(f"verdicts/{draft.pk}/evidence/{item.pk}/", change)
    assert (refusal.status_code, pointers(refusal)) == (400, [place])
