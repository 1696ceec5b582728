"""Selected words are read exactly at their position, in whole characters, or refused: never from another place."""

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from claims.quotes.locations import WrongPosition
from claims.quotes.selected_words import find_selected_words, widen_to_characters
from tests.helpers.newsroom import make_snapshot, make_source

FAMILY = "👩🏽‍👩🏻‍👧"
_PIECES = (
    "a",
    " ",
    "\r",
    "\n",
    "\u00ad",
    "\u00a0",
    "e\u0301",
    "\u0301",
    FAMILY,
    "🇩🇪",
    "नि",
    "ش",
    "。",
    "\u200f",
)
HOSTILE = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8).map("".join)


@given(HOSTILE)
@example("a\r\nb")
def test_spans_are_widened_to_whole_characters_and_lose_the_space_at_their_edges(text: str) -> None:
    spans = [(start, end) for start in range(len(text)) for end in range(start + 1, len(text) + 1)]
    boundaries = {0, *(found.end() for found in regex.finditer(r"\X", text))}
    for start, end in spans if len(text) < 9 else spans[:: max(len(spans) // 40, 1)]:
        if not text[start:end].strip():
            continue
        first, last = widen_to_characters(text, start, end)
        assert first in boundaries
        assert last in boundaries
        taken = text[first:last]
        assert taken
        widened_first = max(place for place in boundaries if place <= start)
        widened_last = min(place for place in boundaries if place >= end)
        assert widened_first <= first < last <= widened_last
        # Only white space was trimmed, and the selection neither begins nor ends with white space.
        assert text[widened_first:first].isspace() or widened_first == first
        assert text[last:widened_last].isspace() or last == widened_last
        characters = [found.group() for found in regex.finditer(r"\X", taken)]
        assert not characters[0].isspace()
        assert not characters[-1].isspace()
        assert widen_to_characters(text, first, last) == (first, last)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "selected", "taken"),
    [
        ("He said: 12 %. Then 12 %.", " 12 %. ", "12 %."),
        (f"Before {FAMILY} after", "🏽", FAMILY),
        ("cafe\u0301 noir", "e", "e\u0301"),
        ("line one\r\nline two", "one\r", "one"),
        ("سافر العميد John Smith إلى القاهرة", "John Smith إلى", "John Smith إلى"),
        ("一百万人。\n\n第二段。", "人。\n\n第", "人。\n\n第"),
        ("per\u00adcent of 5\u00a0000", "\u00adcent of 5\u00a0", "\u00adcent of 5"),
    ],
)
def test_selected_text(text: str, selected: str, taken: str) -> None:
    source = make_source(text)
    start = text.index(selected)
    found = find_selected_words(source, 1, start, start + len(selected), selected)
    assert found.exact == taken
    assert found.start is not None
    assert text[found.start : found.end] == taken


@pytest.mark.django_db
def test_words_are_taken_from_their_own_place_and_never_from_a_lookalike() -> None:
    text = "It rained. It rained. It rained."
    source = make_source(text)
    assert find_selected_words(source, 1, 11, 20, "It rained").start == 11
    # One character off, as a text that the browser shows otherwise would be.
    with pytest.raises(WrongPosition, match="The snapshot has different words at 12–21: “t rained.”"):
        find_selected_words(source, 1, 12, 21, "It rained")
    with pytest.raises(WrongPosition, match="at 0–9"):
        find_selected_words(source, 1, 0, 9, "it rained")


@pytest.mark.django_db
def test_invalid_selections_are_refused() -> None:
    source = make_source("It rained. " + "x" * 50_001)
    for start, end, exact, why in [
        (10, 11, " ", "only spaces"),
        (0, 9, "", "only spaces"),
        (0, 60_000, "It", "outside the text"),
        (9, 3, "It", "empty"),
        (11, 50_012, "x" * 50_001, "at most 50000 characters; this one has 50001"),
    ]:
        with pytest.raises(WrongPosition, match=why):
            find_selected_words(source, 1, start, end, exact)
    make_snapshot(source, "It rained again.")
    with pytest.raises(WrongPosition, match="captured again"):
        find_selected_words(source, 1, 0, 9, "It rained")
    with pytest.raises(WrongPosition, match="captured again"):
        find_selected_words(make_source(), 1, 0, 9, "It rained")
