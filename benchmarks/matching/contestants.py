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

    def rank(self, query: TextQuery) -> list[str]:
        return [
            self._claims[number].id
            for number in select_best(self._index.compute_scores(query.text), MAX_ANSWERS)
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

    def rank(self, query: TextQuery) -> list[str]:
        if not (words := dict.fromkeys(split_words(query.text))):
            return []
        rows = self._database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), MAX_ANSWERS),
        )
        return [self._claims[number].id for (number,) in rows]


class Similarity:
    """A ranking by vectors alone, which compares the query with every claim."""

    def __init__(self, claims: Sequence[Claim], vectors: Vectors) -> None:
        self._claims = claims
        self._vectors = vectors

    def rank(self, query: TextQuery) -> list[str]:
        assert query.vector is not None
        return [self._claims[number].id for number in select_best(self._vectors @ query.vector, MAX_ANSWERS)]


class SharedWords:
    """A ranking by words alone, weighted as in `claims.matching.shared_words`."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def rank(self, query: TextQuery) -> list[str]:
        candidates, _ = self._finder.find_candidates(replace(query, vector=None))
        candidates.sort(key=lambda candidate: -candidate.words)
        return list(map(self._finder.get_claim_id, candidates))


class Ours:
    """Words, vectors and all other features, in one ranking."""

    def __init__(self, finder: Finder, enabled: "EnabledFeatures | None" = None) -> None:
        self._finder = finder
        self._enabled = enabled or EnabledFeatures()

    def find_matches(self, query: TextQuery) -> list[Match]:
        """Return the matches of a text, including those whose confidence is too low to be shown."""
        query, candidates, rarity = self.find_candidates(query)
        found_candidates = FoundCandidates([candidates], rarity, frozenset())
        return find_matches(
            query, candidates, found_candidates, MATCH_LIMIT, dict.fromkeys(MIN_CONFIDENCE, 0.0)
        )

    def find_candidates(self, query: TextQuery) -> tuple[TextQuery, list[Candidate], dict[str, float]]:
        """Return the query, its candidates with the features that are switched on, and the rarity of its words."""
        query = self._enabled.hide_disabled(query)
        candidates, rarity = self._finder.find_candidates(query)
        return query, list(map(self._enabled.filter_candidate, candidates)), rarity

    def get_claim_id(self, candidate: Candidate) -> str:
        return self._finder.get_claim_id(candidate)

    def rank(self, query: TextQuery) -> list[str]:
        query, candidates, rarity = self.find_candidates(query)
        return [
            self.get_claim_id(ranked.candidate)
            for ranked in rank_candidates(query, candidates, rarity=rarity)
        ]


@dataclass(frozen=True)
class EnabledFeatures:
    """The features that our system may use; switching one off shows its value."""

    vectors: bool = True
    author_and_date: bool = True
    headlines: bool = True

    def hide_disabled(self, query: TextQuery) -> TextQuery:
        if not self.vectors:
            query = replace(query, vector=None)
        if not self.author_and_date:
            query = replace(query, text=query.cleaned, claimant="", said_on=None)
        return query

    def filter_candidate(self, candidate: Candidate) -> Candidate:
        return candidate if self.headlines else replace(candidate, headline="")
