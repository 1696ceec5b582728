"""The port of the metrics: access, and that no client can block it."""

import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from factcheck.telemetry import exporter
from factcheck.telemetry.exporter import FOLDER_VARIABLE, MetricsServer, build_application, share_counters
from factcheck.telemetry.exposition import MetricsPage
from factcheck.telemetry.variables import read_metrics_settings
from tests.helpers.sweeps import sweep


@contextmanager
def served(content: Callable[[], bytes] = lambda: b"up 1\n", token: str = "") -> Iterator[int]:
    with MetricsServer("127.0.0.1", 0, build_application(content, token)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def ask(
    port: int, path: str = "/metrics", method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


def test_it_answers_one_address() -> None:
    with served() as port:
        assert ask(port) == (200, b"up 1\n")
        assert ask(port, method="HEAD") == (200, b"")
        assert ask(port, method="POST") == (405, b"")
        assert [
            ask(port, path)[0] for path in ("/", "/admin/", "/metrics/", "/metrics/x", "/../metrics")
        ] == [404] * 5


@sweep(
    "sent",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer s3cre",
        "Bearer s3crett",
        "bearer s3cret",
        "Basic s3cret",
        "s3cret",
        "Bearer s3cret\xe9",
    ],
)
def test_with_a_token_others_cannot_read(sent: str | None) -> None:
    with served(token="s3cret") as port:
        assert ask(port, headers={"Authorization": sent} if sent is not None else {}) == (401, b"")
        assert ask(port, headers={"Authorization": "Bearer s3cret"}) == (200, b"up 1\n")


def test_a_page_that_cannot_be_made_is_an_error_and_no_half_page(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> bytes:
        raise OSError("the folder is gone")

    with served(fail) as port:
        assert ask(port) == (500, b"")
    assert "could not be collected" in caplog.text


@pytest.mark.slow
def test_idle_callers_do_not_keep_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporter, "TIMEOUT_SECONDS", 0.5)
    with served() as port:
        idle = [socket.create_connection(("127.0.0.1", port))]
        idle[0].sendall(b"GET /metr")
        idle += [socket.create_connection(("127.0.0.1", port)) for _ in range(exporter.CALLERS + 9)]
        for caller in idle:
            caller.settimeout(60)
            assert caller.recv(10) == b""  # one is full at once, the others have had their time
            caller.close()
        monkeypatch.setattr(exporter, "TIMEOUT_SECONDS", 60)
        assert ask(port) == (200, b"up 1\n")


def test_the_page_is_computed_once_for_many_requests() -> None:
    now, made = [0.0], [0]

    def make() -> bytes:
        made[0] += 1
        now[0] += 0.5  # what it takes
        return f"{made[0]}".encode()

    page = MetricsPage(make, clock=lambda: now[0])
    assert {page.content() for _ in range(100)} == {b"1"}
    now[0] += 4.9  # ten times as long as it took, it is good
    assert page.content() == b"1"
    now[0] += 0.2
    assert page.content() == b"2"


def test_counts_of_ended_processes_are_removed(settings: Any) -> None:
    settings.METRICS_PORT = 1
    with share_counters():
        folder = Path(os.environ[FOLDER_VARIABLE])
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
    assert FOLDER_VARIABLE not in os.environ
    settings.METRICS_PORT = 0
    with share_counters():
        assert FOLDER_VARIABLE not in os.environ


def test_folders_of_processes_that_were_killed_are_swept_and_no_others(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter, "MEMORY_FOLDER", tmp_path)
    settings.METRICS_PORT = 1
    (tmp_path / "factcheck-metrics-killed").mkdir()
    (tmp_path / "factcheck-metrics-killed" / "lock").touch()
    (tmp_path / "factcheck-metrics-made-just-now").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "lock").touch()
    (tmp_path / "factcheck-metrics-link").symlink_to(tmp_path / "elsewhere")
    with share_counters():
        others = Path(os.environ[FOLDER_VARIABLE])
        with share_counters():
            assert others.exists()
            assert Path(os.environ[FOLDER_VARIABLE]) != others
        os.environ[FOLDER_VARIABLE] = str(others)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "elsewhere",
        "factcheck-metrics-link",
        "factcheck-metrics-made-just-now",
    ]


def test_where_there_is_no_memory_to_write_to_counts_are_kept_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter, "MEMORY_FOLDER", tmp_path / "none")
    assert exporter.choose_folder() == Path(tempfile.gettempdir())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "metrics.example.org", ""])  # noqa: S104
def test_nothing_is_served_to_others_without_a_token(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("METRICS_PORT", "9091")
    monkeypatch.setenv("METRICS_HOST", host)
    monkeypatch.delenv("METRICS_TOKEN", raising=False)
    if not host:
        assert read_metrics_settings()[1] == "127.0.0.1"
        return
    with pytest.raises(ImproperlyConfigured, match="set METRICS_TOKEN too"):
        read_metrics_settings()
    monkeypatch.setenv("METRICS_TOKEN", "s3cret")
    assert read_metrics_settings()[1] == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "::1", "localhost"])
def test_this_machine_reads_without_one(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("METRICS_PORT", "9091")
    monkeypatch.setenv("METRICS_HOST", host)
    assert read_metrics_settings()[2] == ""
