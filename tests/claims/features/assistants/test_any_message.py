"""Whatever is sent, the answer is one of the protocol, and none is a fault of ours."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claims.features.assistants.mcp_server import TOOLS
from tests.claims.features.assistants.mcp_messages import headers_of, message, post

pytestmark = pytest.mark.django_db

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=10), parts, max_size=3),
    max_leaves=5,
)
DAYS = st.sampled_from(["0001-01-01", "9999-12-31", "2026-02-28", "2999-01-01"])
#: Values that may be mistaken for an argument, in addition to random ones.
LIKELY = {
    "claim_id": st.sampled_from([1, 2**63 - 1, 2**31]),
    "since": st.sampled_from([0, 1, 2**63 - 1]),
    "version": st.sampled_from([1, 2**31 - 1]),
    "url": st.sampled_from(
        ["http://[::1", "https://例え.jp/", "http://a.b/%zz", "https://user:pw@a.example:99999/"]
    ),
    "cursor": st.sampled_from(["e30", "W10", "bnVsbA==", "W1tdXQ", "a" * 2000]),
    "query": st.sampled_from(['"', "- -", "((", "a | | b", "OR", "https://a.example/", "水" * 400, "'" * 99]),
    "text": st.sampled_from(["?", "\u200b", "1 2 3 4", "https://a.example/", "\ufffd" * 50, "a.b.c. D! E?"]),
    "publisher": st.sampled_from(["a,b,c", "1,,2", "99999999999999999999", "xn--"]),
    "topic": st.sampled_from(["a,b", "-1", "0", "x" * 100]),
    "language": st.sampled_from(["en", "en,de", "x-y", "en-"]),
    **dict.fromkeys(("as_of", "reviewed_after", "reviewed_before", "since_day"), DAYS),
}


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    tool = draw(st.sampled_from([tool for tool in TOOLS.values() if tool.is_read_only]))
    arguments = {
        argument.name: draw(LIKELY.get(argument.name, VALUES) | VALUES)
        for argument in tool.arguments
        if argument.required or draw(st.booleans())
    }
    return {"name": tool.name, "arguments": arguments}


@pytest.mark.slow
@settings(max_examples=150)
@given(calls())
@example({"name": "search_claims", "arguments": {"cursor": "e30"}})
@example({"name": "get_claim", "arguments": {"claim_id": 2**63 - 1, "as_of": "9999-12-31"}})
def test_any_arguments_of_a_tool(call: dict[str, Any]) -> None:
    response = post(Client(), message("tools/call", call))
    assert response.status_code == 200, response.content
    result = response.json()["result"]
    [content] = result["content"]
    assert content["text"]
    assert result["isError"] is (result["structuredContent"]["outcome"] == "refused")


@pytest.mark.slow
@settings(max_examples=80)
@given(VALUES)
def test_any_body(body: Any) -> None:
    response = post(Client(), json.dumps(body), headers={})
    assert response.status_code in (200, 202, 400)
    if response.content:
        answer = response.json()
        assert all(each["jsonrpc"] == "2.0" for each in (answer if isinstance(answer, list) else [answer]))


@pytest.mark.slow
@settings(max_examples=80)
@given(st.text(max_size=40) | st.sampled_from(["tools/call", "tools/list", "server/discover"]), VALUES)
def test_any_message(method: str, params: Any) -> None:
    sent = message(method)
    sent["params"] = {"arguments": params, "name": params, "cursor": params, **sent["params"]}
    fields = {name: value for name, value in headers_of(message("x")).items() if name != "Mcp-Method"}
    for headers in ({}, fields, {"MCP-Protocol-Version": "2025-11-25"}):
        response = post(Client(), sent, headers=headers)
        assert response.status_code in (200, 400)
        assert response.json()["jsonrpc"] == "2.0"
