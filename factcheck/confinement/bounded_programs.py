"""Run external programs on untrusted input with limits on memory, time and output."""

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, cast

import orjson
import psutil

from factcheck.confinement.confined import ROOT, LimitExceeded
from factcheck.confinement.limits import Allowance, Cause

#: How many programs run at the same time per process of ours, and how many seconds others wait for a slot.
MAX_PROGRAMS, QUEUE_SECONDS = 2, 60.0
#: The seconds between two checks of the program's size, because macOS does not enforce the limit.
POLL_SECONDS = 0.1
#: The number of bytes of the program's error output that are kept.
_MAX_ERROR_BYTES = 2_000_000
_CHUNK_SIZE = 1 << 16

_slots = threading.BoundedSemaphore(MAX_PROGRAMS)


@dataclass(frozen=True, slots=True)
class ProgramOutput:
    """The standard output and error output of a program, and whether it succeeded."""

    output: bytes
    error_text: str
    """The program's standard error."""
    has_succeeded: bool


def run_bounded(program: str, arguments: Sequence[str], allowance: Allowance) -> ProgramOutput:
    """Run the program at this path, without input, environment variables or write access, and return its output.

    Raises:
        LimitExceeded: the program exceeded a limit of memory, time or output, crashed, or found no free slot.
    """
    if not _slots.acquire(timeout=QUEUE_SECONDS):
        raise LimitExceeded(Cause.BUSY)
    try:
        launch = [
            sys.executable,
            "-P",
            "-m",
            "factcheck.confinement.launch",
            orjson.dumps(allowance).decode(),
        ]
        with subprocess.Popen(
            [*launch, program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            cwd="/",
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")},
        ) as process:
            try:
                return _await_program(process, allowance)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    finally:
        _slots.release()


def _await_program(process: "subprocess.Popen[bytes]", allowance: Allowance) -> ProgramOutput:
    ends_at = time.monotonic() + allowance.seconds
    output, error_text = _read_output(process, allowance, ends_at)
    try:
        status = process.wait(max(0.1, ends_at - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise LimitExceeded(Cause.TIME) from None
    if status in (-signal.SIGALRM, -signal.SIGXCPU):
        raise LimitExceeded(Cause.TIME)
    if status < 0:
        raise LimitExceeded(Cause.CRASH)
    return ProgramOutput(bytes(output), error_text.decode("utf-8", "replace"), status == 0)


def _read_output(
    process: "subprocess.Popen[bytes]", allowance: Allowance, ends_at: float
) -> tuple[bytearray, bytearray]:
    """Return the output of both streams until they close."""
    output, error_text = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for pipe, buffer in ((process.stdout, output), (process.stderr, error_text)):
            selector.register(cast(IO[bytes], pipe), selectors.EVENT_READ, buffer)
        while selector.get_map():
            if time.monotonic() > ends_at:
                raise LimitExceeded(Cause.TIME)
            if _measure_memory(process.pid) > allowance.memory:
                raise LimitExceeded(Cause.MEMORY)
            for key, _events in selector.select(POLL_SECONDS):
                if not (piece := os.read(key.fd, _CHUNK_SIZE)):
                    selector.unregister(key.fileobj)
                elif key.data is output or len(error_text) < _MAX_ERROR_BYTES:
                    key.data.extend(piece)
            if len(output) > allowance.output:
                raise LimitExceeded(Cause.OUTPUT)
    return output, error_text


def _measure_memory(process: int) -> int:
    with suppress(psutil.Error):
        return int(psutil.Process(process).memory_info().rss)
    return 0
