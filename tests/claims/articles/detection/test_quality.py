"""The detector measured on labelled articles, each written for this purpose: nothing in them happened."""

from pathlib import Path

import pytest

import claims.articles.detection
from benchmarks.detection_quality import ARTICLES, measure

LEXICONS = {
    path.stem for path in (Path(claims.articles.detection.__file__).parent / "languages").glob("*.toml")
}
NAMES = sorted(path.stem for path in ARTICLES.glob("*.txt"))


def test_the_labelled_set_covers_the_languages_with_a_lexicon():
    assert {name.split("-")[0] for name in NAMES} == LEXICONS


@pytest.mark.parametrize("name", NAMES)
def test_nearly_every_checkable_sentence_is_proposed_and_little_else(name):
    measured = measure(ARTICLES / f"{name}.txt")
    assert measured.recall >= 0.9, measured.missed
    assert measured.precision >= 0.9, measured.unwanted
    assert measured.claimants >= 0.9, measured.misnamed


@pytest.mark.parametrize("name", NAMES)
def test_every_label_is_found_in_its_article(name):
    """A label with a typing error would count as a miss for ever, an optional one as nothing at all."""
    text = (ARTICLES / f"{name}.txt").read_text("utf-8")
    measured = measure(ARTICLES / f"{name}.txt")
    assert [label for label in measured.labels if text.count(label) != 1] == []
