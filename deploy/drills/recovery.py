"""Rehearse a bad DELETE and the loss of the whole machine, and measure what Barman restores and how fast.

    make drill ARGS=recovery

A newsroom with example data runs on its own PostgreSQL, with the configuration in `deploy/barman/`. While rows are
being written, the ledger is deleted. It is restored to the second before, in a new folder, and each file is compared
with its hash. Then the server is killed and its folder removed, and everything is restored. It needs `rsync` and
`barman`, both from Debian's packages; the variable BARMAN may name another `barman`, such as one installed by pip.
"""

import argparse
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from factcheck.database.embedded import SUPERUSER, ServerPaths, find_live_server, roles, run_server_at
from factcheck.database.embedded.account import find_account
from factcheck.database.embedded.paths import get_binary

REPOSITORY = Path(__file__).parents[2]
CONFIGURATION = REPOSITORY / "deploy" / "barman"
#: The promised maximum loss if a machine is destroyed.
MAX_LOST_SECONDS = 5.0
#: Makes the server begin a new segment, and waits until the previous one has arrived.
SWITCH_SEGMENT = ("switch-wal", "--force", "--archive", "--archive-timeout", "300", "factcheck")
#: The time limit of a command, because the program that it waits for may have ended.
MAX_SECONDS = 600
#: Time between the writes of the load.
_PAUSE_SECONDS = 0.02
#: The password of Barman's two roles, during the drill.
_PASSWORD = "drill"  # noqa: S105


@dataclass
class Findings:
    """The figures, printed as they are measured, and the broken promises."""

    broken_promises: list[str] = field(default_factory=list)

    def report(self, label: str, value: object) -> None:
        print(f"{label:<62} {value}", flush=True)

    def check(self, promise: str, *, is_kept: bool) -> None:
        self.report(promise, "yes" if is_kept else "NO")
        if not is_kept:
            self.broken_promises.append(promise)


