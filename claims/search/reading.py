"""How a person's words become a query, and what they are compared with."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.db.models import BooleanField, F, FloatField, Func, Value
from django.db.models.expressions import Expression

from claims.search.frequency import frequencies
from claims.search.spelling import corrected
from claims.search.syntax import websearch
from factcheck.reading import fetch

#: So many matches are ordered by relevance. Of more, a word says too little to be relevant: they come newest first.
RANKED = 5_000


@dataclass(frozen=True)
class Reading:
    """What a search asks for.

    Attributes:
        asked: the search as it was typed.
        answered: the search that is answered: another one where nothing was found and words seem misspelt.
        query: the same as PostgreSQL's `tsquery`, in all forms of the words.
        ranking: any of the words that are wanted; empty where it is only said what is not wanted.
        matches: about how many publications are expected to match; 0 where there must be a word that is not among the
            most frequent ones.
        is_doubtful: whether a wanted word stands in no current publication, at least not in this form.
    """

    asked: str
    answered: str
    query: str
    ranking: str
    matches: int
    is_doubtful: bool

    @property
    def is_corrected(self) -> bool:
        """Whether another search is answered than the one that was typed."""
        return self.answered != self.asked


@dataclass(frozen=True)
class Sought:
    """The two queries of a `Reading`, or slots for them in a statement."""

    query: str | Expression
    ranking: str | Expression


def read(text: str) -> Reading:
    """What `text` asks for, in web-search syntax."""
    [(query, ranking, is_doubtful, alternatives, forms)] = fetch(
        "SELECT query::text, ranking::text, doubtful, alternatives, forms FROM claims_search_read(%s)",
        [websearch(text)],
        prepare=True,
    )
    matches = frequencies().expected([alternative.decode() for alternative in alternatives], forms)
    return Reading(text, text, query.decode(), (ranking or b"").decode(), matches, is_doubtful)


def forgiven(reading: Reading, finds: Callable[[Reading], bool]) -> Reading:
    """The same search; where it finds nothing, the one with the spelling corrected, if that finds something.

    Args:
        finds: whether a search finds anything where it is asked.
    """
    if not reading.is_doubtful or reading.matches > RANKED or finds(reading):
        return reading
    correction = corrected(reading.asked)
    if correction:
        instead = read(correction)
        if finds(instead):
            return replace(instead, asked=reading.asked)
    return reading


def matching(field: str, query: str | Expression) -> Expression:
    """The condition that a search vector matches a query."""
    return Func(
        F(field),
        _tsquery(query),
        template="(%(expressions)s)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )


def relevance(field: str, ranking: str | Expression) -> Expression:
    """How much a short search vector says of the words, in relation to its length."""
    by_length = Value(1)  # divided by 1 + log(length)
    return Func(F(field), _tsquery(ranking), by_length, function="ts_rank", output_field=FloatField())


def _tsquery(query: str | Expression) -> Expression:
    return Func(Value(query), template="%(expressions)s::tsquery") if isinstance(query, str) else query
