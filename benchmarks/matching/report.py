"""Print a table for each set, and the accuracy of our confidence."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.matching.contestants import (
    Datasette,
    EnabledFeatures,
    Ours,
    PlainWords,
    SharedWords,
    Similarity,
)
from benchmarks.matching.datasets import (
    COLLECTIONS,
    Collection,
    Question,
    draw_sample,
    load_ordinary_sentences,
)
from benchmarks.matching.embeddings import build_embeddings, build_queries
from benchmarks.matching.finder import Finder
from benchmarks.matching.measures import CONFIDENCE_STEPS, Confidence, Order
from benchmarks.matching.pairs import print_pairs
from claims.matching.answers import MIN_CONFIDENCE, MatchKind
from claims.matching.query import TextQuery

#: What must be reached: MAP@5.
REQUIRED_SCORES = {"2a": 0.955, "2b": 0.50, "ct25": 0.85}
MIN_LANGUAGE_SHARE = 0.70
#: From which on it is shown who would see what, and with how many ordinary sentences.
SHOWN_THRESHOLDS = (0.05, 0.08, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5)
ORDINARY_COUNT = 200
CHECKED_TEXTS = "its claim is there"

RankClaims = Callable[[TextQuery], Sequence[str]]


class ShownMatch(NamedTuple):
    """A match of a text, and whether it is a right claim."""

    kind: MatchKind
    confidence: float
    is_right: bool


@dataclass
class Measurements:
    """The measures of one contestant on one data set."""

    order: Order = field(default_factory=Order)
    languages: dict[str, Order] = field(default_factory=lambda: defaultdict(Order))
    seconds: list[float] = field(default_factory=list)

    def measure_query(self, answers: RankClaims, question: Question, query: TextQuery) -> Sequence[str]:
        started_at = perf_counter()
        results = answers(query)
        self.seconds.append(perf_counter() - started_at)
        self.order.add(results, question.claims)
        self.languages[question.language].add(results, question.claims)
        return results

    def build_row(self) -> list[str]:
        order = self.order
        figures = (
            order.precision,
            order.reciprocal,
            order.compute_success(1),
            order.compute_success(10),
            order.compute_success(50),
        )
        return [*(f"{figure:.4f}" for figure in figures), f"{median(self.seconds) * 1000:.1f}"]


class Report:
    """A report that measures data sets and collects missed promises."""

    def __init__(self, data: Path, *, with_vectors: bool, prints_misses: bool) -> None:
        self._data = data
        self._prints_misses = prints_misses
        self._console = Console(width=130)
        self._missed_promises: list[str] = []
        self._embeddings = build_embeddings() if with_vectors else None

    def print(self, names: Sequence[str], part: str) -> int:
        for name in names:
            if name == "pairs":
                self._missed_promises += print_pairs(self._data / "pairs", self._embeddings, self._console)
            else:
                self._measure_collection(COLLECTIONS[name](self._data), part)
        for line in self._missed_promises:
            self._console.print(f"missed: {line}", markup=False)
        return bool(self._missed_promises)

    def _measure_collection(self, collection: Collection, part: str) -> None:
        questions = collection.train if part == "train" else collection.dev
        queries = build_queries(questions, self._embeddings)
        finder = Finder(collection.claims, self._embeddings)
        measured = {
            name: self._measure_contestant(answers, questions, queries)
            for name, answers in self._build_contestants(finder).items()
        }
        if self._embeddings:
            measured |= self._measure_vectors_alone(collection, questions, queries)
        self._print_table(collection, part, measured)
        self._measure_shown_matches(finder, questions, queries)
        if len(measured["ours"].languages) > 1:
            self._print_languages(measured)
        if part == "dev":
            self._check_promises(collection.name, measured["ours"])

    def _build_contestants(self, finder: Finder) -> dict[str, RankClaims]:
        contestants: dict[str, RankClaims] = {
            "plain BM25": PlainWords(finder.claims).rank,
            "Datasette's FTS5": Datasette(finder.claims).rank,
            "ours: words alone, unranked": SharedWords(finder).rank,
            "ours: without vectors": Ours(finder, EnabledFeatures(vectors=False)).rank,
        }
        return contestants | {
            "ours: without headlines": Ours(finder, EnabledFeatures(headlines=False)).rank,
            "ours: without author and day": Ours(finder, EnabledFeatures(author_and_date=False)).rank,
            "ours": Ours(finder).rank,
        }

    def _measure_contestant(
        self, answers: RankClaims, questions: Sequence[Question], queries: Sequence[TextQuery]
    ) -> Measurements:
        measures = Measurements()
        for question, query in zip(questions, queries, strict=True):
            measures.measure_query(answers, question, query)
        return measures

    def _measure_vectors_alone(
        self, collection: Collection, questions: Sequence[Question], queries: Sequence[TextQuery]
    ) -> dict[str, Measurements]:
        """Measure vectors alone, raw and without the mean of each language."""
        assert self._embeddings is not None
        claims = collection.claims
        statements = [claim.statement for claim in claims]
        raw_vectors = self._embeddings.embed_raw_questions([query.cleaned for query in queries])
        uncentred_queries = [
            replace(query, vector=vector) for query, vector in zip(queries, raw_vectors, strict=True)
        ]
        centred_vectors = self._embeddings.embed_claims(statements, [claim.language for claim in claims])
        return {
            "vectors alone": self._measure_contestant(
                Similarity(claims, self._embeddings.embed_raw_claims(statements)).rank,
                questions,
                uncentred_queries,
            ),
            "vectors alone, centred": self._measure_contestant(
                Similarity(claims, centred_vectors).rank, questions, queries
            ),
        }

    def _print_table(self, collection: Collection, part: str, measured: dict[str, Measurements]) -> None:
        size = f"{len(collection.claims):,} claims, {len(next(iter(measured.values())).seconds):,} questions ({part})"
        table = Table("", "MAP@5", "MRR", "first", "in 10", "in 50", "ms", title=f"{collection.name}: {size}")
        for name, measures in measured.items():
            table.add_row(name, *measures.build_row())
        self._console.print(table)

    def _measure_shown_matches(
        self, finder: Finder, questions: Sequence[Question], queries: Sequence[TextQuery]
    ) -> None:
        """Measure the matches shown for texts whose claim is known, and for ordinary sentences that repeat none."""
        ordinary = draw_sample(load_ordinary_sentences(self._data, "dev"), ORDINARY_COUNT)
        shown = {}
        for name, sample, sample_queries in (
            (CHECKED_TEXTS, questions, queries),
            (f"{len(ordinary)} ordinary sentences", ordinary, build_queries(ordinary, self._embeddings)),
        ):
            shown[name] = [
                self._find_shown(finder, question, matches_of_text)
                for question, matches_of_text in zip(sample, sample_queries, strict=True)
            ]
        self._print_default_answers(shown)
        self._print_thresholds(shown)
        self._print_confidence(
            [match for matches_of_text in shown.values() for matches in matches_of_text for match in matches]
        )

    def _find_shown(self, finder: Finder, question: Question, query: TextQuery) -> list[ShownMatch]:
        matches = Ours(finder).find_matches(query)
        shown_matches = [
            ShownMatch(match.kind, match.confidence, finder.claims[match.claim].id in question.claims)
            for match in matches
        ]
        if self._prints_misses and question.claims and not (shown_matches and shown_matches[0].is_right):
            self._console.print(f"{question.id}: {sorted(question.claims)}", markup=False)
        return shown_matches

    def _print_default_answers(self, shown: dict[str, list[list[ShownMatch]]]) -> None:
        """Print the share of each kind among first answers and right claims that are shown by default."""
        kinds: tuple[MatchKind, ...] = ("same", "contradicts", "related", "nothing")
        table = Table("by default", *kinds)
        for name, texts in shown.items():
            default_matches = [
                [match for match in matches_of_text if match.confidence >= MIN_CONFIDENCE[match.kind]]
                for matches_of_text in texts
            ]
            rows = {
                "first answer": [next(iter(matches_of_text), None) for matches_of_text in default_matches]
            }
            if name == CHECKED_TEXTS:
                rows["right claim"] = [
                    next((match for match in matches_of_text if match.is_right), None)
                    for matches_of_text in default_matches
                ]
            for description, matches in rows.items():
                counts = Counter(match.kind if match else "nothing" for match in matches)
                table.add_row(
                    f"{description}, {name}", *(f"{counts[kind] / len(matches):.1%}" for kind in kinds)
                )
        self._console.print(table)

    def _print_thresholds(self, shown: dict[str, list[list[ShownMatch]]]) -> None:
        table = Table("shown from", *map(str, SHOWN_THRESHOLDS))
        for name, texts in shown.items():
            best_confidences = [
                max(
                    (
                        match.confidence
                        for match in matches_of_text
                        if match.is_right or name != CHECKED_TEXTS
                    ),
                    default=0,
                )
                for matches_of_text in texts
            ]
            table.add_row(
                f"{'the right claim' if name == CHECKED_TEXTS else 'any claim'}, {name}",
                *(
                    f"{fmean(match >= threshold for match in best_confidences):.1%}"
                    for threshold in SHOWN_THRESHOLDS
                ),
            )
        self._console.print(table)

    def _print_confidence(self, shown: Sequence[ShownMatch]) -> None:
        confidence: dict[MatchKind, Confidence] = defaultdict(Confidence)
        for match in shown:
            confidence[match.kind].add(match.confidence, is_right=match.is_right)
        table = Table("came true, if the confidence was at least", *map(str, CONFIDENCE_STEPS[1:]))
        for kind, kind_confidence in sorted(confidence.items()):
            table.add_row(kind, *kind_confidence.iterate_steps())
        self._console.print(table)

    def _print_languages(self, measured: dict[str, Measurements]) -> None:
        names = ("plain BM25", "ours: without vectors", "ours")
        table = Table("language", "questions", *(f"{name}: MAP@5, first, in 10" for name in names))
        for language in sorted(measured["ours"].languages):
            orders = [measured[name].languages[language] for name in names]
            cells = (
                f"{order.precision:.3f}  {order.compute_success(1):.3f}  {order.compute_success(10):.3f}"
                for order in orders
            )
            table.add_row(language, str(len(orders[0].ranks)), *cells)
        self._console.print(table)

    def _check_promises(self, name: str, our_measures: Measurements) -> None:
        marks = {f"MAP@5 of {name}": (our_measures.order.precision, REQUIRED_SCORES[name])}
        if name == "ct25":
            worst, order = min(our_measures.languages.items(), key=lambda each: each[1].precision)
            marks[f"MAP@5 of {name} in its worst language ({worst})"] = (order.precision, MIN_LANGUAGE_SHARE)
        self._missed_promises += [
            f"{what} is {got:.3f}, not {mark}" for what, (got, mark) in marks.items() if got < mark
        ]
