"""Two web processes behind a load balancer give the same answers: no session, no state between requests."""

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.features.assistants import revisions
from claims.models import Claim, Scope
from claims.newsroom import api_tokens
from tests.claims.features.assistants.mcp_messages import headers_of, message
from tests.helpers.balanced_site import PATIENCE, BalancedSite, balanced_site
from tests.helpers.newsroom import make_claim

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

Answer = tuple[int, dict[str, Any]]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[BalancedSite]:
    with balanced_site(tmp_path, 2) as site:
        yield site


def send(site: BalancedSite, sent: dict[str, Any], headers: dict[str, str]) -> Answer:
    connection = HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
    connection.request("POST", "/mcp", json.dumps(sent), {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.getheader("Mcp-Session-Id") is None
    return answer.status, json.loads(content) if content else {}


def from_both(site: BalancedSite, sent: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
    """The answer of the two processes, which is the same."""
    first, second = (send(site, sent, headers_of(sent) if headers is None else headers) for _ in range(2))
    assert len(set(site.answered[-2:])) == 2
    assert first == second
    return first


def test_two_processes_give_the_same_answers(
    site: BalancedSite, publish: Callable[..., Claim], editor: User
) -> None:
    publish(make_claim("The harbour bridge cost 40 million euros."))

    # A conversation of 2025-11-25, each message of it to another process.
    older = {"MCP-Protocol-Version": "2025-11-25"}
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    search = {"name": "search_claims", "arguments": {"query": "bridge"}}
    status, greeting = send(site, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}, {})
    assert (status, greeting["result"]["protocolVersion"]) == (200, "2025-11-25")
    assert send(site, {"jsonrpc": "2.0", "method": "notifications/initialized"}, older) == (202, {})
    status, listed = send(site, {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}, older)
    names = [tool["name"] for tool in listed["result"]["tools"]]
    status, found = send(site, {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": search}, older)
    assert found["result"]["structuredContent"]["outcome"] == "found"
    assert len(set(site.answered)) == 2

    # Beside it one of 2026-07-28. A list may be kept for as long as it says, because both have the same.
    status, introduced = from_both(site, message("server/discover"))
    assert introduced["result"]["supportedVersions"][:2] == ["2026-07-28", "2025-11-25"]
    status, tools = from_both(site, message("tools/list"))
    assert [tool["name"] for tool in tools["result"]["tools"]] == names
    assert (tools["result"]["ttlMs"], tools["result"]["cacheScope"]) == (300_000, "private")

    # Both know a publication immediately.
    publish(make_claim("The ferry sank in the harbour."))
    status, found = from_both(site, message("tools/call", {**search, "arguments": {"query": "ferry"}}))
    assert [claim["statement"] for claim in found["result"]["structuredContent"]["claims"]] == [
        "The ferry sank in the harbour."
    ]

    # So is a token that was revoked, however long its list of tools might have been kept.
    token, secret = api_tokens.issue_token(editor, name="Assistant", scopes=[Scope.WRITE], days=1)
    sent = message("tools/list")
    bearer = headers_of(sent) | {"Authorization": f"Bearer {secret}"}
    status, tools = from_both(site, sent, bearer)
    assert [tool["name"] for tool in tools["result"]["tools"]] == [*names, "propose_claim"]
    api_tokens.revoke_token(token, by=editor)
    assert from_both(site, sent, bearer)[0] == 401

    # Headers that do not say what the message says are refused by both, in either revision.
    called = message("tools/call", search)
    for wrong in ({"Mcp-Name": "get_claim"}, {"Mcp-Method": "tools/list"}, older):
        status, refused = from_both(site, called, headers_of(called) | wrong)
        assert (status, refused["error"]["code"]) == (400, revisions.HEADER_MISMATCH)
