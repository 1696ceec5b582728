"""Exact numbers of the claims in a query for each value of a facet, counted by PostgreSQL.

A facet is counted without its own filter, so that it shows the other choices; all other filters apply. Facets with
the same remaining filters are counted together, by one statement that finds the claims once.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.models import Mention, Publication
from factcheck.database.cached_sql import Statement
from factcheck.database.read_connections import fetch_rows

#: Counts belong to a state of the ledger and stay valid with it; this only limits memory.
_CACHE_SECONDS = 3600


def _build_count_sql(column: str) -> str:
    return f"SELECT {column} AS value, count(*) AS n FROM entries WHERE {column} IS NOT NULL GROUP BY 1"


def _build_list_count_sql(column: str) -> str:
    return (
        f"SELECT value, count(*) AS n FROM entries, unnest({column}) AS value"
        f" WHERE {column} <> '{{}}' GROUP BY 1"  # most lists are empty, and unnesting them also takes time
    )


def _build_grouped_list_count_sql(column: str) -> str:
    """Return SQL that counts the values in lists, grouping equal lists first."""
    return f"SELECT value, sum(alike)::bigint AS n FROM kinds, unnest({column}) AS value GROUP BY 1"


def _build_grouped_count_sql(column: str) -> str:
    return f"SELECT {column} AS value, sum(alike)::bigint AS n FROM all_kinds GROUP BY 1"


def _build_verdict_count_sql(column: str) -> str:
    """Return SQL that counts each claim once, even if several publishers gave it the same rating."""
    return (
        f"SELECT {column} AS value,"
        " (coalesce(sum(alike) FILTER (WHERE one_of IS NULL), 0) + count(DISTINCT one_of))::bigint AS n"
        f" FROM judgements WHERE {column} IS NOT NULL GROUP BY 1"
    )


@dataclass(frozen=True)
class Facet:
    """One way of grouping claims.

    Args:
        build_count_sql: returns SQL that counts claims by value. It reads `entries`, the results of the query; `kinds`,
            entries grouped by equal columns; or `judgements`, verdicts that meet all conditions, grouped likewise.
        column: the column by which `build_count_sql` groups.
        column_sql: SQL for that column, if it must be computed.
        parameters: the query parameters that select values of this facet.
        replacement: the wider conditions that replace `parameters` when this facet is counted.
        mention_kind: the kind of mention, if the database keeps counts of such mentions over all publications.
    """

    name: str
    build_count_sql: Callable[[str], str]
    column: str
    column_sql: str = ""
    parameters: tuple[str, ...] = ()
    replacement: Mapping[str, Any] = field(default_factory=dict)
    mention_kind: Mention.Kind | None = None

    def source(self, conditions: Mapping[str, Any]) -> str:
        """Return the table to count from when these conditions apply."""
        if self.mention_kind and not conditions:
            return "claims_mention"
        if self.build_count_sql is _build_verdict_count_sql:
            return "judgements"
        return (
            "kinds"
            if self.build_count_sql in (_build_grouped_list_count_sql, _build_grouped_count_sql)
            else "entries"
        )

    def sql(self, source: str, size: int) -> str:
        """Return SQL for the most frequent values, and the number of values."""
        counted_rows = (
            f"SELECT thing_id AS value, publications AS n FROM {source} WHERE kind = '{self.mention_kind}'"
            if source == "claims_mention"
            else self.build_count_sql(self.column)
        )
        return (
            f"(SELECT '{self.name}'::varchar, value::varchar, n, count(*) OVER () FROM ({counted_rows}) AS counted"
            f" ORDER BY n DESC, value LIMIT {size:d})"
        )


FACETS = {
    facet.name: facet
    for facet in (
        Facet(
            "rating_class",
            _build_verdict_count_sql,
            "rating_class",
            column_sql="nullif(rating_class, '')",
            parameters=("rating_class",),
        ),
        Facet(
            "rating",
            _build_verdict_count_sql,
            "rating_id",
            parameters=("rating",),
            mention_kind=Mention.Kind.RATING,
        ),
        Facet("publisher", _build_verdict_count_sql, "publisher_id", parameters=("publisher",)),
        Facet("publisher_kind", _build_verdict_count_sql, "publisher_kind", parameters=("publisher_kind",)),
        Facet(
            "reviewed_year",
            _build_verdict_count_sql,
            "reviewed_year",
            column_sql="extract(year FROM reviewed_on)::integer",
            parameters=("reviewed_after", "reviewed_before"),
        ),
        Facet("language", _build_grouped_list_count_sql, "language_ranges", parameters=("language",)),
        Facet(
            "topic",
            _build_list_count_sql,
            "topic_ids",
            parameters=("topic",),
            mention_kind=Mention.Kind.TOPIC,
        ),
        Facet(
            "claimant",
            _build_count_sql,
            "claimant_id",
            parameters=("claimant",),
            mention_kind=Mention.Kind.CLAIMANT,
        ),
        Facet("source_domain", _build_list_count_sql, "source_domains", parameters=("source_domain",)),
        # Claims must meet all chosen values of `has`, so these also apply to the counts of its other values.
        Facet("has", _build_grouped_list_count_sql, "features"),
        Facet(
            "status",
            _build_grouped_count_sql,
            "status",
            parameters=("status",),
            replacement={"status": list(Publication.Status.values)},
        ),
    )
}

#: An additional facet for reader pages: the months of review within the requested days.
REVIEWED_MONTH = Facet(
    "reviewed_month", _build_verdict_count_sql, "reviewed_month", column_sql="to_char(reviewed_on, 'YYYY-MM')"
)
_ALL_FACETS = {**FACETS, REVIEWED_MONTH.name: REVIEWED_MONTH}

#: The condition for rows that a facet counts without its own filter.
_STATUS_CONDITION = "status = ANY(%s::text[])"

_VERDICT_COLUMNS = (
    "publication_id",
    "publisher_id",
    "publisher_kind",
    "rating_id",
    "rating_class",
    "reviewed_on",
)


@dataclass
class FacetValues:
    """The most frequent values of a facet with their numbers of claims, and the total number of values."""

    value_count: int = 0
    counts: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class FacetCounts:
    """The number of claims in a query, and its facets by name."""

    claim_count: int
    facets: dict[str, FacetValues]
    #: The position of the ledger at each statement that counted.
    positions: set[int | None] = field(default_factory=set)


@dataclass(frozen=True)
class FacetCounting:
    """A count of the claims in a query, by facet.

    Args:
        query: the query; only the given conditions apply.
        conditions: the conditions, keyed by parameter.
        names: the names of the facets.
        size: the number of values for each facet.
    """

    query: ClaimListQuery
    conditions: Mapping[str, Any]
    names: Sequence[str]
    size: int

    def get_counts(self) -> FacetCounts:
        """Return the counts for the current state of the ledger, from the cache or newly computed."""
        if "as_of" in self.conditions:  # almost every request has another moment
            return self._count()
        return self.get_cached() or self.compute_counts()

    def compute_counts(self) -> FacetCounts:
        """Compute the counts, and cache them until the ledger changes."""
        counts = self._count()
        # Cache only if no entry was added between the statements.
        if len(counts.positions) == 1:
            cache.set(f"{self._cache_key}:{next(iter(counts.positions))}", counts, _CACHE_SECONDS)
        return counts

    def get_cached(self) -> FacetCounts | None:
        """Return cached counts for the current state of the ledger, if any."""
        ((position,),) = fetch_rows("SELECT max(sequence) FROM claims_publication")
        cached_counts: FacetCounts | None = cache.get(f"{self._cache_key}:{position}")
        return cached_counts

    @property
    def _cache_key(self) -> str:
        identity = repr((sorted(self.conditions.items()), self.query.shape, self.names, self.size))
        return f"facets:{hashlib.sha256(identity.encode()).hexdigest()}"

    def _count(self) -> FacetCounts:
        counts = FacetCounts(0, {name: FacetValues() for name in self.names})
        all_conditions = tuple(self.conditions)
        facets_by_conditions: dict[tuple[str, ...], list[Facet]] = {all_conditions: []}
        for facet in (_ALL_FACETS[name] for name in self.names):
            # A facet with a replacement shares a statement with others, which select their rows by its column.
            other_conditions = tuple(
                name for name in self.conditions if facet.replacement or name not in facet.parameters
            )
            facets_by_conditions.setdefault(other_conditions, []).append(facet)
        for shared_conditions, facets in facets_by_conditions.items():
            for name, value, number, value_count in self._iterate_rows(
                {name: self.conditions[name] for name in shared_conditions}, facets
            ):
                if name:
                    counts.facets[name].value_count = value_count
                    counts.facets[name].counts.append((value, number))
                else:
                    counts.positions.add(value_count)
                    if shared_conditions == all_conditions:
                        counts.claim_count = number
        return counts

    def _iterate_rows(self, conditions: Mapping[str, Any], facets: Sequence[Facet]) -> list[tuple[Any, ...]]:
        """Return a row for each value of each facet, and a row with the number of claims and the ledger position."""
        source = {facet.name: facet.source(conditions) for facet in facets}
        columns = _list_columns(facets, source)
        widened_conditions = {name: value for facet in facets for name, value in facet.replacement.items()}
        publications = self.query.apply_filters(
            Publication.objects.all(), {**conditions, **widened_conditions}
        ).order_by()
        verdicts = self.query.verdicts(conditions).order_by()
        try:
            entries = Statement.from_rows(publications.values_list(*columns))
            judgements = Statement.from_rows(verdicts.values_list(*_VERDICT_COLUMNS))
        except EmptyResultSet:  # the condition cannot be met, so the database is not queried
            return []
        parameters: list[Any] = [*entries.parameters]
        statuses = conditions.get("status", [Publication.Status.PUBLISHED.value])
        if widened_conditions:
            statements = [
                f"WITH found ({', '.join(columns)}) AS MATERIALIZED ({entries.sql})",
                # MATERIALIZED would store most of the rows again, which costs more than filtering them each time.
                f"entries AS NOT MATERIALIZED (SELECT * FROM found WHERE {_STATUS_CONDITION})",
            ]
            parameters.append(statuses)
        else:
            statements = [f"WITH entries ({', '.join(columns)}) AS MATERIALIZED ({entries.sql})"]
        kinds_sql = _build_kinds_sql(facets, source)
        statements += kinds_sql
        parameters += [statuses] * sum(statement.count("%s") for statement in kinds_sql)
        if "judgements" in source.values():
            statements.append(_build_judgements_sql(judgements.sql, facets))
            parameters += judgements.parameters
        facet_queries = [
            "SELECT ''::varchar, NULL::varchar, count(*), (SELECT max(sequence) FROM claims_publication) FROM entries",
            *(facet.sql(source[facet.name], self.size) for facet in facets),
        ]
        return fetch_rows(" ".join([", ".join(statements), " UNION ALL ".join(facet_queries)]), parameters)


def _list_columns(facets: Sequence[Facet], source: Mapping[str, str]) -> list[str]:
    """Return the entry columns that the facets need."""
    columns = ["id", "publisher_ids"]
    return columns + [facet.column for facet in facets if source[facet.name] in ("entries", "kinds")]


def _build_kinds_sql(facets: Sequence[Facet], source: Mapping[str, str]) -> list[str]:
    """Return SQL that groups entries once for all facets, by the columns with few distinct values."""
    grouped_facets = [facet for facet in facets if source[facet.name] == "kinds"]
    columns = ", ".join(facet.column for facet in grouped_facets)
    statements = []
    has_all = any(facet.build_count_sql is _build_grouped_count_sql for facet in grouped_facets)
    if has_all:
        statements.append(_build_grouping_sql("all_kinds", columns, "found"))
    if any(facet.build_count_sql is _build_grouped_list_count_sql for facet in grouped_facets):
        statements.append(
            f"kinds AS (SELECT * FROM all_kinds WHERE {_STATUS_CONDITION})"
            if has_all
            else _build_grouping_sql("kinds", columns, "entries")
        )
    return statements


def _build_grouping_sql(name: str, columns: str, rows: str) -> str:
    return f"{name} AS MATERIALIZED (SELECT {columns}, count(*) AS alike FROM {rows} GROUP BY {columns})"


def _build_judgements_sql(verdicts: str, facets: Sequence[Facet]) -> str:
    """Return SQL that groups verdicts by all facet columns. Entries with several verdicts stay separate.

    A publication lists the publishers of its verdicts and sources, so a publication with a single publisher has a
    single verdict.
    """
    group_columns = [facet for facet in facets if facet.build_count_sql is _build_verdict_count_sql]
    columns = ", ".join(f"{facet.column_sql or facet.column} AS {facet.column}" for facet in group_columns)
    column_numbers = ", ".join(str(number + 1) for number in range(len(group_columns) + 1))
    return (
        f"verdicts ({', '.join(_VERDICT_COLUMNS)}) AS ({verdicts}),"
        f" judgements AS MATERIALIZED (SELECT {columns},"
        " CASE WHEN cardinality(publisher_ids) > 1 THEN publication_id END AS one_of, count(*) AS alike"
        f" FROM verdicts JOIN entries ON entries.id = publication_id GROUP BY {column_numbers})"
    )
