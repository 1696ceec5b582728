"""The protocol's own client finds its way: by HTTP in every era, and on standard input."""

import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx2
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent
from pytest_django.live_server_helper import LiveServer

from claims.features.assistants import findings
from claims.features.assistants.mcp_server import INSTRUCTIONS
from claims.models import Claim, Scope
from claims.newsroom import api_tokens
from tests.helpers.database import addresses
from tests.helpers.newsroom import make_claim

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

STATEMENT = "The harbour bridge cost 90 million euros."
PUBLIC = ["match_text", "search_claims", "lookup_url", "get_claim"]


def run(talk: Callable[..., Awaitable[Any]], *args: str) -> Any:
    """Return the result of `talk` from another thread, because a browser of earlier tests left its loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, talk, *args).result()


def words_of(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


async def conversation(client: Client, claim: Claim) -> None:
    """What an assistant asks; the client holds each answer against the schema that the tool promised."""
    assert client.server_info
    assert client.server_info.name == "factcheck"
    assert client.instructions == INSTRUCTIONS
    tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == PUBLIC
    asked: list[tuple[str, dict[str, Any]]] = [
        ("match_text", {"text": STATEMENT}),
        ("search_claims", {"query": "harbour bridge"}),
        ("get_claim", {"claim_id": claim.pk}),
        ("lookup_url", {"url": f"{settings.SITE_URL}/claims/{claim.pk}/"}),
    ]
    for name, arguments in asked:
        result = await client.call_tool(name, arguments)
        assert not result.is_error, (name, result)
        assert STATEMENT in words_of(result)
        assert "False" in words_of(result)
        assert result.structured_content
    unchecked = await client.call_tool("match_text", {"text": "The moon is a wheel of cheese."})
    assert findings.NOT_CHECKED_MESSAGE in words_of(unchecked)
    refused = await client.call_tool("get_claim", {"claim_id": claim.pk, "asof": "2026-01-01"})
    assert refused.is_error
    assert "Did you mean as_of?" in words_of(refused)
    assert refused.structured_content == {"outcome": "refused", "meaning": words_of(refused)}
    with pytest.raises(MCPError) as failure:
        await client.call_tool("propose_claim", {"statement": "x", "language": "en"})
    assert "needs a token with the scope" in str(failure.value)


@pytest.mark.parametrize(
    "mode, version", [("auto", "2026-07-28"), ("2026-07-28", "2026-07-28"), ("legacy", "2025-11-25")]
)
def test_by_http(live_server: LiveServer, publish: Callable[..., Claim], mode: str, version: str) -> None:
    claim = publish(make_claim(STATEMENT))

    async def talk() -> None:
        async with Client(f"{live_server.url}/mcp", mode=mode, read_timeout_seconds=120) as client:
            assert client.protocol_version == version
            if mode != version:  # without a request to the server, its name and instructions are unknown
                await conversation(client, claim)
            else:
                assert (await client.call_tool("search_claims", {})).structured_content["outcome"] == "found"

    run(talk)


def test_with_a_token(live_server: LiveServer, checker: User) -> None:
    _token, secret = api_tokens.issue_token(checker, name="Assistant", scopes=[Scope.WRITE], days=1)

    async def talk(header: str) -> Any:
        async with httpx2.AsyncClient(headers={"Authorization": header}, timeout=120) as http:
            transport = streamable_http_client(f"{live_server.url}/mcp", http_client=http)
            async with Client(transport, read_timeout_seconds=120) as client:
                assert [tool.name for tool in (await client.list_tools()).tools] == [*PUBLIC, "propose_claim"]
                return await client.call_tool("propose_claim", {"statement": STATEMENT, "language": "en"})

    result = run(talk, f"Bearer {secret}")
    assert result.structured_content["state"] == "proposed"
    assert Claim.objects.get().created_by == checker
    with pytest.raises(BaseException, match="not known, has expired or was revoked|unhandled errors"):
        run(talk, "Bearer wrong")
    assert Claim.objects.count() == 1


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_on_standard_input(publish: Callable[..., Claim], mode: str) -> None:
    claim = publish(make_claim(STATEMENT))
    server = StdioServerParameters(
        command=sys.executable,
        args=[str(settings.BASE_DIR / "manage.py"), "mcp"],
        env={**os.environ, **addresses(connection.settings_dict["NAME"]), "EMBEDDER": "none"},
        cwd=str(settings.BASE_DIR),
    )

    async def talk() -> None:
        async with Client(server, mode=mode, read_timeout_seconds=120) as client:
            await conversation(client, claim)

    run(talk)
