"""Full-text search: indexing, query parsing and highlights. Independent of the models.

Begin with `queries`. The database functions that it calls are in `claims/migrations/0001_search.py`.
"""

from claims.search.queries import (
    MAX_LENGTH,
    RANKED_MATCHES,
    AddressTargets,
    SearchReading,
    SearchValues,
    build_match_condition,
    build_relevance,
    correct_search,
    parse_search,
)

from .texts import STEMMERS, choose_stemmers, make_searchable
