"""The parts of a database schema that matter to programs writing to it, and the changes to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.state import ProjectState

Place = tuple[str, str]  # a table, and a name in it


class Column(NamedTuple):
    """The properties of a column that matter to a writing program."""

    kind: str
    is_required: bool  # a row that does not name it is refused


@dataclass(frozen=True)
class SchemaShape:
    """Tables, columns, constraints and functions of a schema."""

    columns: dict[Place, Column]
    rules: dict[
        Place, str
    ]  # constraints, unique indexes and triggers that may refuse, each as PostgreSQL words it
    functions: frozenset[str]

    @classmethod
    def load_from(cls, database: BaseDatabaseWrapper) -> "SchemaShape":
        with database.cursor() as cursor:
            cursor.execute(COLUMNS_SQL)
            columns = {
                (table, name): Column(kind, is_required)
                for table, name, kind, is_required in cursor.fetchall()
            }
            cursor.execute(RULES_SQL)
            rules = {(table, name): definition for table, name, definition in cursor.fetchall()}
            cursor.execute(FUNCTIONS_SQL)
            return cls(columns, rules, frozenset(name for (name,) in cursor.fetchall()))


class KnownTables(NamedTuple):
    """The tables and columns that a version of the program uses."""

    tables: frozenset[str]
    columns: frozenset[Place]

    @classmethod
    def from_state(cls, state: ProjectState) -> "KnownTables":
        models = state.apps.get_models(include_auto_created=True)
        columns = {
            (model._meta.db_table, str(field.column))
            for model in models
            for field in model._meta.concrete_fields
        }
        return cls(frozenset(table for table, _column in columns), frozenset(columns))


def find_breaks(before: SchemaShape, after: SchemaShape, tables: KnownTables) -> Iterator[tuple[str, str]]:
    """Yield the changes that break a program using these tables: a kind ("rule added") and a name (`table.rule`).

    Every new rule is listed, because it cannot be detected whether the rule refuses the program's writes.
    """
    yield from _find_missing(before, after, tables)
    for (table, name), new_column in sorted(after.columns.items()):
        old_column = before.columns.get((table, name))
        if table in tables.tables and new_column.is_required and not (old_column and old_column.is_required):
            yield "value required", f"{table}.{name}"
    for (table, name), definition in sorted(after.rules.items()):
        if table in tables.tables and before.rules.get((table, name)) != definition:
            yield "rule added", f"{table}.{name}"
    for function in sorted(before.functions - after.functions):
        yield "function gone", function


def _find_missing(before: SchemaShape, after: SchemaShape, tables: KnownTables) -> Iterator[tuple[str, str]]:
    tables_after = {table for table, _name in after.columns}
    for table in sorted(tables.tables & {table for table, _name in before.columns} - tables_after):
        yield "table gone", table
    for (table, name), column in sorted(before.columns.items()):
        if table not in tables_after or (table, name) not in tables.columns:
            continue
        new_column = after.columns.get((table, name))
        if new_column is None:
            yield "column gone", f"{table}.{name}"
        elif new_column.kind != column.kind:
            yield "type changed", f"{table}.{name}"


COLUMNS_SQL = """
    SELECT relname, attname, format_type(atttypid, atttypmod),
        attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = ''
    FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
    WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
"""

# NOT VALID does not exempt new rows. Triggers that run afterwards and raise nothing only keep history. The rule of a
# trigger is in its function's body.
RULES_SQL = """
    SELECT relname, conname, replace(pg_get_constraintdef(pg_constraint.oid), ' NOT VALID', '')
    FROM pg_catalog.pg_constraint JOIN pg_catalog.pg_class ON pg_class.oid = conrelid
    WHERE relnamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT relname, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_catalog.pg_index JOIN pg_catalog.pg_class ON pg_class.oid = indrelid
    WHERE relnamespace = 'public'::regnamespace AND indisunique
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conindid = indexrelid)
    UNION ALL
    SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid) || prosrc
    FROM pg_catalog.pg_trigger
    JOIN pg_catalog.pg_class ON pg_class.oid = tgrelid JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid
    WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
        AND (tgtype & 2 = 2 OR prosrc ~* '\\mRAISE\\M')
"""

FUNCTIONS_SQL = """
    SELECT pg_proc.oid::regprocedure::text FROM pg_catalog.pg_proc
    WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend
            WHERE objid = pg_proc.oid AND classid = 'pg_proc'::regclass AND deptype = 'e'
        )
"""
