"""Anchors hold, move with their contexts, or are orphaned; they never settle on a lookalike."""

from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.quotes.anchors import (
    CONTEXT_DIFFERS,
    QUOTE_NOT_FOUND,
    SEVERAL_TIMES,
    Anchor,
    Located,
    QuoteAmbiguous,
    QuoteNotFound,
    anchor_at,
    find,
    locate,
)
from tests.helpers.cost import assert_in_proportion

REPORT = (
    "The harbour was closed for nine days in March. Its operator blamed a storm. "
    "Trade fell by a fifth in that month, the ministry said. It has recovered since."
)


def anchor_on(text: str, quote: str, context: int = 32) -> Anchor:
    start = text.index(quote)
    return anchor_at(text, start, start + len(quote), context=context)


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, int, int]:
    text = draw(st.text(alphabet=st.sampled_from("ab c\n.é한ع"), min_size=1, max_size=120))
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    assume(not text[start:end].isspace())
    return text, start, end


class TestAnchorAt:
    def test_takes_the_words_and_both_contexts(self):
        assert anchor_on(REPORT, "blamed a storm", context=8) == Anchor(
            "blamed a storm", "perator ", ". Trade ", 60, 74
        )

    def test_contexts_are_clipped_where_the_text_begins_and_ends(self):
        assert anchor_at("One two three", 4, 7) == Anchor("two", "One ", " three", 4, 7)
        assert anchor_at("One", 0, 3) == Anchor("One", "", "", 0, 3)

    @pytest.mark.parametrize(("start", "end"), [(3, 3), (5, 4), (-1, 2), (0, 14), (3, 4)])
    def test_refuses_a_span_without_words(self, start, end):
        with pytest.raises(ValueError, match=r"empty or outside|white space"):
            anchor_at("One two three", start, end)

    def test_refuses_to_go_without_context(self):
        with pytest.raises(ValueError, match="context"):
            anchor_at("One two three", 4, 7, context=0)


class TestHeld:
    @given(spans(), st.integers(1, 40))
    def test_every_anchor_holds_in_its_own_text(self, span, context):
        text, start, end = span
        anchor = anchor_at(text, start, end, context=context)
        assert locate(text, anchor) == Located("held", anchor)

    def test_holds_when_words_far_away_change(self):
        anchor = anchor_on(REPORT, "Trade fell by a fifth")
        assert locate(REPORT.replace("recovered", "improved"), anchor) == Located("held", anchor)

    def test_holds_when_a_line_end_in_the_context_becomes_a_space(self):
        anchor = anchor_on("Rain came.\nThe dam broke.\nNobody was hurt.", "The dam broke.")
        assert locate("Rain came. The dam broke. Nobody was hurt.", anchor) == Located("held", anchor)

    def test_the_same_words_at_the_position_in_another_context_do_not_hold(self):
        anchor = anchor_on("Was it safe? No. The owner agreed.", "No.")
        assert locate("Did he fly?? No. The pilot slept.", anchor) == Located(
            "orphaned", None, CONTEXT_DIFFERS
        )

    def test_the_last_words_do_not_hold_inside_a_longer_word(self):
        anchor = anchor_on("He saw a cat", "a cat")
        assert locate("He saw a category", anchor) == Located("orphaned", None, CONTEXT_DIFFERS)

    def test_the_last_words_hold_when_a_sentence_follows_later(self):
        anchor = anchor_on("He saw a cat", "a cat")
        assert locate("He saw a cat. It slept.", anchor) == Located("held", anchor)


class TestMoved:
    @given(spans(), st.text(alphabet="xyz \n", max_size=60))
    def test_text_before_moves_an_anchor_by_its_length(self, span, inserted):
        text, start, end = span
        before = f"{inserted}\n\n"
        anchor = anchor_at(text, start, end, context=200)
        located = locate(before + text, anchor)
        if located.state == "moved":
            context = max(len(anchor.prefix), len(anchor.suffix), 1)
            shift = len(before)
            assert located.anchor == anchor_at(before + text, start + shift, end + shift, context=context)
        else:
            # With nothing but short or periodic text the same words may stand twice.
            assert located.state == "held" or located.reason == SEVERAL_TIMES

    @given(st.text(alphabet="xyz .", max_size=80))
    def test_a_sentence_of_its_own_always_moves(self, inserted):
        anchor = anchor_on(REPORT, "Trade fell by a fifth")
        before = f"{inserted}\n"
        assert locate(before + REPORT, anchor).anchor == Anchor(
            anchor.exact, anchor.prefix, anchor.suffix, anchor.start + len(before), anchor.end + len(before)
        )

    def test_the_first_words_move_behind_an_inserted_headline(self):
        anchor = anchor_on(REPORT, "The harbour")
        located = locate(f"Update\n\n{REPORT}", anchor)
        assert located == Located("moved", anchor_on(f"Update\n\n{REPORT}", "The harbour"))

    def test_a_reflowed_text_gives_true_offsets(self):
        anchor = anchor_on(REPORT, "Trade fell by a fifth in that month")
        reflowed = "  " + REPORT.replace(" ", " \n  ")
        located = locate(reflowed, anchor)
        assert located.anchor is not None
        assert located.state == "moved"
        assert reflowed[located.anchor.start : located.anchor.end] == located.anchor.exact
        assert located.anchor.exact.split() == anchor.exact.split()

    def test_a_changed_word_in_either_context_orphans(self):
        anchor = anchor_on(REPORT, "Trade fell by a fifth")
        for changed in (REPORT.replace("a storm", "a strike"), REPORT.replace("that month", "that year")):
            assert locate(f"New. {changed}", anchor) == Located("orphaned", None, CONTEXT_DIFFERS)


