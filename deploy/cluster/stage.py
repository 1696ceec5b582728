"""The cluster as a whole: start, inspect and stop it."""

import json
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg

from deploy.cluster.daemons import Daemon, Daemons, find_program
from deploy.cluster.machines import MACHINES, NODES, WEB_MACHINES, Network
from deploy.cluster.topology import DEPLOY, Topology
from factcheck.database.embedded.paths import get_binary

SECRETS = (
    "superuser",
    "replication",
    "rewind",
    "factcheck",
    "factcheck_owner",
    "factcheck_public",
    "store",
    "metrics",
    "key",
)


class ClusterNotReady(Exception):
    """A part of the cluster did not come up in time."""


class MachineCluster:
    """Three nodes, two poolers, a balancer, three web processes, two workers, two for deliveries, and a file store."""

    def __init__(self, folder: Path, network: Network, **settings: str) -> None:
        """Represent the cluster in a folder, running or not.

        Args:
            settings: environment variables for web processes and workers, in addition to those from the topology.
        """
        self.folder, self.network = folder, network
        folder.mkdir(parents=True, exist_ok=True)
        self.daemons = Daemons(folder, network)
        self.topology = Topology(folder, network, self._load_secrets(), settings)

    @property
    def site(self) -> str:
        return f"http://{self.network.get_address('balancer', 'site')}"

    def start(self, report: Callable[[str], None]) -> None:
        """Start everything that is not running, layer by layer. Pass each result and its duration to `report`."""
        etcd, patroni, plumbing, programs, watch = self.topology.list_layers()
        if not self.daemons.list_names():
            self.network.create()
        self._start_layer(
            etcd, lambda: self._is_responding(self._build_url("pg-1", "etcd", "/health")), "etcd", report
        )
        self._start_layer(patroni, self.is_replicated, "PostgreSQL: a primary and two replicas", report)
        # In its first second, before its first checks, HAProxy considers every node the primary.
        self._start_layer(
            plumbing,
            lambda: all(self._reaches_primary() for _node in (*NODES, *NODES)),
            "balancer, poolers, store of files",
            report,
        )
        started_at = time.monotonic()
        self.migrate()
        self.prepare_static_files()
        report(f"migrations, static files  ({time.monotonic() - started_at:.1f} s)")
        self._start_layer(programs, self.is_serving, "web processes and workers", report)
        if watch:
            self._start_layer(
                watch,
                lambda: self._is_responding(self._build_url("watch", "prometheus", "/-/ready")),
                "Prometheus",
                report,
            )

    def stop(self) -> None:
        """Stop everything that is running, each program before those it depends on, and remove the machines."""
        for layer in reversed(self.topology.list_layers()):
            self.daemons.stop(*(daemon.name for daemon in layer))
        self.daemons.stop(*self.daemons.list_names())
        self.network.remove()

    def is_running(self) -> bool:
        return any(self.daemons.find_process(name) for name in self.daemons.list_names())

    def list_members(self) -> list[dict[str, Any]]:
        """Return the nodes as reported by Patroni on any node that responds."""
        for node in NODES:
            try:
                url = self._build_url(node, "patroni", "/cluster")
                with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310
                    members: list[dict[str, Any]] = json.load(response)["members"]
                    return members
            except (OSError, ValueError, KeyError):
                continue
        return []

    def find_primary(self) -> str:
        """Return the name of the primary node, or "" if there is none."""
        return next((member["name"] for member in self.list_members() if member["role"] == "leader"), "")

    def measure_megabytes(self) -> dict[str, float]:
        """Return the memory of each daemon with its children; shared pages count once (PSS)."""
        megabytes: dict[str, float] = {}
        for name in self.daemons.list_names():
            for process in self.daemons.list_processes(name):
                try:
                    megabytes[name] = megabytes.get(name, 0.0) + process.memory_full_info().pss / 1e6
                except psutil.Error:
                    continue
        return megabytes

    def migrate(self) -> None:
        with psycopg.connect(
            self.topology.build_primary_url("postgres", "postgres"), autocommit=True
        ) as connection:
            exists = connection.execute("SELECT FROM pg_database WHERE datname = 'factcheck'").rowcount
        if not exists:
            subprocess.run(
                [
                    get_binary("psql"),
                    "--quiet",
                    "--no-psqlrc",
                    f"--set=password={self.topology.secrets['factcheck']}",
                    f"--set=owner_password={self.topology.secrets['factcheck_owner']}",
                    f"--set=public_password={self.topology.secrets['factcheck_public']}",
                    f"--file={DEPLOY / 'patroni' / 'database.sql'}",
                    self.topology.build_primary_url("postgres", "postgres"),
                ],
                check=True,
            )
        # Nothing else here knows the owner's password.
        owner_url = self.topology.build_primary_url("factcheck_owner", "factcheck")
        self.manage("migrate", "--no-input", "--verbosity=0", OWNER_DATABASE_URL=owner_url)

    def prepare_static_files(self) -> None:
        """Collect static files once, because concurrent web processes would interfere."""
        self.manage(
            "shell",
            "--no-imports",
            "--command",
            "from factcheck.web.serving import collect_static_files as c; c()",
        )

    def manage(self, *arguments: str, **settings: str) -> str:
        """Return the output of a project command that uses the cluster's primary."""
        direct_settings = {
            "DATABASE_URL": self.topology.build_primary_url("factcheck", "factcheck"),
            "DATABASE_REPLICA_URLS": "",
        }
        return subprocess.run(
            self.topology.build_manage_command(*arguments),
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
            | self.topology.build_settings()
            | direct_settings
            | settings,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def run_patronictl(self, *arguments: str) -> str:
        configuration = self.folder / NODES[0] / "patroni.yml"
        return subprocess.run(
            [find_program("patronictl"), "--config-file", str(configuration), *arguments],
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    def wait(self, is_met: Callable[[], bool], description: str, seconds: float = 120.0) -> None:
        """Wait until the condition holds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if is_met():
                return
            time.sleep(0.2)
        raise ClusterNotReady(
            f"{description}: not there after {seconds:.0f} s. The logs are in {self.folder / 'log'}."
        )

    def is_replicated(self) -> bool:
        """Return whether there is a primary that all other nodes follow."""
        members = self.list_members()
        states = sorted((member["role"] == "leader", member["state"]) for member in members)
        return states == [(False, "streaming")] * (len(NODES) - 1) + [(True, "running")]

    def _reaches_primary(self) -> bool:
        try:
            with psycopg.connect(self.topology.build_primary_url("postgres", "postgres")) as connection:
                return connection.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,)
        except psycopg.OperationalError:
            return False

    def is_serving(self) -> bool:
        """Return whether all web processes are ready."""
        return all(
            self._is_responding(self._build_url(web, "web", "/healthz")) for web in WEB_MACHINES
        ) and self._is_responding(f"{self.site}/readyz")

    def _start_layer(
        self,
        daemons: list[Daemon],
        is_ready: Callable[[], bool],
        description: str,
        report: Callable[[str], None],
    ) -> None:
        started_at = time.monotonic()
        for daemon in daemons:
            self.daemons.start(daemon)

        def are_all_ready() -> bool:
            if ended := [daemon.name for daemon in daemons if not self.daemons.find_process(daemon.name)]:
                raise ClusterNotReady(f"{', '.join(ended)} ended at once. See {self.folder / 'log'}.")
            return is_ready()

        self.wait(are_all_ready, description)
        report(f"{description}  ({time.monotonic() - started_at:.1f} s)")

    def _build_url(self, machine: str, service: str, path: str) -> str:
        return f"http://{self.network.get_address(machine, service)}{path}"

    def _is_responding(self, address: str) -> bool:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  one of ours
                return True
        except OSError:
            return False

    def _load_secrets(self) -> dict[str, str]:
        """Create passwords once, in a private file."""
        file = self.folder / "secrets.json"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(json.dumps({name: secrets.token_urlsafe(40) for name in SECRETS}))
        passwords: dict[str, str] = json.loads(file.read_text())
        return passwords


def list_machines(cluster: MachineCluster) -> list[tuple[str, str, list[str]]]:
    """Return each machine, its address and its programs."""
    running_names = [name for name in cluster.daemons.list_names() if cluster.daemons.find_process(name)]
    return [
        (
            machine,
            cluster.network.get_host(machine),
            [name.split(".")[1] for name in running_names if name.startswith(f"{machine}.")],
        )
        for machine in MACHINES
    ]
