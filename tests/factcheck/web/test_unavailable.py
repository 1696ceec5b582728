"""Unavailable, full or slow services are reported with the right status and `Retry-After`."""

import errno
import json
from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, InternalError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from claims.models import Topic
from factcheck.api.problems import handle_server_error
from factcheck.database import read_connections
from factcheck.installation.file_store import FileStoreUnavailable
from factcheck.web.unavailable import (
    DATABASE_OUTAGE,
    DISK_FULL_OUTAGE,
    FILES_OUTAGE,
    LOCK_OUTAGE,
    TIMEOUT_OUTAGE,
    Outage,
    find_outage,
)
from tests.helpers.sweeps import sweep

API, GOOGLE, PAGE = "/api/v1/claims/", "/v1alpha1/claims:search", "/claims/1/"


def wrapped(error: Exception, kind: type[Exception] = OperationalError) -> Exception:
    found = kind(str(error))
    found.__cause__ = error
    return found


@sweep(
    "failure, outage",
    [
        (wrapped(psycopg.OperationalError("connection refused")), DATABASE_OUTAGE),
        (wrapped(psycopg.errors.AdminShutdown()), DATABASE_OUTAGE),
        (wrapped(psycopg.errors.CannotConnectNow()), DATABASE_OUTAGE),
        (wrapped(psycopg.errors.TooManyConnections()), DATABASE_OUTAGE),
        (wrapped(psycopg.errors.SerializationFailure()), DATABASE_OUTAGE),
        (wrapped(psycopg.errors.ReadOnlySqlTransaction(), InternalError), DATABASE_OUTAGE),
        (wrapped(psycopg.errors.QueryCanceled()), TIMEOUT_OUTAGE),
        (wrapped(psycopg.errors.LockNotAvailable()), LOCK_OUTAGE),
        (wrapped(psycopg.errors.DiskFull()), DISK_FULL_OUTAGE),
        (OSError(errno.ENOSPC, "No space left on device"), DISK_FULL_OUTAGE),
        (wrapped(OSError(errno.EDQUOT, "Disk quota exceeded"), ValueError), DISK_FULL_OUTAGE),
        (FileStoreUnavailable("The file store cannot be reached."), FILES_OUTAGE),
        (wrapped(FileStoreUnavailable("…"), ValueError), FILES_OUTAGE),
        (OSError(errno.EACCES, "Permission denied"), None),
        (wrapped(psycopg.errors.UniqueViolation(), IntegrityError), None),
        (wrapped(psycopg.errors.UndefinedTable(), DatabaseError), None),
        (ValueError("a fault of ours"), None),
        (None, None),
    ],
)
def test_outages_are_distinguished_from_faults(failure: Exception | None, outage: Outage | None) -> None:
    assert find_outage(failure) == outage


def answered(path: str, failure: Exception) -> HttpResponse:
    try:
        raise failure
    except Exception:  # noqa: BLE001  as Django does
        return handle_server_error(RequestFactory().get(path))


@pytest.mark.parametrize("path", [API, GOOGLE, PAGE])
def test_each_address_answers_in_its_own_shape(path: str) -> None:
    away = answered(path, wrapped(psycopg.OperationalError("refused")))
    assert (away.status_code, away["Retry-After"], away["Cache-Control"]) == (503, "5", "no-store")
    full = answered(path, OSError(errno.ENOSPC, ""))
    assert (full.status_code, "Retry-After" in full.headers) == (507, False)
    fault = answered(path, ValueError("secret"))
    assert (fault.status_code, "Retry-After" in fault.headers) == (500, False)
    assert b"secret" not in fault.content


def test_shapes() -> None:
    failure = wrapped(psycopg.errors.QueryCanceled())
    problem = json.loads(answered(API, failure).content)
    assert (problem["status"], problem["title"]) == (503, "Service Unavailable")
    status = json.loads(answered(GOOGLE, failure).content)["error"]
    assert (status["code"], status["status"]) == (503, "UNAVAILABLE")
    assert str(TIMEOUT_OUTAGE.detail) in answered(PAGE, failure).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "path",
    [
        f"{API}?topic=1",
        f"{API}?q=word&count=exact",
        f"{API}7/",
        f"{API}facets/?topic=2",
        "/api/v1/lookup/?url=https://a.example.org/",
        "/v1alpha1/claims:search?query=word",
        "/",
        "/claims/7/",
        "/claims/?q=word",
        "/feeds/claims.atom",
    ],
)
def test_statement_that_takes_too_long_is_503_everywhere(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these queries the database; a limit that no query can meet simulates a slow one."""
    client = Client(raise_request_exception=False)

    def too_long(
        execute: Callable[..., object], sql: str, params: object, many: bool, context: object
    ) -> object:
        raise wrapped(psycopg.errors.QueryCanceled("canceling statement due to statement timeout"))

    monkeypatch.setattr(
        read_connections, "_fetch_from", lambda *_: too_long(lambda: 0, "", None, False, None)
    )
    with connection.execute_wrapper(too_long):
        response = client.get(path)
    assert (response.status_code, response["Retry-After"]) == (503, "30")


def test_router_leads_public_reads_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_connections._reader, "alias", "reading")
    router = read_connections.PublicReadRouter()
    assert router.db_for_read(Topic) is None
    assert read_connections.read_publicly(lambda: router.db_for_read(Topic)) == "reading"
    assert read_connections.read_publicly(lambda: router.db_for_write(Topic)) == "default"
    with pytest.raises(ZeroDivisionError):
        read_connections.read_publicly(lambda: 1 / 0)
    assert router.db_for_read(Topic) is None