class TestOrphaned:
    def test_a_deleted_sentence(self):
        anchor = anchor_on(REPORT, "Its operator blamed a storm.")
        assert locate(REPORT.replace("Its operator blamed a storm. ", ""), anchor) == Located(
            "orphaned", None, QUOTE_NOT_FOUND
        )

    def test_a_passage_that_stands_twice_is_not_chosen_from(self):
        anchor = anchor_on(REPORT, "blamed a storm", context=10)
        assert locate(f"{REPORT}!\n\n{REPORT}"[1:], anchor) == Located("orphaned", None, SEVERAL_TIMES)

    @given(spans(), st.text(alphabet="ab \n", min_size=1, max_size=30))
    def test_a_doubled_text_never_moves_an_anchor(self, span, between):
        text, start, end = span
        anchor = anchor_at(text, start, end)
        doubled = f"{between} {text} {between} {text} {between}"
        located = locate(doubled, anchor)
        assert located.state == "orphaned" or located == Located("held", anchor)

    def test_overlapping_places_count(self):
        anchor = Anchor("na na", "a ", " n", 90, 95)
        assert locate("a na na na na", anchor).reason == SEVERAL_TIMES

    @pytest.mark.parametrize("exact", ["", " ", "\n\t"])
    def test_an_anchor_without_words_is_refused(self, exact):
        with pytest.raises(ValueError, match="without words"):
            locate(REPORT, Anchor(exact, "a", "b", 0, len(exact)))

    @given(
        st.text(max_size=60),
        st.text(min_size=1, max_size=8),
        st.text(max_size=4),
        st.text(max_size=4),
        st.integers(-5, 70),
    )
    def test_whatever_is_found_carries_the_words(self, text, exact, prefix, suffix, start):
        assume(not exact.isspace())
        located = locate(text, Anchor(exact, prefix, suffix, start, start + len(exact)))
        if located.anchor is not None:
            found = text[located.anchor.start : located.anchor.end]
            assert found == located.anchor.exact
            assert found.split() == exact.split()


class TestFind:
    def test_returns_the_words_as_they_stand(self):
        text = "“It’s over — for now…”, she\u00a0said on 3–4 May."
        assert find(text, '"It\'s over - for now..."').exact == "“It’s over — for now…”"
        assert find(text, "she said on 3-4 May").exact == "she\u00a0said on 3–4 May"
        assert find(text, "over--for").exact == "over — for"

    def test_gives_the_anchor_of_the_place(self):
        assert find(REPORT, "blamed  a\nstorm") == anchor_on(REPORT, "blamed a storm")

    def test_sees_through_soft_hyphens(self):
        text = "The Donau\u00addampf\u00adschiff sank."
        assert find(text, "Donaudampfschiff").exact == "Donau\u00addampf\u00adschiff"

    @pytest.mark.parametrize("quote", ["", "  \n", "no such words", "arbour", "harb", "fift"])
    def test_absent_empty_and_broken_words_are_not_found(self, quote):
        with pytest.raises(QuoteNotFound):
            find(REPORT, quote)

    def test_particles_may_follow_where_a_script_attaches_them(self):
        assert find("김철수는 화요일에 도착했다.", "김철수").exact == "김철수"

    def test_several_places_are_named(self):
        with pytest.raises(QuoteAmbiguous, match="2 times") as refused:
            find("He won. She won. He lost.", "won")
        assert (refused.value.count, refused.value.places) == (2, ((3, 6), (12, 15)))

    @pytest.mark.parametrize(
        ("prefix", "suffix", "start"),
        [("She", "", 12), ("she ", "", None), ("", ". She", 3), ("He", "He", None)],
    )
    def test_prefix_and_suffix_choose(self, prefix, suffix, start):
        text = "He won. She won. He lost."
        if start is None:
            with pytest.raises(QuoteNotFound, match="prefix and suffix"):
                find(text, "won", prefix=prefix, suffix=suffix)
        else:
            assert find(text, "won", prefix=prefix, suffix=suffix) == anchor_at(text, start, start + 3)

    @given(st.text(max_size=80), st.text(max_size=10), st.text(max_size=4), st.text(max_size=4))
    def test_any_text_gives_an_anchor_or_a_sentence(self, text, quote, prefix, suffix):
        try:
            anchor = find(text, quote, prefix=prefix, suffix=suffix)
        except (QuoteNotFound, QuoteAmbiguous):
            return
        assert anchor == anchor_at(text, anchor.start, anchor.end)
        assert locate(text, anchor).state == "held"


@pytest.mark.slow
class TestTime:
    """Linear, on texts made to be slow: each case takes minutes when it is quadratic."""

    @pytest.mark.parametrize(
        "repeated",
        [" ", "-", "ab ", "a", ".", " - "],
        ids=["spaces", "dashes", "words", "letters", "stops", "spaced-dashes"],
    )
    def test_a_megabyte(self, repeated):
        def search(length):
            text = repeated * (length // len(repeated))
            locate(f"{text} the end", Anchor("ab ab ab " * 50 + "x", "ab " * 10, " b", 5, 456))
            for quote in ("ab ab ab x", "- - x", "aaaaaaaa", "the end"):
                with suppress(QuoteNotFound, QuoteAmbiguous):
                    find(f"{text} the end", quote)

        assert_in_proportion(search, 1_000_000)
