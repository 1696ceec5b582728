"""Incoming request bodies: slow uploads occupy few threads, and never the threads reserved for read requests.

The web server passes a request on once its head has arrived. Reading the body blocks, and a response sent while the
body is being read stops the whole process until the visitor disconnects. So only a few threads read bodies at a time,
with a lower limit per caller; `serve` starts additional threads for bodies. A body beyond these limits is refused
unread. A body that takes too long is cut off (`body_deadlines`).
"""

import time
from collections import Counter
from http import HTTPStatus
from io import IOBase
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy
from django_stubs_ext import StrOrPromise

from factcheck.django_internals import leave_body_unread, read_body_ahead, wrap_body
from factcheck.web.body_deadlines import Arrival, Deadlines
from factcheck.web.freshness import claims_to_be_signed_in
from factcheck.web.throttling.callers import get_caller

#: Bodies up to this size are read before the request continues; larger ones are read as they arrive. It is Django's
#: limit for forms.
MEMORY_BYTES = 2_621_440
#: A body that comes with its head is read in less time than this, in seconds, so its slot is soon free again.
PAUSE, ATTEMPTS = 0.02, 5
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


class BodyRefusal(NamedTuple):
    """The reason why a body is not read."""

    status: HTTPStatus
    detail: StrOrPromise
    retry_after: int | None = None


LENGTH_REQUIRED = BodyRefusal(
    HTTPStatus.LENGTH_REQUIRED, gettext_lazy("Give the length of the body in Content-Length.")
)
BODY_TOO_LARGE = BodyRefusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    format_lazy(gettext_lazy("The body is too large. The limit is {most} bytes."), most=MEMORY_BYTES),
)
TOO_MANY_UPLOADS = BodyRefusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    gettext_lazy("Too many uploads are already running. Please try again in a moment."),
    2,
)
BODY_INCOMPLETE = BodyRefusal(
    HTTPStatus.REQUEST_TIMEOUT, gettext_lazy("The request body was incomplete. Please send it again.")
)


class UploadSlots:
    """Slots for reading bodies, limited in total and per caller."""

    def __init__(self, max_uploads: int, max_uploads_per_caller: int) -> None:
        self.most, self.most_for_one = max_uploads, max_uploads_per_caller
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, caller: str) -> bool:
        with self._lock:
            if self._taken.total() >= self.most or self._taken[caller] >= self.most_for_one:
                return False
            self._taken[caller] += 1
            return True

    def leave(self, caller: str) -> None:
        with self._lock:
            self._taken[caller] -= 1
            if not self._taken[caller]:
                del self._taken[caller]

    def __len__(self) -> int:
        with self._lock:
            return self._taken.total()


def count_reading_threads(threads: int) -> int:
    """Return how many threads of a web process read bodies, in addition to those that respond."""
    return max(2, threads // 2)


_slots = UploadSlots(
    count_reading_threads(settings.WEB_THREADS), count_reading_threads(settings.WEB_THREADS) // 2
)
_deadlines = Deadlines()


class IncomingFile(IOBase):
    """A large body that is read as it arrives. If the body ends early, reading raises an error."""

    def __init__(self, stream: Any, length: int, arrival: Arrival) -> None:
        self._stream, self._missing, self._arrival = stream, length, arrival

    def read(self, size: int = -1, /) -> bytes:
        return self._note_arrival(self._stream.read(size))

    def readline(self, size: int | None = -1, /) -> bytes:
        return self._note_arrival(self._stream.readline(size))

    def _note_arrival(self, piece: bytes) -> bytes:
        if not piece and self._missing:
            raise ConnectionError(f"The body ended {self._missing} bytes early.")
        self._missing -= len(piece)
        if self._missing <= 0:
            _deadlines.end(self._arrival)
        return piece


def receive_body(request: HttpRequest) -> BodyRefusal | None:
    """Receive the whole request body before responding. Return None, or the reason for refusing the body."""
    if request.method in _SAFE_METHODS:
        leave_body_unread(request)
        return None
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return LENGTH_REQUIRED
    length = get_content_length(request)
    if length == 0:
        return None
    if length > MEMORY_BYTES and not claims_to_be_signed_in(request):
        return BODY_TOO_LARGE
    if length > get_max_body_bytes():
        return refuse_oversized()
    caller = get_caller(request)
    if not _wait_for_slot(caller):
        return TOO_MANY_UPLOADS
    arrival = _deadlines.begin(
        request.META.get("REMOTE_ADDR", ""), int(request.META.get("SERVER_PORT") or 0), length
    )
    if length > MEMORY_BYTES:
        request.upload_slot = caller, arrival  # type: ignore[attr-defined]  # `release_slot` looks for it
        wrap_body(request, lambda stream: IncomingFile(stream, length, arrival))
        return None
    try:
        is_whole = read_body_ahead(request, length)
    finally:
        _deadlines.end(arrival)
        _slots.leave(caller)
    return None if is_whole else BODY_INCOMPLETE


def get_max_body_bytes() -> int:
    """Return the size limit of a body: the size of the largest accepted file plus its form."""
    return max(settings.IMPORT_MAX_BYTES, settings.MEDIA_MAX_BYTES) + MEMORY_BYTES


def refuse_oversized() -> BodyRefusal:
    """Build the refusal of a body that is too large; the body is not read."""
    max_megabytes = (get_max_body_bytes() - MEMORY_BYTES) // 2**20
    detail = gettext("The file is too large. The limit is %(most)s MB. Nothing was stored.") % {
        "most": max_megabytes
    }
    return BodyRefusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def release_slot(request: HttpRequest) -> None:
    """Release the slot held for a large request body once the request has been answered."""
    upload_slot = getattr(request, "upload_slot", None)
    if upload_slot is not None:
        del request.upload_slot  # type: ignore[attr-defined]  # `receive_body` wrote it
        caller, arrival = upload_slot
        _deadlines.end(arrival)
        _slots.leave(caller)


def _wait_for_slot(caller: str) -> bool:
    for _attempt in range(ATTEMPTS):
        if _slots.take(caller):
            return True
        time.sleep(PAUSE)
    return False


def get_content_length(request: HttpRequest) -> int:
    """Return the body length that the request states."""
    try:
        return max(0, int(request.META.get("CONTENT_LENGTH") or 0))
    except ValueError:
        return 0  # so does Django
