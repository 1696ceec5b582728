"""Messages to and from the browser: the Chrome DevTools Protocol over two pipes.

No port is opened, so no page and no other program on this machine can send commands to the browser.
"""

import os
import select
import time
from collections.abc import Callable
from typing import Any

import orjson

_TERMINATOR = b"\0"
_CHUNK_SIZE = 1 << 18


class BrowserTimeout(Exception):
    """The browser did not respond: it exited, took too long, or sent too much data."""


class BrowserError(Exception):
    """The browser rejected a command; `str()` is the browser's message."""


class Devtools:
    """A connection to the browser over its debugging pipes."""

    def __init__(self, read_end: int, write_end: int, *, ends_at: float, max_message_bytes: int) -> None:
        """Connect to the browser through this process's ends of the two pipes.

        Args:
            ends_at: the deadline, by the monotonic clock.
            max_message_bytes: the maximum size of a message, in bytes.
        """
        self._read_end, self._write_end = read_end, write_end
        self._ends_at = ends_at
        self._max_message_bytes = max_message_bytes
        self._received_bytes = bytearray()
        self._last_command_id = 0
        self._session = ""
        #: The recorded events, oldest first: (name, parameters).
        self.events: list[tuple[str, dict[str, Any]]] = []
        #: The name of an event → the function called as soon as the event arrives.
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {}

    def attach(self, session: str) -> None:
        """Attach to one page, so that later commands go to that page."""
        self._session = session

    def send_command(self, method: str, **parameters: Any) -> int:
        """Send a command without waiting for its result, and return the command's id."""
        self._last_command_id += 1
        message: dict[str, Any] = {"id": self._last_command_id, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._write(orjson.dumps(message) + _TERMINATOR)
        return self._last_command_id

    def run_command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command to the browser and return its result.

        Raises:
            BrowserTimeout: the browser did not respond in time.
            BrowserError: the browser rejected the command.
        """
        command_id = self.send_command(method, **parameters)
        while True:
            message = self._read_message(self._ends_at)
            if message is None:
                raise BrowserTimeout
            if message.get("id") == command_id:
                if "error" in message:
                    raise BrowserError(str(message["error"].get("message", "")))
                result: dict[str, Any] = message.get("result", {})
                return result

    def wait(self, is_finished: Callable[[], bool], *, seconds: float) -> bool:
        """Record events for at most `seconds`, and return whether `is_finished()` has become True."""
        ends_at = min(time.monotonic() + seconds, self._ends_at)
        while not is_finished():
            if self._read_message(ends_at) is None:
                return is_finished()
        return True

    def _read_message(self, ends_at: float) -> dict[str, Any] | None:
        """Return the next message, or None on timeout; record events. Raises BrowserTimeout if the browser exited."""
        while (message_end := self._received_bytes.find(_TERMINATOR)) < 0:
            seconds_left = ends_at - time.monotonic()
            if seconds_left <= 0 or not select.select([self._read_end], [], [], seconds_left)[0]:
                return None
            chunk = os.read(self._read_end, _CHUNK_SIZE)
            if not chunk or len(self._received_bytes) > self._max_message_bytes:
                raise BrowserTimeout
            self._received_bytes += chunk
        message: dict[str, Any] = orjson.loads(bytes(self._received_bytes[:message_end]))
        del self._received_bytes[: message_end + 1]
        if "method" in message:
            event_name, parameters = message["method"], message.get("params", {})
            self.events.append((event_name, parameters))
            if handler := self.handlers.get(event_name):
                handler(parameters)
        return message

    def _write(self, message: bytes) -> None:
        remaining_bytes = memoryview(message)
        while remaining_bytes:
            wait_seconds = self._ends_at - time.monotonic()
            if wait_seconds <= 0 or not select.select([], [self._write_end], [], wait_seconds)[1]:
                raise BrowserTimeout
            try:
                remaining_bytes = remaining_bytes[os.write(self._write_end, remaining_bytes[:4096]) :]
            except OSError:
                raise BrowserTimeout from None
