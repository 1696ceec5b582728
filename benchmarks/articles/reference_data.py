"""Other people's pages and sentences, on which the handling of articles is measured.

They belong to their publishers and are not part of the project. `--data` names their folder.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parents[2].parent / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Page:
    """A saved page with the text extracted by a parser written for its publisher."""

    name: str
    url: str
    markup: bytes
    title: str
    authors: tuple[str, ...]
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence of an article.

    `label` is `core` (a fact-checker would check it), `secondary` (a checkable fact of less weight), `no` or
    `fragment`; `claimant` is a pattern for the speaker, or "" for the article's own voice.
    """

    text: str
    label: str
    claimant: str


def iterate_pages(data: Path) -> Iterator[Page]:
    folder = data / "articles" / "pages"
    for line in (folder / "expected.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        markup = gzip.decompress((folder / f"{row['name']}.html.gz").read_bytes())
        text = "\n".join(row["paragraphs"])
        yield Page(
            row["name"],
            row["url"] or "",
            markup,
            row["title"] or "",
            tuple(row["authors"]),
            row["date"] or "",
            text,
        )


def load_labelled_articles(data: Path) -> dict[str, list[LabelledSentence]]:
    """Return the labelled sentences by article, in order."""
    articles: dict[str, list[LabelledSentence]] = {}
    for line in (data / "articles" / "sentence_labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        sentence = LabelledSentence(row["sentence"], row["label"], row["claimant"] or "")
        articles.setdefault(row["article"], []).append(sentence)
    return articles


def load_debates(data: Path, split: str) -> list[tuple[str, bool]]:
    """Return pairs of a debate sentence and whether it is worth checking (CheckThat! 2024, task 1, English)."""
    with gzip.open(data / "detection" / "ct24_en.tsv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["text"], row["label"] == "1") for row in rows if row["split"] == split]


def read_commission_article(data: Path) -> str:
    return (data / "articles" / "kim-beijing-2019.txt").read_text("utf-8")
