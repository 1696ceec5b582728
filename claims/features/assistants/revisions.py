"""Revisions of the Model Context Protocol and what each requires, and our description of this server.

In revisions of 2026, each request carries everything that the server needs, and HTTP headers repeat the
essential fields. Earlier revisions begin with an `initialize` message, which the server need not remember,
because no later answer depends on it.
"""

import base64
import binascii
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from factcheck.api.json_rpc import INVALID_PARAMS, Message, RpcError

#: The revision without a handshake, then the revisions with one, newest first.
NEWEST_REVISION = "2026-07-28"
HANDSHAKE_REVISIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
SUPPORTED_REVISIONS = (NEWEST_REVISION, *HANDSHAKE_REVISIONS)
#: The revision assumed for clients without a version header; the only one that allows batches.
DEFAULT_REVISION = BATCHING_REVISION = "2025-03-26"

HEADER_MISMATCH, UNSUPPORTED_REVISION = -32020, -32022

PROTOCOL_VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo"

_ENCODED_START, _ENCODED_END = "=?base64?", "?="


def read_revision(message: Message) -> str:
    """Return the revision stated in a message or, if none is stated, the newest revision with a handshake."""
    revision = _get_metadata(message).get(PROTOCOL_VERSION_KEY)
    if revision is None:
        return HANDSHAKE_REVISIONS[0]
    if revision not in SUPPORTED_REVISIONS:
        raise _build_unsupported_error(revision)
    return str(revision)


def read_http_revision(headers: Mapping[str, str], message: Message) -> str:
    """Return the revision of an HTTP message, after checking that the message and its headers agree.

    Raises:
        RpcError: the revision is unknown, or the header and the message disagree.
    """
    revision = headers.get("MCP-Protocol-Version")
    if revision is None or revision in HANDSHAKE_REVISIONS:
        if _get_metadata(message).get(PROTOCOL_VERSION_KEY, revision) != revision:
            raise _build_mismatch_error(
                "The header `MCP-Protocol-Version` does not match the message, or is missing."
            )
        return revision or DEFAULT_REVISION
    if revision != NEWEST_REVISION:
        raise _build_unsupported_error(revision)
    _require_agreement(headers, message)
    return NEWEST_REVISION


def _require_agreement(headers: Mapping[str, str], message: Message) -> None:
    metadata = _get_metadata(message)
    for key in (PROTOCOL_VERSION_KEY, CAPABILITIES_KEY):
        if key not in metadata:
            raise RpcError(
                INVALID_PARAMS, f"`_get_metadata` lacks the member `{key}`.", status=HTTPStatus.BAD_REQUEST
            )
    expected_headers = {"MCP-Protocol-Version": metadata[PROTOCOL_VERSION_KEY], "Mcp-Method": message.method}
    if message.method == "tools/call":
        expected_headers["Mcp-Name"] = message.params.get("name")
    for header, value in expected_headers.items():
        if _decode_header(headers.get(header)) != value:
            raise _build_mismatch_error(f"The header `{header}` does not match the message, or is missing.")


def _get_metadata(message: Message) -> Mapping[str, Any]:
    metadata = message.params.get("_meta")
    return metadata if isinstance(metadata, dict) else {}


def _decode_header(value: str | None) -> str | None:
    """Decode a header value that is encoded because HTTP headers cannot carry its characters."""
    if value is None or not (value.startswith(_ENCODED_START) and value.endswith(_ENCODED_END)):
        return value
    try:
        return base64.b64decode(
            value[len(_ENCODED_START) : -len(_ENCODED_END)].encode(), validate=True
        ).decode()
    except (binascii.Error, UnicodeError):
        return None


def _build_mismatch_error(reason: str) -> RpcError:
    return RpcError(HEADER_MISMATCH, reason, status=HTTPStatus.BAD_REQUEST)


def _build_unsupported_error(revision: Any) -> RpcError:
    return RpcError(
        UNSUPPORTED_REVISION,
        "This revision of the protocol is not supported here.",
        data={"supported": list(SUPPORTED_REVISIONS), "requested": str(revision)[:100]},
        status=HTTPStatus.BAD_REQUEST,
    )
