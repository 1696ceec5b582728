"""After a test that commits, the database is as new, whatever was done with it."""

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import connection

from claims.models import Claim
from tests.helpers import database
from tests.helpers.database import (
    Contents,
    administration,
    contents,
    replace_database,
    reserve_database,
)
from tests.helpers.newsroom import make_claim
from tests.helpers.tampering import as_owner_of_tables

pytestmark = pytest.mark.django_db(transaction=True)


def present() -> Contents:
    """What it holds. Where in a table a row lies is PostgreSQL's affair."""
    found = contents(connection.settings_dict["NAME"])
    in_order = {table: b"".join(sorted(rows.splitlines(keepends=True))) for table, rows in found.rows.items()}
    return replace(found, rows=in_order)


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE more ()"],
        ["ALTER TABLE claims_topic RENAME TO elsewhere"],
        ["INSERT INTO auth_group (name) VALUES ('a')", "ANALYZE auth_group"],
        ["SELECT nextval('claims_claim_id_seq')"],
        ["DELETE FROM django_migrations"],
    ],
)
def test_every_change_is_undone(statements: list[str]) -> None:
    replace_database()  # tests that were rolled back have used up numbers
    new = present()
    with as_owner_of_tables(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    assert present() != new
    replace_database()
    assert present() == new


def test_cached_statistics_are_cleared_without_a_new_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replace_database()
    new = present()
    with as_owner_of_tables(), connection.cursor() as cursor:
        cursor.execute("ANALYZE auth_group, auth_permission")
    assert present() != new
    monkeypatch.setattr(database, "copy_template", lambda name: pytest.fail("It was copied."))
    replace_database()
    assert present() == new


def test_protected_rows_are_removed_and_rows_of_migrations_restored(
    publish: Callable[..., Claim],
) -> None:
    publish()
    Group.objects.get(name="Editor").delete()
    replace_database()
    assert not Claim.objects.exists()
    assert Group.objects.filter(name="Editor").exists()
    assert make_claim().pk == 1


def test_all_writers_stop() -> None:
    with administration(connection.settings_dict["NAME"]) as other:
        other.execute("BEGIN")
        other.execute("INSERT INTO auth_group (name) VALUES ('a')")
        replace_database()
        with pytest.raises(psycopg.OperationalError):
            other.execute("COMMIT")
    assert not Group.objects.filter(name="a").exists()


def test_two_runs_on_a_server_leave_each_other_alone_and_clear_up_after_killed_ones() -> None:
    def list_databases() -> set[str]:
        with administration() as server:
            listed = server.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_tried_'")
            return {name for [name] in listed.fetchall()}

    abandoned = ["test_tried_00000000_gw0", "test_tried_00000000_gw0_letters"]
    with administration() as server:
        for name in abandoned:
            server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    with reserve_database("tried", "11111111", "gw0") as first:
        assert list_databases() == set()
        with administration() as server:
            server.execute(f"CREATE DATABASE {first} TEMPLATE template0")
            server.execute(f"CREATE DATABASE {first}_letters TEMPLATE template0")
        with reserve_database("tried", "22222222", "gw0") as second:
            assert second != first
            assert list_databases() == {first, f"{first}_letters"}
    assert list_databases() == {f"{first}_letters"}
    with reserve_database("tried", "22222222", "gw0"):
        assert list_databases() == set()
