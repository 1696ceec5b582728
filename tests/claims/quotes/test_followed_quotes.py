"""Quotes hold, move with their paragraph or are orphaned; they never settle on a lookalike."""

from collections import Counter
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.quotes.anchors import Anchor, make_anchor
from claims.quotes.followed_quotes import FollowedQuote, QuoteFollower, follow
from claims.quotes.orphans import OrphanReason
from tests.helpers.article_edits import EDITS
from tests.helpers.cost import assert_in_proportion
from tests.helpers.editions import LANGUAGES, first_edition, judge
from tests.helpers.sweeps import sweep

HARBOUR = "The harbour was closed for nine days in March. Its operator blamed a storm."
TRADE = "Trade fell by a fifth in that month, the ministry said. It has recovered since."
MAYOR = "“We lost 40 houses,” said Mayor Ivo Kranjc. He spoke in the town hall."
ROAD = "The road to Lipnik stays closed until Friday."
REPORT = f"{HARBOUR}\n\n{TRADE}\n\n{MAYOR}\n\n{ROAD}"


def anchor_on(text: str, quote: str) -> Anchor:
    start = text.index(quote)
    return make_anchor(text, start, start + len(quote))


def followed(new: str, quote: str, old: str = REPORT) -> FollowedQuote:
    [found] = follow(old, new, [anchor_on(old, quote)])
    return found


def orphaned(new: str, quote: str, old: str = REPORT) -> tuple[OrphanReason | None, str, list[str]]:
    """The reason, the present sentence, and the suggested quote."""
    found = followed(new, quote, old)
    assert (found.state, found.anchor) == ("orphaned", None)
    wording = new[slice(*found.wording)] if found.wording else ""
    return found.reason, wording, [new[start:end] for start, end in found.candidates]


class TestHeld:
    def test_words_far_away_may_change(self):
        new = REPORT.replace("until Friday", "until Monday")
        quote = "Trade fell by a fifth"
        assert followed(new, quote) == FollowedQuote("held", anchor_on(new, quote))

    def test_contexts_are_those_of_the_new_text(self):
        quote = "Its operator blamed a storm."
        new = REPORT.replace("March", "April")
        [found] = follow(REPORT, new, [anchor_on(REPORT, quote)])
        assert (found.state, found.anchor) == ("held", anchor_on(new, quote))
        assert anchor_on(new, quote).prefix == " was closed for nine days in April. "[-32:]

    @given(st.text(alphabet="ab c.\n“”é한ع。", min_size=1, max_size=120), st.data())
    def test_every_anchor_holds_in_its_own_text(self, text, data):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        if not text[start:end].strip():
            return
        anchor = make_anchor(text, start, end)
        assert follow(text, text, [anchor]) == [FollowedQuote("held", anchor)]


class TestMoved:
    @sweep(
        "new",
        [
            f"Storm over the coast\n\n{REPORT}",
            f"{ROAD}\n\n{HARBOUR}\n\n{MAYOR}\n\n{TRADE}",
            f"{HARBOUR} {TRADE}\n\n{MAYOR}\n\n{ROAD}",
            REPORT.replace("said. It", "said.\n\nIt").replace("nine days", "ten days"),
        ],
    )
    def test_with_its_paragraph(self, new):
        quote = "Trade fell by a fifth in that month, the ministry said."
        assert followed(new, quote) == FollowedQuote("moved", anchor_on(new, quote))

    def test_in_another_typography(self):
        new = "Note.\n\n" + REPORT.replace("“", '"').replace("”", '"').replace("Mayor Ivo", "Mayor\u00a0Ivo")
        found = followed(new, "“We lost 40 houses,” said Mayor Ivo Kranjc.")
        assert found.anchor is not None
        assert found.anchor.exact == '"We lost 40 houses," said Mayor\u00a0Ivo Kranjc.'

    def test_when_a_misprint_beside_it_was_mended(self):
        old = REPORT.replace("ministry", "minsitry")
        assert followed(REPORT, "Trade fell by a fifth", old).state == "held"

    def test_across_paragraphs(self):
        quote = f"It has recovered since.\n\n{MAYOR}"
        new = f"Update\n\n{REPORT}"
        assert followed(new, quote) == FollowedQuote("moved", anchor_on(new, quote))


