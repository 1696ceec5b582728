"""A launcher that limits itself and then becomes another program, which inherits the limits.

`python -m factcheck.confinement.launch ALLOWANCE PROGRAM ARGUMENT…`. What may be taken is set before the other program
begins, in a process with one thread: between a fork and an `exec` in a process with several, Python may do nothing.
"""

import os
import sys

from factcheck.confinement.limits import Allowance, confine


def main() -> None:
    allowance, program, *arguments = sys.argv[1:]
    confine(Allowance.unpacked(allowance))
    os.execve(program, [program, *arguments], {"LANG": "C.UTF-8", "AV_LOG_FORCE_NOCOLOR": "1"})  # noqa: S606  that is the point


if __name__ == "__main__":
    main()
