"""The faults of a failover drill, and their repairs."""

import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.cluster.machines import Namespaces
from deploy.cluster.stage import MachineCluster

#: The programs of a PostgreSQL node.
PROGRAMS = ("patroni", "etcd")


class FaultUnavailable(Exception):
    """The fault cannot be caused on this machine."""


@dataclass
class Fault:
    """A fault on one machine."""

    description: str
    cause: Callable[[MachineCluster, str], None]
    repair: Callable[[MachineCluster, str], None]
    #: The machine: by default, the current primary; "replica" means one of the others.
    location: str = "primary"
    #: How long it stays broken after writes have recovered.
    stay_seconds: float = 5.0

    def choose_machine(self, cluster: MachineCluster) -> str:
        primary = cluster.find_primary()
        if self.location == "primary":
            return primary
        if self.location == "replica":
            return next(member["name"] for member in cluster.list_members() if member["name"] != primary)
        return self.location


def _list_daemons(cluster: MachineCluster, machine: str) -> list[str]:
    return [name for name in cluster.daemons.list_names() if name.startswith(f"{machine}.")]


def kill(cluster: MachineCluster, machine: str) -> None:
    """Kill the machine's programs, as a power failure does."""
    cluster.daemons.kill(*_list_daemons(cluster, machine))


def restart_programs(cluster: MachineCluster, machine: str) -> None:
    for layer in cluster.topology.list_layers():
        for daemon in layer:
            if daemon.machine == machine:
                cluster.daemons.start(daemon)


def _get_namespaces(cluster: MachineCluster) -> Namespaces:
    if not isinstance(cluster.network, Namespaces):
        raise FaultUnavailable("machines that share one network cannot be cut off; run it as root")
    return cluster.network


def disconnect(cluster: MachineCluster, machine: str) -> None:
    _get_namespaces(cluster).unplug(machine)


def reconnect(cluster: MachineCluster, machine: str) -> None:
    _get_namespaces(cluster).plug(machine)


def freeze(cluster: MachineCluster, machine: str) -> None:
    """Freeze all programs of the machine."""
    cluster.daemons.send(signal.SIGSTOP, *_list_daemons(cluster, machine))


def unfreeze(cluster: MachineCluster, machine: str) -> None:
    cluster.daemons.send(signal.SIGCONT, *_list_daemons(cluster, machine))


def get_disk(cluster: MachineCluster, machine: str) -> Path:
    return cluster.folder / machine / "postgresql"


def fill_disk(cluster: MachineCluster, machine: str) -> None:
    """Fill the disk of a node, which must have its own disk."""
    disk = get_disk(cluster, machine)
    if not disk.is_mount():
        raise FaultUnavailable(
            "a disk is filled only where it is the node's own; run it as root, on a cluster not running yet"
        )
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(2**20))
        except OSError:
            return


def free_disk(cluster: MachineCluster, machine: str) -> None:
    (get_disk(cluster, machine) / "filling").unlink()


def mount_small_disks(cluster: MachineCluster, machines: tuple[str, ...], megabytes: int) -> None:
    """Give each node its own disk, in memory."""
    for machine in machines:
        disk = get_disk(cluster, machine)
        disk.mkdir(parents=True, exist_ok=True)
        if not disk.is_mount():
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", disk],  # noqa: S607
                check=True,
            )


def unmount_small_disks(cluster: MachineCluster, machines: tuple[str, ...]) -> None:
    for machine in machines:
        if get_disk(cluster, machine).is_mount():
            subprocess.run(["umount", get_disk(cluster, machine)], check=True)  # noqa: S607


FAULTS: dict[str, Fault] = {
    "kill": Fault("the primary's machine loses its power (kill -9)", kill, restart_programs),
    "cut": Fault("the primary's network is cut", disconnect, reconnect),
    "freeze": Fault("everything on the primary stops, and goes on later (SIGSTOP)", freeze, unfreeze),
    "disk": Fault("the primary's disk is full", fill_disk, free_disk),
    "replica": Fault("a replica's machine loses its power", kill, restart_programs, location="replica"),
    "cut-replica": Fault("a replica's network is cut", disconnect, reconnect, location="replica"),
    "pooler": Fault("a PgBouncer is killed", kill, restart_programs, location="pool-1"),
    "web": Fault("a web process is killed", kill, restart_programs, location="web-1"),
    "worker": Fault("a worker is killed", kill, restart_programs, location="worker-1"),
}
