"""The programs of each machine, configured by the files in the neighbouring folders."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from deploy.cluster.daemons import Daemon, create_private_folder, find_missing, find_program, make_private
from deploy.cluster.machines import NODES, POOLS, WEB_MACHINES, WORKERS, Network
from factcheck.database.embedded.paths import get_binary

DEPLOY = Path(__file__).parents[1]
#: The programs in Debian's packages, by package.
DEBIAN_PACKAGES = {
    "etcd": "etcd-server",
    "pgbouncer": "pgbouncer",
    "haproxy": "haproxy",
    "setpriv": "util-linux",
}
BUCKET = "factcheck"
#: The workers of each machine, with the options that choose their queues: one takes all jobs, the other only outgoing
#: messages, which do not wait behind slow jobs.
WORKER_OPTIONS = {"worker": (), "deliveries": ("--queues", "webhooks,mail,announcements")}


@dataclass(frozen=True)
class Topology:
    """The daemons of a cluster, whose files are in one folder."""

    folder: Path
    network: Network
    secrets: dict[str, str]
    #: Environment variables for web processes and workers, in addition to those from the topology.
    extra_settings: dict[str, str]

    def build_etcd(self, node: str) -> Daemon:
        home = create_private_folder(self.folder / node)
        configuration = self.write_configuration(
            "etcd/etcd.yml", node, NODE_ETCD_DATA=str(create_private_folder(home / "etcd"))
        )
        return Daemon(node, "etcd", [find_program("etcd"), f"--config-file={configuration}"])

    def build_patroni(self, node: str) -> Daemon:
        # A separate folder, which may be a separate disk.
        disk = create_private_folder(self.folder / node / "postgresql")
        configuration = self.write_configuration(
            "patroni/patroni.yml",
            node,
            NODE_DATA=str(disk / "data"),
            NODE_SHARED_BUFFERS="64MB",  # one machine runs three nodes here
            POSTGRESQL_PROGRAMS=str(Path(get_binary("postgres")).parent),
            SUPERUSER_PASSWORD=self.secrets["superuser"],
            REPLICATION_PASSWORD=self.secrets["replication"],
            REWIND_PASSWORD=self.secrets["rewind"],
        )
        return Daemon(node, "patroni", [find_program("patroni"), str(configuration)])

    def build_disk_watch(self, node: str) -> Daemon:
        return Daemon(
            node,
            "disk-watch",
            [
                find_program("python"),
                str(DEPLOY / "patroni" / "disk_watch.py"),
                f"--folder={self.folder / node / 'postgresql' / 'data'}",
                f"--patroni=http://{self.network.get_address(node, 'patroni')}",
                "--least-megabytes=64",
            ],
        )

    def build_pgbouncer(self, pool: str) -> Daemon:
        users = create_private_folder(self.folder / pool) / "userlist.txt"
        users.touch(mode=0o600)
        users.write_text(
            "".join(f'"{role}" "{self.secrets[role]}"\n' for role in ("factcheck", "factcheck_public"))
        )
        make_private(users)
        configuration = self.write_configuration("pgbouncer/pgbouncer.ini", pool)
        return Daemon(pool, "pgbouncer", [find_program("pgbouncer"), "--quiet", str(configuration)])

    def build_haproxy(self) -> Daemon:
        configuration = self.write_configuration("haproxy/haproxy.cfg", "balancer")
        return Daemon("balancer", "haproxy", [find_program("haproxy"), "-db", "-f", str(configuration)])

    def build_store(self) -> Daemon:
        """Return the daemon of the S3 server."""
        create_private_folder(create_private_folder(self.folder / "files" / "s3") / BUCKET)
        return Daemon(
            "files",
            "rclone",
            [
                find_program("rclone"),
                "serve",
                "s3",
                f"--addr={self.network.get_address('files', 's3')}",
                "--vfs-cache-mode=off",
                "--dir-cache-time=1s",
                str(self.folder / "files" / "s3"),
            ],
            {
                "RCLONE_AUTH_KEY": f'"factcheck,{self.secrets["store"]}"',
                "RCLONE_CONFIG": "/dev/null",
                "HOME": "/nonexistent",
            },
        )

    def build_prometheus(self) -> Daemon:
        home = create_private_folder(self.folder / "watch")
        configuration = self.write_configuration(
            "prometheus/prometheus.yml",
            "watch",
            METRICS_TOKEN=self.secrets["metrics"],
            ALERTS=str(DEPLOY / "alerts" / "factcheck.yaml"),
        )
        return Daemon(
            "watch",
            "prometheus",
            [
                find_program("prometheus"),
                f"--config.file={configuration}",
                f"--storage.tsdb.path={create_private_folder(home / 'metrics')}",
                f"--web.listen-address={self.network.get_address('watch', 'prometheus')}",
                "--log.level=warn",
            ],
            {"GOMEMLIMIT": "128MiB"},
        )

    def build_web(self, machine: str) -> Daemon:
        return Daemon(
            machine,
            "web",
            self.build_manage_command(
                "serve",
                f"--host={self.network.get_host(machine)}",
                f"--port={self.network.get_port(machine, 'web')}",
            ),
            self.build_settings() | self.build_metrics_settings(machine),
            is_unprivileged=False,
        )

    def build_worker(self, machine: str, program: str) -> Daemon:
        # It listens for new jobs, which needs a session, so it bypasses the poolers.
        direct_settings = {"DATABASE_URL": self.build_primary_url("factcheck", "factcheck")}
        return Daemon(
            machine,
            program,
            self.build_manage_command("procrastinate", "worker", *WORKER_OPTIONS[program]),
            self.build_settings() | direct_settings,
            is_unprivileged=False,
        )

    def build_manage_command(self, *words: str) -> list[str]:
        return [find_program("python"), str(DEPLOY.parent / "manage.py"), *words]

    def list_layers(self) -> list[list[Daemon]]:
        """Return all daemons in order of their dependencies."""
        return [
            [self.build_etcd(node) for node in NODES],
            [daemon(node) for node in NODES for daemon in (self.build_patroni, self.build_disk_watch)],
            [self.build_haproxy(), self.build_store(), *(self.build_pgbouncer(pool) for pool in POOLS)],
            [
                *(self.build_web(machine) for machine in WEB_MACHINES),
                *(self.build_worker(machine, program) for machine in WORKERS for program in WORKER_OPTIONS),
            ],
            [self.build_prometheus()] if not list(find_missing(("prometheus",))) else [],
        ]

    def build_settings(self) -> dict[str, str]:
        """Return the environment of web processes and workers, as in docs/environment-variables.md."""
        return {
            "SECRET_KEY": self.secrets["key"],
            "SITE_URL": f"http://{self.network.get_address('balancer', 'site')}",
            "ALLOWED_HOSTS": ",".join(
                {self.network.get_host(machine) for machine in ("balancer", *WEB_MACHINES)}
            ),
            "TRUST_PROXY": "1",
            "DATA_DIR": str(self.folder / "factcheck"),
            "DATABASE_URL": self.build_pooled_url("factcheck", "factcheck"),
            "DATABASE_REPLICA_URLS": " ".join(
                self.build_pooled_url("factcheck_public", f"factcheck-{node}") for node in NODES
            ),
            "PUBLIC_STATEMENT_SECONDS": "0",
            "FILES_URL": f"s3://{BUCKET}?{urlencode(self._build_store_settings())}",
            "AWS_ACCESS_KEY_ID": "factcheck",
            "AWS_SECRET_ACCESS_KEY": self.secrets["store"],
            # All trial requests come from one address.
            "RATE_LIMIT_ANONYMOUS": "off",
            "RATE_LIMIT_TOKEN": "off",
            "RATE_LIMIT_PAGES": "off",
            **self.extra_settings,
        }

    def build_metrics_settings(self, machine: str) -> dict[str, str]:
        """Return the metrics endpoints of a machine's programs for Prometheus."""
        return {
            "METRICS_HOST": self.network.get_host(machine),
            "METRICS_PORT": str(self.network.get_port(machine, "metrics")),
            "METRICS_TOKEN": self.secrets["metrics"],
        }

    def build_pooled_url(self, role: str, database: str) -> str:
        """Return the URL of a database through both PgBouncers."""
        hosts = ",".join(self.network.get_address(pool, "pgbouncer") for pool in POOLS)
        return self._build_url(role, hosts, database, load_balance_hosts="random", tcp_user_timeout="5000")

    def build_primary_url(self, role: str, database: str) -> str:
        """Return the URL of a database on the primary through the balancer."""
        return self._build_url(role, self.network.get_address("balancer", "primary"), database)

    def build_node_url(self, node: str, role: str = "postgres", database: str = "factcheck") -> str:
        """Return the URL of a database on one node."""
        return self._build_url(role, self.network.get_address(node, "postgresql"), database)

    def _build_store_settings(self) -> dict[str, str]:
        endpoint = f"http://{self.network.get_address('files', 's3')}"
        return {"endpoint": endpoint, "region": "us-east-1", "addressing": "path"}

    def _build_url(self, role: str, hosts: str, database: str, **parameters: str) -> str:
        password = quote(self.secrets["superuser" if role == "postgres" else role], safe="")
        query = urlencode({"connect_timeout": "2", **parameters})
        return f"postgresql://{role}:{password}@{hosts}/{database}?{query}"

    def write_configuration(self, template: str, machine: str, **variables: str) -> Path:
        """Write a configuration file of deploy/ with this cluster's addresses for a machine."""
        home = create_private_folder(self.folder / machine)
        known_variables = self.network.build_variables()
        machine_prefix = machine.replace("-", "_").upper()
        known_variables |= {
            name.replace(machine_prefix, "NODE", 1): value
            for name, value in known_variables.items()
            if name.startswith(f"{machine_prefix}_")
        }
        known_variables |= {
            "NODE": machine,
            "NODE_HOST": self.network.get_host(machine),
            "NODE_FOLDER": str(home),
            **variables,
        }
        text = re.sub(
            r"\$\{([A-Z0-9_]+)\}", lambda match: known_variables[match[1]], (DEPLOY / template).read_text()
        )
        file = home / Path(template).name
        file.touch(mode=0o600)
        file.write_text(text)
        make_private(file)
        return file
