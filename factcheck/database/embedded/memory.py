"""The memory of the machine or container, from which the size of the server's cache is derived."""

import os
from pathlib import Path

#: Where a Linux container finds its limit (cgroup v2); `max` is none.
_LIMIT_FILE = Path("/sys/fs/cgroup/memory.max")


def measure_available_memory() -> int:
    """Return the number of bytes that all processes of this machine or container may use together."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(machine, int(_LIMIT_FILE.read_text()))
    except (OSError, ValueError):
        return machine


def compute_shared_buffers(memory: int) -> str:
    """Return the size of PostgreSQL's cache: an eighth of the memory, from 128 MB to 1 GB.

    Memory is allocated page by page when needed. With 200,000 claims, 1 GB holds everything that filters and searches
    read before the texts of a page. Other data comes from the operating system and is verified on each read.
    """
    return f"{min(1024, max(128, memory // 8 // 1024**2))}MB"
