"""Rehearse failures: `make drill ARGS=failover`, or `python -m deploy.drills failover --help`.

Each drill is a module `deploy.drills.NAME` with a function `run`. It takes the arguments after the name, prints the
measured figures, and returns 1 if a promise was broken.
"""

import sys
from importlib import import_module

DRILLS = {
    "balance": "what the balancer costs, and the memory of the idle cluster",
    "failover": "the primary killed, cut off, full or frozen while claims are published and read",
    "recovery": "the ledger deleted, then the machine lost, and both had again from Barman's backups",
    "upgrade": "a version replaced by the next, schema and processes, while claims are published and read",
}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in DRILLS:
        print(__doc__, *(f"{name:<10} {description}" for name, description in DRILLS.items()), sep="\n")
        return 2
    name, *drill_arguments = arguments
    return int(import_module(f"deploy.drills.{name}").run(drill_arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
