"""The configuration in deploy/, read by its programs; programs that are not installed are named."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from deploy.cluster import topology as module
from deploy.cluster.machines import NODES, WORKERS, Loopback
from deploy.cluster.stage import SECRETS
from deploy.cluster.topology import DEPLOY, Topology
from factcheck.web.serving import WORKER_QUEUES
from tests.helpers.nginx_syntax import refused_by_nginx

TEMPLATES = [
    "etcd/etcd.yml",
    "haproxy/haproxy.cfg",
    "nginx/factcheck.conf",
    "patroni/patroni.yml",
    "pgbouncer/pgbouncer.ini",
    "prometheus/prometheus.yml",
]


@pytest.fixture
def topology(tmp_path: Path) -> Topology:
    return Topology(tmp_path, Loopback(21_000), {name: f"{name}/secret@" for name in SECRETS}, {})


@pytest.fixture
def filled_in(topology: Topology) -> Callable[[str], Path]:
    """A file of deploy/ with addresses; what only one machine knows is an empty word."""

    def fill_in(template: str) -> Path:
        words = re.findall(r"\$\{([A-Z0-9_]+)\}", (DEPLOY / template).read_text())
        own = {
            word: "/nonexistent"
            for word in words
            if word.endswith(("_DATA", "_PASSWORD", "_PROGRAMS", "_SHARED_BUFFERS", "_TOKEN"))
        }
        own["ALERTS"] = str(DEPLOY / "alerts" / "factcheck.yaml")
        return topology.write_configuration(template, "pg-1" if "NODE_ETCD" in words else "balancer", **own)

    return fill_in


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_name_in_a_configuration_is_known(template: str, filled_in: Callable[[str], Path]):
    assert "${" not in filled_in(template).read_text()


@pytest.mark.parametrize(
    "template, command",
    [
        ("haproxy/haproxy.cfg", ["haproxy", "-c", "-f"]),
        ("prometheus/prometheus.yml", ["promtool", "check", "config"]),
    ],
)
def test_configuration_is_accepted_by_its_program(
    template: str, command: list[str], filled_in: Callable[[str], Path]
):
    program = shutil.which(command[0], path="/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
    if program is None:
        pytest.skip(f"{command[0]} is not installed")
    asked = subprocess.run(
        [program, *command[1:], filled_in(template)], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_nginx_accepts_its_configuration(tmp_path: Path, filled_in: Callable[[str], Path]):
    assert refused_by_nginx(f"include {filled_in('nginx/factcheck.conf')};", tmp_path) == ""


@pytest.mark.skipif(
    shutil.which("envsubst") is None, reason="envsubst is not installed (Debian: gettext-base)"
)
def test_documented_substitution_leaves_the_variables_of_nginx(
    tmp_path: Path, topology: Topology, filled_in: Callable[[str], Path]
):
    [command] = re.findall(
        r"^envsubst .*", (DEPLOY.parent / "docs" / "cluster.md").read_text(), flags=re.MULTILINE
    )
    filled = subprocess.run(
        ["bash", "-c", command.rpartition(" >")[0]],
        cwd=DEPLOY.parent,
        env={"PATH": os.environ["PATH"], **topology.network.build_variables()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert filled.stdout == filled_in("nginx/factcheck.conf").read_text()


def test_writes_pass_both_poolers_and_reads_name_every_node(topology: Topology):
    settings = topology.build_settings()
    writing = conninfo_to_dict(settings["DATABASE_URL"])
    assert writing["password"] == "factcheck/secret@"
    assert len(str(writing["host"]).split(",")) == 2
    reading = [conninfo_to_dict(address) for address in settings["DATABASE_REPLICA_URLS"].split(" ")]
    assert [address["dbname"] for address in reading] == [f"factcheck-{node}" for node in NODES]
    assert {address["user"] for address in reading} == {"factcheck_public"}


def test_only_their_user_can_read_passwords(topology: Topology, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "find_program", lambda name: name)
    topology.build_patroni("pg-1")
    topology.build_pgbouncer("pool-1")
    private = [topology.folder / "pg-1" / "patroni.yml", topology.folder / "pool-1" / "userlist.txt"]
    assert [file.stat().st_mode & 0o777 for file in private] == [0o600, 0o600]


def test_each_machine_of_workers_has_one_for_deliveries(
    topology: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_program", lambda name: name)
    monkeypatch.setattr(module, "find_missing", iter)
    all_of_them, urgent = WORKER_QUEUES
    assert (all_of_them, bool(urgent)) == (None, True)
    commands = {
        daemon.name: daemon.command[2:]
        for layer in topology.list_layers()
        for daemon in layer
        if daemon.machine in WORKERS
    }
    assert commands == {
        f"{machine}.{name}": ["procrastinate", "worker", *queues]
        for machine in WORKERS
        for name, queues in (("worker", []), ("deliveries", ["--queues", ",".join(urgent or ())]))
    }
