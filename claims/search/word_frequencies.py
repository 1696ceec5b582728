"""Estimate how many publications match a search, from PostgreSQL's most frequent words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from time import monotonic

from factcheck.database.read_connections import fetch_rows

#: The number of seconds for which a process caches the statistics. They date from the last ANALYZE, and reading
#: them takes as long as the rest of parsing a search.
CACHE_SECONDS = 60

_WORD_PATTERN = re.compile(r"'(?:[^']|'')*'")


@dataclass(frozen=True)
class WordFrequencies:
    """The number of publications, and the share of publications that contain each frequent word. Others are rare."""

    publications: float
    shares: Mapping[str, float]

    def estimate_matches(self, alternatives: Sequence[str], forms: Mapping[str, Sequence[str]]) -> int:
        """Return the approximate number of matches; 0 if a required word is not frequent.

        Args:
            alternatives: queries of which any one is enough.
            forms: the forms of each word: as typed, then its stems.
        """
        shares = {word: self._compute_share(word_forms) for word, word_forms in forms.items()}
        count = sum(
            _combine_shares(query, [shares[word] for word in _WORD_PATTERN.findall(query) if word in shares])
            for query in alternatives
        )
        return round(self.publications * min(1.0, count))

    def _compute_share(self, forms: Sequence[str]) -> float:
        own_share, *stem_shares = (self.shares.get(form, 0.0) for form in forms)
        # A stem is as frequent as the words with this stem.
        return min(1.0, max(own_share, sum(stem_shares)))


def _combine_shares(query: str, shares: list[float]) -> float:
    """Return the expected share of publications that contain all words of the query, assuming independence.

    In a phrase, the words are assumed to occur only together.
    """
    if not shares:
        return 1.0
    return min(shares) if "<" in query else prod(shares)


def get_frequencies() -> WordFrequencies:
    """Return the word frequencies, cached for `CACHE_SECONDS`."""
    return load_frequencies(int(monotonic() / CACHE_SECONDS))


@lru_cache(maxsize=1)
def load_frequencies(period: int) -> WordFrequencies:
    """Return the word frequencies, loaded once for each caching period. `period` is the period's number."""
    [(publications,)] = fetch_rows(
        "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'public.claims_publication'::regclass"
    )
    words = fetch_rows("SELECT word, share FROM claims_search_frequent()")
    return WordFrequencies(publications, {word.decode(): share for word, share in words})
