"""Sentences of a text: every word is in one, at its exact place."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claims.matching.posts import MAX_LENGTH, split_sentences


def cut(text: str, language: str = "") -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text, language)]


@pytest.mark.parametrize(
    "text, found",
    [
        ("", []),
        (" \n\t ", []),
        ("😀 🎉!", []),
        ("One ferry sank. Two did not!", ["One ferry sank.", "Two did not!"]),
        (
            "He said: “It sank. We saw it.” Nobody laughed.",
            ["He said: “It sank.", "We saw it.”", "Nobody laughed."],
        ),
        ("A headline\n\nThe ferry sank.", ["A headline", "The ferry sank."]),
        ("橋が落ちた。「嘘だ。」と市長は言った。", ["橋が落ちた。", "「嘘だ。」", "と市長は言った。"]),
        ("पुल गिर गया। नाव डूब गई।", ["पुल गिर गया।", "नाव डूब गई।"]),
        ("هل غرقت العبارة؟ لا أحد يعلم.", ["هل غرقت العبارة؟", "لا أحد يعلم."]),
        ("It cost 5.5 million euros, says Dr. Holm.", ["It cost 5.5 million euros, says Dr. Holm."]),
    ],
)
def test_text_is_cut(text: str, found: list[str]) -> None:
    assert cut(text) == found


def test_endless_sentences_are_cut_between_words() -> None:
    pieces = cut("word " * 500)
    assert [len(piece) for piece in pieces] == [999, 999, 499]
    assert {word for piece in pieces for word in piece.split()} == {"word"}


def test_one_endless_word_is_cut_anywhere() -> None:
    assert [len(piece) for piece in cut("x" * 2_500)] == [1_000, 1_000, 500]


@example("\ud800 lone\udfff halves.")
@example("nul\0 inside. \u202eright to left\u202c.")
@example("a\u2028b\x85c\vd")
@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_letter_is_lost_and_places_are_exact(text: str) -> None:
    found = list(split_sentences(text))
    assert all(0 < span.end - span.start <= MAX_LENGTH for span in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    kept = "".join(text[span.start : span.end] for span in found)
    assert [letter for letter in kept if letter.isalnum()] == [letter for letter in text if letter.isalnum()]
    assert all(text[span.start : span.end].strip() == text[span.start : span.end] for span in found)
