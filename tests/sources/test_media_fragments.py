"""The times of a passage of a transcript."""

from sources.addresses import build_fragment
from tests.helpers.sweeps import sweep

CUES = [(0, 0.0, 2.5), (10, 2.5, 4.0), (25, 61.25, 63.0)]


@sweep(
    ("start", "end", "fragment"),
    [
        (0, 5, "t=0,2.5"),
        (0, 10, "t=0,2.5"),
        (9, 11, "t=0,4"),
        (10, 25, "t=2.5,4"),
        (12, 26, "t=2.5,63"),
        (30, 99, "t=61.25,63"),
    ],
)
def test_is_that_of_the_cues_with_the_words(start: int, end: int, fragment: str) -> None:
    assert build_fragment(CUES, start, end) == fragment


def test_a_text_without_times_has_none() -> None:
    assert build_fragment([], 3, 9) == ""
    assert build_fragment([(5, 1.0, 2.0)], 0, 3) == ""


def test_a_cue_without_a_known_end_has_only_a_beginning() -> None:
    assert build_fragment([(0, 7.125, 7.125)], 0, 3) == "t=7.125"
