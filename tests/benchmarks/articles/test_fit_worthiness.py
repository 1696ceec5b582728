"""The weights that ship are those that the script makes of the judged articles, and of nothing else."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.articles.fit_worthiness import WEIGHTS, fit, of_articles, of_tables
from benchmarks.articles.judged_articles import judged_articles

TABLE = """\
id\tlang\ttext\tlabel\tsplit
1\ten\t"We lost 40,000 jobs," he said.\t1\ttrain
2\ten\tGood evening.\t0\ttrain
3\ten\tThe deficit doubled.\t1\tdev
"""
#: What is read of a sentence may move a little before somebody fits again.
NEAR = 0.25


def test_the_weights_that_ship_are_made_of_the_judged_articles() -> None:
    shipped = json.loads((WEIGHTS / "words.json").read_text("utf-8"))
    made = fit(of_articles([article for article in judged_articles() if article.part == "train"]), None)
    assert made["threshold"] == shipped["threshold"]
    assert made["intercept"] == pytest.approx(shipped["intercept"], abs=NEAR)
    assert made["weights"] == pytest.approx(shipped["weights"], abs=NEAR)


def test_the_weights_with_vectors_are_of_the_same_sentences() -> None:
    words, vectors = (
        json.loads((WEIGHTS / name).read_text("utf-8")) for name in ("words.json", "vectors.json")
    )
    assert set(vectors) == {*words, "vector"}
    assert vectors["vector"]["embedder"] == "multilingual-e5-small-q4"
    assert [len(vectors["vector"][name]) for name in ("mean", "weights")] == [384, 384]


@pytest.mark.parametrize("name", ["table.tsv", "table.tsv.gz"])
def test_tables_of_others_give_the_rows_for_fitting(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(TABLE.encode()) if name.endswith("gz") else TABLE.encode())
    examples = of_tables([path])
    assert examples.texts == ['"We lost 40,000 jobs," he said.', "Good evening."]
    assert examples.worth == [1.0, 0.0]


def test_parts_are_divided_by_article_and_no_sentence_is_in_two() -> None:
    parts: dict[str, set[str]] = {}
    for article in judged_articles():
        texts = {article.text[one.start : one.end] for one in article.sentences if one.label != "="}
        parts.setdefault(article.part, set()).update(text for text in texts if len(text.split()) > 4)
    assert set(parts) == {"train", "dev", "held"}
    assert parts["train"] & parts["held"] == set()
    assert parts["train"] & parts["dev"] == set()
    assert parts["dev"] & parts["held"] == set()