def run(arguments: list[str]) -> int:
    """Run the drill and return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m deploy.drills recovery", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="How long is written before and after.")
    seconds = parser.parse_args(arguments).seconds
    barman = (
        os.environ.get("BARMAN") or shutil.which("barman") or str(Path(sys.executable).with_name("barman"))
    )
    missing_programs = [name for name in (barman, "rsync") if shutil.which(name) is None]
    if missing_programs:
        print(
            f"Not found: {', '.join(missing_programs)}. apt-get install barman rsync, or set BARMAN to the program."
        )
        return 2
    with tempfile.TemporaryDirectory(prefix="factcheck-recovery-") as folder_name:
        findings = _run_drill(Path(folder_name), barman, seconds)
    for promise in findings.broken_promises:
        print(f"Broken: {promise}")
    return 1 if findings.broken_promises else 0


def _run_drill(folder: Path, barman: str, seconds: float) -> Findings:
    findings = Findings()
    newsroom = folder / "newsroom"
    paths = ServerPaths(newsroom)
    with contextlib.ExitStack() as stack:
        stack.enter_context(run_server_at(paths))
        _manage(newsroom, "migrate", "--verbosity=0")
        _manage(newsroom, "load_demo", "--verbosity=0")
        barman_server = Barman(barman, folder / "barman", paths)
        barman_server.configure()
        stack.enter_context(barman_server.receive_log())
        findings.report("Full backup, in seconds", _measure_seconds(barman_server.back_up))
        # Files come after the database, because rows refer to files and files never refer to rows.
        shutil.copytree(newsroom / "files", folder / "files")

        with Writer(paths) as writer:
            time.sleep(seconds)
            ledger_before = _read_ledger(paths)
            time.sleep(1)
            last_write = writer.find_last_written()
            time.sleep(1)
            _query(paths, "SET session_replication_role = replica; DELETE FROM claims_publication")
            time.sleep(seconds)
        barman_server.run(*SWITCH_SEGMENT)
        restored = folder / "before-the-mistake"
        started_at = time.monotonic()
        barman_server.restore(restored, "--target-time", last_write.isoformat(), "--target-action", "promote")
        with _start_server(restored) as restored_paths:
            findings.report(
                "RTO, to the second before a DELETE: seconds until it answers", _compute_elapsed(started_at)
            )
            findings.check("The ledger is what it was", is_kept=_read_ledger(restored_paths) == ledger_before)
            last_restored_write = _query(restored_paths, "SELECT max(at) FROM drill_writes")[0][0]
            findings.report(
                "RPO, to the second before a DELETE, in seconds",
                (last_write - last_restored_write).total_seconds(),
            )
            findings.check("Nothing of after the moment is there", is_kept=last_restored_write <= last_write)
            findings.check(
                "Nothing before the moment is missing",
                is_kept=last_write - last_restored_write < timedelta(seconds=1),
            )
            shutil.copytree(folder / "files", restored / "files")
            wrong_files, snapshots = _compare_files(restored)
            findings.check(
                f"All {snapshots} files have the hashes that rows name",
                is_kept=bool(snapshots) and not wrong_files,
            )

        with Writer(paths) as writer:
            time.sleep(seconds)
            server = find_live_server(paths)
            for process in [*server.children(recursive=True), server] if server else []:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        for name in ("postgres", "files"):
            (newsroom / name).rename(folder / f"burnt-{name}")
        started_at = time.monotonic()
        barman_server.archive_received_log()
        restored = folder / "all-there-is"
        barman_server.restore(restored)
        # The segment that was being received, which not every version of Barman restores by itself.
        for segment in (barman_server.home / "factcheck" / "streaming").glob("*.partial"):
            shutil.copy(segment, restored / "postgres" / "pg_wal" / segment.stem)
        with _start_server(restored) as restored_paths:
            findings.report(
                "RTO, of a machine that is gone: seconds until it answers", _compute_elapsed(started_at)
            )
            last_restored_number, last_restored_write = _query(
                restored_paths, "SELECT max(n), max(at) FROM drill_writes"
            )[0]
            findings.report(
                "Acknowledged writes that are lost",
                len([n for n in writer.acknowledged if n > last_restored_number]),
            )
            lost_seconds = max(0.0, (writer.find_last_written() - last_restored_write).total_seconds())
            findings.report("RPO, of a machine that is gone, in seconds", round(lost_seconds, 3))
            findings.check(
                f"At most {MAX_LOST_SECONDS:g} seconds are lost", is_kept=lost_seconds <= MAX_LOST_SECONDS
            )
            [(count, first_number)] = _query(restored_paths, "SELECT count(*), min(n) FROM drill_writes")
            findings.check(
                "Nothing is missing in the middle", is_kept=count == last_restored_number - first_number + 1
            )
    return findings


class Barman:
    """Barman with the configuration of `deploy/barman/` and its own folders."""

    def __init__(self, program: str, home: Path, server: ServerPaths) -> None:
        self.program, self.home, self.server = program, home, server
        self.configuration = home / "barman.conf"

    def configure(self) -> None:
        """Write the shipped configuration with this machine's values."""
        _query(
            self.server,
            f"CREATE ROLE barman LOGIN SUPERUSER PASSWORD '{_PASSWORD}';"
            f"CREATE ROLE streaming_barman LOGIN REPLICATION PASSWORD '{_PASSWORD}'",
        )
        connection_settings = f"host='{self.server.socket_folder}' password={_PASSWORD}"
        barman_values: dict[str, str | Path] = {
            "barman_user": _get_user_name(),
            "barman_home": self.home,
            "barman_lock_directory": self.home,
            "configuration_files_directory": self.home / "servers",
            "log_file": self.home / "barman.log",
        }
        server_values: dict[str, str | Path] = {
            "conninfo": f"{connection_settings} user=barman dbname=factcheck",
            "streaming_conninfo": f"{connection_settings} user=streaming_barman",
            "path_prefix": Path(get_binary("postgres")).parent,
        }
        (self.home / "servers").mkdir(parents=True)
        for template, section, values, target in (
            ("barman.conf", "barman", barman_values, self.configuration),
            ("factcheck.conf", "factcheck", server_values, self.home / "servers" / "factcheck.conf"),
        ):
            parser = ConfigParser(interpolation=None)
            parser.read_string((CONFIGURATION / template).read_text())
            parser[section].update({name: str(value) for name, value in values.items()})
            with target.open("w") as file:
                parser.write(file)

    def run(self, *arguments: str) -> None:
        """Run a command; print its output if it fails."""
        try:
            result = subprocess.run(
                [self.program, "--config", str(self.configuration), *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=MAX_SECONDS,
            )
        except subprocess.TimeoutExpired as late:
            output = (late.stdout or b"").decode(errors="replace")
            raise SystemExit(
                f"barman {' '.join(arguments)} took more than {MAX_SECONDS} seconds:\n{output}"
            ) from None
        if result.returncode != 0:
            raise SystemExit(f"barman {' '.join(arguments)} failed:\n{result.stdout}")

    def back_up(self) -> None:
        """Make a backup as described in docs/backups.md.

        `backup --wait` could wait forever: a backup may end exactly with a segment, and then needs the next segment,
        which an idle server never fills.
        """
        self.run("backup", "factcheck")
        self.run(*SWITCH_SEGMENT)
        self.run("check-backup", "factcheck", "latest")

    @contextlib.contextmanager
    def receive_log(self) -> Iterator[None]:
        """Receive the log continuously, as `barman cron` does."""
        self.run("receive-wal", "--create-slot", "factcheck")
        with subprocess.Popen(
            [self.program, "--config", str(self.configuration), "receive-wal", "factcheck"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as self.receiver:
            try:
                self.run(*SWITCH_SEGMENT)
                yield
            finally:
                self.receiver.terminate()

    def archive_received_log(self) -> None:
        """Archive the received log after the server is gone."""
        try:
            self.receiver.wait(60)
        except subprocess.TimeoutExpired:
            raise SystemExit("barman receive-wal does not end, though its server has.") from None
        self.run("archive-wal", "factcheck")

    def restore(self, data_dir: Path, *options: str) -> None:
        data_dir.mkdir()
        self.run("restore", *options, "factcheck", "auto", str(data_dir / "postgres"))


class Writer:
    """A program that writes rows continuously and records which were acknowledged."""

    def __init__(self, paths: ServerPaths) -> None:
        self.paths = paths
        self.acknowledged: dict[int, datetime] = {}
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> "Writer":
        _query(self.paths, "CREATE TABLE IF NOT EXISTS drill_writes (n serial PRIMARY KEY, at timestamptz)")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_stopping.set()
        self._thread.join()

    def find_last_written(self) -> datetime:
        return max(self.acknowledged.values())

    def _write(self) -> None:
        with contextlib.suppress(psycopg.OperationalError), _connect(self.paths) as connection:
            while not self._is_stopping.wait(_PAUSE_SECONDS):
                row = connection.execute("INSERT INTO drill_writes (at) VALUES (now()) RETURNING n, at")
                self.acknowledged |= dict(row.fetchall())


@contextlib.contextmanager
def _start_server(data_dir: Path) -> Iterator[ServerPaths]:
    """Start a server on the data that Barman restored."""
    if (account := find_account(ServerPaths(data_dir))) is not None:
        for path in (data_dir / "postgres").rglob("*"):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
        os.chown(data_dir / "postgres", account.pw_uid, account.pw_gid)
    # The server is ready only when it has recovered.
    with run_server_at(ServerPaths(data_dir, settings={"hot_standby": "off"})) as paths:
        yield paths


def _manage(data_dir: Path, *arguments: str, code: str | None = None) -> str:
    """Return the output of a project command with the embedded server of this folder."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BACKUP_DIR"}
    }
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments, *(["-c", code] if code else [])],
        cwd=REPOSITORY,
        env=environment | {"DATA_DIR": str(data_dir), "SECRET_KEY": "drill" * 20, "FACTCHECK_DEMO": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=MAX_SECONDS,
    )
    return result.stdout


_COMPARE_CODE = """
from sources.archive import verify
from sources.models import Snapshot
found = list(Snapshot.objects.values_list("content_sha256", flat=True))
print(sum(not verify(sha256) for sha256 in found), len(found))
"""


def _compare_files(data_dir: Path) -> tuple[int, int]:
    """Return the number of files that differ from their rows, and the number of all files."""
    wrong_files, count = _manage(data_dir, "shell", "--no-imports", code=_COMPARE_CODE).split()[-2:]
    return int(wrong_files), int(count)


def _read_ledger(paths: ServerPaths) -> list[tuple[Any, ...]]:
    return _query(
        paths, "SELECT count(*), md5(string_agg(p::text, '|' ORDER BY id)) FROM claims_publication p"
    )


def _query(paths: ServerPaths, query: str) -> list[tuple[Any, ...]]:
    with _connect(paths) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def _connect(paths: ServerPaths) -> psycopg.Connection[Any]:
    connection = roles.connect(paths, SUPERUSER)
    connection.execute("SELECT set_config('statement_timeout', %s, false)", [f"{MAX_SECONDS}s"])
    return connection


def _measure_seconds(run: Any) -> float:
    started_at = time.monotonic()
    run()
    return _compute_elapsed(started_at)


def _compute_elapsed(started_at: float) -> float:
    return round(time.monotonic() - started_at, 1)


def _get_user_name() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name
