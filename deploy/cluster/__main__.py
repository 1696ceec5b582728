"""Run the whole topology on one machine: three PostgreSQL nodes, two poolers, a balancer, three web processes, two
workers.

    make cluster                       starts it; ARGS="--folder /srv/trial" stores it elsewhere
    make cluster ARGS=status           shows what is running, the primary, and the memory used
    make cluster ARGS=stop             stops it and keeps its data; --clear deletes the data

As root, every machine is a network namespace with its own address; otherwise each service has its own port. See
docs/cluster.md.
"""

import argparse
import shutil
import sys
from pathlib import Path

from deploy.cluster.daemons import find_missing
from deploy.cluster.machines import choose_network
from deploy.cluster.stage import ClusterNotReady, MachineCluster, list_machines
from deploy.cluster.topology import DEBIAN_PACKAGES, DEPLOY


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="make cluster", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", nargs="?", choices=("start", "status", "stop"), default="start")
    parser.add_argument("--folder", type=Path, default=DEPLOY.parent / ".cluster")
    parser.add_argument("--first-port", type=int, default=21_000, help="Without root: where ports begin.")
    parser.add_argument("--clear", action="store_true", help="With stop: delete what was stored.")
    options = parser.parse_args(arguments)
    if missing_programs := list(find_missing((*DEBIAN_PACKAGES, "patroni", "rclone"))):
        packages = sorted(
            {DEBIAN_PACKAGES.get(name, "requirements/cluster.txt") for name in missing_programs}
        )
        print(f"Not installed: {', '.join(missing_programs)} (from {', '.join(packages)}).", file=sys.stderr)
        return 1
    folder = options.folder.expanduser().absolute()
    cluster = MachineCluster(folder, choose_network(folder, first_port=options.first_port))
    if options.action == "stop":
        cluster.stop()
        if options.clear:
            shutil.rmtree(folder)
        return 0
    if options.action == "status":
        return print_status(cluster)
    try:
        cluster.start(print)
    except ClusterNotReady as late:
        print(late, file=sys.stderr)
        return 1
    print(
        f"Serving {cluster.site}. `make cluster ARGS=status` shows more, `make cluster ARGS=stop` stops it."
    )
    return 0


def print_status(cluster: MachineCluster) -> int:
    megabytes_by_daemon = cluster.measure_megabytes()
    roles = {member["name"]: f"{member['role']}, {member['state']}" for member in cluster.list_members()}
    for machine, host, programs in list_machines(cluster):
        machine_megabytes = sum(
            megabytes for name, megabytes in megabytes_by_daemon.items() if name.startswith(f"{machine}.")
        )
        print(
            f"{machine:<9} {host:<15} {machine_megabytes:5.0f} MB  {', '.join(programs) or 'down'}"
            f"{'  (' + roles[machine] + ')' if machine in roles else ''}"
        )
    print(f"{'together':<9} {'':<15} {sum(megabytes_by_daemon.values()):5.0f} MB")
    return 0 if megabytes_by_daemon else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
