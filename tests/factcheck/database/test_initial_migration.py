"""An initial migration that is applied in one piece makes the schema that its operations make one by one."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration, RemoveField
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models.base import ModelBase
from pytest_django import DjangoDbBlocker

from factcheck import features
from factcheck.database.initial_migration import InitialMigration
from factcheck.database.scratch_database import open_scratch_database

# Whatever the order of columns, and whatever numbers PostgreSQL gave to its objects.
OBJECTS = """
    SELECT 'column', relname, concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
        attgenerated, pg_get_expr(adbin, adrelid), attcollation::regcollation)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relkind IN ('r', 'S', 'v') AND relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL
    SELECT 'constraint', relname, conname || ' ' || pg_get_constraintdef(pg_constraint.oid)
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text, concat_ws(
        ' ', pg_get_triggerdef(pg_trigger.oid), tgenabled, obj_description(pg_trigger.oid, 'pg_trigger'))
    FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'function', pg_proc.oid::regprocedure::text, pg_get_functiondef(pg_proc.oid) || coalesce(proacl::text, '')
    FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
    WHERE pronamespace = 'public'::regnamespace AND lanname <> 'c' AND prokind = 'f'
    ORDER BY 1, 2, 3
"""


def make_schema() -> tuple[list[tuple[str, str, str]], int]:
    """The objects that the migrations of `sources` create, and how many models were rendered for them."""
    rendered = 0
    create = ModelBase.__new__

    def count(*args: Any, **options: Any) -> ModelBase:
        nonlocal rendered
        rendered += 1
        return create(*args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ModelBase, "__new__", count)
        call_command("migrate", "sources", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(OBJECTS)
        return cursor.fetchall(), rendered


@pytest.mark.slow
def test_same_schema_with_fewer_models_rendered(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with django_db_blocker.unblock():
        with open_scratch_database(connection):
            objects, rendered = make_schema()
        monkeypatch.setattr(InitialMigration, "apply", Migration.apply)
        with open_scratch_database(connection):
            expected, rendered_step_by_step = make_schema()
    assert {kind for kind, _place, _definition in expected} == {
        "column", "constraint", "index", "trigger", "function",
    }  # fmt: skip
    assert objects == expected
    assert rendered * 2 < rendered_step_by_step


def test_initial_migrations_are_applied_in_one_piece() -> None:
    """`makemigrations` writes an ordinary one, which would make a new installation five times as slow."""
    migrations = MigrationLoader(None).disk_migrations
    apps = [feature.label for feature in features.list_installed() if any(feature.get_models())]
    names = [
        ("sources", "0002_initial"),
        ("claims", "0002_initial"),
        *((app, "0001_initial") for app in apps),
    ]
    assert [name for name in names if type(migrations[name]).__mro__[1] is not InitialMigration] == []


@pytest.mark.django_db
def test_operation_that_removes_is_refused() -> None:
    operations = [RemoveField("source", "title")]
    migration = type("Initial", (InitialMigration,), {"operations": operations})("0001_initial", "sources")
    with connection.schema_editor(collect_sql=True) as editor, pytest.raises(TypeError) as refusal:
        migration.apply(ProjectState(), editor)
    assert str(refusal.value) == (
        "sources.0001_initial: Remove field title from source: an initial migration only adds to the schema."
    )


@pytest.mark.django_db
def test_sql_names_each_operation(capsys: pytest.CaptureFixture[str]) -> None:
    """What `sqlmigrate` prints is what `migrate` executes."""
    call_command("sqlmigrate", "sources", "0002", no_color=True)
    printed = capsys.readouterr().out
    assert printed.count("-- Create model Snapshot\n") == 1
    assert printed.count('CREATE TABLE "sources_snapshot" ') == 1
    assert "-- Create trigger" in printed
