"""Check that the tables of a database match this version of the program.

All migrations may be recorded as applied although their contents were different, if the history was rewritten before a
release. A database of a later version may have more tables and columns than this version knows (docs/installing.md).
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from django.apps import apps
from django.core.management import CommandError
from django.db import connections, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.utils.translation import gettext_lazy

from factcheck.database.schema_shape import COLUMNS_SQL, Place


class Cursor(Protocol):
    """The required interface of a cursor, Django's or psycopg's."""

    def execute(self, query: Any, /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


OTHER_HISTORY_MESSAGE = gettext_lazy(
    "This database was created by another version of the program, whose migrations had the same names but made other "
    "tables: %(column)s is missing, for example. Nothing was changed. Export it with the version that created it, and "
    "import that into a new database (export_claims, restore_claims), or continue with that version."
)


def find_missing_columns(alias: str) -> list[str]:
    """Return the columns that this version needs but tables lack, as `table.column`."""
    with connections[alias].cursor() as cursor:
        return _find_missing(cursor, list_required_columns())


def list_required_columns() -> set[Place]:
    """Return the columns used in this version's queries."""
    return {
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        if model._meta.concrete_model is model and model._meta.managed
        for field in model._meta.local_concrete_fields
    }


def require_same_history(alias: str) -> None:
    """Raise an error if the applied migrations of a database differ from those of this version.

    Raises:
        CommandError: they differ; the message says what to do.
    """
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations')")
        if cursor.fetchone() != (None,) and (absent_columns := find_columns_missing_from_history(cursor)):
            raise CommandError(str(OTHER_HISTORY_MESSAGE) % {"column": absent_columns[0]})


def find_columns_missing_from_history(cursor: Cursor) -> list[str]:
    """Return the columns that are missing although the migrations that add them are recorded as applied.

    Args:
        cursor: Django's or psycopg's cursor.
    """
    loader = MigrationLoader(None)
    cursor.execute("SELECT app, name FROM public.django_migrations")
    applied = [key for key in cursor.fetchall() if key in loader.graph.nodes]
    return _find_missing(cursor, set(iterate_columns(loader.project_state(applied)))) if applied else []


def _find_missing(cursor: Cursor, required_places: AbstractSet[Place]) -> list[str]:
    cursor.execute(COLUMNS_SQL)
    existing_places = {(table, column) for table, column, *_rest in cursor.fetchall()}
    return sorted(f"{table}.{column}" for table, column in required_places - existing_places)


def iterate_columns(state: ProjectState) -> Iterator[Place]:
    """Yield the columns of a migration state without building model classes, which is many times slower."""
    for model in state.models.values():
        options = model.options
        if options.get("managed", True) and not options.get("proxy"):
            yield from _iterate_model_columns(model)


def _iterate_model_columns(model: ModelState) -> Iterator[Place]:
    table = model.options.get("db_table") or f"{model.app_label}_{model.name_lower}"
    for name, field in model.fields.items():
        if isinstance(field, models.ManyToManyField):
            continue
        field_copy = field.clone()
        field_copy.set_attributes_from_name(name)
        if field_copy.column:
            yield table, field_copy.column
