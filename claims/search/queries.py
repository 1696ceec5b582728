"""Turn a person's search text into a database query."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from django.db.models import BooleanField, F, FloatField, Func, Value
from django.db.models.expressions import Expression

from claims.search.spelling import find_corrections
from claims.search.syntax import build_websearch, quote_as_phrase
from claims.search.word_frequencies import get_frequencies
from factcheck.database.read_connections import fetch_rows

#: The maximum length of a search. People paste whole statements, and few are longer.
MAX_LENGTH = 2_000

#: The maximum number of matches ordered by relevance. Searches with more matches are sorted by date.
RANKED_MATCHES = 20_000

#: A search with at most this many matches is run with its correction if that has `CORRECTION_FACTOR` times as many.
FEW_MATCHES = 3
CORRECTION_FACTOR = 10


@dataclass(frozen=True)
class AddressTargets:
    """The sources and entries that a search finds by a URL or by meaning, or placeholders for them in a prepared
    statement.

    Attributes:
        sources: ids of sources; entries that cite one of them match.
        entries: ids of ledger entries that match.
        is_ranked: whether the entries are sorted by relevance; otherwise all are equally relevant.
    """

    sources: Sequence[int] | Expression
    entries: Sequence[int] | Expression
    is_ranked: bool = False


@dataclass(frozen=True)
class SearchReading:
    """A parsed search.

    Attributes:
        typed_text: the search as typed.
        searched_text: the search that was run: a corrected search if the typed search found hardly anything and seems
        misspelt. query: `searched_text` as a PostgreSQL `tsquery`, with all forms of the words. ranking: a query that
        matches any of the searched words; empty if the search only excludes words. match_count: the estimated number of
        matching publications; 0 if the search requires a word that is not among the most frequent words. is_doubtful:
        whether one of the searched words occurs in no current publication in this form or, if there are
            several words, in hardly any.
        targets: the targets of a URL, or suggestions by meaning if no publication contains the words.
    """

    typed_text: str
    searched_text: str
    query: str
    ranking: str
    match_count: int
    is_doubtful: bool
    targets: AddressTargets | None = None

    @property
    def is_corrected(self) -> bool:
        """Return whether the search was corrected."""
        return self.searched_text != self.typed_text

    @property
    def is_matched_by_meaning(self) -> bool:
        """Return whether claims with a similar meaning are returned, because none contains the words."""
        return self.targets is not None and self.targets.is_ranked

    @property
    def is_widened(self) -> bool:
        """Return whether the search that was run contains both the correction and the search as typed."""
        return self.searched_text.startswith(f"{self.typed_text} or ")


@dataclass(frozen=True)
class SearchValues:
    """The values that a `SearchReading` compares with, or placeholders for them in a prepared statement."""

    query: str | Expression
    ranking: str | Expression
    targets: AddressTargets | None = None


def parse_search(text: str) -> SearchReading:
    """Parse `text` in web-search syntax."""
    [(query, ranking, is_doubtful, alternatives, forms)] = fetch_rows(
        "SELECT query::text, ranking::text, doubtful, alternatives, forms FROM claims_search_read(%s)",
        [build_websearch(text)],
        prepare=True,
    )
    match_count = get_frequencies().estimate_matches(
        [alternative.decode() for alternative in alternatives], forms
    )
    return SearchReading(text, text, query.decode(), (ranking or b"").decode(), match_count, is_doubtful)


def correct_search(
    reading: SearchReading, count_matches: Callable[[SearchReading, int], int]
) -> SearchReading:
    """Return the search, or a correction if only the correction finds results.

    A correction replaces misspelt words, or quotes a pasted text whose dashes would exclude the words after them.
    If the search finds hardly anything and its correction finds many times as much, both are run, so that no result
    is lost.

    Args:
        count_matches: a function that returns the number of matching publications, up to a limit.
    """
    whole_phrase = quote_as_phrase(reading.typed_text)
    if not (reading.is_doubtful or whole_phrase) or reading.match_count > RANKED_MATCHES:
        return reading
    count = count_matches(reading, FEW_MATCHES + 1)
    if count > FEW_MATCHES:
        return reading
    corrections = find_corrections(reading.typed_text) if reading.is_doubtful else ()
    for text in chain(filter(None, [whole_phrase]), corrections):
        correction = parse_search(text)
        if count_matches(correction, count * CORRECTION_FACTOR + 1) > count * CORRECTION_FACTOR:
            return replace(
                parse_search(f"{reading.typed_text} or {text}") if count else correction,
                typed_text=reading.typed_text,
            )
    return reading


def build_match_condition(field: str, query: str | Expression) -> Expression:
    """Return the condition that a search vector matches the query."""
    return Func(
        F(field),
        _cast_tsquery(query),
        template="(%(expressions)s)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )


def build_relevance(field: str, ranking: str | Expression) -> Expression:
    """Return an expression for the relevance of a short search vector, relative to its length."""
    scaling = Value(1)  # divided by 1 + log(length)
    return Func(F(field), _cast_tsquery(ranking), scaling, function="ts_rank", output_field=FloatField())


def _cast_tsquery(query: str | Expression) -> Expression:
    return Func(Value(query), template="%(expressions)s::tsquery") if isinstance(query, str) else query
