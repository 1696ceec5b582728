"""The running site while its database is away: it is alive, not ready, and says both."""

import threading
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from tests.factcheck.web.test_serving import (
    PATIENCE,
    environment,
    port,
    rest_of,
    started,
    static_files,
    until,
)
from tests.helpers.unreachable_server import SeveredServer

pytestmark = pytest.mark.slow

__all__ = ["environment", "port", "static_files"]  # fixtures


def status(port: int, path: str) -> int:
    """The answer to a client with a session."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        headers={"Cookie": f"sessionid-{port}=abcdefghijklmnopqrstuvwxyz012345"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_it_is_alive_and_says_that_it_is_not_ready(
    environment: dict[str, str], port: int, tmp_path: Path
) -> None:
    folder = Path(connection.settings_dict["HOST"])
    own = tmp_path / "s"
    own.mkdir()
    server = SeveredServer(own, folder / ".s.PGSQL.5432")
    severed = environment | {
        name: value.replace(quote(str(folder), safe=""), quote(str(own), safe=""))
        for name, value in environment.items()
        if name.endswith("DATABASE_URL")
    }
    leave = threading.Event()

    def visit() -> None:
        with suppress(OSError):  # once the site has ended
            while not leave.is_set():
                status(port, "/admin/")
                leave.wait(0.5)  # answers come at once when it is known, and would fill both cores

    with ExitStack() as stack:
        process = stack.enter_context(started(severed, "serve"))
        # Each failure is logged, and writing into a full pipe waits.
        threading.Thread(target=rest_of, args=(process,), daemon=True).start()
        stack.callback(leave.set)
        assert status(port, "/readyz") == 200
        for _visitor in range(20):
            threading.Thread(target=visit, daemon=True).start()
        server.go_away()
        assert until(lambda: status(port, "/admin/") == 503)
        assert [status(port, "/healthz") for _probe in range(5)] == [200] * 5
        assert status(port, "/readyz") == 503
        server.come_back()
        assert until(lambda: status(port, "/readyz") == 200)
