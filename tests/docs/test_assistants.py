"""What docs/assistants.md says of the tools is true."""

import json
import re
import shlex

import pytest
from django.conf import settings
from django.test import Client

from claims.features.assistants import endpoint, finding_tools, findings
from claims.features.assistants.mcp_server import TOOLS
from claims.features.assistants.revisions import SUPPORTED_REVISIONS

TEXT = (settings.BASE_DIR / "docs" / "assistants.md").read_text(encoding="utf-8")


def cells() -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in TEXT.splitlines()
        if line.startswith("| `")
    ]


def test_tools_and_their_arguments_are_those_that_exist() -> None:
    told = {
        row[0].strip("`"): re.findall(r"`(\w+)`", row[1] if TOOLS[row[0].strip("`")].is_read_only else row[2])
        for row in cells()
        if row[0].strip("`") in TOOLS
    }
    assert told == {name: [argument.name for argument in tool.arguments] for name, tool in TOOLS.items()}


def test_documented_scopes_are_the_required_ones() -> None:
    for row in cells():
        tool = TOOLS.get(row[0].strip("`"))
        if tool and not tool.is_read_only:
            assert row[1] == f"`{tool.scope}`"


def test_outcomes_are_those_that_exist() -> None:
    known = [*findings.OUTCOME_MESSAGES, findings.REFUSED_OUTCOME]
    outcomes = [row[0].strip("`") for row in cells() if row[0].strip("`") in known]
    assert sorted(outcomes) == sorted(known)
    assert f"> {findings.NOT_CHECKED_MESSAGE}" in TEXT


def test_limits_are_those_that_are_kept() -> None:
    assert f"| {finding_tools.MAX_TEXT_LENGTH:,}, in {finding_tools.MAX_SENTENCES} sentences |" in TEXT
    assert f"| claims on a page | {finding_tools.MAX_PAGE_SIZE} |" in TEXT
    assert f"| {endpoint.BODY_LIMIT:,} |" in TEXT


def test_revisions_are_those_that_are_spoken() -> None:
    assert set(re.findall(r"\d{4}-\d{2}-\d{2}", TEXT)) <= set(SUPPORTED_REVISIONS)


@pytest.mark.django_db
def test_the_command_is_answered(client: Client) -> None:
    [command] = re.findall(r"```bash\n(.*?)```", TEXT, flags=re.DOTALL)
    _curl, _silent, address, _header, header, _data, body = shlex.split(command.replace("\\\n", ""))
    assert (address, header) == ("http://localhost:8000/mcp", "Content-Type: application/json")
    answer = client.post("/mcp", body, content_type="application/json").json()
    assert answer["result"]["structuredContent"]["outcome"] == "not_checked"


def test_configurations_are_json() -> None:
    for block in re.findall(r"```json\n(.*?)```", TEXT, flags=re.DOTALL):
        assert "factcheck" in json.loads(block)["mcpServers"]
