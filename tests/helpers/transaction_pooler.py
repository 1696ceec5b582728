"""PgBouncer in transaction mode before the database of the tests, where it is installed."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from factcheck.database import database_roles
from factcheck.database.embedded import RUNTIME, ServerPaths
from tests.helpers.free_ports import free_port
from tests.helpers.streaming_servers import eventually

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@pytest.fixture
def pooled(transactional_db: None) -> Iterator[None]:
    """The database of the tests is reached through it."""
    with transaction_pooler() as address:
        connection.close()
        before = {name: connection.settings_dict[name] for name in ("HOST", "PORT", "USER", "OPTIONS")}
        connection.settings_dict.update({name: address[name] for name in before})
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(before)


@contextmanager
def transaction_pooler() -> Iterator[dict[str, Any]]:
    """Where it listens, as Django's settings name it. Few connections serve all transactions."""
    if PGBOUNCER is None:
        pytest.skip("pgbouncer is not installed.")
    server = as_served()
    port = free_port()
    with TemporaryDirectory(prefix="pooler-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "users").write_text(f'"{server["USER"]}" "{server["PASSWORD"]}"\n')
        (folder / "pgbouncer.ini").write_text(
            f"""
            [databases]
            {server["NAME"]} = host={server["HOST"]} port={server["PORT"]} user={server["USER"]}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = trust
            auth_file = {folder}/users
            pool_mode = transaction
            default_pool_size = 4
            query_wait_timeout = 120
        """.replace("            ", "")
        )
        # It does not run as root, and the folder of the embedded server's socket is closed to others.
        account = {} if os.geteuid() else _account(Path(server["HOST"]))
        process = subprocess.Popen(
            [PGBOUNCER, "-q", str(folder / "pgbouncer.ini")],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **account,
        )
        address = {**server, "HOST": "127.0.0.1", "PORT": str(port), "PASSWORD": "", "OPTIONS": {}}
        try:
            _wait_for(address)
            yield address
        finally:
            process.terminate()
            process.wait()


def as_served() -> dict[str, Any]:
    """How the role that serves comes to the database of the tests, its password included."""
    server = connection.settings_dict
    if not database_roles.is_separated():
        return dict(server)
    [line] = ServerPaths(settings.DATA_DIR.resolve()).password_file(RUNTIME).read_text().splitlines()
    return {**server, "USER": RUNTIME, "PASSWORD": line.rpartition(":")[2]}


def _account(folder: Path) -> dict[str, Any]:
    owner = pwd.getpwuid(folder.stat().st_uid)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _wait_for(address: dict[str, Any]) -> None:
    """Until it answers. What it says when it cannot get to the server is in the failure."""
    told = ""

    def answers() -> bool:
        nonlocal told
        try:
            psycopg.connect(
                host=address["HOST"], port=address["PORT"], user=address["USER"], dbname=address["NAME"]
            ).close()
        except psycopg.OperationalError as error:
            told = str(error)
            return False
        return True

    try:
        eventually(answers)
    except AssertionError:
        pytest.fail(f"PgBouncer does not get to the database: {told}")
