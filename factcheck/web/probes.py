"""Whether this process is alive and ready, for balancers and service managers: `/healthz` and `/readyz`.

They ask by address, without our host name, and often: so they are answered before Django looks at a request. What is
said has the shape of the Internet-Draft "Health Check Response Format for HTTP APIs", and nothing that only an operator
may know.
"""

import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import Error, close_old_connections, connection

from factcheck.database.pending_migrations import pending_migrations

Status = Literal["pass", "warn", "fail"]

#: procrastinate's workers say every ten seconds that they live.
SILENT_FOR_SECONDS = 60
#: A database that takes longer to say "1" is slow.
DATABASE_ANSWERS_WITHIN_SECONDS = 2

#: A store that says nothing for so long does not answer.
STORAGE_ANSWERS_WITHIN_SECONDS = 3

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Finding(NamedTuple):
    """How one thing is, and in a sentence what is wrong with it."""

    status: Status
    output: str = ""


def answered(environ: dict[str, Any], start_response: StartResponse) -> list[bytes] | None:
    """The answer to a probe; None to what is none."""
    probe = _PROBES.get(environ.get("PATH_INFO", ""))
    if probe is None:
        return None
    if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
        return _sent(start_response, HTTPStatus.METHOD_NOT_ALLOWED, {}, [("Allow", "GET, HEAD")], environ)
    findings = probe()
    worst = max((finding.status for finding in findings.values()), key=_SEVERITY.index, default="pass")
    status = HTTPStatus.SERVICE_UNAVAILABLE if worst == "fail" else HTTPStatus.OK
    body: dict[str, Any] = {"status": worst}
    if findings:
        body["checks"] = {
            name: [{"status": finding.status} | ({"output": finding.output} if finding.output else {})]
            for name, finding in findings.items()
        }
    return _sent(start_response, status, body, [], environ)


def _sent(
    start_response: StartResponse,
    status: HTTPStatus,
    body: dict[str, Any],
    fields: list[tuple[str, str]],
    environ: dict[str, Any],
) -> list[bytes]:
    content = orjson.dumps(body)
    start_response(
        f"{status.value} {status.phrase}",
        [
            ("Content-Type", "application/health+json"),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-store"),
            *fields,
        ],
    )
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [content]


def alive() -> dict[str, Finding]:
    """Nothing is asked: that there is an answer is the answer."""
    return {}


def ready() -> dict[str, Finding]:
    """What a request may need. Without a worker pages are answered all the same, so that is a warning."""
    try:
        database = _database()
        findings = {"database": database, "storage": _StorageInTime.finding()}
        if database.status == "pass":
            findings |= {"migrations": _migrations(), "worker": _worker()}
        return findings
    finally:
        if not connection.in_atomic_block:
            close_old_connections()


def _database() -> Finding:
    begun = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return Finding("fail", "The database cannot be reached.")
    if time.monotonic() - begun > DATABASE_ANSWERS_WITHIN_SECONDS:
        return Finding("warn", "The database is slow to answer.")
    return Finding("pass")


class _Schema:
    """Whether the database has all migrations of this version. Once it has, it stays so while the process runs."""

    is_current = False


def _migrations() -> Finding:
    if not _Schema.is_current:
        try:
            _Schema.is_current = not pending_migrations()
        except Error:
            return Finding("fail", "The database's migrations cannot be read.")
    return (
        Finding("pass")
        if _Schema.is_current
        else Finding("fail", "Migrations wait to be run: manage.py migrate.")
    )


def _worker() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(last_heartbeat) >= now() - make_interval(secs => %s) FROM procrastinate_workers",
                [SILENT_FOR_SECONDS],
            )
            (works,) = cursor.fetchone()
    except Error:
        return Finding("fail", "The jobs of the worker cannot be read.")
    return (
        Finding("pass") if works else Finding("warn", "No background worker has been heard of for a minute.")
    )


def _storage() -> Finding:
    """Whether files can be written: on a disk by writing one, elsewhere by asking the store."""
    try:
        if isinstance(default_storage, FileSystemStorage):
            Path(default_storage.location).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=default_storage.location) as file:
                file.write(b"ready")
        else:
            default_storage.ask_whether_there()  # type: ignore[attr-defined]  # of ObjectStore
    except Exception:  # noqa: BLE001  each store has errors of its own
        return Finding("fail", "Files cannot be stored.")
    return Finding("pass")


class _StorageInTime:
    """The finding about the store, which may hang, as disks of other machines do: asked once at a time, for so long."""

    asking: Future[Finding] | None = None

    @classmethod
    def finding(cls) -> Finding:
        asking = cls.asking
        if asking is None or asking.done():
            asking = cls.asking = Future()
            threading.Thread(target=lambda: asking.set_result(_storage()), daemon=True).start()
        try:
            return asking.result(STORAGE_ANSWERS_WITHIN_SECONDS)
        except TooLate:
            return Finding("fail", "The store of files does not answer.")


_SEVERITY: list[Status] = ["pass", "warn", "fail"]
_PROBES: dict[str, Callable[[], dict[str, Finding]]] = {"/healthz": alive, "/readyz": ready}
