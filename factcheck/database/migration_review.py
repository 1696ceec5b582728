"""Check whether migrations can run while the previous version still serves requests.

A migration is applied to a real, empty PostgreSQL database, and its effects are observed. So operations of every kind
are understood, including those of libraries, raw SQL and Python.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState

from factcheck.database.migration_locks import LockWatch
from factcheck.database.schema_shape import KnownTables, SchemaShape, find_breaks

#: The attribute of a migration that explains, by effect, why it is harmless.
JUSTIFICATIONS_ATTRIBUTE = "weighed"


@dataclass(frozen=True)
class Effect:
    """An effect of a migration that may stop or break a running program."""

    kind: str
    place: str
    statement: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}: {self.place}"


@dataclass(frozen=True)
class ReviewedMigration:
    """A migration, and the objections to it."""

    migration: str
    objections: list[Effect]
    #: Explanations of effects that the migration does not have.
    unused_justifications: list[str]


def review_migration(
    migration: Migration, state: ProjectState, database: BaseDatabaseWrapper, *, known_tables: KnownTables
) -> tuple[ReviewedMigration, ProjectState]:
    """Apply a migration to a database in the state before it, and report what it blocks, or breaks for the old version.

    Args:
        state: the models before the migration.
        known_tables: the tables and columns used by the version that keeps running.
    """
    before = SchemaShape.load_from(database)
    watch = LockWatch(database)
    with database.execute_wrapper(watch), database.schema_editor(atomic=migration.atomic) as editor:
        after_state = migration.apply(state.clone(), editor)
        # Django leaves indexes and foreign keys to the end; they are part of it.
        for statement in editor.deferred_sql:
            editor.execute(statement, None)
        editor.deferred_sql.clear()
    effects = [Effect(*wait_found) for wait_found in watch.found]
    effects += [
        Effect(*breakage) for breakage in find_breaks(before, SchemaShape.load_from(database), known_tables)
    ]
    justifications: dict[str, str] = getattr(migration, JUSTIFICATIONS_ATTRIBUTE, {})
    names = {effect.name for effect in effects}
    result = ReviewedMigration(
        migration=str(migration),
        objections=list(
            _keep_first(effect for effect in effects if not justifications.get(effect.name, "").strip())
        ),
        unused_justifications=sorted(justifications.keys() - names),
    )
    return result, after_state


def _keep_first(effects: Iterator[Effect]) -> Iterator[Effect]:
    seen_effects: set[str] = set()
    for effect in effects:
        if effect.name not in seen_effects:
            seen_effects.add(effect.name)
            yield effect
