"""Two versions of a text in one: words that went and words that came, marked by more than a colour."""

import re

from hypothesis import given
from hypothesis import strategies as st

from factcheck.web.differences import build_redline, highlight_sides
from tests.helpers.sweeps import sweep


@sweep(
    ("before", "after", "shown"),
    [
        ("It cost nine.", "It cost ten.", "It cost <del>nine</del><ins>ten</ins>."),
        ("a b c d", "x y c d", "<del>a b</del><ins>x y</ins> c d"),
        ("", "new", "<ins>new</ins>"),
        ("old", "", "<del>old</del>"),
        ("same", "same", "same"),
        ("<b>", "<i>", "&lt;<del>b</del><ins>i</ins>&gt;"),
        ("", "", ""),
    ],
)
def test_words_are_marked(before: str, after: str, shown: str) -> None:
    assert build_redline(before, after) == shown


TEXT = st.text(alphabet="ab ,\n", max_size=30)


@given(TEXT, TEXT)
def test_both_texts_can_be_read_from_it(before: str, after: str) -> None:
    shown = build_redline(before, after)
    assert re.sub("<ins>.*?</ins>|</?del>", "", shown, flags=re.DOTALL) == before
    assert re.sub("<del>.*?</del>|</?ins>", "", shown, flags=re.DOTALL) == after


@sweep(
    ("before", "after", "left", "right"),
    [
        (
            "It cost 90 million.",
            "It cost 120 million.",
            "It cost <del>90</del> million.",
            "It cost <ins>120</ins> million.",
        ),
        (
            "It was a different sum then.",
            "It was the same sum then.",
            "It was <del>a different</del> sum then.",
            "It was <ins>the same</ins> sum then.",
        ),
        (
            "One two three four.",
            "Fünf sechs sieben, acht neun!",
            "<del>One two three four.</del>",
            "<ins>Fünf sechs sieben, acht neun!</ins>",
        ),
        ("", "<b>", "", "<ins>&lt;b&gt;</ins>"),
        ("Same.", "Same.", "Same.", "Same."),
    ],
)
def test_sides_are_for_reading(before: str, after: str, left: str, right: str) -> None:
    assert highlight_sides(before, after) == (left, right)
