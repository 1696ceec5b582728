"""The quick starts of docs/api.md end in a useful result."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from claims.models import Claim, Scope
from claims.newsroom import api_tokens
from tests.helpers.newsroom import make_claim

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TEXT = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
STATEMENT = "The missile flew 900 kilometres."


def quick_start(title: str) -> str:
    section = TEXT.partition(f"\n### {title}\n")[2].partition("\n##")[0]
    (block,) = re.findall(r"```\w+\n(.*?)```", section, flags=re.DOTALL)
    assert len(block.splitlines()) <= 10
    return str(block)


def run(commands: str, folder: Path, **environment: str) -> str:
    (folder / "docs").symlink_to(settings.BASE_DIR / "docs")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-ec", commands],
        cwd=folder,
        env=os.environ | environment | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def site(live_server: LiveServer, publish: Callable[..., Claim]) -> str:
    publish(make_claim(STATEMENT), code="false")
    return str(live_server.url)


def test_an_app_shows_claims_with_their_verdicts(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(quick_start("An app").replace("http://localhost:8000", site), {})  # noqa: S102  our own page
    address = f"{settings.SITE_URL}/claims/{Claim.objects.get().pk}/"
    assert capsys.readouterr().out == f"False – {STATEMENT} {address}\n"


def test_a_newsroom_tool_proposes_a_claim(live_server: LiveServer, contributor: User, tmp_path: Path) -> None:
    scopes = [Scope.READ, Scope.WRITE]
    _token, secret = api_tokens.issue_token(contributor, name="tool", scopes=scopes, days=1)
    said = run(
        quick_start("A newsroom tool"),
        tmp_path,
        TOKEN=secret,
        API=f"{live_server.url}/api/v1/editorial",
    )
    proposed, _end = json.JSONDecoder().raw_decode(said)
    listed: Any = json.loads(said[_end:])
    assert [claim["id"] for claim in listed["results"]] == [proposed["id"]]


def test_a_mirror_holds_every_claim(site: str, tmp_path: Path) -> None:
    commands = quick_start("A mirror").replace("http://localhost:8000", site).splitlines()
    query = "import sqlite3; print(*sqlite3.connect('claims.sqlite').execute('SELECT count(*) FROM claim').fetchone())"
    assert commands[1] == "sqlite3 claims.sqlite 'SELECT count(*) FROM claim'"
    assert run(f'{commands[0]}\npython -c "{query}"', tmp_path).splitlines()[-1] == "1"


def test_an_assistant_finds_the_claim(site: str, tmp_path: Path) -> None:
    answer = json.loads(run(quick_start("An assistant").replace("http://localhost:8000", site), tmp_path))
    assert STATEMENT in answer["result"]["content"][0]["text"]
