"""A launcher that limits itself and then becomes another program, which inherits the limits.

`python -m factcheck.confinement.launch ALLOWANCE PROGRAM ARGUMENT…`. The limits are set before the other program
begins, in a process with one thread: in a process with several threads, Python code must not run between a fork and an
`exec`.
"""

import os
import sys

from factcheck.confinement.limits import Allowance, confine


def main() -> None:
    allowance, program, *arguments = sys.argv[1:]
    confine(Allowance.unpack(allowance))
    os.execve(program, [program, *arguments], {"LANG": "C.UTF-8", "AV_LOG_FORCE_NOCOLOR": "1"})  # noqa: S606  that is the point


if __name__ == "__main__":
    main()
