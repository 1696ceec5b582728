"""Messages of the Model Context Protocol as clients send them by HTTP."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jsonschema
from django.test import Client

from claims.features.assistants import revisions
from claims.features.assistants.mcp_server import TOOLS

META = {
    revisions.PROTOCOL_VERSION_KEY: revisions.NEWEST_REVISION,
    revisions.CAPABILITIES_KEY: {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
}


@dataclass(frozen=True)
class Asked:
    """What a tool answered."""

    document: dict[str, Any]
    text: str
    is_error: bool = False


def message(method: str, params: dict[str, Any] | None = None, key: Any = 1) -> dict[str, Any]:
    """A request of the newest revision."""
    return {"jsonrpc": "2.0", "id": key, "method": method, "params": {**(params or {}), "_meta": META}}


def headers_of(sent: dict[str, Any]) -> dict[str, str]:
    """The header fields that belong to it."""
    fields = {"MCP-Protocol-Version": revisions.NEWEST_REVISION, "Mcp-Method": str(sent["method"])}
    name = sent["params"].get("name")
    return fields | ({"Mcp-Name": name} if name else {})


def post(client: Client, body: Any, *, headers: dict[str, str] | None = None, token: str = "") -> Any:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    if headers is None:
        headers = headers_of(body)
    if token:
        headers = headers | {"Authorization": f"Bearer {token}"}
    return client.post("/mcp", content, content_type="application/json", headers=headers)


def asking(client: Client) -> Callable[..., Asked]:
    """What calls tools, and holds what they answer against the schema that they promise."""

    def ask(name: str, *, token: str = "", **arguments: Any) -> Asked:
        sent = message("tools/call", {"name": name, "arguments": arguments})
        response = post(client, sent, token=token)
        assert response.status_code == 200, response.content
        result = response.json()["result"]
        [content] = result["content"]
        if result["isError"]:
            return Asked({}, content["text"], is_error=True)
        jsonschema.validate(
            result["structuredContent"],
            TOOLS[name].result_schema,
            format_checker=jsonschema.FormatChecker(),
        )
        return Asked(result["structuredContent"], content["text"])

    return ask
