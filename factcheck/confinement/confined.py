"""Call a module's function, which takes and returns bytes, in a new confined process."""

import atexit
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import orjson

from factcheck.confinement.limits import Allowance, Cause
from factcheck.confinement.zygote import (
    ANSWER,
    MessageInterrupted,
    MessageTooLarge,
    read_message,
    write_message,
)

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
#: How many tasks run at the same time per process of ours, and how many seconds others wait for a slot.
MAX_TASKS, QUEUE_SECONDS = 4, 60.0
#: Time limits in seconds: until a zygote is running, and until it has reported how a process ended.
START_SECONDS, REPLY_SECONDS = 30.0, 5.0
#: The program's environment: no secrets and no database. Hash randomisation is off, so results are reproducible.
_INHERITED_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_FIXED_VARIABLES = {
    "PYTHONPATH": str(ROOT),
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class LimitExceeded(Exception):
    """The task failed: it exceeded a time or memory limit, or crashed."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.name.lower())
        self.cause = cause


class ConfinedModule:
    """A module whose `handle_request()` runs in confined processes. Thread-safe."""

    def __init__(self, module: str, allowance: Allowance | None = None) -> None:
        self.module = module
        self.allowance = allowance or Allowance()
        self._control: socket.socket | None = None
        self._program: subprocess.Popen[bytes] | None = None
        self._discard_zygote()
        # Two processes on one socket would receive each other's answers, and keep the zygote alive when one ends.
        os.register_at_fork(after_in_child=self._discard_zygote)
        atexit.register(self.close)

    def start_loading(self) -> None:
        """Start loading the program's modules, without waiting."""
        with self._lock:
            self._connect_zygote()

    def send_request(self, request: bytes) -> bytes:
        """Return the module's response to the request.

        Raises:
            LimitExceeded: the task exceeded a limit of memory, time or output, crashed, or found no free slot.
        """
        if not self._seats.acquire(timeout=QUEUE_SECONDS):
            raise LimitExceeded(Cause.BUSY)
        try:
            # An idle zygote may end at the moment of a request; then a new one is started.
            for _attempt in range(2):
                if (result := self._request_result(request)) is not None:
                    return result
            raise LimitExceeded(Cause.CRASH)
        finally:
            self._seats.release()

    def close(self) -> None:
        """End the zygote and its running tasks."""
        with self._lock:
            self._release()

    def _discard_zygote(self) -> None:
        """Forget the parent's zygote in a forked process, which must start its own."""
        self._release()
        self._seats = threading.BoundedSemaphore(MAX_TASKS)
        self._lock = threading.Lock()

    def _release(self) -> None:
        control, program = self._control, self._program
        self._control = self._program = None
        if control is not None:
            control.close()
        if program is not None:
            with suppress(subprocess.TimeoutExpired):
                program.wait(REPLY_SECONDS)

    def _request_result(self, request: bytes) -> bytes | None:
        """Return the result; None if no zygote accepted the task."""
        ends_at = time.monotonic() + START_SECONDS + self.allowance.seconds
        work_socket, status_socket = self._start_work()
        with work_socket, status_socket:
            try:
                work_socket.settimeout(ends_at - time.monotonic())
                with suppress(BrokenPipeError, ConnectionResetError):
                    write_message(work_socket, request)
                result = read_message(work_socket, self.allowance.output + 1)
                if result[:1] == ANSWER:
                    return result[1:]
                logger.error("%s failed:\n%s", self.module, result[1:].decode("utf-8", "replace"))
                raise LimitExceeded(Cause.CRASH)
            except (MessageInterrupted, ConnectionResetError):
                pass
            except MessageTooLarge:
                raise LimitExceeded(Cause.OUTPUT) from None
            except TimeoutError:
                raise LimitExceeded(Cause.TIME) from None
            status_socket.settimeout(REPLY_SECONDS)
            with suppress(TimeoutError, ConnectionResetError):
                if cause := status_socket.recv(1):
                    raise LimitExceeded(Cause(cause))
            return None

    def _start_work(self) -> tuple[socket.socket, socket.socket]:
        """Start a task, and return our ends of its two sockets."""
        work_socket, its_work_socket = socket.socketpair()
        status_socket, its_status_socket = socket.socketpair()
        with its_work_socket, its_status_socket, self._lock:
            sockets = [its_work_socket.fileno(), its_status_socket.fileno()]
            try:
                socket.send_fds(self._connect_zygote(), [b"+"], sockets)
            except (BrokenPipeError, ConnectionResetError):
                # The zygote has ended, even if its process does not show this yet.
                self._release()
                socket.send_fds(self._connect_zygote(), [b"+"], sockets)
        return work_socket, status_socket

    def _connect_zygote(self) -> socket.socket:
        """Return the socket of the zygote, starting one if none is running. The caller holds the lock."""
        if self._control is not None and self._program is not None and self._program.poll() is None:
            return self._control
        self._release()
        own_socket, zygote_socket = socket.socketpair()
        with zygote_socket:
            descriptor = str(zygote_socket.fileno())
            self._program = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "factcheck.confinement.zygote"),
                    *(descriptor, self.module, orjson.dumps(self.allowance).decode()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[zygote_socket.fileno()],
                # Ctrl-C at a terminal is handled by the caller; this process ends with it.
                start_new_session=True,
                cwd="/",
                env=_FIXED_VARIABLES
                | {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ},
            )
        self._control = own_socket
        return own_socket
