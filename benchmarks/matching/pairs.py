"""Measure external pairs and triplets of statements: how each pair is judged, and which claim ranks first."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.matching.embeddings import Embeddings
from claims.matching.alignment import split_words
from claims.matching.judgement import judge
from claims.matching.posts import clean_post
from claims.matching.query import Candidate, TextQuery
from claims.matching.ranking import rank_candidates
from sources.extraction import detect_language

#: The files, and what their pairs are.
FILE_DESCRIPTIONS = {
    "hardneg": "one fact changed",
    "samepairs": "the same in other words",
    "controls": "copies and unrelated ones",
}
#: The largest share of pairs that are not the same and called the same, and of right claims called the opposite.
MAX_FALSE_SAME, MAX_FALSE_OPPOSITE = 0.03, 0.01


def print_pairs(folder: Path, embeddings: Embeddings | None, console: Console) -> list[str]:
    """Print the tables and return the missed promises."""
    missed_promises = []
    for name, description in FILE_DESCRIPTIONS.items():
        kinds: Counter[tuple[str, str]] = Counter()
        pairs = [
            pair for row in _iterate_rows(folder / f"{name}.jsonl") for pair in _iterate_both_orders(row)
        ]
        for label, query, claim in pairs:
            kinds[label, judge(query, claim).kind] += 1
        _print(description, kinds, console)
        different_count = sum(count for (label, _kind), count in kinds.items() if label == "different")
        same_count = sum(kinds.values()) - different_count
        if kinds["different", "same"] > MAX_FALSE_SAME * different_count:
            missed_promises.append(
                f"{description}: {kinds['different', 'same']} of {different_count} are called the same"
            )
        if kinds["same", "contradicts"] > MAX_FALSE_OPPOSITE * same_count:
            missed_promises.append(
                f"{description}: {kinds['same', 'contradicts']} of {same_count} are called the opposite"
            )
    fragments = [
        judge(query, claim).kind
        for name in ("hardneg", "samepairs")
        for query, claim in _iterate_fragments(folder / f"{name}.jsonl")
    ]
    console.print(f"Halves of a statement: {fragments.count('same')} of {len(fragments)} are called the same")
    triplets = list(_iterate_rows(folder / "triplets.jsonl"))
    right_count = sum(map(bool, _iterate_first_right(triplets, embeddings)))
    console.print(f"Which of two claims is meant: {right_count} of {len(triplets)} right\n")
    return missed_promises


def _print(description: str, kinds: Counter[tuple[str, str]], console: Console) -> None:
    table = Table(title=f"Pairs: {description}, each in both directions")
    for heading in ("which are", "same", "contradicts", "related"):
        table.add_column(heading)
    for label in ("same", "different"):
        if any(kinds[label, kind] for kind in ("same", "contradicts", "related")):
            table.add_row(label, *(str(kinds[label, kind]) for kind in ("same", "contradicts", "related")))
    console.print(table)


def _iterate_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _iterate_both_orders(row: dict[str, Any]) -> Iterator[tuple[str, TextQuery, Candidate]]:
    label = "same" if row["same"] else "different"
    for text, language, statement, statement_language in (
        (row["a"], row["lang_a"], row["b"], row["lang_b"]),
        (row["b"], row["lang_b"], row["a"], row["lang_a"]),
    ):
        yield (
            label,
            TextQuery(text, clean_post(text), language, None),
            _build_candidate(0, statement, statement_language),
        )


def _iterate_fragments(path: Path) -> Iterator[tuple[TextQuery, Candidate]]:
    """Yield both halves of each statement, each with the whole."""
    for row in _iterate_rows(path):
        for statement, language in ((row["a"], row["lang_a"]), (row["b"], row["lang_b"])):
            words = split_words(statement)
            middle = words[len(words) // 2].start
            for half in (statement[:middle].strip(), statement[middle:]):
                yield (
                    TextQuery(half, clean_post(half), language, None),
                    _build_candidate(0, statement, language),
                )


def _build_candidate(number: int, statement: str, language: str, **features: Any) -> Candidate:
    features = {"words": 0.5, "similarity": None, "vector": None} | features
    return Candidate(number, statement, language, "", None, **features)


def _iterate_first_right(triplets: Sequence[dict[str, Any]], embeddings: Embeddings | None) -> Iterator[bool]:
    """Yield whether the right one of two claims comes first."""
    languages = [row["lang"] for row in triplets]
    texts = [clean_post(row["text"]) for row in triplets]
    vectors: dict[str, Any] = {}
    if embeddings:
        vectors["text"] = embeddings.embed_questions(texts, languages)
        for name in ("right", "wrong"):
            statements = [row[name] for row in triplets]
            vectors[name] = embeddings.embed_claims(
                statements, [detect_language(statement) for statement in statements]
            )
    for index, row in enumerate(triplets):
        query = TextQuery(
            row["text"], texts[index], row["lang"], vectors["text"][index] if embeddings else None
        )
        claims = []
        for number, name in enumerate(("right", "wrong")):
            vector = vectors[name][index] if embeddings else None
            similarity = None if vector is None or query.vector is None else float(vector @ query.vector)
            claims.append(
                _build_candidate(
                    number, row[name], detect_language(row[name]), similarity=similarity, vector=vector
                )
            )
        yield rank_candidates(query, claims)[0].candidate.claim == 0
