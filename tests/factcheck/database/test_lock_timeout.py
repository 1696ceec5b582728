"""A change of a table does not block others for long, and names the holder of a lock."""

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from factcheck.database.database_roles import get_serving_role
from factcheck.database.lock_timeout import retry_under_lock_timeout
from tests.helpers.database import connect
from tests.helpers.tampering import as_owner_of_tables

pytestmark = pytest.mark.django_db(transaction=True)


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        [found] = cursor.fetchone()
    return str(found)


def closed() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE claims_topic")


def test_it_is_tried_again_until_the_others_have_ended() -> None:
    told: list[str] = []
    with connect(connection.settings_dict["NAME"], get_serving_role()) as other, as_owner_of_tables():
        other.execute("BEGIN")
        other.execute("SELECT FROM claims_topic")

        def tell(words: str) -> None:
            told.append(words)
            other.execute("COMMIT")

        retry_under_lock_timeout(closed, alias="default", seconds=0.05, tries=3, report=tell)
        [words] = told
        assert words.startswith(f"A table is in use. Open transactions: process {other.info.backend_pid} (")
        assert words.endswith("Trying again; attempts left: 2.")
    assert lock_timeout() == "0"


def test_it_gives_up_and_names_them() -> None:
    with connect(connection.settings_dict["NAME"], get_serving_role()) as other, as_owner_of_tables():
        other.execute("BEGIN")
        other.execute("SELECT FROM claims_topic")
        with pytest.raises(
            CommandError, match=f"2 attempts of 0.05 seconds.*process {other.info.backend_pid} "
        ):
            retry_under_lock_timeout(closed, alias="default", seconds=0.05, tries=2)
    assert lock_timeout() == "0"


def failing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '10ms'; SELECT pg_sleep(1)")


def test_other_failures_are_not_retried() -> None:
    with pytest.raises(OperationalError, match="statement timeout"):
        retry_under_lock_timeout(failing, alias="default", seconds=1, tries=3, report=pytest.fail)
    assert lock_timeout() == "0"
    with connection.cursor() as cursor:
        cursor.execute("RESET statement_timeout")


def test_migrate_runs_under_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(
        "django.core.management.commands.migrate.Command.handle", lambda *_, **__: seen.append(lock_timeout())
    )
    call_command("migrate")
    call_command("migrate", "--lock-seconds", "0.5")
    assert seen == ["2s", "500ms"]
