"""A database whose migrations have run by their names, and whose tables are another version's."""

from contextlib import nullcontext

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from factcheck import features
from factcheck.database.schema_agreement import (
    find_missing_columns,
    iterate_columns,
    list_required_columns,
    require_same_history,
)
from tests.helpers.tampering import as_owner_of_tables

pytestmark = pytest.mark.django_db


def change(statement: str) -> None:
    with as_owner_of_tables(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_columns_of_the_migrations_are_those_of_the_models() -> None:
    state = MigrationExecutor(connection).loader.project_state()
    assert set(iterate_columns(state)) == list_required_columns()


def test_missing_columns_are_named() -> None:
    assert find_missing_columns("default") == []
    change("ALTER TABLE sources_publisher RENAME COLUMN name TO title")
    change("ALTER TABLE claims_cluster ADD COLUMN of_a_later_version text")
    assert find_missing_columns("default") == ["sources_publisher.name"]


def test_migrate_changes_nothing_in_a_database_of_another_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factcheck.management.commands.migrate.connect_as_owner", nullcontext)
    change("ALTER TABLE sources_snapshot RENAME COLUMN language TO tongue")
    change("DELETE FROM django_migrations WHERE app = 'factcheck' AND name = '0003_owners_work'")
    with pytest.raises(CommandError, match=r"made other tables: sources_snapshot\.language is missing"):
        call_command("migrate", verbosity=0)
    assert not MigrationRecorder(connection).migration_qs.filter(app="factcheck", name="0003_owners_work")


def test_a_database_in_which_some_have_run_and_one_that_is_new_are_migrated() -> None:
    change("ALTER TABLE claims_topic RENAME COLUMN slug TO short_name")
    run_later = ", ".join(
        f"'{label}'" for label in ("claims", *(each.label for each in features.list_installed()))
    )
    change(f"DELETE FROM django_migrations WHERE app IN ({run_later})")
    require_same_history("default")
    change("DELETE FROM django_migrations")
    require_same_history("default")
