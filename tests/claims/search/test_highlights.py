"""Where a search was answered: fragments of a claim's texts, with the places that match."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Claim, Claimant, Publication, Topic
from claims.search.highlights import (
    FRAGMENT_CHARACTERS,
    FRAGMENT_LIMIT,
    _cut_fragment,
    _merge_spans,
    find_highlights,
)
from claims.search.queries import parse_search
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.sweeps import sweep

Publish = Callable[..., Claim]


def fragments(claim: Claim, query: str) -> list[dict[str, Any]]:
    """The highlighted parts of a claim."""
    body = Publication.objects.current().get(claim=claim).body
    return find_highlights([body.encode()], parse_search(query))[str(claim.pk)]


def marked(claim: Claim, query: str) -> dict[str, str]:
    """The fragments by their pointer, with brackets around what matches."""
    return {fragment["pointer"]: bracketed(fragment) for fragment in fragments(claim, query)}


def bracketed(fragment: dict[str, Any]) -> str:
    text, last = "", 0
    for start, end in fragment["marks"]:
        text += f"{fragment['text'][last:start]}[{fragment['text'][start:end]}]"
        last = end
    return text + fragment["text"][last:]


@pytest.mark.django_db
@sweep(
    ("statement", "language", "query", "expected"),
    [
        ("The bridges, bridged: a Bridge.", "en", "bridge", "The [bridges], [bridged]: a [Bridge]."),
        ("Die Brücken am Fluß.", "de", "BRUCKE fluss", "Die [Brücken] am [Fluß]."),
        ("Ønsker færre biler.", "nb", "bil onsker", "[Ønsker] færre [biler]."),
        ("L’élection des députés.", "fr", "elections depute", "L’[élection] des [députés]."),
        ("Мосты открыли.", "ru", "мост", "[Мосты] открыли."),
        ("다리는 9백만 유로였다.", "ko", "다리는", "[다리는] 9백만 유로였다."),
        ("पुलों की कीमत।", "hi", "पुल", "[पुलों] की कीमत।"),
        ("新しい橋は九百万ユーロかかった。", "ja", "九百万", "新しい橋は[九百万]ユーロかかった。"),
        ("新しい橋は橋だ。", "ja", "橋", "新しい[橋]は[橋]だ。"),
        ("สะพานมีราคาเก้าล้านยูโร", "th", "ราคา", "สะพานมี[ราคา]เก้าล้านยูโร"),
        ("The new bridge is old.", "en", '"new bridge" -slow', "The [new] [bridge] is old."),
        ("The ferry, not the bridge.", "en", "ferry -tunnel", "The [ferry], not the bridge."),
        ("<b>bridge</b> & [0, 1]", "en", "bridge", "<b>[bridge]</b> & [0, 1]"),
        ("The COVID-19 bridge.", "en", "covid-19", "The [COVID]-[19] bridge."),
        ("𝒜 bridge 🌉 and bridges.", "en", "bridge", "𝒜 [bridge] 🌉 and [bridges]."),
    ],
    undone=True,
)
def test_matches_are_marked_as_they_are_found(
    publish: Publish, statement: str, language: str, query: str, expected: str
) -> None:
    claim = publish(make_claim(statement, language=language), summary="No.", explanation="No.")
    assert marked(claim, query)["/statement"] == expected


@pytest.mark.django_db
def test_every_text_that_is_searched_is_shown(publish: Publish) -> None:
    claimant = Claimant.objects.create(name="Harbour Company")
    claim = make_claim(
        "The harbour is closed.",
        claimant=claimant,
        context="Said at the harbour.",
        topics=[Topic.objects.create(name="Harbours", slug="harbours")],
    )
    source = make_source("They said: the harbour is shut.")
    make_appearance(claim, source, "the harbour is shut")
    claim = publish(claim, summary="No harbour is.", explanation="The **harbour** is open.")
    assert marked(claim, "harbour") == {
        "/statement": "The [harbour] is closed.",
        "/claimant/name": "[Harbour] Company",
        "/topics/0/name": "[Harbours]",
        "/context": "Said at the [harbour].",
        "/verdicts/0/summary": "No [harbour] is.",
    }
    assert len(fragments(claim, "harbour")) == FRAGMENT_LIMIT
    assert marked(claim, "shut") == {"/appearances/0/exact": "the harbour is [shut]"}
    assert marked(claim, "open") == {"/verdicts/0/explanation": "The **harbour** is [open]."}


@pytest.mark.django_db
def test_each_claim_is_highlighted_by_the_rules_of_its_languages(publish: Publish) -> None:
    """To English "universe" and "univers" are one word, to French they are not."""
    publish(make_claim("The universe is large."))
    french = publish(make_claim("Un univers, the universe.", language="fr"), language="fr")
    assert marked(french, "universe") == {"/statement": "Un univers, the [universe]."}


@pytest.mark.django_db
def test_the_part_of_a_long_text_with_most_matches_is_shown(publish: Publish) -> None:
    filler = "Nothing is known of it at all. " * 20
    explanation = f"One ferry. {filler}The ferry met another ferry. {filler}"
    claim = publish(make_claim("The harbour is closed."), explanation=explanation)
    (fragment,) = fragments(claim, "ferry")
    assert "The [ferry] met another [ferry]." in bracketed(fragment)
    assert len(fragment["text"]) <= FRAGMENT_CHARACTERS
    whole = Publication.objects.current().get(claim=claim).document["verdicts"][0]["explanation"]
    assert whole[fragment["start"] :].startswith(fragment["text"])
    assert not fragment["text"].startswith(" ")
    assert whole[fragment["start"] - 1] == " "


@pytest.mark.django_db
def test_excluded_words_are_not_highlighted(publish: Publish) -> None:
    claim = publish(make_claim("The harbour is closed."))
    assert fragments(claim, "-ferry") == []
    assert marked(claim, "harbour or -closed") == {}


@given(
    st.text("ab 橋.", max_size=900),
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 9)), min_size=1, max_size=9),
)
def test_fragments_contain_their_highlights(text: str, places: list[tuple[int, int]]) -> None:
    spans = _merge_spans([(start, start + length) for start, length in places if start + length <= len(text)])
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    if not spans:
        return
    fragment = _cut_fragment(text, spans)
    assert text[fragment["start"] :].startswith(fragment["text"])
    assert len(fragment["text"]) <= FRAGMENT_CHARACTERS
    assert fragment["marks"]
    for start, end in fragment["marks"]:
        assert (fragment["start"] + start, fragment["start"] + end) in spans
        assert end <= len(fragment["text"])
