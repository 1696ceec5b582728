"""`/mcp`: what the protocol asks of a server, by HTTP, in each of its revisions."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client

from claims.features.assistants import revisions
from claims.features.assistants.mcp_server import INSTRUCTIONS, TOOLS
from claims.models import Scope
from claims.newsroom import api_tokens
from factcheck.api.problems import MEDIA_TYPE
from factcheck.installation.environment import Rate
from factcheck.web.throttling import gate, get_limiter
from tests.claims.features.assistants.mcp_messages import META, headers_of, message, post

pytestmark = pytest.mark.django_db

PUBLIC = ["match_text", "search_claims", "lookup_url", "get_claim"]
WRITING = ["propose_claim", "draft_verdict", "add_evidence"]


def listed(client: Client, token: str = "") -> list[str]:
    response = post(client, message("tools/list"), token=token)
    return [tool["name"] for tool in response.json()["result"]["tools"]]


def secret_of(person: User, *scopes: str) -> str:
    return api_tokens.issue_token(person, name="Assistant", scopes=scopes, days=1)[1]


def error_of(response: Any) -> tuple[int, int]:
    return response.status_code, response.json()["error"]["code"]


def problem_of(response: Any) -> tuple[int, str]:
    """The refusal of a message that was not read, or not to its end: no JSON-RPC."""
    assert response["Content-Type"] == MEDIA_TYPE
    return response.status_code, response.json()["code"]


# The newest revision --------------------------------------------------------------------------------------------------


def test_it_introduces_itself(client: Client) -> None:
    response = post(client, message("server/discover"))
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response["Cache-Control"] == "no-store"
    assert "mcp-session-id" not in response.headers
    result = response.json()["result"]
    assert result["resultType"] == "complete"
    # For five minutes each client may keep it for itself: the tools depend on the token.
    assert (result["ttlMs"], result["cacheScope"]) == (300_000, "private")
    assert result["supportedVersions"][0] == "2026-07-28"
    assert result["instructions"] == INSTRUCTIONS
    assert result["_meta"][revisions.SERVER_INFO_KEY]["name"] == "factcheck"


def test_anyone_can_use_the_public_tools(client: Client) -> None:
    assert listed(client) == PUBLIC


@pytest.mark.parametrize(
    "scopes, offered",
    [
        ([Scope.READ], PUBLIC),
        ([Scope.WRITE], [*PUBLIC, "propose_claim"]),
        ([Scope.VERDICTS], [*PUBLIC, "draft_verdict", "add_evidence"]),
        ([Scope.MOVE, Scope.PUBLISH], PUBLIC),
        (Scope.values, [*PUBLIC, *WRITING]),
    ],
)
def test_a_token_sees_the_tools_of_its_scopes(
    client: Client, editor: User, scopes: list[str], offered: list[str]
) -> None:
    assert listed(client, secret_of(editor, *scopes)) == offered


def test_there_are_few_tools_with_short_descriptions(client: Client, editor: User) -> None:
    sent = post(client, message("tools/list"), token=secret_of(editor, *Scope.values))
    tools = {tool["name"]: len(tool["description"].split()) for tool in sent.json()["result"]["tools"]}
    assert len(tools) <= 7
    assert {name: words for name, words in tools.items() if words > 60} == {}


def test_every_tool_describes_its_input_and_output(client: Client) -> None:
    for tool in post(client, message("tools/list")).json()["result"]["tools"]:
        assert tool["inputSchema"]["additionalProperties"] is False
        assert tool["outputSchema"]["type"] == "object"
        assert tool["annotations"]["readOnlyHint"] is True
        assert all(argument["description"] for argument in tool["inputSchema"]["properties"].values())


@pytest.mark.parametrize("name", ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"])
def test_header_and_message_must_agree(client: Client, name: str) -> None:
    sent = message("tools/call", {"name": "search_claims", "arguments": {}})
    without = {key: value for key, value in headers_of(sent).items() if key != name}
    assert error_of(post(client, sent, headers=without)) == (400, -32020)
    wrong = headers_of(sent) | {name: "ping" if name != "MCP-Protocol-Version" else "2031-01-01"}
    assert error_of(post(client, sent, headers=wrong)) == (400, -32022 if "Version" in name else -32020)


def test_a_message_of_the_newest_revision_is_not_read_as_an_older_one(client: Client) -> None:
    sent = message("tools/list")
    assert error_of(post(client, sent, headers={"MCP-Protocol-Version": "2025-11-25"})) == (400, -32020)


def test_a_name_in_the_header_may_be_encoded(client: Client) -> None:
    sent = message("tools/call", {"name": "search_claims", "arguments": {}})
    encoded = headers_of(sent) | {"Mcp-Name": "=?base64?c2VhcmNoX2NsYWltcw==?="}
    assert post(client, sent, headers=encoded).status_code == 200
    broken = headers_of(sent) | {"Mcp-Name": "=?base64?c2Vh*mNoX2NsYWltcw==?="}
    assert error_of(post(client, sent, headers=broken)) == (400, -32020)


@pytest.mark.parametrize("key", [revisions.PROTOCOL_VERSION_KEY, revisions.CAPABILITIES_KEY])
def test_each_request_is_complete(client: Client, key: str) -> None:
    sent = message("tools/list")
    sent["params"]["_meta"] = {name: value for name, value in META.items() if name != key}
    assert error_of(post(client, sent)) == (400, -32602)


@pytest.mark.parametrize("method", ["initialize", "ping", "resources/list", "prompts/get", "tools/publish"])
def test_unknown_methods_are_refused(client: Client, method: str) -> None:
    assert error_of(post(client, message(method))) == (404, -32601)


def test_there_is_one_page_of_tools(client: Client) -> None:
    assert error_of(post(client, message("tools/list", {"cursor": "x"}))) == (400, -32602)


# Revisions with a handshake -------------------------------------------------------------------------------------------


def legacy(method: str, params: dict[str, Any] | None = None, key: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": key, "method": method, "params": params or {}}


@pytest.mark.parametrize("version", revisions.HANDSHAKE_REVISIONS)
def test_older_clients_begin_with_a_handshake(client: Client, version: str) -> None:
    hello = legacy("initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": {}})
    result = post(client, hello, headers={}).json()["result"]
    assert (result["protocolVersion"], result["instructions"]) == (version, INSTRUCTIONS)
    assert "resultType" not in result
    notified = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    answer = post(client, notified, headers={"MCP-Protocol-Version": version})
    assert (answer.status_code, answer.content) == (202, b"")
    tools = post(client, legacy("tools/list"), headers={"MCP-Protocol-Version": version}).json()["result"]
    assert [tool["name"] for tool in tools["tools"]] == PUBLIC
    called = legacy("tools/call", {"name": "search_claims", "arguments": {}})
    assert (
        post(client, called, headers={"MCP-Protocol-Version": version}).json()["result"]["isError"] is False
    )
    assert post(client, legacy("ping"), headers={}).json()["result"] == {}


def test_a_handshake_for_an_unknown_revision_names_the_newest(client: Client) -> None:
    hello = legacy("initialize", {"protocolVersion": "2031-01-01"})
    assert post(client, hello, headers={}).json()["result"]["protocolVersion"] == "2025-11-25"


def test_batches_are_accepted_in_revisions_that_have_them(client: Client) -> None:
    batch = [
        legacy("ping", key="a"),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        legacy("tools/call", {"name": "nothing"}, key=2),
        {"jsonrpc": "1.0"},
        {"jsonrpc": "2.0", "id": 7, "result": {}},
    ]
    answers = post(client, batch, headers={}).json()
    assert [(each["id"], each.get("error", {}).get("code")) for each in answers] == [
        ("a", None),
        (2, -32602),
        (None, -32600),
    ]
    only_notified = post(client, batch[1:2], headers={})
    assert (only_notified.status_code, only_notified.content) == (202, b"")
    newer = {"MCP-Protocol-Version": "2025-06-18"}
    assert error_of(post(client, batch, headers=newer)) == (400, -32600)
    assert error_of(post(client, [], headers={})) == (400, -32600)
    assert error_of(post(client, [legacy("ping")] * 11, headers={})) == (400, -32600)


# Messages that are none -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, code",
    [
        ("{", -32700),
        (b"\xff\xfe", -32700),
        ('{"jsonrpc": "2.0", "id": NaN, "method": "ping"}', -32700),
        ('{"jsonrpc": "2.0", "id": 1, "id": 2, "method": "ping"}', -32700),
        ("[" * 100_000, -32700),
        ('{"jsonrpc": "2.0", "id": 1, "method": "\\ud800"}', -32700),
        ("1", -32600),
        ('"ping"', -32600),
        ("{}", -32600),
        ('{"jsonrpc": "2.0", "id": 1}', -32600),
        ('{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600),
        ('{"jsonrpc": "2.0", "id": true, "method": "ping"}', -32600),
        ('{"jsonrpc": "2.0", "id": {}, "method": "ping"}', -32600),
        ('{"jsonrpc": "2.0", "id": 1, "method": 5}', -32600),
        ('{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]}', -32600),
    ],
)
def test_invalid_messages_are_refused(client: Client, body: str | bytes, code: int) -> None:
    assert error_of(post(client, body, headers={})) == (400, code)


@pytest.mark.parametrize(
    "params", [{}, {"name": 5}, {"name": "publish"}, {"name": "get_claim", "arguments": []}]
)
def test_a_call_of_nothing_is_refused(client: Client, params: dict[str, Any]) -> None:
    assert error_of(post(client, legacy("tools/call", params), headers={})) == (400, -32602)


def test_a_message_that_is_too_large_is_refused(client: Client) -> None:
    larger = post(client, "x" * 2_700_000, headers={})
    assert problem_of(larger) == (413, "body_too_large")
    assert error_of(post(client, "x" * 2_700_000, headers={"Authorization": "Bearer x"})) == (413, -32600)
    large = json.dumps(legacy("tools/call", {"name": "match_text", "arguments": {"text": "a" * 700_000}}))
    assert error_of(post(client, large, headers={})) == (413, -32600)


def test_only_json_is_read(client: Client) -> None:
    response = client.post("/mcp", json.dumps(message("ping")), content_type="text/plain")
    assert error_of(response) == (415, -32600)


@pytest.mark.parametrize("method", ["get", "delete", "put", "head"])
def test_there_is_nothing_to_stream_and_no_session_to_end(client: Client, method: str) -> None:
    response = getattr(client, method)("/mcp", headers={"Accept": "text/event-stream"})
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_the_slash_at_the_end_does_no_harm(client: Client) -> None:
    sent = message("tools/list")
    response = client.post(
        "/mcp/", json.dumps(sent), content_type="application/json", headers=headers_of(sent)
    )
    assert response.status_code == 200


# Who asks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://testserver.evil.example", "https://testserver", "http://"],
)
def test_pages_of_other_sites_may_not_ask(client: Client, origin: str) -> None:
    sent = message("tools/list")
    response = post(client, sent, headers=headers_of(sent) | {"Origin": origin})
    assert error_of(response) == (403, -32600)
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("origin", ["http://testserver", "http://localhost:8000"])
def test_pages_of_this_site_may(client: Client, origin: str) -> None:
    sent = message("tools/list")
    assert post(client, sent, headers=headers_of(sent) | {"Origin": origin}).status_code == 200


def test_another_name_of_this_machine_is_refused(client: Client) -> None:
    """Through a foreign name that points here (DNS rebinding), a page could read the answers in a browser."""
    sent = message("tools/list")
    response = post(client, sent, headers=headers_of(sent) | {"Host": "rebound.example"})
    assert response.status_code == 400
    assert "result" not in response.json()


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer", "Basic eDp5", "Bearer a b", "wrong", "Bearer ü"]
)
def test_a_wrong_token_is_refused(client: Client, header: str) -> None:
    sent = message("tools/list")
    response = post(client, sent, headers=headers_of(sent) | {"Authorization": header})
    assert error_of(response) == (401, -32000)
    assert response["WWW-Authenticate"] == 'Bearer realm="mcp", error="invalid_token"'


def test_a_token_that_was_revoked_is_refused(client: Client, editor: User) -> None:
    token, secret = api_tokens.issue_token(editor, name="Assistant", scopes=[Scope.WRITE], days=1)
    assert listed(client, secret) == [*PUBLIC, "propose_claim"]
    api_tokens.revoke_token(token, by=editor)
    assert post(client, message("tools/list"), token=secret).status_code == 401


@pytest.mark.parametrize("name", WRITING)
def test_writing_needs_a_token_with_the_scope(client: Client, editor: User, name: str) -> None:
    sent = message("tools/call", {"name": name, "arguments": {}})
    anonymous = post(client, sent)
    assert error_of(anonymous) == (401, -32000)
    assert anonymous["WWW-Authenticate"] == 'Bearer realm="mcp"'
    scoped = post(client, sent, token=secret_of(editor, Scope.READ, Scope.MOVE, Scope.PUBLISH))
    assert error_of(scoped) == (403, -32000)
    assert scoped["WWW-Authenticate"] == (
        f'Bearer realm="mcp", error="insufficient_scope", scope="{TOOLS[name].scope}"'
    )


def test_a_session_opens_nothing(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert listed(client) == PUBLIC


# What a caller may ask for in a while ---------------------------------------------------------------------------------


def test_a_call_costs_as_much_as_the_same_api_request(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT_ANONYMOUS = Rate(100, 6_000)
    get_limiter.cache_clear()
    called = message("tools/call", {"name": "search_claims", "arguments": {}})

    def left() -> int:
        response = post(client, called)
        return int(response["RateLimit"].partition("r=")[2].partition(";")[0])

    first = left()
    assert left() == first - 1
    text = "The bridge is closed. " * 30
    asked = message("tools/call", {"name": "match_text", "arguments": {"text": text}})
    assert post(client, asked).status_code == 200
    after = left()
    assert after == first - 2 - (5 + 30 * 5 // 50)  # a full stop is a token
    batch = [legacy("ping")] * 5
    assert post(client, batch, headers={}).status_code == 200
    assert left() == after - 6
    after -= 6
    looked = message("tools/call", {"name": "lookup_url", "arguments": {"url": "https://example.org/a"}})
    assert post(client, looked).status_code == 200
    assert left() == after - 11
    while (response := post(client, looked)).status_code == 200:
        pass
    assert error_of(response) == (429, -32000)
    assert int(response["Retry-After"]) == response.json()["error"]["data"]["retryAfterSeconds"] > 0
    assert response.json()["id"] == 1
    while post(client, called).status_code == 200:
        pass
    refused = post(client, called)  # before the message is read
    assert problem_of(refused) == (429, "rate_limited")
    assert refused["Retry-After"]
    get_limiter.cache_clear()


def test_expensive_questions_wait_for_their_turn(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate.expensive_requests, "run", lambda answer, caller: None)
    asked = message("tools/call", {"name": "match_text", "arguments": {"text": "The bridge is closed."}})
    response = post(client, asked)
    assert (*error_of(response), response["Retry-After"]) == (503, -32000, "2")
    cheap = message("tools/call", {"name": "search_claims", "arguments": {}})
    assert post(client, cheap).status_code == 200


def test_a_fault_of_ours_is_reported_without_its_details(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("a detail that is nobody's business")

    monkeypatch.setattr("claims.features.assistants.finding_tools.look_up_addresses", fails)
    client.raise_request_exception = False
    response = post(
        client, message("tools/call", {"name": "lookup_url", "arguments": {"url": "https://a.example"}})
    )
    assert problem_of(response) == (500, "server_error")
    assert "nobody's business" not in response.content.decode()


def test_a_database_that_is_away_is_reported_with_when_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr("claims.features.assistants.finding_tools.look_up_addresses", fails)
    client.raise_request_exception = False
    response = post(
        client, message("tools/call", {"name": "lookup_url", "arguments": {"url": "https://a.example"}})
    )
    assert (*problem_of(response), response["Retry-After"]) == (503, "unavailable", "5")
