"""JSON-RPC 2.0 as restricted by the Model Context Protocol: ids are strings or numbers, parameters are objects."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from rest_framework.exceptions import ParseError

from factcheck.api.json_bodies import read_strictly

#: Paths that accept JSON-RPC. HTTP errors that occur before a message is read are problem details even there.
RPC_PATHS = ("/mcp", "/mcp/")

# Codes of the specification, and one of those reserved for implementations.
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
REFUSED_ERROR = -32000

Id = str | int | None


class RpcError(Exception):
    """The error response to a message.

    Attributes:
        status: the HTTP status to send with it.
        headers: the HTTP header fields to send with it.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        data: Any = None,
        status: HTTPStatus = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data
        self.status, self.headers = status, dict(headers or {})


@dataclass(frozen=True)
class Message:
    """A request, or a notification, which has no id and gets no response."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)
    id: Id = None


def decode_message(text: bytes) -> Any:
    """Parse a message or a list of messages.

    Raises:
        RpcError: the text is not JSON.
    """
    try:
        return read_strictly(text)
    except ParseError as problem:
        raise RpcError(PARSE_ERROR, str(problem.detail), status=HTTPStatus.BAD_REQUEST) from None


def read_message(message: Any) -> Message | None:
    """Return the message in a JSON value; None for a response, because this server sends no requests.

    Raises:
        RpcError: the value is neither a message nor a response.
    """
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise _build_invalid_error('Give an object with "jsonrpc": "2.0".')
    if "method" not in message and ("result" in message or "error" in message):
        return None
    method, params, key = message.get("method"), message.get("params", {}), message.get("id")
    if not isinstance(method, str):
        raise _build_invalid_error("`method` must be a string.")
    if not isinstance(params, dict):
        raise _build_invalid_error("`params` must be an object.")
    if "id" in message and (not isinstance(key, str | int) or isinstance(key, bool)):
        raise _build_invalid_error("`id` must be a string or a whole number.")
    return Message(method, params, key)


def read_id(value: Any) -> Id:
    """Return the id of an invalid message, so that the error response can name it."""
    key = value.get("id") if isinstance(value, dict) else None
    return key if isinstance(key, str | int) and not isinstance(key, bool) else None


def build_result(key: Id, content: Mapping[str, Any]) -> dict[str, Any]:
    """Build the successful response to the request with this id."""
    return {"jsonrpc": "2.0", "id": key, "result": content}


def build_error(key: Id, rpc_error: RpcError) -> dict[str, Any]:
    """Build the error response to the request with this id."""
    error = {"code": rpc_error.code, "message": rpc_error.message}
    return {
        "jsonrpc": "2.0",
        "id": key,
        "error": error if rpc_error.data is None else error | {"data": rpc_error.data},
    }


def encode_response(response: Any) -> str:
    """Return a response as one line of JSON; the id may be any number."""
    return json.dumps(response, ensure_ascii=False, separators=(",", ":"))


class RpcResponse(HttpResponse):
    """A JSON-RPC response that no cache may store."""

    def __init__(
        self, response_body: Any, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(
            encode_response(response_body),
            content_type="application/json",
            status=status,
            headers=dict(headers or {}),
        )
        self["Cache-Control"] = "no-store"


def _build_invalid_error(reason: str) -> RpcError:
    return RpcError(
        INVALID_REQUEST, f"This is no JSON-RPC 2.0 message. {reason}", status=HTTPStatus.BAD_REQUEST
    )