class TestOrphaned:
    @sweep(
        ("was", "now"),
        [("nine", "ten"), ("was closed", "was not closed"), ("harbour", "harbor"), ("March", "Mai")],
    )
    def test_when_a_word_inside_changed(self, was, now):
        new = REPORT.replace(was, now)
        sentence = "The harbour was closed for nine days in March."
        changed = sentence.replace(was, now)
        assert orphaned(new, sentence) == (OrphanReason.CHANGED, changed, [changed])

    def test_part_of_a_sentence_shows_its_part(self):
        new = REPORT.replace("40 houses", "14 houses")
        assert orphaned(new, "We lost 40 houses") == (
            OrphanReason.CHANGED,
            "We lost 14 houses",
            ["We lost 14 houses"],
        )

    def test_when_the_speaker_is_another(self):
        new = REPORT.replace("Mayor Ivo Kranjc", "engineer Ana Hribar")
        assert orphaned(new, "We lost 40 houses") == (
            OrphanReason.AROUND,
            "We lost 40 houses",
            ["We lost 40 houses"],
        )

    def test_when_a_speaker_in_the_next_sentence_is_another(self):
        old = REPORT.replace("“We lost 40 houses,” said", "“We lost 40 houses. Nobody came,” said")
        new = old.replace("Mayor Ivo Kranjc", "engineer Ana Hribar")
        assert orphaned(new, "“We lost 40 houses.", old)[0] == OrphanReason.SPEAKER

    @sweep(
        ("before", "after"),
        [
            ("Mayor Kranjc:", "Engineer Hribar:"),
            ("Is the dam safe?", "Is the dam in danger?"),
            ("14:05", "15:30"),
        ],
    )
    @sweep("between", [" ", "\n\n"])
    def test_when_the_context_that_gives_it_its_sense_differs(self, before, after, between):
        if before == "14:05" and between == " ":
            between = "\n\n"
        old = f"{ROAD}\n\n{before}{between}Nothing will break here.\n\n{TRADE}"
        new = old.replace(before, after)
        assert orphaned(new, "Nothing will break here.", old)[0] in (
            OrphanReason.SPEAKER,
            OrphanReason.AROUND,
            OrphanReason.CHANGED,
        )

    def test_when_it_became_a_block_quote(self):
        new = REPORT.replace(HARBOUR, f"> {HARBOUR}")
        assert orphaned(new, "Its operator blamed a storm.")[0] == OrphanReason.QUOTED

    def test_when_it_was_denied_around_the_words(self):
        new = REPORT.replace("the ministry said", "the ministry denied")
        assert orphaned(new, "Trade fell by a fifth")[0] == OrphanReason.AROUND

    def test_when_the_paragraph_is_gone(self):
        new = REPORT.replace(f"{TRADE}\n\n", "")
        assert orphaned(new, "It has recovered since.") == (OrphanReason.NOT_FOUND, "", [])

    @sweep(
        "note",
        [
            "Correction: an earlier version of this report said: “{}”",
            "An earlier version had the following paragraph.\n\n{}",
            "Correction\n\n{}",
        ],
    )
    @sweep("where", ["on top", "below"])
    def test_when_only_a_note_still_has_the_words(self, note, where):
        changed = REPORT.replace("fell by a fifth", "fell by a tenth")
        told = note.format(TRADE)
        new = f"{told}\n\n{changed}" if where == "on top" else f"{changed}\n\n{told}"
        sentence = "Trade fell by a fifth in that month, the ministry said."
        reason, wording, offered = orphaned(new, sentence)
        assert (reason, wording) == (OrphanReason.CHANGED, sentence.replace("fifth", "tenth"))
        assert offered == [wording, sentence]
        beside = followed(new, "It has recovered since.")
        assert beside.anchor is not None
        assert beside.anchor.start == new.index("tenth") + len("tenth in that month, the ministry said. ")

    def test_when_a_teaser_has_it(self):
        new = REPORT.replace(f"{ROAD}", f"Read also: {ROAD}")
        assert orphaned(new, ROAD)[0] == OrphanReason.ELSEWHERE

    def test_when_the_quote_is_the_whole_paragraph(self):
        new = REPORT.replace(HARBOUR, f"The newspaper wrote: “{HARBOUR}” Nobody answered.")
        assert orphaned(new, "Its operator blamed a storm.")[0] == OrphanReason.ELSEWHERE

    def test_when_the_same_words_are_only_in_another_paragraph(self):
        new = (
            REPORT.replace(f"{TRADE}\n\n", "")
            + "\n\nA trader disagrees. It has recovered since. He sells salt."
        )
        assert orphaned(new, "It has recovered since.") == (
            OrphanReason.ELSEWHERE,
            "",
            ["It has recovered since."],
        )

    def test_candidates_are_no_more_than_a_person_reads(self):
        new = "\n\n".join(f"Number {number}. It has recovered since. Nobody knows." for number in range(40))
        assert len(followed(new, "It has recovered since.").candidates) == 5

    @pytest.mark.parametrize(
        "anchor", [Anchor("Trade", "", "", 0, 5), Anchor(" ", "", "", 3, 4), Anchor("", "", "", 3, 3)]
    )
    def test_positions_outside_the_old_text_are_refused(self, anchor):
        with pytest.raises(ValueError, match="not one of the old text"):
            follow(REPORT, REPORT, [anchor])


