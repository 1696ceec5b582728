"""How many claims there are of each kind among those that a query finds, counted by PostgreSQL, and exactly.

A facet is counted as if its own filter were not given, so that it shows what else could be chosen; all others hold.
Facets for which the same filters hold are counted together, by one statement that finds the claims once.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet

from claims.api.filters import ClaimListQuery
from claims.models import Mention, Publication
from factcheck.reading import fetch
from factcheck.statements import Statement

#: The numbers belong to a state of the ledger and are right for as long as it stays; this only bounds the memory.
_KEPT_SECONDS = 3600


def _by(column: str) -> str:
    return f"SELECT {column} AS value, count(*) AS n FROM entries WHERE {column} IS NOT NULL GROUP BY 1"


def _by_each(column: str) -> str:
    return f"SELECT value, count(*) AS n FROM entries, unnest({column}) AS value GROUP BY 1"


def _by_each_of_few(column: str) -> str:
    """The same for lists of which many are alike: those are taken apart once."""
    return (
        f"SELECT value, sum(alike)::bigint AS n FROM (SELECT {column}, count(*) AS alike FROM entries GROUP BY 1)"
        f" AS lists, unnest({column}) AS value GROUP BY 1"
    )


def _by_verdict(value: str) -> str:
    """Claims, not verdicts: one that several publishers rated alike counts once."""
    return (
        "SELECT value, sum(part)::bigint AS n FROM ("
        f"SELECT {value} AS value, count(*) AS part FROM judged WHERE NOT several GROUP BY 1 UNION ALL "
        f"SELECT {value}, count(DISTINCT publication_id) FROM judged WHERE several GROUP BY 1"
        ") AS parts WHERE value IS NOT NULL GROUP BY 1"
    )


@dataclass(frozen=True)
class Facet:
    """One way to divide claims.

    Args:
        divided: SQL for each value and the number of claims that have it: from `entries`, what the query finds, or from
            `judged`, the verdicts in it of which all conditions on verdicts hold.
        column: the column by which `divided` divides.
        own: the parameters that choose among the values.
        instead: what holds in their place.
        mentions: what the ledger itself counts among all that is published.
    """

    name: str
    divided: Callable[[str], str]
    column: str
    own: tuple[str, ...] = ()
    instead: Mapping[str, Any] = field(default_factory=dict)
    mentions: Mention.Kind | None = None

    def source(self, held: Mapping[str, Any]) -> str:
        """From what it is counted when these conditions hold."""
        if self.mentions and not held:
            return "claims_mention"
        return "judged" if self.divided is _by_verdict else "entries"

    def sql(self, source: str, size: int) -> str:
        """The most frequent values, and how many values there are."""
        counted = (
            f"SELECT thing_id AS value, publications AS n FROM {source} WHERE kind = '{self.mentions}'"
            if source == "claims_mention"
            else self.divided(self.column)
        )
        return (
            f"(SELECT '{self.name}'::varchar, value::varchar, n, count(*) OVER () FROM ({counted}) AS counted"
            f" ORDER BY n DESC, value LIMIT {size:d})"
        )


FACETS = {
    facet.name: facet
    for facet in (
        Facet("rating_class", _by_verdict, "nullif(rating_class, '')", ("rating_class",)),
        Facet("rating", _by_verdict, "rating_id", ("rating",), mentions=Mention.Kind.RATING),
        Facet("publisher", _by_verdict, "publisher_id", ("publisher",)),
        Facet("publisher_kind", _by_verdict, "publisher_kind", ("publisher_kind",)),
        Facet(
            "reviewed_year",
            _by_verdict,
            "extract(year FROM reviewed_on)::integer",
            ("reviewed_after", "reviewed_before"),
        ),
        Facet("language", _by_each_of_few, "language_ranges", ("language",)),
        Facet("topic", _by_each, "topic_ids", ("topic",), mentions=Mention.Kind.TOPIC),
        Facet("claimant", _by, "claimant_id", ("claimant",), mentions=Mention.Kind.CLAIMANT),
        Facet("source_domain", _by_each, "source_domains", ("source_domain",)),
        # Each further value of `has` narrows down, so those that are chosen hold for those that could be added.
        Facet("has", _by_each_of_few, "features"),
        Facet("status", _by, "status", ("status",), instead={"status": list(Publication.Status.values)}),
    )
}

_VERDICT = ("publication_id", "publisher_id", "publisher_kind", "rating_id", "rating_class", "reviewed_on")


@dataclass
class Values:
    """The most frequent values of a facet, each with its number of claims, and how many values it has in all."""

    distinct: int = 0
    counts: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Counted:
    """How many claims a query finds, and its facets by name."""

    claims: int
    facets: dict[str, Values]
    #: Where the ledger stood, once for each statement.
    positions: set[int | None] = field(default_factory=set)


@dataclass(frozen=True)
class Counting:
    """What is to be counted.

    Args:
        query: a query, of which only these conditions hold.
        conditions: what it looks for, by parameter.
        names: the facets.
        size: how many values of each facet.
    """

    query: ClaimListQuery
    conditions: Mapping[str, Any]
    names: Sequence[str]
    size: int

    def counted(self) -> Counted:
        """Counted now, or when the ledger stood where it stands now."""
        if "as_of" in self.conditions:  # which means another moment each time
            return self._count()
        ((position,),) = fetch("SELECT max(sequence) FROM claims_publication")
        known: Counted | None = cache.get(f"{self._key}:{position}")
        if known is None:
            known = self._count()
            # The ledger may have moved between two statements.
            if len(known.positions) == 1:
                cache.set(f"{self._key}:{next(iter(known.positions))}", known, _KEPT_SECONDS)
        return known

    @property
    def _key(self) -> str:
        asked = repr((sorted(self.conditions.items()), self.query.shape, self.names, self.size))
        return f"facets:{hashlib.sha256(asked.encode()).hexdigest()}"

    def _count(self) -> Counted:
        counted = Counted(0, {name: Values() for name in self.names})
        everything = (tuple(self.conditions), "")
        together: dict[tuple[tuple[str, ...], str], list[Facet]] = {everything: []}
        for facet in (FACETS[name] for name in self.names):
            others = tuple(name for name in self.conditions if name not in facet.own)
            together.setdefault((others, facet.name if facet.instead else ""), []).append(facet)
        for alike, facets in together.items():
            held = {name: self.conditions[name] for name in alike[0]}
            for facet in facets:
                held |= facet.instead
            for name, value, number, distinct in self._rows(held, facets):
                if name:
                    counted.facets[name].distinct = distinct
                    counted.facets[name].counts.append((value, number))
                else:
                    counted.positions.add(distinct)
                    if alike == everything:
                        counted.claims = number
        return counted

    def _rows(self, held: Mapping[str, Any], facets: Sequence[Facet]) -> list[tuple[Any, ...]]:
        """The values of these facets; first, without a name, the number of claims and where the ledger stands."""
        source = {facet.name: facet.source(held) for facet in facets}
        columns = ["id", "publisher_ids"]
        columns += [facet.column for facet in facets if source[facet.name] == "entries"]
        matching = self.query.matching(Publication.objects.all(), held).order_by()
        verdicts = self.query.verdicts(held).order_by()
        try:
            entries = Statement.of(matching.values_list(*columns))
            judgements = Statement.of(verdicts.values_list(*_VERDICT))
        except EmptyResultSet:  # what is asked for cannot be, so the database is not asked
            return []
        statements = [f"WITH entries ({', '.join(columns)}) AS MATERIALIZED ({entries.sql})"]
        parameters = [*entries.parameters]
        if "judged" in source.values():
            # A publication names the publishers of its verdicts and of its sources: with one, it has one verdict.
            statements.append(
                f", verdicts ({', '.join(_VERDICT)}) AS ({judgements.sql}), judged AS MATERIALIZED ("
                "SELECT verdicts.*, cardinality(publisher_ids) > 1 AS several"
                " FROM verdicts JOIN entries ON entries.id = publication_id)"
            )
            parameters += judgements.parameters
        parts = [
            "SELECT ''::varchar, NULL::varchar, count(*), (SELECT max(sequence) FROM claims_publication) FROM entries",
            *(facet.sql(source[facet.name], self.size) for facet in facets),
        ]
        return fetch(" ".join([*statements, " UNION ALL ".join(parts)]), parameters)
