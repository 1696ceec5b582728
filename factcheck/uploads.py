"""Request bodies as they arrive. One that does not arrive holds no thread that reads need, and not for long.

The web server hands a request over when its head is there, and whoever reads the rest waits for it without any limit.
So a body is read by a thread of its own, and the request's thread waits for that one until a deadline. Bodies that come
at once are never refused. Those that let us wait are few at a time, and fewer for each caller; `serve` has as many
threads more than it would need, so that the others are never waited for.

What has missed its deadline is answered, but its reader stays until the visitor closes the connection: the server
offers no way to end it. A proxy that buffers requests ends it earlier (docs/operators.md).
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from queue import Empty, Full, Queue
from threading import Lock, Thread
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from factcheck.throttling.callers import caller_of

#: So much is read before a request goes on; what is larger is passed on as it comes. It is Django's limit for forms.
AT_ONCE = 2_621_440
#: How long a body that comes with its head may take, in seconds, before it counts as one that lets us wait.
SOON = 0.05
#: The slowest pace, in bytes a second, at which a large body may come.
PACE = 16 * 1024
#: So many threads may be reading at a time, for all callers and for one.
READERS, READERS_FOR_ONE = 256, 32
_BLOCK = 64 * 1024
_SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class Refusal(NamedTuple):
    status: HTTPStatus
    detail: str
    retry_after: int | None = None


NO_LENGTH = Refusal(HTTPStatus.LENGTH_REQUIRED, "Say how long the body is, with Content-Length.")
TOO_LARGE = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is too large: at most {AT_ONCE} bytes are read."
)
TOO_SLOW = Refusal(HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive in time.")
TOO_MANY = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Too many bodies are on their way already. Please try again in a moment.",
    2,
)


class Seats:
    """How many may be taken at a time, by all and by one."""

    def __init__(self, most: int, most_for_one: int) -> None:
        self.most, self.most_for_one = most, most_for_one
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


def waiting_threads(threads: int) -> int:
    """How many threads of a web process may wait for bodies, beyond those that answer."""
    return max(2, threads // 2)


_readers = Seats(READERS, READERS_FOR_ONE)
_waiting = Seats(waiting_threads(settings.WEB_THREADS), waiting_threads(settings.WEB_THREADS) // 2)


class _Arriving:
    """A body that a thread of its own reads, block after block."""

    def __init__(self, source: Any, length: int, caller: str, *, blocks_ahead: int) -> None:
        self._source, self._length, self._caller = source, length, caller
        self._blocks: Queue[bytes | BaseException] = Queue(blocks_ahead)
        self._given_up = False
        Thread(target=self._read, name="body", daemon=True).start()

    def _read(self) -> None:
        left = self._length
        try:
            while left > 0 and not self._given_up:
                block = self._source.read(min(left, _BLOCK))
                if not block:
                    break  # the visitor has gone
                left -= len(block)
                self._hand_on(block)
            self._hand_on(b"")
        except BaseException as failure:  # noqa: BLE001  whoever waits for the body has to hear of it
            self._hand_on(failure)
        finally:
            _readers.leave(self._caller)

    def _hand_on(self, block: bytes | BaseException) -> None:
        while not self._given_up:
            try:
                self._blocks.put(block, timeout=1)
            except Full:
                continue
            return

    def next(self, until: float) -> bytes:
        """The next block; empty at the end.

        Raises:
            Empty: nothing came until then, of the monotonic clock.
        """
        block = self._blocks.get(timeout=max(0.0, until - time.monotonic()))
        if isinstance(block, BaseException):
            raise block
        return block

    def give_up(self) -> None:
        self._given_up = True


def receive(request: HttpRequest) -> Refusal | None:
    """Have the body of a request there before it is answered, or say why not."""
    if request.method in _SAFE:
        request._stream = BytesIO()  # nobody asks for it, so nobody shall wait for it
        return None
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return NO_LENGTH
    length = _length(request)
    if length == 0:
        return None
    if length > AT_ONCE and not _may_send_much(request):
        return TOO_LARGE
    caller = caller_of(request)
    if not _readers.take(caller):
        return TOO_MANY
    source = request._stream  # Django's; it ends where the body does
    body = _Arriving(source, length, caller, blocks_ahead=8 if length > AT_ONCE else 0)
    if length > AT_ONCE:
        return _pass_on(request, body, length, caller)
    return _read_whole(request, body, caller)


def _length(request: HttpRequest) -> int:
    try:
        return max(0, int(request.META.get("CONTENT_LENGTH") or 0))
    except ValueError:
        return 0  # so does Django


def _may_send_much(request: HttpRequest) -> bool:
    """Whether it says that it comes from somebody who is signed in; whether that is true is found out later."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "HTTP_AUTHORIZATION" in request.META


