"""The machines of the cluster and their network.

As root, each machine is a network namespace with its own address, and can be unplugged. Otherwise all share the
loopback address, and each service has its own port.
"""

import os
import subprocess
import zlib
from abc import ABC, abstractmethod
from pathlib import Path

NODES = ("pg-1", "pg-2", "pg-3")
POOLS = ("pool-1", "pool-2")
WEB_MACHINES = ("web-1", "web-2", "web-3")
WORKERS = ("worker-1", "worker-2")
MACHINES = (*NODES, *POOLS, "balancer", *WEB_MACHINES, *WORKERS, "files", "watch")

#: The usual port of each service.
SERVICES = {
    "etcd": 2379,
    "etcd-peer": 2380,
    "postgresql": 5432,
    "patroni": 8008,
    "pgbouncer": 6432,
    "primary": 5000,
    "site": 8080,
    "stats": 8404,
    "web": 8000,
    "metrics": 9464,
    "s3": 9000,
    "prometheus": 9090,
}


class Network(ABC):
    """A network that connects the machines of the cluster."""

    @abstractmethod
    def get_host(self, machine: str) -> str:
        """Return a machine's IP address."""

    @abstractmethod
    def get_port(self, machine: str, service: str) -> int:
        """Return the port of one of a machine's services."""

    @abstractmethod
    def create(self) -> None:
        """Create the machines and connect them."""

    @abstractmethod
    def remove(self) -> None:
        """Remove the machines completely."""

    def wrap_command(self, machine: str, command: list[str]) -> list[str]:
        """Return the command that runs `command` on the machine, in the same process."""
        return command

    def get_address(self, machine: str, service: str) -> str:
        return f"{self.get_host(machine)}:{self.get_port(machine, service)}"

    def build_variables(self) -> dict[str, str]:
        """Return the variables in configuration files: ${PG_1} is a machine's address, ${PG_1_PATRONI} its
        Patroni's port.
        """
        return {_get_variable_name(machine): self.get_host(machine) for machine in MACHINES} | {
            f"{_get_variable_name(machine)}_{_get_variable_name(service)}": str(
                self.get_port(machine, service)
            )
            for machine in MACHINES
            for service in SERVICES
        }


def _get_variable_name(name: str) -> str:
    return name.replace("-", "_").upper()


class Loopback(Network):
    """A network in which all machines are this one, with different ports."""

    def __init__(self, first_port: int) -> None:
        self.first_port = first_port

    def get_host(self, machine: str) -> str:
        return "127.0.0.1"

    def get_port(self, machine: str, service: str) -> int:
        return self.first_port + len(SERVICES) * MACHINES.index(machine) + list(SERVICES).index(service)

    def create(self) -> None:
        """Do nothing, because all machines are this one."""

    def remove(self) -> None:
        """Do nothing, because all machines are this one."""


class Namespaces(Network):
    """A network in which each machine is a network namespace, joined by a bridge."""

    def __init__(self, folder: Path) -> None:
        # Clusters in different folders get different networks.
        self.number = zlib.crc32(bytes(folder)) % 250 + 1
        self.bridge = f"factcheck{self.number}"

    def get_host(self, machine: str) -> str:
        return f"10.203.{self.number}.{MACHINES.index(machine) + 11}"

    def get_port(self, machine: str, service: str) -> int:
        return SERVICES[service]

    def wrap_command(self, machine: str, command: list[str]) -> list[str]:
        return ["nsenter", f"--net={self.get_namespace_path(machine)}", *command]

    def get_namespace_path(self, machine: str) -> Path:
        """Return the file of the machine's network namespace."""
        return Path("/run/netns", self._get_namespace_name(machine))

    def create(self) -> None:
        self.remove()
        _run_ip("link", "add", self.bridge, "type", "bridge")
        _run_ip("address", "add", f"10.203.{self.number}.1/24", "dev", self.bridge)
        _run_ip("link", "set", self.bridge, "up")
        for machine in MACHINES:
            namespace, interface = self._get_namespace_name(machine), self.get_interface_name(machine)
            _run_ip("netns", "add", namespace)
            _run_ip("link", "add", interface, "type", "veth", "peer", "name", "eth0", "netns", namespace)
            _run_ip("link", "set", interface, "master", self.bridge, "up")
            _run_ip("-n", namespace, "link", "set", "lo", "up")
            _run_ip("-n", namespace, "address", "add", f"{self.get_host(machine)}/24", "dev", "eth0")
            _run_ip("-n", namespace, "link", "set", "eth0", "up")

    def remove(self) -> None:
        for machine in MACHINES:
            if self.get_namespace_path(machine).exists():
                _run_ip("netns", "delete", self._get_namespace_name(machine))
        if Path("/sys/class/net", self.bridge).exists():
            _run_ip("link", "delete", self.bridge)

    def unplug(self, machine: str) -> None:
        """Cut the machine off silently, as a pulled cable does."""
        _run_ip("link", "set", self.get_interface_name(machine), "down")

    def plug(self, machine: str) -> None:
        _run_ip("link", "set", self.get_interface_name(machine), "up")

    def _get_namespace_name(self, machine: str) -> str:
        return f"{self.bridge}-{machine}"

    def get_interface_name(self, machine: str) -> str:
        """Return the name of the network interface that connects the machine to the bridge."""
        return f"{self.bridge}-{MACHINES.index(machine)}"


def choose_network(folder: Path, *, first_port: int) -> Network:
    """Return the best kind of network that this user may create."""
    return Namespaces(folder) if _may_make_namespaces() else Loopback(first_port)


def _may_make_namespaces() -> bool:
    if os.geteuid() != 0:
        return False
    result = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)  # noqa: S607  of util-linux
    return result.returncode == 0


def _run_ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)  # noqa: S607  of iproute2
