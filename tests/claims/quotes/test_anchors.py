"""Anchors are true of their text, and quotes that people paste are found in it, or the reason is given."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.quotes.anchors import Anchor, QuoteAmbiguous, QuoteNotFound, find_quote, make_anchor
from tests.helpers.cost import assert_in_proportion
from tests.helpers.sweeps import sweep

REPORT = (
    "The harbour was closed for nine days in March. Its operator blamed a storm. "
    "Trade fell by a fifth in that month, the ministry said. It has recovered since."
)


def anchor_on(text: str, quote: str, context: int = 32) -> Anchor:
    start = text.index(quote)
    return make_anchor(text, start, start + len(quote), context=context)


class TestAnchorAt:
    def test_takes_the_words_and_both_contexts(self):
        assert anchor_on(REPORT, "blamed a storm", context=8) == Anchor(
            "blamed a storm", "perator ", ". Trade ", 60, 74
        )

    def test_contexts_are_clipped_at_the_ends_of_the_text(self):
        assert make_anchor("One two three", 4, 7) == Anchor("two", "One ", " three", 4, 7)
        assert make_anchor("One", 0, 3) == Anchor("One", "", "", 0, 3)

    @sweep(("start", "end"), [(3, 3), (5, 4), (-1, 2), (0, 14), (3, 4)])
    def test_refuses_a_span_without_words(self, start, end):
        with pytest.raises(ValueError, match=r"empty or outside|white space"):
            make_anchor("One two three", start, end)

    def test_refuses_to_go_without_context(self):
        with pytest.raises(ValueError, match="context"):
            make_anchor("One two three", 4, 7, context=0)


class TestFind:
    def test_returns_the_words_unchanged(self):
        text = "“It’s over — for now…”, she\u00a0said on 3–4 May."
        assert find_quote(text, '"It\'s over - for now..."').exact == "“It’s over — for now…”"
        assert find_quote(text, "she said on 3-4 May").exact == "she\u00a0said on 3–4 May"
        assert find_quote(text, "over--for").exact == "over — for"

    def test_gives_the_anchor_of_the_place(self):
        assert find_quote(REPORT, "blamed  a\nstorm") == anchor_on(REPORT, "blamed a storm")

    def test_sees_through_soft_hyphens(self):
        text = "The Donau\u00addampf\u00adschiff sank."
        assert find_quote(text, "Donaudampfschiff").exact == "Donau\u00addampf\u00adschiff"

    @sweep("quote", ["", "  \n", "no such words", "arbour", "harb", "fift"])
    def test_absent_empty_and_broken_words_are_not_found(self, quote):
        with pytest.raises(QuoteNotFound):
            find_quote(REPORT, quote)

    def test_particles_may_follow_in_scripts_that_attach_them(self):
        assert find_quote("김철수는 화요일에 도착했다.", "김철수").exact == "김철수"

    def test_several_places_are_named(self):
        with pytest.raises(QuoteAmbiguous, match="2 times") as refused:
            find_quote("He won. She won. He lost.", "won")
        assert (refused.value.count, refused.value.places) == (2, ((3, 6), (12, 15)))

    @sweep(
        ("prefix", "suffix", "start"),
        [("She", "", 12), ("she ", "", None), ("", ". She", 3), ("He", "He", None)],
    )
    def test_prefix_and_suffix_choose(self, prefix, suffix, start):
        text = "He won. She won. He lost."
        if start is None:
            with pytest.raises(QuoteNotFound, match="prefix and suffix"):
                find_quote(text, "won", prefix=prefix, suffix=suffix)
        else:
            assert find_quote(text, "won", prefix=prefix, suffix=suffix) == make_anchor(
                text, start, start + 3
            )

    @given(st.text(max_size=80), st.text(max_size=10), st.text(max_size=4), st.text(max_size=4))
    def test_any_text_gives_an_anchor_or_a_sentence(self, text, quote, prefix, suffix):
        try:
            anchor = find_quote(text, quote, prefix=prefix, suffix=suffix)
        except (QuoteNotFound, QuoteAmbiguous):
            return
        assert anchor == make_anchor(text, anchor.start, anchor.end)


@pytest.mark.slow
class TestTime:
    """Linear, on texts made to be slow: each case takes minutes when it is quadratic."""

    @sweep(
        "repeated",
        [" ", "-", "ab ", "a", ".", " - "],
    )
    def test_a_megabyte(self, repeated):
        def search(length):
            text = repeated * (length // len(repeated))
            for quote in ("ab ab ab x", "- - x", "aaaaaaaa", "the end"):
                with suppress(QuoteNotFound, QuoteAmbiguous):
                    find_quote(f"{text} the end", quote)

        assert_in_proportion(search, 1_000_000)
