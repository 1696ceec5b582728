"""Full-text search: indexing, query parsing and highlights. Independent of the models.

Begin with `queries`; the functions of the database that it calls are in `claims/migrations/0001_search.py`.
"""

from claims.search.queries import (
    LONGEST,
    RANKED,
    Places,
    SearchReading,
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
    "SearchReading",
    "Sought",
    "forgiven",
    "matching",
    "read",
    "relevance",
    "searchable",
    "stemmers",
]
