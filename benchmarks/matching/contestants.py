"""The compared systems for finding the claims behind a text: ours, parts of it, and others."""

import sqlite3
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.matching.datasets import Claim
from benchmarks.matching.finder import Finder
from benchmarks.matching.word_index import WordIndex, select_best, split_words
from claims.matching.answers import MATCH_LIMIT, MIN_CONFIDENCE, Match, find_matches
from claims.matching.candidates import FoundCandidates
from claims.matching.embedding.embedder import Vectors
from claims.matching.query import Candidate, TextQuery
from claims.matching.ranking import rank_candidates

#: Of so many answers, the right one is looked for.
MAX_ANSWERS = 50


class PlainWords:
    """BM25 over the words of statement and headline."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._claims = claims
        self._index = WordIndex(f"{claim.statement} {claim.headline}" for claim in claims)

    def answers(self, asked: TextQuery) -> list[str]:
        return [
            self._claims[number].id for number in select_best(self._index.scores(asked.text), MAX_ANSWERS)
        ]


class Datasette:
    """SQLite's FTS5 as Datasette sets it up with `--fts`, queried for any of the words.

    Datasette itself requires all words, and finds almost nothing for a whole post.
    """

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._claims = claims
        self._database = sqlite3.connect(":memory:")
        weakref.finalize(self, self._database.close)
        self._database.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'porter unicode61')")
        self._database.executemany(
            "INSERT INTO words (rowid, text) VALUES (?, ?)",
            ((number, f"{claim.statement} {claim.headline}") for number, claim in enumerate(claims)),
        )

    def answers(self, asked: TextQuery) -> list[str]:
        if not (words := dict.fromkeys(split_words(asked.text))):
            return []
        found = self._database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), MAX_ANSWERS),
        )
        return [self._claims[number].id for (number,) in found]


class Similarity:
    """A ranking by vectors alone, which compares the query with every claim."""

    def __init__(self, claims: Sequence[Claim], vectors: Vectors) -> None:
        self._claims = claims
        self._vectors = vectors

    def answers(self, asked: TextQuery) -> list[str]:
        assert asked.vector is not None
        return [self._claims[number].id for number in select_best(self._vectors @ asked.vector, MAX_ANSWERS)]


class SharedWords:
    """A ranking by words alone, weighted as in `claims.matching.shared_words`."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def answers(self, asked: TextQuery) -> list[str]:
        candidates, _ = self._finder.candidates(replace(asked, vector=None))
        candidates.sort(key=lambda candidate: -candidate.words)
        return list(map(self._finder.id_of, candidates))


class Ours:
    """Words, vectors and all other features, in one ranking."""

    def __init__(self, finder: Finder, known: "Known | None" = None) -> None:
        self._finder = finder
        self._known = known or Known()

    def matches(self, asked: TextQuery) -> list[Match]:
        """Return the matches of a text, including those whose confidence is too low to be shown."""
        asked, candidates, rarity = self.candidates(asked)
        found = FoundCandidates([candidates], rarity, frozenset())
        return find_matches(asked, candidates, found, MATCH_LIMIT, dict.fromkeys(MIN_CONFIDENCE, 0.0))

    def candidates(self, asked: TextQuery) -> tuple[TextQuery, list[Candidate], dict[str, float]]:
        """Return the query, its candidates with the features that are switched on, and the rarity of its words."""
        asked = self._known.asked(asked)
        candidates, rarity = self._finder.candidates(asked)
        return asked, list(map(self._known.candidate, candidates)), rarity

    def id_of(self, candidate: Candidate) -> str:
        return self._finder.id_of(candidate)

    def answers(self, asked: TextQuery) -> list[str]:
        asked, candidates, rarity = self.candidates(asked)
        return [self.id_of(one.candidate) for one in rank_candidates(asked, candidates, rarity=rarity)]


@dataclass(frozen=True)
class Known:
    """The features that our system may use; switching one off shows its value."""

    vectors: bool = True
    who_and_when: bool = True
    headlines: bool = True

    def asked(self, asked: TextQuery) -> TextQuery:
        if not self.vectors:
            asked = replace(asked, vector=None)
        if not self.who_and_when:
            asked = replace(asked, text=asked.cleaned, claimant="", said_on=None)
        return asked

    def candidate(self, candidate: Candidate) -> Candidate:
        return candidate if self.headlines else replace(candidate, headline="")
