"""Set resource limits, then replace this process with the browser: `python -I launch.py READS WRITES BYTES
SECONDS PROGRAM ARGUMENT…`.

READS and WRITES are the file descriptors of the two pipes; the browser expects them to be 3 and 4. BYTES
limits the size of each file that the browser writes, and SECONDS the processor time of each of its processes.
The browser is killed when its parent process ends.
"""

import ctypes
import os
import resource
import signal
import sys

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


def main() -> None:
    read_end, write_end, max_bytes, seconds = map(int, sys.argv[1:5])
    program = sys.argv[5:]
    for resource_type, limit in (
        (resource.RLIMIT_FSIZE, max_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(resource_type, (limit, limit))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    # Move both above 4 first, so that duplicating one onto 3 or 4 never overwrites the other.
    high_descriptors = [os.dup(read_end), os.dup(write_end)]
    while min(high_descriptors) <= 4:
        high_descriptors = [os.dup(descriptor) for descriptor in high_descriptors]
    os.dup2(high_descriptors[0], 3)
    os.dup2(high_descriptors[1], 4)
    os.closerange(5, 4096)
    os.execv(program[0], program)  # noqa: S606  there is no shell


if __name__ == "__main__":
    main()
