"""Locks held during work: by one process at a time, and never by a dead one; through poolers too."""

import multiprocessing
import os
import signal
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from factcheck.database import locks
from factcheck.database.locks import NameAlreadyLocked, lock_exclusively, open_lasting_transaction
from tests.helpers.tampering import as_superuser
from tests.helpers.transaction_pooler import pooled

__all__ = ["pooled"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["directly", "through a pooler"])
def way(request: pytest.FixtureRequest) -> None:
    if request.param != "directly":
        request.getfixturevalue("pooled")


def asked(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def is_free(name: str) -> bool:
    try:
        with lock_exclusively(name):
            return True
    except NameAlreadyLocked:
        return False


def hold_until_killed(name: str, holds: Any) -> None:
    connection.connection = None  # it is the parent's
    with lock_exclusively(name):
        holds.set()
        signal.pause()


@pytest.mark.usefixtures("way")
def test_a_lock_is_held_by_one_process_across_transactions_and_freed_by_its_death() -> None:
    """Many transactions in between, each of which a pooler may give another connection."""
    with lock_exclusively("a thing") as own:
        for _ in range(5):
            with transaction.atomic():
                asked("SELECT 1")
            assert (is_free("a thing"), is_free("another")) == (False, True)
        own.require_connection()
    assert is_free("a thing")

    holds = multiprocessing.get_context("fork").Event()
    holder = multiprocessing.get_context("fork").Process(target=hold_until_killed, args=("a thing", holds))
    holder.start()
    assert holds.wait(300)
    assert not is_free("a thing")
    os.kill(holder.pid or 0, signal.SIGKILL)
    holder.join()
    with open_lasting_transaction() as own:
        own.lock("a thing")  # waits until the server has noticed


@pytest.mark.usefixtures("way")
def test_data_stored_for_the_work_lasts_exactly_as_long_as_the_lock() -> None:
    with open_lasting_transaction() as own, own.connection.cursor() as cursor:
        cursor.execute("SELECT public.claims_stage_begin()")
        for number in range(3):
            with transaction.atomic():
                asked("SELECT 1")
            cursor.execute("INSERT INTO pg_temp.staged_review (statement) VALUES (%s)", [number])
        cursor.execute("SELECT count(*) FROM pg_temp.staged_review")
        assert cursor.fetchone() == (3,)
    assert asked("SELECT FROM pg_class WHERE relname = 'staged_review'") == 0


def test_losing_the_connection_is_reported() -> None:
    with lock_exclusively("a thing") as own:
        with own.connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            [pid] = cursor.fetchone()
        with as_superuser():
            asked("SELECT pg_terminate_backend(%s, 120000)", pid)
        assert is_free("a thing")
        with pytest.raises(OperationalError):
            own.require_connection()


def test_inside_a_transaction_it_is_a_part_of_it() -> None:
    with transaction.atomic():
        with lock_exclusively("a thing") as own:
            assert own.connection is connection
        asked("SELECT 1")
    assert is_free("a thing")


def test_a_finished_process_releases_the_lock_before_it_disconnects(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(locks, "closing", nullcontext)
        with lock_exclusively("a thing") as own:
            pass
    try:
        assert is_free("a thing")
    finally:
        own.connection.close()
