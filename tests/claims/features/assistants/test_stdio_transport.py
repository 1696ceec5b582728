"""Messages on standard input: a line each, and nothing but answers on standard output."""

import json
import os
import signal
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from claims.features.assistants import mcp_server, stdio_transport
from claims.features.assistants.stdio_transport import MAX_LINE_LENGTH, answer_lines
from claims.features.assistants.tools import Caller
from claims.models import Claim, Scope
from claims.newsroom import api_tokens
from tests.claims.features.assistants.mcp_messages import message
from tests.helpers.database import addresses

pytestmark = pytest.mark.django_db

NOBODY = Caller()


@pytest.fixture(autouse=True)
def connection_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own transaction is to go on."""
    monkeypatch.setattr(stdio_transport, "close_old_connections", lambda: None)


def said(*lines: bytes | dict[str, Any], caller: Caller = NOBODY) -> list[dict[str, Any]]:
    given = [line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines]
    out = BytesIO()
    answer_lines(BytesIO(b"".join(given)), out, caller)
    written = out.getvalue().splitlines()
    return [json.loads(line) for line in written]


def codes(answers: list[dict[str, Any]]) -> list[tuple[Any, int | None]]:
    return [(each["id"], each.get("error", {}).get("code")) for each in answers]


def test_each_line_is_answered_in_its_order() -> None:
    answers = said(
        message("server/discover", key="a"),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        b"\n",
        b"{no json\n",
        b"\xff\xfe\n",
        {"jsonrpc": "2.0", "id": 3},
        {"jsonrpc": "2.0", "id": 4, "method": "initialize", "params": {"protocolVersion": "2024-11-05"}},
        message("tools/call", {"name": "search_claims", "arguments": {}}, key=5),
        message("tools/call", {"name": "propose_claim", "arguments": {}}, key=6),
        b'{"jsonrpc": "2.0", "id": 7, "method": "ping"}',  # the input ends without a line feed
    )
    assert codes(answers) == [
        ("a", None),
        (None, -32700),
        (None, -32700),
        (3, -32600),
        (4, None),
        (5, None),
        (6, -32000),
        (7, None),
    ]
    assert answers[4]["result"]["protocolVersion"] == "2024-11-05"


def test_any_whole_number_is_an_id() -> None:
    long = 10**40
    answers = said(
        message("server/discover", key=long),
        {"jsonrpc": "2.0", "id": long, "method": "no/such"},
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
    )
    assert codes(answers) == [(long, None), (long, -32601), (1, None)]


def test_a_line_that_is_too_long_is_refused_and_the_next_one_read() -> None:
    answers = said(b"a" * (3 * MAX_LINE_LENGTH) + b"\n", b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
    assert codes(answers) == [(None, -32600), (1, None)]


def test_an_unknown_revision_names_those_that_are_spoken() -> None:
    sent = message("tools/list")
    sent["params"]["_meta"] = {
        **sent["params"]["_meta"],
        "io.modelcontextprotocol/protocolVersion": "2031-01-01",
    }
    [answer] = said(sent)
    assert answer["error"]["code"] == -32022
    assert answer["error"]["data"]["supported"][0] == "2026-07-28"


@pytest.mark.parametrize(
    "failure, code, told",
    [
        (OperationalError("gone"), -32000, "The database cannot be reached."),
        (RuntimeError("a secret"), -32603, "Something went wrong on our side."),
    ],
)
def test_the_dialogue_continues_after_an_error(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, code: int, told: str
) -> None:
    def fails(*_: Any) -> Any:
        raise failure

    monkeypatch.setattr(mcp_server, "get_result", fails)
    answers = said(message("tools/list"), message("tools/list", key=2))
    assert codes(answers) == [(1, code), (2, code)]
    assert answers[0]["error"]["message"].startswith(told)
    assert "secret" not in json.dumps(answers)


def test_with_a_token_it_proposes(contributor: User) -> None:
    token, secret = api_tokens.issue_token(contributor, name="Assistant", scopes=[Scope.WRITE], days=1)
    arguments = {"statement": "The bridge is closed.", "language": "en"}
    sent = message("tools/call", {"name": "propose_claim", "arguments": arguments})
    [answer] = said(sent, caller=Caller(token, secret))
    assert answer["result"]["structuredContent"]["state"] == "proposed"
    assert Claim.objects.get().created_by == contributor
    api_tokens.revoke_token(token, by=contributor)
    [answer] = said(sent, caller=Caller(token, secret))  # checked each time, however long the dialogue lasts
    assert answer["result"]["isError"]
    assert Claim.objects.count() == 1


def test_a_token_that_is_none_ends_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MCP_TOKEN", "wrong")
    with pytest.raises(CommandError, match="is unknown"):
        call_command("mcp", stdout=StringIO())
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("mcp", "--token-file", str(tmp_path / "none"))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_it_ends_on_request_without_output() -> None:
    environment = {**os.environ, **addresses(connection.settings_dict["NAME"]), "EMBEDDER": "none"}
    program = subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=settings.BASE_DIR,
    )
    with program:
        assert program.stdin
        assert program.stdout
        program.stdin.write(json.dumps(message("tools/list")).encode() + b"\n")
        program.stdin.flush()
        assert json.loads(program.stdout.readline())["id"] == 1
        program.send_signal(signal.SIGTERM)
        out, _errors = program.communicate(timeout=120)
    assert (out, program.returncode) == (b"", 143)
