"""Search: how texts are made findable, how a person's words become a query, and where they were found."""

from claims.search.queries import (
    LONGEST,
    RANKED,
    Places,
    Reading,
    Sought,
    forgiven,
    matching,
    read,
    relevance,
)

from .texts import STEMMERS, searchable, stemmers

__all__ = [
    "LONGEST",
    "RANKED",
    "STEMMERS",
    "Places",
    "Reading",
    "Sought",
    "forgiven",
    "matching",
    "read",
    "relevance",
    "searchable",
    "stemmers",
]
