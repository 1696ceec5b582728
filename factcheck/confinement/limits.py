"""The resource limits of a confined process."""

import os
import resource
import signal
from dataclasses import dataclass
from enum import Enum

import orjson


class Cause(Enum):
    """The reason why a task has no result. The zygote sends these values."""

    TIME = b"T"
    MEMORY = b"M"
    OUTPUT = b"O"
    CRASH = b"C"
    BUSY = b"B"
    """No process was started for the task, because other tasks have all the slots."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The limits of one confined process: memory, time and output."""

    memory: int = 512 * 1024 * 1024
    """The memory limit of the whole process in bytes, including the interpreter and libraries."""
    seconds: float = 30.0
    """The limit of elapsed time, and also of processor time."""
    output: int = 64 * 1024 * 1024
    """The maximum length of the result in bytes."""

    @classmethod
    def unpack(cls, argument: str) -> "Allowance":
        """Parse the limits in a program argument, which is JSON."""
        return cls(**orjson.loads(argument))


#: An estimate of program code and tables shared with other processes. They are part of a process's memory, but Linux
#: does not count them as its data.
SHARED_MEMORY_BYTES = 32 * 1024 * 1024


def confine(allowance: Allowance) -> None:
    """Limit this process from now on.

    Linux refuses memory beyond the limit. macOS only records the limit; there the zygote checks its processes several
    times a second and kills any that exceeds it. The kernel also enforces the time limit, with an alarm that nothing
    handles.
    """
    _lower_limit(resource.RLIMIT_DATA, allowance.memory - SHARED_MEMORY_BYTES)
    _lower_limit(resource.RLIMIT_CPU, int(allowance.seconds) + 1)
    _lower_limit(resource.RLIMIT_FSIZE, 0)
    _lower_limit(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.setitimer(signal.ITIMER_REAL, allowance.seconds)


def forbid_opening_files() -> None:
    """Forbid this process to open further files and connections."""
    descriptor = os.dup(0)
    os.close(descriptor)
    _lower_limit(resource.RLIMIT_NOFILE, descriptor)


def _lower_limit(kind: int, limit: int) -> None:
    _, hard_limit = resource.getrlimit(kind)
    limit = limit if hard_limit == resource.RLIM_INFINITY else min(limit, hard_limit)
    resource.setrlimit(kind, (limit, limit))
