"""PostgreSQL servers of the wheel, one of which others follow by streaming replication; and a process that reads."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import psycopg

from factcheck.database.embedded.account import build_process_arguments, find_account
from factcheck.database.embedded.paths import PORT, SUPERUSER, ServerPaths, get_binary

#: Tests wait for the disk otherwise, and nothing in these servers is to outlive them.
_LIGHT = ("fsync=off", "shared_buffers=16MB", "max_connections=30", "autovacuum=off", "wal_level=replica")


class StreamingServer:
    """A server in a folder of its own, reached through a socket in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place = folder, ServerPaths(folder)
        self.account = find_account(self.place)
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700)
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    @classmethod
    def new(cls, folder: Path) -> Self:
        server = cls(folder)
        server._run("initdb", f"-D{folder}/data", f"-U{SUPERUSER}", "-Atrust", "--no-sync", "--locale=C")
        server.start()
        return server

    def follower(self, folder: Path) -> "StreamingServer":
        """A replica of this one, which has caught up."""
        follower = type(self)(folder)
        follower._run("pg_basebackup", f"-D{folder}/data", "-R", "-cfast", "--no-sync", f"-d{self.address}")
        follower.start()
        return follower

    @property
    def address(self) -> str:
        return f"postgresql://{SUPERUSER}@/postgres?host={self.folder}&port={PORT}"

    def start(self) -> None:
        settings = [f"-c{setting}" for setting in (*_LIGHT, f"unix_socket_directories={self.folder}")]
        command = [get_binary("postgres"), f"-D{self.folder}/data", "-clisten_addresses=", *settings]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                **build_process_arguments(self.account, self.place, command),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(self.answers)

    def answers(self) -> bool:
        try:
            return self.ask("SELECT 1") == 1
        except psycopg.OperationalError:
            return False

    def ask(self, sql: str) -> Any:
        """Execute a statement, and return the first value of its answer, if it has one."""
        with psycopg.connect(self.address, autocommit=True, connect_timeout=60) as connection:
            cursor = connection.execute(sql)
            return (cursor.fetchone() or [None])[0] if cursor.description else None

    def signal(self, number: signal.Signals) -> None:
        """Send it to the server and all of its processes."""
        assert self.process
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        for pid in [self.process.pid, *map(int, children)]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        assert self.process
        self.process.wait()
        shutil.rmtree(self.folder / "data" / "pg_stat_tmp", ignore_errors=True)
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = build_process_arguments(self.account, self.place, [get_binary(program), *arguments])
        subprocess.run(**command, check=True, capture_output=True)


@contextmanager
def streaming(followers: int) -> Iterator[list[StreamingServer]]:
    """A primary and so many replicas of it."""
    with TemporaryDirectory(prefix="streaming-") as name:
        root = Path(name)
        root.chmod(0o755)
        servers = [StreamingServer.new(root / "primary")]
        try:
            for number in range(followers):
                servers.append(servers[0].follower(root / f"replica-{number + 1}"))
            yield servers
        finally:
            for server in reversed(servers):
                if server.process and server.process.poll() is None:
                    server.kill()


def eventually(holds: Callable[[], object], *, seconds: float = 300) -> None:
    """Wait until it does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "It did not come about."
        time.sleep(0.05)


class ReadingProcess:
    """A process of ours that reads what the public reads, when it is asked to."""

    def __init__(self, primary: str, replicas: list[str]) -> None:
        environment = {
            **os.environ,
            "SECRET_KEY": "reads-" + "0123456789abcdef" * 3,
            "DATABASE_URL": primary,
            "DATABASE_REPLICA_URLS": " ".join(replicas),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, how: str, sql: str) -> tuple[str, Any]:
        """Return the server that was read and the result; or "failed" and the error."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([how, sql]) + "\n")
        self.process.stdin.flush()
        [alias, found] = json.loads(self.process.stdout.readline())
        return alias, found

    def end(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(120)
        self.process.stdout.close()


_PROGRAM = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "factcheck.settings"
import django
django.setup()
from django.db import Error
from factcheck.database import read_connections
for line in sys.stdin:
    how, sql = json.loads(line)
    try:
        if how == "mark":
            told = ["", read_connections.get_replicas().mark]
        else:
            read = getattr(read_connections, how)
            told = read(lambda: [read_connections.get_database(), read_connections.fetch_rows(sql)[0][0]])
    except Error as error:
        told = ["failed", type(error).__name__]
    print(json.dumps(told), flush=True)
"""