@given(
    st.lists(st.sampled_from(["One.", "Two said “no.", "Three”.", "Four:", "五。", ""]), max_size=12),
    st.lists(st.sampled_from(["One.", "Two said “no.", "Three”.", "Four:", "五。", ""]), max_size=12),
    st.sampled_from([" ", "\n\n"]),
)
def test_every_result_has_the_words(old_parts, new_parts, between):
    old, new = between.join(old_parts), between.join(new_parts)
    anchors = [anchor_on(old, part) for part in {*old_parts} if part]
    for anchor, found in zip(anchors, follow(old, new, anchors), strict=True):
        if found.anchor:
            assert new[found.anchor.start : found.anchor.end] == found.anchor.exact == anchor.exact
        else:
            assert found.reason in OrphanReason
        for start, end in found.candidates:
            assert new[start:end].strip()


# Generated edits ------------------------------------------------------------------------------------------------------


def outcomes(language: str, *edits: str, seed: int = 0) -> Counter[str]:
    article = first_edition(language, f"{edits} {seed}")
    old, anchors = article.text, article.anchors()
    for edit in edits:
        EDITS[edit](article)
    found = QuoteFollower(old, article.text).follow(anchors.values())
    return Counter(outcome for _quoted, outcome in judge(anchors, found, article))


@pytest.mark.slow
@sweep("language", LANGUAGES)
def test_no_edit_moves_a_quote_to_the_wrong_place(language):
    """Every kind of edit; `benchmarks/anchors.py` makes thousands, and requires 99 % of the quotes still present."""
    counts = {edit: outcomes(language, edit, seed=seed) for edit in EDITS for seed in range(2)}
    assert {edit: count["wrong"] for edit, count in counts.items() if count["wrong"]} == {}
    kept, lost = (sum(count[outcome] for count in counts.values()) for outcome in ("kept", "lost"))
    assert kept / (kept + lost) >= 0.98


@sweep("language", LANGUAGES)
def test_a_lost_quote_is_found_when_its_words_come_back(language):
    """From the first version, which has them, to the third, over a second that had not."""
    article = first_edition(language)
    first, anchors = article.text, article.anchors()
    article.insert(article.base["headline"], at=0)
    third = article.text
    places = article.places()
    article.change("number")
    article.change("negation")
    lost = [
        quoted
        for quoted, found in zip(anchors, follow(first, article.text, anchors.values()), strict=True)
        if found.anchor is None
    ]
    assert lost
    again = follow(first, third, [anchors[quoted] for quoted in lost])
    assert [(found.anchor.start, found.anchor.end) for found in again if found.anchor] == [
        places[quoted] for quoted in lost
    ]


# Time -----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "repeated",
    ["a", "word ", "Yes. ", "Yes.\n\n", "“", " \n", "- ", "一。"],
    ids=["letters", "words", "sentences", "paragraphs", "marks", "lines", "dashes", "ideographs"],
)
def test_hostile_texts_take_time_in_proportion(repeated):
    def compare(length):
        text = repeated * (length // len(repeated))
        old, new = f"The dam broke. {text}", f"Now {text} and {text[: length // 2]} The dam broke."
        follow(old, new, [anchor_on(old, "The dam broke.")])

    assert_in_proportion(compare, 60_000)


def test_a_long_article_with_many_quotes_is_compared_in_few_steps():
    """Each of 600 paragraphs is followed though every tenth is new and two changed places."""
    paragraphs = [
        f"Ship {n} of {n * 37} tonnes left port {n % 9} late. Its crew of {n % 50} slept." for n in range(600)
    ]
    new = list(
        chain.from_iterable(
            [[p, "Nothing happened then."] if n % 10 == 0 else [p] for n, p in enumerate(paragraphs)]
        )
    )
    new[7], new[205] = new[205], new[7]
    old_text, new_text = "\n\n".join(paragraphs), "\n\n".join(new)
    anchors = [anchor_on(old_text, p) for p in paragraphs]
    found = follow(old_text, new_text, anchors)
    assert [f.anchor and f.anchor.exact for f in found] == paragraphs
