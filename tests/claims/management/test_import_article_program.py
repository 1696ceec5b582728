"""`import_article` as another program calls it: exit status, what goes where, and pipes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.conf import settings as project
from django.db import connection

from claims.models import Claim
from sources.models import Source
from tests.helpers.article_import import STATEMENTS, TEXT
from tests.helpers.database import addresses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("archive")]


@pytest.fixture
def environment(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """That of another process, on the test's database."""
    inherited = {
        key: value for key, value in os.environ.items() if key not in ("COLUMNS", "PYTHONIOENCODING")
    }
    return inherited | {
        **addresses(connection.settings_dict["NAME"]),
        "DATA_DIR": str(tmp_path / "data"),
        "SECRET_KEY": "x" * 50,
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
    }


@pytest.fixture
def command(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """The command as another process."""

    def start(
        *arguments: str | Path, stdout: int = subprocess.PIPE, **settings: str
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "manage.py", "import_article", *map(str, arguments)],
            cwd=project.BASE_DIR,
            env=environment | settings,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=300,
            check=False,
        )

    return start


def test_json_is_alone_on_standard_output(article: Path, command: Any) -> None:
    done = command(article, "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert [claim["statement"] for claim in json.loads(done.stdout)["claims"]] == STATEMENTS


def test_exit_status_and_stream_of_the_message(article: Path, tmp_path: Path, command: Any) -> None:
    failed = command(tmp_path)
    assert (failed.returncode, failed.stdout) == (1, b"")
    assert failed.stderr.decode() == f"CommandError: “{tmp_path}” is a folder. Name one file in it.\n"
    misused = command(article, "--kind", "rumour")
    assert (misused.returncode, misused.stdout) == (2, b"")
    assert (
        misused.stderr.decode()
        .splitlines()[-1]
        .startswith(
            "manage.py import_article: error: argument --kind: invalid choice: 'rumour' (choose from "
        )
    )
    assert Source.objects.count() == 0


def test_letters_that_the_terminal_lacks(article: Path, command: Any) -> None:
    article.write_text(TEXT.replace("Sundvik", "Şündvík 항구"))
    table = command(article, PYTHONIOENCODING="ascii", COLUMNS="60")
    assert (table.returncode, table.stderr) == (0, b"")
    assert table.stdout.isascii()
    document = command(article, "--json", PYTHONIOENCODING="ascii")
    assert json.loads(document.stdout)["source"]["title"] == "Şündvík 항구 loses its ferries"


@pytest.mark.parametrize("options", [["--json"], []], ids=["JSON", "table"])
def test_reader_that_stops_early(article: Path, command: Any, options: list[str]) -> None:
    """`import_article … | head -1` imports all the same and ends without a traceback."""
    receiving, sending = os.pipe()
    os.close(receiving)
    done = command(article, *options, stdout=sending)
    os.close(sending)
    assert done.stderr == b""
    assert Claim.objects.count() == 3


def readers(program: psutil.Process) -> list[psutil.Process]:
    found = []
    for process in program.children(recursive=True):
        with suppress(psutil.Error):
            found += [process] if "factcheck.confinement.zygote" in process.cmdline() else []
    return found


def test_nothing_is_left_of_one_that_was_killed_while_it_read(
    environment: dict[str, str], article: Path, tmp_path: Path, command: Any
) -> None:
    """Neither rows nor files nor processes; and what it held is free for the next one."""
    path = tmp_path / "talk.srt"
    path.write_bytes(b"00:00:01,000 --> 00:00:02,000\nharbour was closed\n\n" * 100_000)
    begun = [sys.executable, "manage.py", "import_article", str(path)]
    with subprocess.Popen(begun, cwd=project.BASE_DIR, env=environment) as killed:
        family: list[psutil.Process] = []
        # The one that forks, and the one that reads.
        while len(family) < 2:
            assert killed.poll() is None
            family = readers(psutil.Process(killed.pid))
        killed.kill()
    _, alive = psutil.wait_procs(family, timeout=120)
    assert alive == []
    assert Source.objects.count() == 0
    assert not (tmp_path / "data" / "files").exists()
    assert command(article).returncode == 0
