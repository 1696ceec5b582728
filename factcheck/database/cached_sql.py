"""Cache the compiled SQL of queries by their shape.

Composing a QuerySet and compiling it to SQL costs more than the rest of a response. Queries of public lists differ in
their values far more often than in their shape. So the QuerySet is composed with slots in place of the values, and its
SQL is cached. It is still the same QuerySet: what it selects is defined once, for direct use and for use with slots.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet
from django.db.models.expressions import Expression

from factcheck.database.read_connections import fetch_rows


class Slot(Expression):
    """A placeholder in a statement for a value that is only known on execution."""

    def __init__(self, name: str, sql_type: str) -> None:
        super().__init__()
        self.name, self.sql_type = name, sql_type

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return f"%s::{self.sql_type}", [self]


class TargetTable(NamedTuple):
    """A list's table (`model`), and the column of another table (`key`) through which the list's rows are found."""

    model: type[Model]
    key: str


#: A function that splits a QuerySet in two; all rows of the first part come before all rows of the second.
Parts = Callable[[QuerySet[Any]], tuple[QuerySet[Any], QuerySet[Any]]]


@dataclass(frozen=True)
class Template:
    """A QuerySet of a certain shape, and the values for its slots. Equal shapes have equal SQL.

    Args:
        shape: identifies the SQL of the template.
        rows: composes the QuerySet, with slots.
        values: the values of the slots, by name.
        target_table: the table of the list, if the composed rows belong to another table and refer to the list's rows.
            The composed rows are then found and sorted first.
        has_one_plan: whether one query plan suits all values, so that PostgreSQL can keep it.
        parts: when reading forwards, the second part is queried only if the first has too few rows for a page.
    """

    shape: Hashable
    rows: Callable[[], QuerySet[Any]] = field(compare=False)
    values: Mapping[str, Any] = field(compare=False)
    target_table: TargetTable | None = None
    has_one_plan: bool = False
    parts: Parts | None = None

    def fetch(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return these columns in the form of `read_connections.fetch_rows`. Meant for a few rows found by an index."""
        return _build_statement(self, columns).fetch(self.values, prepare=True)


@dataclass(frozen=True)
class Statement:
    """An SQL statement with its parameters, some of which are slots."""

    sql: str
    parameters: tuple[Any, ...]

    @classmethod
    def from_rows(cls, rows: QuerySet[Any]) -> "Statement":
        sql, parameters = rows.query.sql_with_params()
        return cls(sql, tuple(parameters))

    @classmethod
    def build_late_fetch(
        cls,
        rows: QuerySet[Any],
        names: Sequence[str],
        *,
        sorted_by: Sequence[str],
        descending: bool,
        target_table: TargetTable | None = None,
    ) -> "Statement":
        """Build a statement that sorts and limits rows first and reads the table's columns afterwards.

        PostgreSQL may then find and sort candidates by reading only an index, instead of reading each row in full.
        """
        model, key = target_table or TargetTable(rows.model, rows.model._meta.pk.column)
        table, primary_key = model._meta.db_table, model._meta.pk.column
        columns = {field.attname: field.column for field in model._meta.concrete_fields}
        statement = cls.from_rows(rows.values_list(key, *(name for name in names if name not in columns)))
        values = ", ".join(
            f'listed.{columns[name]} AS "{name}"' if name in columns else f"page.{name}" for name in names
        )
        order = ", ".join(f"page.{name} {'DESC' if descending else 'ASC'}" for name in sorted_by)
        sql = (
            f"SELECT {values} FROM ({statement.sql}) AS page"  # noqa: S608  names of columns, and SQL of a QuerySet
            f" JOIN {table} AS listed ON listed.{primary_key} = page.{key} ORDER BY {order}"
        )
        return cls(sql, statement.parameters)

    @classmethod
    def from_parts(
        cls,
        first_rows: QuerySet[Any],
        other_rows: QuerySet[Any],
        names: Sequence[str],
        *,
        sorted_by: Sequence[str],
        descending: bool,
        limit: int,
    ) -> "Statement":
        """Build a statement for at most `limit` rows: first the rows of the first query in order, then the others.

        If the first query has enough rows, PostgreSQL does not run the others.
        """
        first_part, other_part = (
            cls.from_rows(rows.values_list(*names)) for rows in (first_rows[:limit], other_rows)
        )
        order = ", ".join(f'"{name}" {"DESC" if descending else "ASC"}' for name in sorted_by)
        sql = (
            f"WITH first AS MATERIALIZED ({first_part.sql}), others AS ("  # noqa: S608  SQL of QuerySets
            f"{other_part.sql} LIMIT {limit} - (SELECT count(*) FROM first))"
            f" SELECT * FROM first UNION ALL SELECT * FROM others ORDER BY {order}"
        )
        return cls(sql, (*first_part.parameters, *other_part.parameters))

    def fetch(self, values: Mapping[str, Any], *, prepare: bool = False) -> list[tuple[Any, ...]]:
        """Return the rows for these slot values, in the form of `factcheck.database.read_connections.fetch_rows`."""
        return fetch_rows(self.sql, self.bind(values), prepare=prepare)

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the parameters with these values in the slots."""
        return [
            values[parameter.name] if isinstance(parameter, Slot) else parameter
            for parameter in self.parameters
        ]


@lru_cache(maxsize=200)
def _build_statement(template: Template, columns: tuple[str, ...]) -> Statement:
    return Statement.from_rows(template.rows().values_list(*columns))
