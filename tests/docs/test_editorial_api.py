"""docs/editorial-api.md is correct: its walk-through is run unchanged against a running server."""

import json
import re
import shlex
from pathlib import Path
from string import Template
from typing import Any

import pytest
import requests
from django.conf import settings
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from claims.editorial.move_resources import choose_scope
from claims.editorial.urls import RESOURCES
from claims.models import Scope
from claims.newsroom import api_tokens
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES
from factcheck.routes import build_openapi
from tests.helpers.newsroom_tool import tool

TEXT = (settings.BASE_DIR / "docs" / "editorial-api.md").read_text()


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def commands() -> list[str]:
    return [
        line
        for block in re.findall(r"```console\n(.*?)```", TEXT, flags=re.DOTALL)
        for line in block.splitlines()
    ]


class Terminal:
    """Carries out the commands of the page, with the ids of the answers in place of those of the page."""

    def __init__(self, server: str, variables: dict[str, str]) -> None:
        self.server, self.variables = server, variables
        self.made: dict[str, int] = {}

    def run(self, command: str) -> requests.Response:
        program, *words = shlex.split(Template(command).substitute(self.variables))
        assert program == "curl"
        method, headers, body, address = "GET", {}, None, ""
        while words:
            match words.pop(0):
                case "-X":
                    method = words.pop(0)
                case "-H":
                    name, _, value = words.pop(0).partition(": ")
                    headers[name] = value
                case "-d":
                    body = self.with_ids(json.loads(words.pop(0)))
                case word:
                    address = word.replace("http://localhost:8000", self.server)
        address = re.sub(r"/(\w+)/1/", lambda match: f"/{match[1]}/{self.made[match[1]]}/", address)
        text = json.dumps(body) if body is not None else None
        answer = requests.request(method, address, headers=headers, data=text, timeout=300)
        assert answer.ok, (command, answer.text)
        self.remember(address, answer.json())
        return answer

    def with_ids(self, body: dict[str, Any]) -> dict[str, Any]:
        named = {"claim": "claims", "claimant": "claimants", "rating": "ratings", "source": "sources"}
        return {key: self.made[named[key]] if key in named else value for key, value in body.items()}

    def remember(self, address: str, document: dict[str, Any]) -> None:
        kind = address.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
        row = document["results"][0] if "results" in document else document
        if "id" in row and kind in RESOURCES:
            self.made[kind] = row["id"]


@pytest.mark.django_db(transaction=True)
def test_the_walk_through_leads_from_a_claim_to_a_published_verdict(
    live_server: LiveServer,
    contributor: User,
    checker: User,
    editor: User,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    secrets = {
        name: api_tokens.issue_token(person, name=name, scopes=Scope.values, days=1)[1]
        for name, person in {"COLLECTOR": contributor, "CHECKER": checker, "EDITOR": editor}.items()
    }
    terminal = Terminal(live_server.url, {"API": f"{live_server.url}/api/v1/editorial", **secrets})
    answers = [terminal.run(command) for command in commands()]
    public = answers[-1].json()
    assert (public["status"], public["claimant"]["name"]) == ("published", "Ingrid Solheim")
    assert [place["exact"] for place in public["appearances"]] == ["the bridge had cost 90 million euros"]
    assert [verdict["rating"]["code"] for verdict in public["verdicts"]] == ["false"]
    assert public["context"] == "The bridge was opened in February."


def test_scopes_are_those_that_exist() -> None:
    assert re.findall(r"^\| `([a-z:]+)` \|", section("Tokens"), flags=re.MULTILINE) == Scope.values


def test_addresses_are_those_that_exist() -> None:
    """The table names every address; ids of parts have the names of the schema."""
    table = re.findall(r"^\| (`.*?) \|", section("What there is"), flags=re.MULTILINE)
    documented = set()
    for cell in table:
        first = ""
        for name in re.findall(r"`([^`]+)`", cell):
            if name.startswith("…/"):
                documented.add(first + name.removeprefix("…/"))
            elif name == "{id}/":
                documented |= {f"{kind}{name}" for kind in re.findall(r"`(\w+/)`", cell)}
            else:
                documented.add(name)
                first = name
    served = {
        re.sub(r"\{\w+_id\}", "{id}", path.removeprefix("/api/v1/editorial/"))
        for path in build_openapi()["paths"]
        if path.startswith("/api/v1/editorial/")
    }
    assert documented == served - {""}


def test_moves_are_those_that_exist() -> None:
    table = re.findall(r"^\| (`.*?) \|", section("Moves"), flags=re.MULTILINE)
    documented = {name for cell in table for name in re.findall(r"`(\w+)`", cell)}
    existing = {action for _state, action in (*CLAIM_MOVES, *VERDICT_MOVES)}
    assert documented == existing
    public = {action for action in existing if choose_scope(action) == Scope.PUBLISH}
    assert public == {"publish", "retract", "republish", "merge", "unmerge"}


@pytest.mark.django_db
def test_problem_in_the_text_is_the_one_that_is_served(editor: User) -> None:
    shown = json.loads(re.findall(r"```json\n(.*?)```", section("Errors"), flags=re.DOTALL)[0])
    assert tool(editor).post("claims/", {"statement": "It rained."}).json() == shown
