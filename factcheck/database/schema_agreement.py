"""Whether the tables of a database are those of this version of the program.

Its migrations may all have run by their names, and have been others: a history that was rewritten before a release.
A database of a later version has more than this one knows, and that is as it should be (docs/upgrading.md).
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from django.apps import apps
from django.core.management import CommandError
from django.db import connections, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState
from django.utils.translation import gettext

from factcheck.database.schema_shape import COLUMNS, Place


def lacking(alias: str) -> list[str]:
    """The columns that this version needs and the tables have not, as `table.column`."""
    return _absent(alias, needed())


def needed() -> set[Place]:
    """The columns that queries of this version name."""
    return {
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        if model._meta.concrete_model is model and model._meta.managed
        for field in model._meta.local_concrete_fields
    }


def refuse_other_history(alias: str) -> None:
    """Refuse to migrate a database that lacks what the migrations that it has run make in this version.

    Raises:
        CommandError: it does; says what to do.
    """
    executor = MigrationExecutor(connections[alias])
    known = executor.loader.graph.nodes
    done = [key for key in executor.loader.applied_migrations if key in known]
    if not done or not (absent := _absent(alias, set(columns_of(executor.loader.project_state(done))))):
        return
    raise CommandError(
        gettext(
            "This database was made by another version of the program, whose migrations had the same names and made"
            " other tables: %(column)s is missing, for example. Nothing was changed. Export it with the version that"
            " made it, and import that into a new database (export_claims, restore_claims); or go on with that"
            " version."
        )
        % {"column": absent[0]}
    )


def _absent(alias: str, wanted: AbstractSet[Place]) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(COLUMNS)
        there = {(table, column) for table, column, *_rest in cursor.fetchall()}
    return sorted(f"{table}.{column}" for table, column in wanted - there)


def columns_of(state: ProjectState) -> Iterator[Place]:
    """The columns of a state, without making models of it, which takes many times as long."""
    for model in state.models.values():
        options = model.options
        if options.get("managed", True) and not options.get("proxy"):
            yield from _columns(model)


def _columns(model: ModelState) -> Iterator[Place]:
    table = model.options.get("db_table") or f"{model.app_label}_{model.name_lower}"
    for name, field in model.fields.items():
        if isinstance(field, models.ManyToManyField):
            continue
        bound = field.clone()
        bound.set_attributes_from_name(name)
        if bound.column:
            yield table, bound.column
