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
FILES = {
    "hardneg": "one fact changed",
    "samepairs": "the same in other words",
    "controls": "copies and unrelated ones",
}
#: The largest share of pairs that are not the same and called the same, and of right claims called the opposite.
MOST_FALSE_SAME, MOST_FALSE_OPPOSITE = 0.03, 0.01


def print_pairs(folder: Path, made: Embeddings | None, console: Console) -> list[str]:
    """Print the tables and return the missed promises."""
    missed = []
    for name, what in FILES.items():
        kinds: Counter[tuple[str, str]] = Counter()
        pairs = [
            pair for row in _iterate_rows(folder / f"{name}.jsonl") for pair in _iterate_both_orders(row)
        ]
        for label, asked, claim in pairs:
            kinds[label, judge(asked, claim).kind] += 1
        _print(what, kinds, console)
        different = sum(number for (label, _kind), number in kinds.items() if label == "different")
        same = sum(kinds.values()) - different
        if kinds["different", "same"] > MOST_FALSE_SAME * different:
            missed.append(f"{what}: {kinds['different', 'same']} of {different} are called the same")
        if kinds["same", "contradicts"] > MOST_FALSE_OPPOSITE * same:
            missed.append(f"{what}: {kinds['same', 'contradicts']} of {same} are called the opposite")
    fragments = [
        judge(asked, claim).kind
        for name in ("hardneg", "samepairs")
        for asked, claim in _iterate_fragments(folder / f"{name}.jsonl")
    ]
    console.print(f"Halves of a statement: {fragments.count('same')} of {len(fragments)} are called the same")
    triplets = list(_iterate_rows(folder / "triplets.jsonl"))
    right = sum(map(bool, _iterate_first_right(triplets, made)))
    console.print(f"Which of two claims is meant: {right} of {len(triplets)} right\n")
    return missed


def _print(what: str, kinds: Counter[tuple[str, str]], console: Console) -> None:
    table = Table(title=f"Pairs: {what}, each in both directions")
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
    for text, language, statement, its in (
        (row["a"], row["lang_a"], row["b"], row["lang_b"]),
        (row["b"], row["lang_b"], row["a"], row["lang_a"]),
    ):
        yield label, TextQuery(text, clean_post(text), language, None), _build_candidate(0, statement, its)


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


def _build_candidate(number: int, statement: str, language: str, **known: Any) -> Candidate:
    known = {"words": 0.5, "similarity": None, "vector": None} | known
    return Candidate(number, statement, language, "", None, **known)


def _iterate_first_right(triplets: Sequence[dict[str, Any]], made: Embeddings | None) -> Iterator[bool]:
    """Yield whether the right one of two claims comes first."""
    languages = [row["lang"] for row in triplets]
    texts = [clean_post(row["text"]) for row in triplets]
    vectors: dict[str, Any] = {}
    if made:
        vectors["text"] = made.questions(texts, languages)
        for name in ("right", "wrong"):
            statements = [row[name] for row in triplets]
            vectors[name] = made.claims(statements, [detect_language(each) for each in statements])
    for place, row in enumerate(triplets):
        asked = TextQuery(row["text"], texts[place], row["lang"], vectors["text"][place] if made else None)
        claims = []
        for number, name in enumerate(("right", "wrong")):
            vector = vectors[name][place] if made else None
            similarity = None if vector is None or asked.vector is None else float(vector @ asked.vector)
            claims.append(
                _build_candidate(
                    number, row[name], detect_language(row[name]), similarity=similarity, vector=vector
                )
            )
        yield rank_candidates(asked, claims)[0].candidate.claim == 0
