"""What a claim has to do with a text."""

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from claims.matching.asked import Asked, Candidate
from claims.matching.judgement import Judgement, judge

PAIRS = tomllib.loads((Path(__file__).parent / "pairs.toml").read_text(encoding="utf-8"))["statement"]


def asked(text, language="en", vector=None):
    return Asked(text=text, cleaned=text, language=language, vector=vector)


def candidate(statement, language="en", vector=None, similarity=None, claimant=""):
    return Candidate(
        claim=1, statement=statement, language=language, claimant=claimant, claimed_on=None, words=0.0,
        similarity=similarity, vector=vector,
    )  # fmt: skip


def judged(text, statement, language="en"):
    return judge(asked(text, language), candidate(statement, language))


@cache
def direction(number):
    vector = np.random.default_rng(number).normal(size=384).astype(np.float32)
    return vector / np.linalg.norm(vector)


def test_the_same_words_are_the_same_claim():
    judgement = judged("The bridge of Arvan fell in 2019.", "The bridge of Arvan fell in 2019.")

    assert (judgement.kind, judgement.reasons) == (
        "same",
        ("Both use nearly the same words.", "The years agree.", "They name the same people or bodies."),
    )


@pytest.mark.parametrize(
    "text, reason",
    [
        ("The bridge of Arvan fell in 2021.", "The text says 2021, the claim says 2019."),
        ("The bridge of Arvan did not fall in 2019.", "One of them denies what the other says."),
    ],
)
def test_one_fact_makes_it_another_claim(text, reason):
    judgement = judged(text, "The bridge of Arvan fell in 2019.")

    assert (judgement.kind, judgement.reasons) == ("contradicts", (reason,))


@pytest.mark.parametrize(
    "statement", [entry for entry in PAIRS if entry["half"] == "dev"], ids=lambda entry: entry["text"][:30]
)
def test_the_opposite_is_never_the_same_however_near_the_vectors_are(statement):
    """A negation has nearly the vector of what it denies; here it has the very same."""
    vector = direction(1)
    kinds = {
        other["text"]: judge(
            asked(other["text"], other.get("language", statement["language"]), vector),
            candidate(statement["text"], statement["language"], vector, 1.0),
        ).kind
        for other in statement["others"]
        if other["kind"] in {"negation", "number", "year"} and "language" not in other
    }

    assert [text for text, kind in kinds.items() if kind == "same"] == []


def test_other_words_and_far_vectors_are_something_else():
    judgement = judge(
        asked("It rained on the harbour all night.", vector=direction(1)),
        candidate("Vaccines contain a chip.", vector=direction(2), similarity=0.0),
    )

    assert judgement.kind in {"different", "related"}


@pytest.mark.parametrize(
    "text, language",
    [("Mary Holt: the bridge of Arvan fell", "en"), ("the bridge of Arvan fell, Мэри Холт", "en")],
)
def test_whoever_said_it_is_named_among_the_reasons(text, language):
    judgement = judge(asked(text, language), candidate("The bridge of Arvan fell.", claimant="Mary Holt"))

    assert judgement.reasons[-1] == "The text names Mary Holt, who said it."


def test_chances_are_chances():
    judgement = judged("The bridge of Arvan fell.", "The tower of Arvan stands.")

    assert isinstance(judgement, Judgement)
    assert 0 <= judgement.confidence <= 1


def test_vectors_of_another_size_are_not_read_by_the_heads():
    """A model of another name has other dimensions: words and facts decide."""
    vector = np.ones(8, dtype=np.float32) / np.sqrt(8, dtype=np.float32)
    text, statement = "The bridge fell in 2019.", "The bridge fell in 2021."

    assert judge(asked(text, vector=vector), candidate(statement, vector=vector, similarity=1.0)) == judged(
        text, statement
    )


@pytest.mark.parametrize(
    "text, language", [("", "en"), ("!?", ""), ("The moon is made of cheese.", "en"), ("橋が落ちた。", "ja")]
)
def test_without_vectors_nothing_in_common_is_never_the_same(text, language):
    assert judged(text, "Vaccines contain a chip.", language).kind != "same"


@pytest.mark.parametrize("half", ["dev", "held"])
def test_by_words_and_facts_alone_hardly_any_pair_that_differs_is_the_same(half):
    kinds = [
        judge(
            asked(other["text"], other.get("language", statement["language"])),
            candidate(statement["text"], statement["language"]),
        ).kind
        for statement in PAIRS
        if statement["half"] == half
        for other in statement["others"]
        if other["label"] == "contradicts"
    ]

    assert kinds.count("same") / len(kinds) <= 0.05


def test_a_slip_of_the_keyboard_is_no_other_meaning_whatever_the_vectors_say():
    """Of a word that is none, the model knows nothing, and its vector is somewhere else."""
    statement = "Seniors can be charged five times what others pay for health care under the new bill."
    judged = judge(
        asked(statement.replace("health", "helth"), vector=direction(1)),
        candidate(statement, vector=direction(2), similarity=0.5),
    )
    assert judged.kind == "same"


def test_an_opposite_in_nearly_the_same_words_is_one_whatever_the_vectors_say():
    statement = "Seniors can be charged five times what others pay for health care under the new bill."
    for changed in (statement.replace("can be", "can not be"), statement.replace("five", "two")):
        judged = judge(
            asked(changed, vector=direction(1)), candidate(statement, vector=direction(1), similarity=1.0)
        )
        assert judged.kind == "contradicts"
