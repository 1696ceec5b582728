"""The programs of each machine, configured by the files in the neighbouring folders."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from deploy.cluster.daemons import Daemon, create_private_folder, find_missing, find_program, make_private
from deploy.cluster.machines import NODES, POOLS, WEBS, WORKERS, Network
from factcheck.database.embedded.paths import get_binary

DEPLOY = Path(__file__).parents[1]
#: The programs in Debian's packages, by package.
DEBIAN = {
    "etcd": "etcd-server",
    "pgbouncer": "pgbouncer",
    "haproxy": "haproxy",
    "setpriv": "util-linux",
}
BUCKET = "factcheck"


@dataclass(frozen=True)
class Topology:
    """The daemons of a cluster, whose files are in one folder."""

    folder: Path
    network: Network
    secrets: dict[str, str]
    #: Environment variables for web processes and workers, in addition to those from the topology.
    extra: dict[str, str]

    def etcd(self, node: str) -> Daemon:
        home = create_private_folder(self.folder / node)
        configuration = self.configured(
            "etcd/etcd.yml", node, NODE_ETCD_DATA=str(create_private_folder(home / "etcd"))
        )
        return Daemon(node, "etcd", [find_program("etcd"), f"--config-file={configuration}"])

    def patroni(self, node: str) -> Daemon:
        # A separate folder, which may be a separate disk.
        disk = create_private_folder(self.folder / node / "postgresql")
        configuration = self.configured(
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

    def disk_watch(self, node: str) -> Daemon:
        return Daemon(
            node,
            "disk-watch",
            [
                find_program("python"),
                str(DEPLOY / "patroni" / "disk_watch.py"),
                f"--folder={self.folder / node / 'postgresql' / 'data'}",
                f"--patroni=http://{self.network.address(node, 'patroni')}",
                "--least-megabytes=64",
            ],
        )

    def pgbouncer(self, pool: str) -> Daemon:
        users = create_private_folder(self.folder / pool) / "userlist.txt"
        users.touch(mode=0o600)
        users.write_text(
            "".join(f'"{role}" "{self.secrets[role]}"\n' for role in ("factcheck", "factcheck_public"))
        )
        make_private(users)
        configuration = self.configured("pgbouncer/pgbouncer.ini", pool)
        return Daemon(pool, "pgbouncer", [find_program("pgbouncer"), "--quiet", str(configuration)])

    def haproxy(self) -> Daemon:
        configuration = self.configured("haproxy/haproxy.cfg", "balancer")
        return Daemon("balancer", "haproxy", [find_program("haproxy"), "-db", "-f", str(configuration)])

    def store(self) -> Daemon:
        """Return the daemon of the S3 server."""
        create_private_folder(create_private_folder(self.folder / "files" / "s3") / BUCKET)
        return Daemon(
            "files",
            "rclone",
            [
                find_program("rclone"),
                "serve",
                "s3",
                f"--addr={self.network.address('files', 's3')}",
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

    def prometheus(self) -> Daemon:
        home = create_private_folder(self.folder / "watch")
        configuration = self.configured(
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
                f"--web.listen-address={self.network.address('watch', 'prometheus')}",
                "--log.level=warn",
            ],
            {"GOMEMLIMIT": "128MiB"},
        )

    def web(self, machine: str) -> Daemon:
        return Daemon(
            machine,
            "web",
            self.manage(
                "serve",
                f"--host={self.network.host(machine)}",
                f"--port={self.network.port(machine, 'web')}",
            ),
            self.settings() | self.metrics(machine),
            is_lowered=False,
        )

    def worker(self, machine: str) -> Daemon:
        # It listens for new jobs, which needs a session, so it bypasses the poolers.
        direct = {"DATABASE_URL": self.primary("factcheck", "factcheck")}
        return Daemon(
            machine,
            "worker",
            self.manage("procrastinate", "worker"),
            self.settings() | direct,
            is_lowered=False,
        )

    def manage(self, *words: str) -> list[str]:
        return [find_program("python"), str(DEPLOY.parent / "manage.py"), *words]

    def layers(self) -> list[list[Daemon]]:
        """Return all daemons in order of their dependencies."""
        return [
            [self.etcd(node) for node in NODES],
            [daemon(node) for node in NODES for daemon in (self.patroni, self.disk_watch)],
            [self.haproxy(), self.store(), *(self.pgbouncer(pool) for pool in POOLS)],
            [*(self.web(machine) for machine in WEBS), *(self.worker(machine) for machine in WORKERS)],
            [self.prometheus()] if not list(find_missing(("prometheus",))) else [],
        ]

    def settings(self) -> dict[str, str]:
        """Return the environment of web processes and workers, as in docs/environment-variables.md."""
        return {
            "SECRET_KEY": self.secrets["key"],
            "SITE_URL": f"http://{self.network.address('balancer', 'site')}",
            "ALLOWED_HOSTS": ",".join({self.network.host(machine) for machine in ("balancer", *WEBS)}),
            "TRUST_PROXY": "1",
            "DATA_DIR": str(self.folder / "factcheck"),
            "DATABASE_URL": self.pooled("factcheck", "factcheck"),
            "DATABASE_REPLICA_URLS": " ".join(
                self.pooled("factcheck_public", f"factcheck-{node}") for node in NODES
            ),
            "PUBLIC_STATEMENT_SECONDS": "0",
            "FILES_URL": f"s3://{BUCKET}?{urlencode(self._store())}",
            "AWS_ACCESS_KEY_ID": "factcheck",
            "AWS_SECRET_ACCESS_KEY": self.secrets["store"],
            # All trial requests come from one address.
            "RATE_LIMIT_ANONYMOUS": "off",
            "RATE_LIMIT_TOKEN": "off",
            "RATE_LIMIT_PAGES": "off",
            **self.extra,
        }

    def metrics(self, machine: str) -> dict[str, str]:
        """Return the metrics endpoints of a machine's programs for Prometheus."""
        return {
            "METRICS_HOST": self.network.host(machine),
            "METRICS_PORT": str(self.network.port(machine, "metrics")),
            "METRICS_TOKEN": self.secrets["metrics"],
        }

    def pooled(self, role: str, database: str) -> str:
        """Return the URL of a database through both PgBouncers."""
        hosts = ",".join(self.network.address(pool, "pgbouncer") for pool in POOLS)
        return self._url(role, hosts, database, load_balance_hosts="random", tcp_user_timeout="5000")

    def primary(self, role: str, database: str) -> str:
        """Return the URL of a database on the primary through the balancer."""
        return self._url(role, self.network.address("balancer", "primary"), database)

    def node(self, node: str, role: str = "postgres", database: str = "factcheck") -> str:
        """Return the URL of a database on one node."""
        return self._url(role, self.network.address(node, "postgresql"), database)

    def _store(self) -> dict[str, str]:
        endpoint = f"http://{self.network.address('files', 's3')}"
        return {"endpoint": endpoint, "region": "us-east-1", "addressing": "path"}

    def _url(self, role: str, hosts: str, database: str, **parameters: str) -> str:
        password = quote(self.secrets["superuser" if role == "postgres" else role], safe="")
        query = urlencode({"connect_timeout": "2", **parameters})
        return f"postgresql://{role}:{password}@{hosts}/{database}?{query}"

    def configured(self, template: str, machine: str, **variables: str) -> Path:
        """Write a configuration file of deploy/ with this cluster's addresses for a machine."""
        home = create_private_folder(self.folder / machine)
        known_variables = self.network.variables()
        machine_prefix = machine.replace("-", "_").upper()
        known_variables |= {
            name.replace(machine_prefix, "NODE", 1): value
            for name, value in known_variables.items()
            if name.startswith(f"{machine_prefix}_")
        }
        known_variables |= {
            "NODE": machine,
            "NODE_HOST": self.network.host(machine),
            "NODE_FOLDER": str(home),
            **variables,
        }
        text = re.sub(
            r"\$\{([A-Z0-9_]+)\}", lambda found: known_variables[found[1]], (DEPLOY / template).read_text()
        )
        file = home / Path(template).name
        file.touch(mode=0o600)
        file.write_text(text)
        make_private(file)
        return file
