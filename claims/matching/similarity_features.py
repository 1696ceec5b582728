"""Features of the similarity between a query and a claim, as readable numbers.

Each feature is between 0 and 1, and is 0 if it cannot be computed. Rarer words weigh more. Words are compared in full
and by their beginnings, which most inflected forms of a word share.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import exp

from claims.matching.query import Candidate, TextQuery
from claims.search.texts import make_searchable

#: Inflection seldom reaches the first letters of a word.
PREFIX_LENGTH = 5
#: The length of the letter sequences that are compared, which finds misspelt and compound words.
RUN_LENGTH = 4
#: The number of characters of a query that are compared: a post, not a book.
COMPARED_CHARACTERS = 3_000
#: Signatures of posts are at the end, with at most this many characters.
MAX_SIGNATURE_LENGTH = 200

#: Similarity features by name, each from 0 to 1.
Features = dict[str, float]
FEATURE_NAMES = (
    "words",
    "similarity",
    "asked_covered",
    "statement_covered",
    "headline_covered",
    "letters",
    "numbers_shared",
    "author_named",
    "same_week",
    "same_year",
)

# “— Name (@name) May 30, 2014”: the author and the date of a quoted tweet.
_SIGNATURE_PATTERN = re.compile(
    r"—\s*(?P<author>[^—]{1,80}?)\s*\(@\w+\)\s*(?P<day>[A-Z][a-z]+ \d{1,2}, \d{4})?\s*$"
)


# Lower-case letters, and a space for every other sign; control characters do not occur in words.
_LETTERS = str.maketrans(
    {chr(code): chr(code).lower() if chr(code).isalpha() else " " for code in range(128)}
)
# Numbers and initials, which the search splits in its own way.
_NON_LETTERS = re.compile(r"\d|\w\.\w")


def split_words(text: str) -> list[str]:
    """Return the words of a text, split in the same way as for the search."""
    if text.isascii() and not _NON_LETTERS.search(text):
        # This gives the same result as the search ten times as fast; a query is compared with dozens of claims.
        return text.translate(_LETTERS).split()
    return make_searchable(text).split()


def collect_prefixes(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word[:PREFIX_LENGTH] for word in words)


def collect_numbers(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word for word in words if word[0].isdigit())


def collect_runs(words: Iterable[str]) -> frozenset[str]:
    """Return all sequences of a few letters in the text, including those that cross a space."""
    text = " ".join(words)
    return frozenset(map("".join, zip(*(text[i:] for i in range(RUN_LENGTH)), strict=False)))


class Rarity(dict[str, float]):
    """The rarity of word stems: a stem in fewer claims counts more."""

    def __init__(self, words: Mapping[str, float] | None) -> None:
        """Store the inverse document frequencies of words and word beginnings."""
        super().__init__()
        for word, rarity in (words or {}).items():
            beginning = word[:PREFIX_LENGTH]
            self[beginning] = min(rarity, self.get(beginning, rarity))
        self._rarest = max(self.values(), default=1.0)

    def __missing__(self, beginning: str) -> float:
        # Unknown words are rare, but most short ones are common.
        self[beginning] = rarity = self._rarest * len(beginning) / PREFIX_LENGTH
        return rarity

    def sum(self, beginnings: Iterable[str]) -> float:
        return sum(map(self.__getitem__, beginnings))


@dataclass(frozen=True)
class ComparedQuery:
    """A query, prepared for comparison with many claims."""

    query: TextQuery
    beginnings: frozenset[str]
    numbers: frozenset[str]
    runs: frozenset[str]
    weight: float
    author: frozenset[str]
    said_on: date | None
    rarity: Rarity

    @classmethod
    def build(cls, query: TextQuery, rarity: Rarity) -> "ComparedQuery":
        words = split_words((query.cleaned or query.text)[:COMPARED_CHARACTERS])
        signature = _find_signature(query.text)
        return cls(
            query=query,
            beginnings=collect_prefixes(words),
            numbers=collect_numbers(words),
            runs=collect_runs(words),
            weight=rarity.sum(collect_prefixes(words)),
            author=collect_prefixes(split_words(f"{query.claimant} {find_author(query.text)}")),
            said_on=query.said_on or (signature and _parse_day(signature["day"])) or None,
            rarity=rarity,
        )

    def compute_features(self, candidate: Candidate) -> Features:
        """Return all similarity features of the query and the claim."""
        words, headline = (
            split_words(candidate.statement[:COMPARED_CHARACTERS]),
            collect_prefixes(split_words(candidate.headline)),
        )
        statement, numbers, letters = collect_prefixes(words), collect_numbers(words), collect_runs(words)
        claim_words = statement | headline
        return {
            "words": candidate.words,
            "similarity": candidate.similarity or 0.0,
            "asked_covered": _compute_share(self.rarity.sum(self.beginnings & claim_words), self.weight),
            "statement_covered": self._measure_coverage(statement),
            "headline_covered": self._measure_coverage(headline),
            "letters": _compute_share(len(self.runs & letters), min(len(self.runs), len(letters))),
            "numbers_shared": _compute_share(len(numbers & self.numbers), len(numbers)),
            # If the claimant is known, other names in the claim do not identify the speaker.
            "author_named": 0.0
            if candidate.claimant
            else _compute_share(self.rarity.sum(self.author & claim_words), self.rarity.sum(self.author)),
            **self._measure_days(candidate),
        }

    def _measure_coverage(self, words: frozenset[str]) -> float:
        return _compute_share(self.rarity.sum(words & self.beginnings), self.rarity.sum(words))

    def _measure_days(self, candidate: Candidate) -> dict[str, float]:
        """Return how close the query's date is to the claim's date or its check's, from 0 (far or unknown) to 1."""
        days = [
            abs((day - self.said_on).days)
            for day in (candidate.claimed_on, candidate.reviewed_on)
            if day and self.said_on
        ]
        smallest_distance = min(days, default=None)
        return {
            "same_week": 0.0 if smallest_distance is None else exp(-smallest_distance / 7),
            "same_year": 0.0 if smallest_distance is None else exp(-smallest_distance / 365),
        }


def find_author(text: str) -> str:
    """Return the name of the person who signed a quoted post; empty if there is none."""
    signature = _find_signature(text)
    return signature["author"].strip() if signature else ""


def _find_signature(text: str) -> re.Match[str] | None:
    return _SIGNATURE_PATTERN.search(text[-MAX_SIGNATURE_LENGTH:])


def _compute_share(shared_weight: float, total_weight: float) -> float:
    return shared_weight / total_weight if total_weight else 0.0


def _parse_day(text: str | None) -> date | None:
    try:
        return datetime.strptime(text, "%B %d, %Y").date() if text else None  # noqa: DTZ007  a day has no zone
    except ValueError:
        return None
