"""`python -m deploy.postgresql MAJOR -- COMMAND …`: exits with the command's code, or 77 if the server is
unavailable.
"""

import os
import subprocess
import sys

from deploy.postgresql.programs import ProgramsUnavailable
from deploy.postgresql.server import run_server, stop_children_on_signals

SKIPPED_EXIT_CODE = 77


def main(arguments: list[str]) -> int:
    if len(arguments) < 3 or not arguments[0].isdigit() or arguments[1] != "--":
        print(__doc__)
        return 2
    stop_children_on_signals()
    try:
        with run_server(int(arguments[0])) as address:
            return subprocess.run(
                arguments[2:], env={**os.environ, "DATABASE_URL": address}, check=False
            ).returncode
    except ProgramsUnavailable as reason:
        print(reason, file=sys.stderr)
        return SKIPPED_EXIT_CODE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
