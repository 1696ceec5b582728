"""New migrations are found, and so are requested ones."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from factcheck.database.scratch_database import open_scratch_database


def test_without_new_migrations_nothing_is_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("factcheck.management.commands.review_migrations.find_last_release", lambda: None)
    call_command("review_migrations")
    assert capsys.readouterr().out == "There are no new migrations.\n"


@pytest.mark.parametrize("name", ["claims.0099_no", "claims", "nothing.0001_initial"])
def test_a_migration_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(CommandError, match=f"There is no migration {name};"):
        call_command("review_migrations", name)


def test_a_revision_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="git knows no revision no-such-one here"):
        call_command("review_migrations", "--since", "no-such-one")


@pytest.mark.django_db(transaction=True)
def test_a_scratch_database_is_empty_and_always_removed() -> None:
    usual = connection.settings_dict["NAME"]
    scratches = []

    def fail_in_it() -> None:
        with open_scratch_database(connection):
            scratches.append(connection.settings_dict["NAME"])
            assert connection.introspection.table_names() == []
            raise LookupError

    with pytest.raises(LookupError):
        fail_in_it()
    assert connection.settings_dict["NAME"] == usual
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname = ANY(%s)", [[*scratches, usual]])
        assert cursor.fetchall() == [(usual,)]
