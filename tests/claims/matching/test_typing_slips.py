"""Slips of whoever typed a text are mended before facts are compared, and what may be meant is left alone."""

from collections.abc import Callable

import pytest

from claims.matching.answers import Terms, answered
from claims.matching.typing_slips import mended
from claims.models import Claim
from tests.helpers.newsroom import make_claim


@pytest.mark.parametrize(
    ("text", "statement", "unknown", "expected"),
    [
        (
            "The bridge cost 20 bililon.",
            "The bridge cost 20 billion.",
            {"bililon"},
            "The bridge cost 20 billion.",
        ),
        ("He nevre paid.", "He never paid.", {"nevre"}, "He never paid."),
        ("Taxes in Flordia rose.", "Taxes in Florida rose.", {"flordia"}, "Taxes in Florida rose."),
        ("a brige and a rivver", "A bridge and a river.", {"brige", "rivver"}, "a bridge and a river"),
    ],
)
def test_a_word_that_no_claim_has_becomes_the_claims(
    text: str, statement: str, unknown: set[str], expected: str
) -> None:
    assert mended(text, statement, "en", unknown) == expected


@pytest.mark.parametrize(
    ("text", "statement", "unknown"),
    [
        # Another claim has the word, so it may be meant.
        ("They bought arms.", "They brought arms.", set()),
        # A name with a letter more or less is perhaps somebody else's.
        ("Johnson won.", "Johnston won.", {"johnson"}),
        ("Hansen won.", "Hanson won.", {"hansen"}),
        ("She went to Iran.", "She went to Iraq.", {"iran"}),
        # Words that tell a fact are what they are.
        ("It cost a million.", "It cost a billion.", {"million"}),
        ("It will never end.", "It will ever end.", {"never"}),
        # What it begins with is seldom mistyped.
        ("the tower fell", "the power fell", {"tower"}),
        # Too short, no word of letters, and two that may be meant.
        ("the cat sat", "the cap sat", {"cat"}),
        ("room 1234", "room 1235", {"1234"}),
        ("they bare it", "they bore it and bake it", {"bare"}),
        # What is said already is not meant once more.
        ("the bridge and the brige", "the bridge", {"brige"}),
        ("", "anything", {"anything"}),
    ],
)
def test_what_may_be_meant_is_left_alone(text: str, statement: str, unknown: set[str]) -> None:
    assert mended(text, statement, "en", unknown) == text


@pytest.mark.django_db
def test_a_slip_in_a_number_denies_nothing(publish: Callable[..., Claim]) -> None:
    claim = publish(make_claim("The new bridge over the Elster cost twenty billion euros in four years."))
    publish(make_claim("Nobody counted the swans on the lake this winter."))
    answer = answered(
        "The new bridge over the Elster cost twenty bililon euros in four years.", Terms(cut="text")
    )
    [passage] = answer.passages
    assert [(match.claim, match.kind) for match in passage.matches] == [(claim.pk, "same")]


@pytest.mark.django_db
def test_another_number_is_still_another_number(publish: Callable[..., Claim]) -> None:
    publish(make_claim("The new bridge over the Elster cost twenty billion euros in four years."))
    answer = answered(
        "The new bridge over the Elster cost twenty million euros in four years.", Terms(cut="text")
    )
    assert [match.kind for passage in answer.passages for match in passage.matches] == ["contradicts"]
