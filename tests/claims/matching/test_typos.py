"""Words that are one slip of the keyboard apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.matching.alignment import is_swap, is_typo

WORDS = st.text("abcd", min_size=2, max_size=7)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("nevre", "never"),
        ("bililon", "billion"),
        ("brige", "bridge"),
        ("bridgge", "bridge"),
        ("bridgs", "bridge"),
        ("bridge", "bridges"),
        ("мостт", "мост"),
        ("암모아니", "암모니아"),
    ],
)
def test_a_slip_is_known_both_ways(word: str, other: str) -> None:
    assert is_typo(word, other)
    assert is_typo(other, word)


@pytest.mark.parametrize(
    ("word", "other"),
    [("bridge", "bridge"), ("brgdie", "bridge"), ("brxxge", "bridge"), ("bidg", "bridge"), ("", "ab")],
)
def test_two_slips_and_none_are_not_one(word: str, other: str) -> None:
    assert not is_typo(word, other)
    assert not is_typo(other, word)


def test_only_neighbours_swap() -> None:
    assert is_swap("flordia", "florida")
    assert not is_swap("flroida", "flxoida")
    assert not is_swap("aa", "aa")


@given(WORDS, st.data())
def test_any_letter_may_be_wrong_missing_or_too_many(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    for other in (word[:at] + "x" + word[at + 1 :], word[:at] + word[at + 1 :], word[:at] + "x" + word[at:]):
        assert is_typo(word, other)
        assert is_typo(other, word)


@given(WORDS, WORDS)
def test_it_is_a_distance_of_one(word: str, other: str) -> None:
    letters = "abcd"
    edits = {
        *(word[:at] + word[at + 1 :] for at in range(len(word))),
        *(word[:at] + letter + word[at:] for at in range(len(word) + 1) for letter in letters),
        *(word[:at] + letter + word[at + 1 :] for at in range(len(word)) for letter in letters),
        *(word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)),
    } - {word}
    assert is_typo(word, other) == (other in edits)