def _read_whole(request: HttpRequest, body: _Arriving, caller: str) -> Refusal | None:
    begun = time.monotonic()
    blocks: list[bytes] = []
    try:
        if not _collect(body, blocks, begun + SOON):
            with _waits(caller) as may_wait:
                if not may_wait:
                    body.give_up()
                    return TOO_MANY
                if not _collect(body, blocks, begun + settings.BODY_SECONDS):
                    body.give_up()
                    return TOO_SLOW
    except OSError as failure:
        raise UnreadablePostError(*failure.args) from failure
    request._stream = BytesIO(b"".join(blocks))  # where Django and its forms read from
    return None


def _collect(body: _Arriving, blocks: list[bytes], until: float) -> bool:
    try:
        while block := body.next(until):
            blocks.append(block)
    except Empty:
        return False
    return True


@contextmanager
def _waits(caller: str) -> Iterator[bool]:
    taken = _waiting.take(caller)
    try:
        yield taken
    finally:
        if taken:
            _waiting.leave(caller)


def _pass_on(request: HttpRequest, body: _Arriving, length: int, caller: str) -> Refusal | None:
    """Large bodies, such as files to import: they come for long, and are written to disk meanwhile."""
    if not _waiting.take(caller):
        body.give_up()
        return TOO_MANY
    until = time.monotonic() + settings.BODY_SECONDS + length / PACE
    stream = Passing(body, until)
    request._stream = stream  # type: ignore[assignment]  # it is read and nothing else

    def end() -> None:
        body.give_up()
        _waiting.leave(caller)

    request.arriving = end  # type: ignore[attr-defined]  # `let_go` calls it
    return None


def let_go(request: HttpRequest) -> None:
    """End what a large body still holds; after its request was answered."""
    end = request.__dict__.pop("arriving", None)
    if end:
        end()


class Passing:
    """The stream of a large body: it ends in an error when the body comes too slowly."""

    def __init__(self, body: _Arriving, until: float) -> None:
        self._body, self._until = body, until
        self._left = b""
        self._ended = False

    def read(self, size: int | None = -1) -> bytes:
        everything = size is None or size < 0
        parts, wanted = [], 0 if size is None else size
        while everything or wanted > 0:
            block = self._left or self._next()
            if not block:
                break
            part, self._left = (block, b"") if everything else (block[:wanted], block[wanted:])
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def readline(self, size: int | None = -1) -> bytes:
        most = size if size is not None and size >= 0 else None
        line = b""
        while (most is None or len(line) < most) and not line.endswith(b"\n"):
            block = self._left or self._next()
            if not block:
                break
            end = block.find(b"\n") + 1 or len(block)
            if most is not None:
                end = min(end, most - len(line))
            line, self._left = line + block[:end], block[end:]
        return line

    def _next(self) -> bytes:
        if self._ended:
            return b""
        try:
            block = self._body.next(self._until)
        except Empty:
            raise OSError("the body comes too slowly") from None
        self._ended = not block
        return block
