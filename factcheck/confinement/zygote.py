"""The program that forks a process for each task.

`python -m factcheck.confinement.zygote FD MODULE ALLOWANCE` has one thread and no secrets. It loads MODULE once and
then listens on the socket FD. Each message carries two sockets: one for the new process and its task, and one on which
this program reports how the process ended if it failed. The program ends itself and all its processes when the other
end of FD is closed, or after five minutes without a request.

MODULE has `prepare()`, which loads everything that is slow to load, and `handle_request(request: bytes) -> bytes`.
"""

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType

import psutil

from factcheck.confinement.limits import Allowance, Cause, confine

#: In seconds: how often the zygote checks its running processes, and how long it waits for a request if there are none.
CHECK_SECONDS, IDLE_SECONDS = 0.05, 300.0

#: The exit status with which our own processes report the cause, unless the system ended them.
_STATUS_OF_CRASH, _STATUS_OF_MEMORY, _STATUS_OF_OUTPUT = 70, 71, 72
#: A number above all descriptors that the zygote has open.
_MAX_FILES = 4096
_MAX_FAULT_LENGTH = 20_000


#: The first byte of an answer, and of an error.
ANSWER, FAULT = b"+", b"!"

_LENGTH_BYTES = 8
_CHUNK_SIZE = 1 << 20


class MessageInterrupted(Exception):
    """The other end closed before the message was complete."""


class MessageTooLarge(Exception):
    """The message is longer than the reader accepts."""


def write_message(connection: socket.socket, message: bytes) -> None:
    connection.sendall(len(message).to_bytes(_LENGTH_BYTES))
    connection.sendall(message)


def read_message(connection: socket.socket, max_length: int) -> bytes:
    """Read the next message.

    Raises:
        MessageInterrupted: the other end closed first.
        MessageTooLarge: the message's stated length exceeds `max_length`.
    """
    length = int.from_bytes(_receive_exactly(connection, _LENGTH_BYTES))
    if length > max_length:
        raise MessageTooLarge
    return _receive_exactly(connection, length)


def _receive_exactly(connection: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        piece = connection.recv(min(_CHUNK_SIZE, length - len(content)))
        if not piece:
            raise MessageInterrupted
        content += piece
    return bytes(content)


@dataclass(slots=True)
class _RunningTask:
    status_socket: socket.socket
    ends_at: float
    cause: Cause | None = None
    """Why it was killed, if it was killed from here."""


class Zygote:
    """The running processes, and the socket for new requests."""

    def __init__(self, control: socket.socket, module: ModuleType, allowance: Allowance) -> None:
        self.control = control
        self.module = module
        self.allowance = allowance
        self.running_tasks: dict[int, _RunningTask] = {}

    def run(self) -> None:
        """Run until there are no more requests."""
        try:
            while True:
                readable_sockets, _, _ = select.select(
                    [self.control], [], [], CHECK_SECONDS if self.running_tasks else IDLE_SECONDS
                )
                if readable_sockets and not self._begin():
                    return
                if not readable_sockets and not self.running_tasks:
                    return
                self._check_processes()
        finally:
            for process in self.running_tasks:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)

    def _begin(self) -> bool:
        """Fork a process for a task; return False if the requesting process has ended."""
        request, sockets, _, _ = socket.recv_fds(self.control, 1, 2)
        if not request:
            return False
        work, status_socket = (socket.socket(fileno=descriptor) for descriptor in sockets)
        process = os.fork()
        if not process:
            _run_work(work, self.module, self.allowance)
        work.close()
        self.running_tasks[process] = _RunningTask(status_socket, time.monotonic() + self.allowance.seconds)
        return True

    def _check_processes(self) -> None:
        """Report ended processes, and kill those over their limits."""
        for process, work in list(self.running_tasks.items()):
            ended_process, status, usage = os.wait4(process, os.WNOHANG)
            if ended_process:
                del self.running_tasks[process]
                with work.status_socket, suppress(OSError):
                    peak_memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
                    is_large = peak_memory > self.allowance.memory // 2
                    if cause := work.cause or _find_cause(os.waitstatus_to_exitcode(status), is_large):
                        work.status_socket.send(cause.value)
            elif time.monotonic() > work.ends_at:
                work.cause = Cause.TIME
                os.kill(process, signal.SIGKILL)
            elif _measure_memory(process) > self.allowance.memory:
                work.cause = Cause.MEMORY
                os.kill(process, signal.SIGKILL)


def _measure_memory(process: int) -> int:
    try:
        return int(psutil.Process(process).memory_info().rss)
    except psutil.Error:
        return 0  # it has just ended


def _find_cause(status: int, is_large: bool) -> Cause | None:
    """Return the cause of an exit status, or None for success; a negative status is the number of a signal.

    Libraries that run out of memory end the process in the same way as for any error. The size of the process then
    shows the cause.
    """
    if status == 0:
        return None
    if status in (-signal.SIGALRM, -signal.SIGXCPU):
        return Cause.TIME
    if status < 0 and is_large:
        return Cause.MEMORY
    return {_STATUS_OF_MEMORY: Cause.MEMORY, _STATUS_OF_OUTPUT: Cause.OUTPUT}.get(status, Cause.CRASH)


def _run_work(work_socket: socket.socket, module: ModuleType, allowance: Allowance) -> None:
    """Handle the request on `work_socket` in the new process, then exit."""
    status = _STATUS_OF_CRASH
    try:
        # Descriptors of other tasks must end with them, so none may stay open here.
        os.dup2(work_socket.fileno(), 3)
        os.closerange(4, _MAX_FILES)
        confine(allowance)
        with socket.socket(fileno=3) as connection:
            status = _handle_request(connection, module, allowance)
    except MemoryError:
        status = _STATUS_OF_MEMORY
    except (BrokenPipeError, ConnectionResetError):
        status = 0  # the caller no longer waits for it
    finally:
        os._exit(status)


def _handle_request(connection: socket.socket, module: ModuleType, allowance: Allowance) -> int:
    """Handle a request and return the exit status."""
    request = read_message(connection, sys.maxsize)
    try:
        result: bytes = module.handle_request(request)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  every error is reported
        write_message(connection, FAULT + traceback.format_exc()[-_MAX_FAULT_LENGTH:].encode())
        return 0
    if len(result) > allowance.output:
        return _STATUS_OF_OUTPUT
    write_message(connection, ANSWER + result)
    return 0


def main() -> None:
    control, name, allowance = sys.argv[1:]
    module = importlib.import_module(name)
    module.prepare()
    # Loaded modules stay, in memory that all processes share.
    gc.collect()
    gc.freeze()
    Zygote(socket.socket(fileno=int(control)), module, Allowance.unpack(allowance)).run()


if __name__ == "__main__":
    main()
