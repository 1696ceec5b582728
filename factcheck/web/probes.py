"""Health probes for load balancers and service managers: `/healthz` and `/readyz`.

They are requested often and by IP address, without our host name, so they are answered before Django sees the request.
The response follows the Internet-Draft "Health Check Response Format for HTTP APIs", without internal details.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import Error, connection, transaction
from django.db.backends.utils import CursorWrapper

from factcheck.database.pending_migrations import list_pending_migrations
from factcheck.database.schema_agreement import find_missing_columns

logger = logging.getLogger(__name__)

Status = Literal["pass", "warn", "fail"]

#: Procrastinate's workers report every ten seconds.
SILENCE_SECONDS = 60
#: A component that takes longer counts as unresponsive; a balancer waits at most two seconds.
TIMEOUT_SECONDS = 1.5
#: For how long the tables of this version are assumed to exist once seen.
SCHEMA_MAX_AGE_SECONDS = 60

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Finding(NamedTuple):
    """The state of one component, with a sentence on any problem."""

    status: Status
    output: str = ""


def answer_probe(environ: dict[str, Any], start_response: StartResponse) -> list[bytes] | None:
    """Return the response to a probe; None for any other request."""
    run_checks = _PROBES.get(environ.get("PATH_INFO", ""))
    if run_checks is None:
        return None
    if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
        return _send_response(
            start_response, HTTPStatus.METHOD_NOT_ALLOWED, {}, [("Allow", "GET, HEAD")], environ
        )
    findings = run_checks()
    worst = max((finding.status for finding in findings.values()), key=_SEVERITY.index, default="pass")
    status = HTTPStatus.SERVICE_UNAVAILABLE if worst == "fail" else HTTPStatus.OK
    body: dict[str, Any] = {"status": worst}
    if findings:
        body["checks"] = {
            name: [{"status": finding.status} | ({"output": finding.output} if finding.output else {})]
            for name, finding in findings.items()
        }
    return _send_response(start_response, status, body, [], environ)


def _send_response(
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


def check_alive() -> dict[str, Finding]:
    """Return no findings: the response itself shows that the process is alive."""
    return {}


def check_ready() -> dict[str, Finding]:
    """Check everything that a request may need. Pages work without a worker, so a missing worker is only a warning."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    _database_check.begin()
    _files_check.begin()
    return _database_check.findings(deadline) | _files_check.findings(deadline)


def _check_database() -> dict[str, Finding]:
    try:
        database = _check_query(lambda cursor: cursor.execute("SELECT 1"), "The database cannot be reached.")
        if database.status == "fail":
            return {"database": database}
        return {
            "database": database,
            "publications": _check_query(
                lambda cursor: cursor.execute(settings.REPLICATED_MARK),
                "Published claims cannot be read: their table is locked.",
            ),
            "migrations": _check_migrations(),
            "worker": _check_worker(),
        }
    finally:
        if not connection.in_atomic_block:
            connection.close()


def _check_query(run_query: Callable[[CursorWrapper], Any], failure_message: str) -> Finding:
    """Check that the database responds, without waiting for locks."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '500ms', true)")
            run_query(cursor)
    except Error:
        return Finding("fail", failure_message)
    return Finding("pass")


class _SchemaCheck:
    """A cached check that the database has all migrations and tables of this version."""

    passed_at: float | None = None


def _check_migrations() -> Finding:
    now = time.monotonic()
    if _SchemaCheck.passed_at is not None and now - _SchemaCheck.passed_at < SCHEMA_MAX_AGE_SECONDS:
        return Finding("pass")
    try:
        if list_pending_migrations():
            return Finding("fail", "The database lacks migrations: run manage.py migrate.")
        if find_missing_columns("default"):
            return Finding("fail", "The tables of the database do not match this version of the program.")
    except Error:
        return Finding("fail", "The database's migrations cannot be read.")
    _SchemaCheck.passed_at = now
    return Finding("pass")


def _check_worker() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(last_heartbeat) >= now() - make_interval(secs => %s) FROM procrastinate_workers",
                [SILENCE_SECONDS],
            )
            (is_alive,) = cursor.fetchone()
    except Error:
        return Finding("fail", "The jobs of the worker cannot be read.")
    return Finding("pass") if is_alive else Finding("warn", "No background worker has reported for a minute.")


def _check_store() -> dict[str, Finding]:
    """Check that files can be written: on a disk by writing one, in a bucket with a request."""
    try:
        if isinstance(default_storage, FileSystemStorage):
            Path(default_storage.location).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=default_storage.location) as file:
                file.write(b"ready")
        else:
            default_storage.check_availability()  # type: ignore[attr-defined]  # of ObjectStore
    except Exception:  # noqa: BLE001  each store has errors of its own
        return {"storage": Finding("fail", "Files cannot be stored.")}
    return {"storage": Finding("pass")}


class _SlowCheck:
    """A check that may hang, for example of a remote server or disk. It runs in a thread, never twice at once."""

    def __init__(self, check: Callable[[], dict[str, Finding]], timeout_findings: dict[str, Finding]) -> None:
        self.ask, self.silent = check, timeout_findings
        self.future: Future[dict[str, Finding]] | None = None

    def begin(self) -> None:
        if self.future is None or self.future.done():
            self.future = Future()
            _run_in_thread(partial(self._answer, self.future))

    def _answer(self, future: Future[dict[str, Finding]]) -> None:
        try:
            findings = self.ask()
        except Exception:
            logger.exception("A probe failed.")
            findings = self.silent
        future.set_result(findings)

    def findings(self, deadline: float) -> dict[str, Finding]:
        """Return the findings, or a finding that there was no response in time."""
        assert self.future is not None  # noqa: S101  it has begun
        try:
            return self.future.result(max(0.0, deadline - time.monotonic()))
        except TooLate:
            return self.silent


def _run_in_thread(target: Callable[[], None]) -> None:
    threading.Thread(target=target, daemon=True).start()


_database_check = _SlowCheck(_check_database, {"database": Finding("fail", "The database does not answer.")})
_files_check = _SlowCheck(_check_store, {"storage": Finding("fail", "The file store does not answer.")})
_SEVERITY: list[Status] = ["pass", "warn", "fail"]
_PROBES: dict[str, Callable[[], dict[str, Finding]]] = {"/healthz": check_alive, "/readyz": check_ready}
