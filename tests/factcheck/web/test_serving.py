"""The site as a process: it starts, answers, ends when asked, and leaves nothing behind."""

import fcntl
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError
from pytest_django import DjangoDbBlocker

from factcheck.web import serving
from tests.helpers.database import addresses, copy_template, drop_database
from tests.helpers.free_ports import free_port

pytestmark = pytest.mark.slow

#: Seconds allowed on a busy machine, on which the first start of the demo takes minutes. Only a failing test
#: waits that long.
PATIENCE = 600


@pytest.fixture
def port() -> int:
    return free_port()


@contextmanager
def installation(folder: Path, port: int) -> Iterator[dict[str, str]]:
    """Variables under which a process of its own runs, on a migrated database of its own."""
    name = f"test_serving_{os.getpid()}"
    copy_template(name)
    yield {
        "PATH": os.environ["PATH"],
        **addresses(name),
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "FACTCHECK_DEMO": "1",
    }
    drop_database(name)


@pytest.fixture(scope="session")
def static_files(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """What the first start of a site collects. Compressing it takes 40 s of CPU, so it is done once for all workers."""
    together = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        together = together.parent
    folder = together / "first-start"
    collected = folder / "static"
    with (together / "first-start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (collected / ".collected").exists():
            with (
                django_db_blocker.unblock(),
                installation(folder, free_port()) as environment,
                started(environment, "serve") as process,
            ):
                process.terminate()
                assert process.wait(PATIENCE) == 0
    return collected


@pytest.fixture
def environment(
    static_files: Path, django_db_blocker: DjangoDbBlocker, tmp_path: Path, port: int
) -> Iterator[dict[str, str]]:
    """Those of a site that was started before."""
    shutil.copytree(static_files, tmp_path / "static", copy_function=os.link)
    with django_db_blocker.unblock(), installation(tmp_path, port) as environment:
        yield environment


@contextmanager
def started(environment: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process group of its own, as a terminal would have it, once it says that it is ready."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    ) as process:
        assert process.stdout is not None
        impatient = threading.Timer(PATIENCE, process.kill)
        impatient.start()
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if "Press Ctrl-C to stop" in line:
                    break
            else:
                pytest.fail("".join(said))
            yield process
        finally:
            impatient.cancel()
            process.kill()


def rest_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.read()


def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def answers(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=PATIENCE) as answer:
        return answer.status


def processes(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_busy_port_is_reported_first(environment, port):
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", port))
        occupant.listen()
        for command in ("serve", "demo"):
            said = subprocess.run(
                [sys.executable, settings.BASE_DIR / "manage.py", command],
                env=environment
                | {
                    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/unreachable",
                    "OWNER_DATABASE_URL": "postgresql://owner@127.0.0.1:1/unreachable",
                },
                capture_output=True,
                text=True,
                check=False,
            )
            assert said.returncode == 1
            told = f"CommandError: Port {port} on 127.0.0.1 cannot be used: Address already in use."
            assert said.stderr.startswith(told)
            assert f"PORT={port + 1}" in said.stderr
            assert "Traceback" not in said.stderr


def test_address_of_another_machine_is_refused(port):
    with pytest.raises(CommandError, match="Cannot assign requested address|Can't assign requested address"):
        serving.require_free_port("192.0.2.1", port)


def test_serve_ends_with_ctrl_c_and_leaves_nothing(environment, port):
    with started(environment, "serve", "--with-worker") as process:
        assert answers(port) == 200
        children = processes(process)
        assert len(children) == 3
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert "Traceback" not in rest_of(process)
    assert not any(child.is_running() for child in children)


def test_a_running_request_is_answered_after_the_signal_to_end(environment, port):
    """Half of a form is there when the signal comes, the rest afterwards."""
    body = b"login=nobody&password=wrong"
    head = (
        f"POST /accounts/login/ HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    with started(environment, "serve") as process:
        (web,) = processes(process)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as visitor:
            visitor.sendall(head.encode() + body[:10])
            assert answers(port) == 200  # so that the web process has taken the form up
            process.terminate()
            assert until(lambda: not listens(port))
            visitor.sendall(body[10:])
            answer = visitor.recv(1000)
        assert answer.startswith(b"HTTP/1.1 403 ")  # a form without its token
        assert process.wait(PATIENCE) == 0
    assert not web.is_running()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_running_job_is_finished_after_the_signal_to_end(environment, tmp_path):
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as database:
        database.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args)"
            " VALUES ('tests.wait_for_go', 'default', jsonb_build_object('folder', %s::text))",
            [str(tmp_path)],
        )
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "procrastinate", "worker"]
        patient = environment | {"DJANGO_SETTINGS_MODULE": "tests.helpers.blocking_settings"}
        with subprocess.Popen(command, env=patient, stderr=subprocess.PIPE, text=True) as worker:
            try:
                assert until((tmp_path / "begun").exists)
                worker.terminate()
                with pytest.raises(subprocess.TimeoutExpired):
                    worker.wait(1)
                (tmp_path / "go").touch()
                _, said = worker.communicate(timeout=PATIENCE)
            finally:
                worker.kill()
        assert (worker.returncode, "Traceback" in said) == (0, False), said
        states = "SELECT status::text FROM procrastinate_jobs WHERE task_name = 'tests.wait_for_go'"
        assert database.execute(states).fetchall() == [("succeeded",)]
    assert (tmp_path / "done").exists()


def test_processes_that_die_are_replaced_and_all_end_when_asked(environment, port):
    with started(environment, "serve", "--with-worker") as process:
        before = processes(process)
        for child in before:
            child.kill()
        assert until(lambda: listens(port) and len(set(processes(process)) - set(before)) == 3)
        assert answers(port) == 200
        replaced = processes(process)
        process.terminate()
        assert process.wait(PATIENCE) == 0
        said = rest_of(process)
    assert "A web process ended unexpectedly; this one takes its place." in said
    assert "A background process ended unexpectedly; another one takes its place." in said
    assert "Traceback" not in said
    assert not any(child.is_running() for child in replaced)


class Stubborn:
    """A worker that does not end when it is asked to, as while it waits for a database."""

    def __init__(self, **arguments: object) -> None:
        self.ended = threading.Event()
        self.asked: list[str] = []

    def start(self) -> None:
        self.asked.append("start")

    def terminate(self) -> None:
        self.asked.append("terminate")

    def kill(self) -> None:
        self.asked.append("kill")
        self.ended.set()

    def join(self) -> None:
        self.ended.wait(PATIENCE)


def test_a_worker_is_not_waited_for_when_the_database_has_ended(monkeypatch):
    monkeypatch.setattr(serving, "GRACE_SECONDS", PATIENCE)
    workers, ended = [Stubborn(), Stubborn()], threading.Event()
    waiting = iter(workers)
    context: Any = SimpleNamespace(Process=lambda **arguments: next(waiting))
    ended.set()
    begun = time.monotonic()
    with serving._run_children(context, serving._list_children(with_worker=True), ended):
        pass
    assert time.monotonic() - begun < PATIENCE / 2
    assert [worker.asked for worker in workers] == [["start", "terminate", "kill"]] * 2


def test_a_worker_that_starts_while_all_end_is_ended_too():
    class Worker:
        exitcode = 1

        def __init__(self, **options: Any) -> None:
            self.ended = threading.Event()
            self.terminate = self.ended.set

        def start(self) -> None: ...

        def join(self) -> None:
            self.ended.wait(60)

    class Leaving(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            self.set()  # just after the pause
            return False

    first = Worker()
    first.terminate()
    workers = [first]
    keeper = threading.Thread(
        target=serving._replace_children,
        args=(SimpleNamespace(Process=Worker), print, workers, Leaving()),
        daemon=True,
    )
    keeper.start()
    keeper.join(PATIENCE)
    assert (keeper.is_alive(), [worker.ended.is_set() for worker in workers]) == (False, [True, True])


@pytest.mark.parametrize("code, expected, errors", [(0, [1.0, 1.0, 1.0], 0), (1, [2.0, 4.0, 8.0], 3)])
def test_a_process_that_ends_in_order_is_replaced_quietly(
    code: int, expected: list[float], errors: int, caplog: pytest.LogCaptureFixture
) -> None:
    """As a worker does that has grown too large."""
    pauses: list[float | None] = []

    class Worker:
        exitcode = code

        def __init__(self, **options: Any) -> None: ...

        def start(self) -> None: ...

        def join(self) -> None: ...

        def terminate(self) -> None: ...

    class Leaving(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout)
            return len(pauses) == 3

    workers: list[Any] = [Worker()]
    serving._replace_children(
        SimpleNamespace(Process=Worker),  # type: ignore[arg-type]
        print,
        workers,
        Leaving(),
    )
    assert len(workers) == 3
    assert (pauses, len(caplog.records)) == (expected, errors)


def test_when_the_main_process_is_killed_the_others_leave(environment, port):
    with started(environment, "serve", "--with-worker") as process:
        children = processes(process)
        process.kill()
        process.wait()
        assert until(lambda: not any(child.is_running() for child in children))


def test_serve_refuses_a_database_without_migrations(environment, port):
    with psycopg.connect(environment["OWNER_DATABASE_URL"], autocommit=True) as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'claims'")
    said = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", "serve"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert re.search(
        r"CommandError: The database lacks \d+ migrations. Run `manage.py migrate` first.", said.stderr
    )


def test_serve_refuses_tables_of_another_version(environment):
    with psycopg.connect(environment["OWNER_DATABASE_URL"], autocommit=True) as database:
        database.execute("ALTER TABLE claims_cluster RENAME COLUMN title TO short_title")
    said = subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", "serve"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "do not match this version of the program: claims_cluster.title is missing" in said.stderr


def test_static_files_are_collected_once(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "own"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    own = tmp_path / "own" / "site.css"
    own.parent.mkdir()
    own.write_text("body { color: black }")
    serving.collect_static_files()
    collected = settings.STATIC_ROOT / "site.css"
    assert collected.read_text() == own.read_text()

    collected.write_text("untouched")
    serving.collect_static_files()
    assert collected.read_text() == "untouched"

    own.write_text("body { color: darkblue }")
    serving.collect_static_files()
    assert collected.read_text() == own.read_text()


def test_demo_starts_twice_keeps_edits_and_says_how_to_sign_in(environment, port, tmp_path):
    with started(environment, "demo") as process:
        os.killpg(process.pid, signal.SIGINT)
        first = rest_of(process)
        assert process.wait(PATIENCE) == 0
    assert f"http://localhost:{port}/admin/" in first
    signed_in = re.findall(r"^(\S.*?)\s+user (\S+)\s+password (\S+)", first, flags=re.MULTILINE)
    roles = ["Contributor", "Fact-checker", "Editor", "Administrator"]
    assert [role for role, _user, _password in signed_in] == roles
    assert stat.S_IMODE((tmp_path / "demo-accounts.json").stat().st_mode) == 0o600

    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as database:
        first_topic = "(SELECT min(id) FROM claims_topic)"
        database.execute(f"UPDATE claims_topic SET name = 'Renamed by an editor' WHERE id = {first_topic}")
    with started(environment, "demo") as process:
        os.killpg(process.pid, signal.SIGINT)
        second = rest_of(process)
    assert re.findall(r"^(\S.*?)\s+user (\S+)\s+password (\S+)", second, flags=re.MULTILINE) == signed_in
    with psycopg.connect(environment["DATABASE_URL"]) as database:
        renamed = "SELECT count(*) FROM claims_topic WHERE name = 'Renamed by an editor'"
        assert database.execute(renamed).fetchone() == (1,)
