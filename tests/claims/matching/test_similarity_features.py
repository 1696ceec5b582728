from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.matching.query import Candidate, TextQuery
from claims.matching.similarity_features import FEATURE_NAMES, ComparedQuery, Rarity, find_author, split_words
from claims.search.texts import make_searchable

CANDIDATE = Candidate(
    claim=1,
    statement="The harbour bridge of Lisbon closed for 12 days.",
    language="en",
    claimant="Maria Sousa",
    claimed_on=date(2024, 3, 1),
    words=0.4,
    similarity=0.7,
    vector=None,
    headline="No, the bridge did not close",
)


def asked(text: str, **known: object) -> TextQuery:
    return replace(TextQuery(text=text, cleaned=text, language="en", vector=None), **known)  # type: ignore[arg-type]


def likeness(
    question: TextQuery, candidate: Candidate = CANDIDATE, rarity: dict[str, float] | None = None
) -> dict[str, float]:
    return ComparedQuery.build(question, Rarity(rarity)).compute_features(candidate)


def test_every_figure_is_named() -> None:
    assert tuple(likeness(asked("The bridge"))) == FEATURE_NAMES


def test_a_statement_covers_itself() -> None:
    figures = likeness(asked(CANDIDATE.statement))

    covered = {
        name: figures[name] for name in ("asked_covered", "statement_covered", "letters", "numbers_shared")
    }
    assert covered == dict.fromkeys(covered, pytest.approx(1.0))


def test_rare_words_cover_more() -> None:
    rarity = {"the": 0.1, "bridge": 5.0}

    assert (
        likeness(asked("bridge"), rarity=rarity)["statement_covered"]
        > 3 * (likeness(asked("the"), rarity=rarity)["statement_covered"])
    )


def test_forms_of_a_word_share_their_beginning() -> None:
    assert likeness(asked("harbours bridges"))["asked_covered"] == pytest.approx(1.0)


def test_other_numbers_are_not_shared() -> None:
    assert likeness(asked("The harbour bridge of Lisbon closed for 15 days."))["numbers_shared"] == 0.0


@pytest.mark.parametrize(
    "said_on, week",
    [(date(2024, 3, 1), 1.0), (date(2025, 3, 1), 0.0), (None, 0.0)],
)
def test_days_count_as_far_as_they_are_known(said_on: date | None, week: float) -> None:
    assert likeness(asked("The bridge", said_on=said_on))["same_week"] == pytest.approx(week, abs=1e-6)


def test_the_day_of_a_quoted_post_is_read() -> None:
    quoted = "Look at that! — Maria Sousa (@msousa) March 1, 2024"

    assert likeness(asked(quoted))["same_week"] == 1.0


def test_an_impossible_day_is_ignored() -> None:
    assert likeness(asked("Look! — Maria Sousa (@msousa) February 31, 2024"))["same_week"] == 0.0


def test_the_nearer_of_two_days_counts() -> None:
    reviewed = replace(CANDIDATE, claimed_on=date(2020, 1, 1), reviewed_on=date(2024, 3, 1))

    assert likeness(asked("The bridge", said_on=date(2024, 3, 1)), reviewed)["same_week"] == 1.0


def test_other_people_named_are_not_the_speaker() -> None:
    signed = asked("Look! — Lisbon (@lisbon) March 1, 2024")

    assert likeness(signed)["author_named"] == 0.0
    assert likeness(signed, replace(CANDIDATE, claimant=""))["author_named"] == 1.0


@pytest.mark.parametrize("text", ["", "— (@x)", "An ordinary sentence — with a dash."])
def test_unsigned_corpus(text: str) -> None:
    assert find_author(text) == ""


@given(st.text(max_size=200))
def test_the_short_way_to_words_is_the_search(text: str) -> None:
    assert split_words(text) == make_searchable(text).split()


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=200))
def test_the_short_way_to_ascii_words_is_the_search(text: str) -> None:
    assert split_words(text) == make_searchable(text).split()


@given(
    text=st.text(max_size=300), statement=st.text(max_size=300), language=st.sampled_from(["", "en", "ru"])
)
def test_every_figure_is_a_share(text: str, statement: str, language: str) -> None:
    figures = likeness(asked(text, language=language), replace(CANDIDATE, statement=statement))

    assert {name: figure for name, figure in figures.items() if not 0 <= figure <= 1 + 1e-9} == {}
