"""The detector measured on labelled articles, each written for this purpose: nothing in them happened.

The labels are generous, every fact that can be checked. `python -m benchmarks articles` measures the order on articles
of others.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

import claims.articles.detection
from benchmarks.articles.__main__ import compute_auc
from claims.articles.detection import CandidateSentence, detect
from tests.helpers.sweeps import sweep

ARTICLES = Path(__file__).parent / "labelled"
LEXICONS = {
    path.stem for path in (Path(claims.articles.detection.__file__).parent / "languages").glob("*.toml")
}
NAMES = sorted(path.stem for path in ARTICLES.glob("*.txt"))


@dataclass(frozen=True)
class Labelled:
    """An article with the beginnings of the sentences that can be checked, and who says them."""

    text: str
    language: str
    claims: dict[str, str]
    optional: tuple[str, ...]

    @classmethod
    def read(cls, name: str) -> "Labelled":
        path = ARTICLES / f"{name}.txt"
        labels = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
        return cls(
            path.read_text("utf-8"), labels["language"], dict(labels["proposed"]), tuple(labels["optional"])
        )

    def found(self) -> list[CandidateSentence]:
        return detect(self.text, self.language)


def test_the_labelled_set_covers_the_languages_with_a_lexicon():
    assert {name.split("-")[0] for name in NAMES} == LEXICONS


@sweep("name", NAMES)
def test_checkable_sentences_score_above_others(name):
    article = Labelled.read(name)
    scores = [
        (one.score, one.exact.startswith(tuple(article.claims)))
        for one in article.found()
        if not one.exact.startswith((*article.optional, "\ufffe"))
    ]
    assert sum(worthy for _, worthy in scores) >= 0.9 * len(article.claims)
    worthy, trivial = ([score for score, label in scores if label is wanted] for wanted in (True, False))
    assert compute_auc(worthy, trivial) >= 0.8


@pytest.mark.slow
@sweep("name", NAMES)
def test_nearly_every_claim_has_its_claimant(name):
    article = Labelled.read(name)
    named = [
        (start, who, one.claimant or "")
        for start, who in article.claims.items()
        for one in article.found()
        if who != "*" and one.exact.startswith(start)
    ]
    wrong = [line for line in named if line[1] != line[2]]
    assert len(wrong) <= 0.1 * len(named), wrong


@sweep("name", NAMES)
def test_every_label_is_found_in_its_article(name):
    """A label with a typing error would count as a miss for ever, an optional one as nothing at all."""
    article = Labelled.read(name)
    assert [label for label in (*article.claims, *article.optional) if article.text.count(label) != 1] == []
