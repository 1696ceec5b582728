"""The memory of the machine or container, from which the size of the server's cache is derived."""

import os
from pathlib import Path

#: Where a Linux container finds its limit (cgroup v2); `max` is none.
_LIMIT_FILE = Path("/sys/fs/cgroup/memory.max")


def measure_available() -> int:
    """Return the memory in bytes that all processes of this machine or container may use together."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(machine, int(_LIMIT_FILE.read_text()))
    except (OSError, ValueError):
        return machine


def compute_shared_buffers(memory: int) -> str:
    """Return the size of PostgreSQL's cache: an eighth of the memory, from 128 MB to 1 GB.

    It is taken page by page when it is needed. With 200,000 claims, 1 GB holds all that filters and searches look at
    before they read the texts of a page: what is not in it comes from the operating system, and is checked each time.
    """
    return f"{min(1024, max(128, memory // 8 // 1024**2))}MB"
