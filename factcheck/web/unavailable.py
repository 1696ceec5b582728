"""Responses to temporary failures: database or file store unreachable, disk full, query timeout."""

import errno
from collections.abc import Iterator
from http import HTTPStatus
from typing import NamedTuple

from django.db import Error, InterfaceError, OperationalError
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from factcheck.installation.file_store import FileStoreUnavailable

#: The SQLSTATE of a statement that reached its time limit (or was cancelled), and of a full disk.
QUERY_CANCELED, DISK_FULL = "57014", "53100"
#: The SQLSTATE of a statement that waited too long for a lock.
LOCK_NOT_AVAILABLE = "55P03"
#: Classes and codes of SQLSTATE for temporary failures: no connection, too many connections, a server that is
#: starting, stopping or now only a replica, and conflicting transactions.
_TEMPORARY_CODES = ("08", "25006", "53300", "57P01", "57P02", "57P03", "57P05", "40001", "40P01")
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


class Outage(NamedTuple):
    """The status code, the message and the Retry-After of an outage."""

    status: HTTPStatus
    detail: StrOrPromise
    retry_after: int | None


TIMEOUT_OUTAGE = Outage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    gettext_lazy("This request takes too long. Ask for less: fewer words or filters, no exact count."),
    30,
)
LOCK_OUTAGE = Outage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    gettext_lazy("Someone else is changing this at the moment. Please try again in a moment."),
    5,
)
DATABASE_OUTAGE = Outage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    gettext_lazy("The database cannot be reached. Please try again in a moment."),
    5,
)
FILES_OUTAGE = Outage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    gettext_lazy("The file store cannot be reached, so nothing was stored. Please try again in a moment."),
    30,
)
DISK_FULL_OUTAGE = Outage(
    HTTPStatus.INSUFFICIENT_STORAGE,
    gettext_lazy("The disk is full, so nothing was stored. The server’s operator needs to free space."),
    None,
)


class TooMuchWork(Exception):
    """A response would take more computing than one request may cost."""


def find_outage(failure: BaseException | None) -> Outage | None:
    """Return the outage that caused an error; None if the error is a fault of this program."""
    for error in _iterate_causes(failure):
        if isinstance(error, OSError) and error.errno in _NO_SPACE:
            return DISK_FULL_OUTAGE
        if isinstance(error, TooMuchWork):
            return TIMEOUT_OUTAGE
        if isinstance(error, FileStoreUnavailable):
            return FILES_OUTAGE
        if not isinstance(error, Error):
            continue
        code = getattr(error.__cause__, "sqlstate", None)
        if code == DISK_FULL:
            return DISK_FULL_OUTAGE
        if code == QUERY_CANCELED:
            return TIMEOUT_OUTAGE
        if code == LOCK_NOT_AVAILABLE:
            return LOCK_OUTAGE
        # Failures before the server responds, such as a refused connection, have no code.
        is_connection_lost = code is None and isinstance(error, OperationalError | InterfaceError)
        if is_connection_lost or (code or "").startswith(_TEMPORARY_CODES):
            return DATABASE_OUTAGE
    return None


def _iterate_causes(failure: BaseException | None) -> Iterator[BaseException]:
    seen_errors: set[int] = set()
    while failure is not None and id(failure) not in seen_errors:
        seen_errors.add(id(failure))
        yield failure
        failure = failure.__cause__ or failure.__context__
