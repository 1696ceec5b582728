"""Streamed responses, limited in number so that threads stay free, and never truncated silently."""

import logging
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import BoundedSemaphore

from django.conf import settings
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException

logger = logging.getLogger(__name__)

#: A download occupies a thread and a connection for as long as its reader takes; `throttling.gate` distributes the
#: other threads.
SLOTS = max(1, settings.WEB_THREADS // 4)
_slots = BoundedSemaphore(SLOTS)


class TooManyDownloads(APIException):
    """This process already has the maximum number of downloads."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = gettext_lazy("Too many downloads are running. Please try again later.")
    wait = 30


class StartedStream:
    """A stream whose first piece is read immediately, so that early failures occur before the response begins."""

    def __init__(self, pieces: Generator[bytes]) -> None:
        self._pieces = pieces
        self._first = next(pieces, b"")

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._pieces

    def close(self) -> None:
        """Stop reading. The web server calls this at the end of every response, even after a failure."""
        self._pieces.close()


def stream_in_slot(blocks: Iterator[bytes], truncation_mark: bytes) -> Generator[bytes]:
    """Yield a response's blocks while occupying a download slot. After an error, yield `truncation_mark` last.

    Raises:
        TooManyDownloads: no slot is free; raised before the first block.
    """
    is_started = False
    with _acquire_slot():
        try:
            for block in blocks:
                yield block
                is_started = True
        except Exception:
            if is_started:
                logger.exception("A download was interrupted.")
                yield truncation_mark
            raise


@contextmanager
def _acquire_slot() -> Iterator[None]:
    if not _slots.acquire(blocking=False):
        raise TooManyDownloads
    try:
        yield
    finally:
        _slots.release()
