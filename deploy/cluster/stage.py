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
from deploy.cluster.machines import MACHINES, NODES, WEBS, Network
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
    """Three nodes, two poolers, a balancer, three web processes, two workers and a file store."""

    def __init__(self, folder: Path, network: Network, **settings: str) -> None:
        """Represent the cluster in a folder, running or not.

        Args:
            settings: environment variables for web processes and workers, in addition to those from the topology.
        """
        self.folder, self.network = folder, network
        folder.mkdir(parents=True, exist_ok=True)
        self.daemons = Daemons(folder, network)
        self.topology = Topology(folder, network, self._secrets(), settings)

    @property
    def site(self) -> str:
        return f"http://{self.network.address('balancer', 'site')}"

    def start(self, report: Callable[[str], None]) -> None:
        """Start everything that is not running, layer by layer. Pass each result and its duration to `report`."""
        etcd, patroni, plumbing, programs, watch = self.topology.layers()
        if not self.daemons.names():
            self.network.create()
        self._layer(etcd, lambda: self._answers(self._of("pg-1", "etcd", "/health")), "etcd", report)
        self._layer(patroni, self.is_replicated, "PostgreSQL: a primary and two replicas", report)
        # In its first second, before its first checks, HAProxy considers every node the primary.
        self._layer(
            plumbing,
            lambda: all(self._reaches_primary() for _node in (*NODES, *NODES)),
            "balancer, poolers, store of files",
            report,
        )
        started_at = time.monotonic()
        self.migrate()
        self.prepare_static_files()
        report(f"migrations, static files  ({time.monotonic() - started_at:.1f} s)")
        self._layer(programs, self.serves, "web processes and workers", report)
        if watch:
            self._layer(
                watch,
                lambda: self._answers(self._of("watch", "prometheus", "/-/ready")),
                "Prometheus",
                report,
            )

    def stop(self) -> None:
        """Stop everything that is running, each program before those it depends on, and remove the machines."""
        for layer in reversed(self.topology.layers()):
            self.daemons.stop(*(daemon.name for daemon in layer))
        self.daemons.stop(*self.daemons.names())
        self.network.remove()

    def is_running(self) -> bool:
        return any(self.daemons.process(name) for name in self.daemons.names())

    def members(self) -> list[dict[str, Any]]:
        """Return the nodes as reported by Patroni on any node that responds."""
        for node in NODES:
            try:
                with urllib.request.urlopen(self._of(node, "patroni", "/cluster"), timeout=2) as answer:  # noqa: S310
                    members: list[dict[str, Any]] = json.load(answer)["members"]
                    return members
            except (OSError, ValueError, KeyError):
                continue
        return []

    def primary(self) -> str:
        """Return the name of the primary node, or "" if there is none."""
        return next((member["name"] for member in self.members() if member["role"] == "leader"), "")

    def megabytes(self) -> dict[str, float]:
        """Return the memory of each daemon with its children; shared pages count once (PSS)."""
        used: dict[str, float] = {}
        for name in self.daemons.names():
            for process in self.daemons.family(name):
                try:
                    used[name] = used.get(name, 0.0) + process.memory_full_info().pss / 1e6
                except psutil.Error:
                    continue
        return used

    def migrate(self) -> None:
        with psycopg.connect(self.topology.primary("postgres", "postgres"), autocommit=True) as connection:
            is_made = connection.execute("SELECT FROM pg_database WHERE datname = 'factcheck'").rowcount
        if not is_made:
            subprocess.run(
                [
                    get_binary("psql"),
                    "--quiet",
                    "--no-psqlrc",
                    f"--set=password={self.topology.secrets['factcheck']}",
                    f"--set=owner_password={self.topology.secrets['factcheck_owner']}",
                    f"--set=public_password={self.topology.secrets['factcheck_public']}",
                    f"--file={DEPLOY / 'patroni' / 'database.sql'}",
                    self.topology.primary("postgres", "postgres"),
                ],
                check=True,
            )
        # Nothing else here knows the owner's password.
        owner = self.topology.primary("factcheck_owner", "factcheck")
        self.manage("migrate", "--no-input", "--verbosity=0", OWNER_DATABASE_URL=owner)

    def prepare_static_files(self) -> None:
        """Collect static files once, because concurrent web processes would interfere."""
        self.manage(
            "shell",
            "--no-imports",
            "--command",
            "from factcheck.web.serving import collect_static_files as c; c()",
        )

    def manage(self, *words: str, **settings: str) -> str:
        """Return the output of a project command that uses the cluster's primary."""
        direct = {
            "DATABASE_URL": self.topology.primary("factcheck", "factcheck"),
            "DATABASE_REPLICA_URLS": "",
        }
        return subprocess.run(
            self.topology.manage(*words),
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"} | self.topology.settings() | direct | settings,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout

    def patronictl(self, *words: str) -> str:
        configuration = self.folder / NODES[0] / "patroni.yml"
        return subprocess.run(
            [find_program("patronictl"), "--config-file", str(configuration), *words],
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
        members = self.members()
        states = sorted((member["role"] == "leader", member["state"]) for member in members)
        return states == [(False, "streaming")] * (len(NODES) - 1) + [(True, "running")]

    def _reaches_primary(self) -> bool:
        try:
            with psycopg.connect(self.topology.primary("postgres", "postgres")) as connection:
                return connection.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,)
        except psycopg.OperationalError:
            return False

    def serves(self) -> bool:
        """Return whether all web processes are ready."""
        return all(self._answers(self._of(web, "web", "/healthz")) for web in WEBS) and self._answers(
            f"{self.site}/readyz"
        )

    def _layer(
        self,
        daemons: list[Daemon],
        is_there: Callable[[], bool],
        description: str,
        report: Callable[[str], None],
    ) -> None:
        started_at = time.monotonic()
        for daemon in daemons:
            self.daemons.start(daemon)

        def all_live() -> bool:
            if ended := [daemon.name for daemon in daemons if not self.daemons.process(daemon.name)]:
                raise ClusterNotReady(f"{', '.join(ended)} ended at once. See {self.folder / 'log'}.")
            return is_there()

        self.wait(all_live, description)
        report(f"{description}  ({time.monotonic() - started_at:.1f} s)")

    def _of(self, machine: str, service: str, path: str) -> str:
        return f"http://{self.network.address(machine, service)}{path}"

    def _answers(self, address: str) -> bool:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  one of ours
                return True
        except OSError:
            return False

    def _secrets(self) -> dict[str, str]:
        """Create passwords once, in a private file."""
        file = self.folder / "secrets.json"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(json.dumps({name: secrets.token_urlsafe(40) for name in SECRETS}))
        passwords: dict[str, str] = json.loads(file.read_text())
        return passwords


def list_machines(cluster: MachineCluster) -> list[tuple[str, str, list[str]]]:
    """Return each machine, its address and its programs."""
    living = [name for name in cluster.daemons.names() if cluster.daemons.process(name)]
    return [
        (
            machine,
            cluster.network.host(machine),
            [name.split(".")[1] for name in living if name.startswith(f"{machine}.")],
        )
        for machine in MACHINES
    ]
