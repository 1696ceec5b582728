import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.matching.query import Candidate, TextQuery
from claims.matching.ranking import (
    CROWD_RANKS,
    WEIGHTS_FILE,
    CompetingCandidates,
    Weights,
    find_pair_kind,
    load_weights,
    rank_candidates,
)
from claims.matching.similarity_features import FEATURE_NAMES

ASKED = TextQuery(
    "The lighthouse of Vell was sold for 3 million",
    "The lighthouse of Vell was sold for 3 million",
    "en",
    None,
)
SAID = Candidate(1, "The lighthouse of Vell was sold for 3 million.", "en", "", None, 1.0, None, None)
NEAR = Candidate(2, "The lighthouse of Vell is 200 years old.", "en", "", None, 0.4, None, None)
FAR = Candidate(3, "A ferry to Vell sank in the storm.", "en", "", None, 0.1, None, None)


def probabilities(asked: TextQuery, *candidates: Candidate) -> dict[int, float]:
    return {each.candidate.claim: each.probability for each in rank_candidates(asked, candidates)}


def test_the_claim_with_most_of_the_words_comes_first() -> None:
    assert [each.candidate.claim for each in rank_candidates(ASKED, [FAR, NEAR, SAID])] == [1, 2, 3]


def test_a_statement_word_for_word_is_meant_and_others_are_not() -> None:
    found = probabilities(ASKED, FAR, NEAR, SAID)

    assert found[1] > 0.9
    assert found[2] < 0.1
    assert found[3] < 0.1


def test_a_claim_with_two_verdicts_is_as_likely_as_with_one() -> None:
    again = replace(SAID, claim=4)

    once, twice = probabilities(ASKED, SAID, NEAR), probabilities(ASKED, SAID, again, NEAR)

    assert twice[1] == twice[4] == pytest.approx(once[1], abs=1e-6)


def test_no_candidates_are_no_answer() -> None:
    assert rank_candidates(ASKED, []) == []


def test_equal_candidates_keep_their_order() -> None:
    again = replace(SAID, claim=4)

    assert [each.candidate.claim for each in rank_candidates(ASKED, [again, SAID])] == [4, 1]


@pytest.mark.parametrize(
    "asked, candidate, similarity, expected",
    [
        ("en", "en", 0.5, "same"),
        ("en", "en-GB", 0.5, "same"),
        ("de", "en", 0.5, "across"),
        ("", "en", 0.5, "same"),
        ("de", "", 0.5, "same"),
        ("de", "en", None, "words"),
        ("en", "en", None, "words"),
    ],
)
def test_kinds_of_pairs(asked: str, candidate: str, similarity: float | None, expected: str) -> None:
    pair = replace(ASKED, language=asked), replace(SAID, language=candidate, similarity=similarity)

    assert find_pair_kind(*pair) == expected


def test_free_places_are_filled_as_usual() -> None:
    assert CompetingCandidates.build([3.0, 2.0], usual_sum=1.0) == CompetingCandidates(best=3.0, crowd=1.0)
    assert CompetingCandidates.build([3.0] * CROWD_RANKS.stop, usual_sum=1.0) == CompetingCandidates(
        best=3.0, crowd=3.0
    )


def test_some_features_count_independently_of_other_candidates() -> None:
    known = Weights({"words": 1.0}, 0.0, 0.0, 0.0, {"similarity": 2.0}, -1.0, 0.0)

    assert (
        known.compute_probability(1.0, CompetingCandidates(1.0, 1.0), {"words": 1.0, "similarity": 0.5})
        == 0.5
    )


@pytest.mark.parametrize("similarity, words", [(0.95, 1.0), (None, 1.0)])
def test_the_only_claim_matches_its_own_statement(similarity: float | None, words: float) -> None:
    [found] = rank_candidates(ASKED, [replace(SAID, similarity=similarity, words=words)])

    assert found.probability > 0.9


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("similarity", [0.3, None])
def test_the_only_claim_there_is_is_not_meant_because_there_is_no_other(
    similarity: float | None, language: str
) -> None:
    [found] = rank_candidates(ASKED, [replace(FAR, similarity=similarity, language=language)])

    assert found.probability < 0.3


def test_the_model_weighs_figures_that_there_are() -> None:
    assert set(json.loads(WEIGHTS_FILE.read_text("utf-8"))) == {"words", "same", "across"}
    assert {name for each in load_weights().values() for name in (*each.figures, *each.alone)} <= set(
        FEATURE_NAMES
    )


@given(
    words=st.lists(st.floats(0, 1), max_size=25),
    similarity=st.none() | st.floats(-1, 1),
    language=st.sampled_from(["", "en", "de"]),
)
def test_probabilities_are_probabilities(words: list[float], similarity: float | None, language: str) -> None:
    candidates = [replace(FAR, claim=n, words=each, similarity=similarity) for n, each in enumerate(words)]

    found = [each.probability for each in rank_candidates(replace(ASKED, language=language), candidates)]

    assert sorted(found, reverse=True) == found
    assert all(0 < each < 1 for each in found)
