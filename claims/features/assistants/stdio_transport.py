"""The stdio transport: one message per line on standard input and output."""

import logging
from typing import Any, BinaryIO

from django.db import close_old_connections

from claims.features.assistants import mcp_server, revisions
from claims.features.assistants.tools import Caller
from factcheck.api.json_rpc import (
    INTERNAL_ERROR,
    INVALID_REQUEST,
    REFUSED_ERROR,
    RpcError,
    build_error,
    build_result,
    decode_message,
    encode_response,
    read_id,
    read_message,
)
from factcheck.api.problems import SERVER_ERROR_MESSAGE
from factcheck.web.unavailable import find_outage

logger = logging.getLogger(__name__)

#: The longest line that is read, in bytes.
MAX_LINE_LENGTH = 600_000


def answer_lines(lines: BinaryIO, output: BinaryIO, caller: Caller) -> None:
    """Answer each line of input until the input ends."""
    response: dict[str, Any] | None
    while line := lines.readline(MAX_LINE_LENGTH + 1):
        if len(line) > MAX_LINE_LENGTH:
            _skip_long_line(lines, line)
            response = build_error(
                None, RpcError(INVALID_REQUEST, f"A line has at most {MAX_LINE_LENGTH} bytes.")
            )
        elif not line.strip():
            continue
        else:
            response = answer_line(line, caller)
        if response is not None:
            output.write(encode_response(response).encode() + b"\n")
            output.flush()


def answer_line(line: bytes, caller: Caller) -> dict[str, Any] | None:
    """Return the answer to a line, or None if it needs no answer."""
    key = None
    try:
        line_message = decode_message(line)
        key = read_id(line_message)
        message = read_message(line_message)
        if message is None or message.id is None:
            return None
        close_old_connections()
        return build_result(key, mcp_server.get_result(message, caller, revisions.read_revision(message)))
    except RpcError as error:
        return build_error(key, error)
    except Exception as failure:  # noqa: BLE001  the dialogue goes on, and says what became of this message
        return build_error(key, _build_failure_response(failure))


def _build_failure_response(failure: Exception) -> RpcError:
    if outage := find_outage(failure):
        return RpcError(REFUSED_ERROR, str(outage.detail), data={"retryAfterSeconds": outage.retry_after})
    logger.error("A message on standard input could not be processed.", exc_info=failure)
    return RpcError(INTERNAL_ERROR, str(SERVER_ERROR_MESSAGE))


def _skip_long_line(lines: BinaryIO, line: bytes) -> None:
    """Skip the rest of a line that is too long."""
    while line and not line.endswith(b"\n"):
        line = lines.readline(MAX_LINE_LENGTH)
