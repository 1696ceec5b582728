"""`/mcp`: the Model Context Protocol over stateless streamable HTTP.

There are no sessions and no streams, so a GET gets a 405, as the protocol requires. A call costs as much as
the equivalent API request and counts towards the same rate limits.
"""

import re
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from claims.features.assistants import mcp_server, revisions
from claims.features.assistants.tool_arguments import ToolRefused
from claims.features.assistants.tools import Caller
from claims.newsroom import api_tokens
from claims.newsroom.refusals import NotAllowed
from factcheck.api.json_rpc import (
    INVALID_REQUEST,
    REFUSED_ERROR,
    Message,
    RpcError,
    RpcResponse,
    build_error,
    build_result,
    decode_message,
    read_id,
    read_message,
)
from factcheck.django_internals import mark_as_logged
from factcheck.web import uploads
from factcheck.web.throttling import admit, gate, get_caller
from factcheck.web.throttling.costs import EXPENSIVE_COST, MAX_COST, Costs
from factcheck.web.throttling.header_fields import describe_refusal

#: Enough for the longest text, even if each character is sent as two six-byte escapes, with the message around it.
BODY_LIMIT = 600_000
#: The most messages in one body, in protocol revisions that allow batches.
BATCH_LIMIT = 10

_BEARER_PATTERN = re.compile(r"Bearer +([!-~]+) *", re.IGNORECASE | re.ASCII)


@csrf_exempt  # nothing here depends on a cookie
def answer_request(request: HttpRequest) -> HttpResponse:
    """Answer one message of the protocol, or a batch of messages."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    with translation.override("en"):
        try:
            _require_own_origin(request)
            _require_json(request)
            caller = _identify_caller(request)
            message = decode_message(request.body)
            batch = _read_batch(request, message)
            if batch is None:
                return _answer_message(request, message, caller)
            _spend_budget(request, caller, len(batch) - 1)  # the request itself already counted as one
            responses = [_answer_batch_message(request, batch_message, caller) for batch_message in batch]
            sent_responses = [batch_message for batch_message in responses if batch_message is not None]
            return RpcResponse(sent_responses) if sent_responses else HttpResponse(status=HTTPStatus.ACCEPTED)
        except RpcError as error:
            return RpcResponse(build_error(None, error), status=error.status, headers=error.headers)


# Checks before a request is answered ------------------------------------------------------------------------------


def _require_own_origin(request: HttpRequest) -> None:
    """Reject requests from pages of other sites (DNS rebinding)."""
    origin = request.headers.get("Origin")
    own_site = urlsplit(settings.SITE_URL)
    allowed_origins = {f"{own_site.scheme}://{own_site.netloc}", f"{request.scheme}://{request.get_host()}"}
    if origin is not None and origin.lower() not in {site.lower() for site in allowed_origins}:
        raise RpcError(
            INVALID_REQUEST,
            "Pages of other sites may not use this address (`Origin`).",
            status=HTTPStatus.FORBIDDEN,
        )


def _require_json(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise RpcError(
            INVALID_REQUEST,
            "Send the message as `Content-Type: application/json`.",
            status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    if uploads.get_content_length(request) > BODY_LIMIT or len(request.body) > BODY_LIMIT:
        raise RpcError(
            INVALID_REQUEST,
            f"The message is too large: at most {BODY_LIMIT} bytes are read.",
            status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        )


def _identify_caller(request: HttpRequest) -> Caller:
    """Return the caller. A request without a token is allowed; one with an invalid token is rejected."""
    header = request.META.get("HTTP_AUTHORIZATION")
    request_headers = {name: value for name, value in request.META.items() if isinstance(value, str)}
    if header is None:
        return Caller(environment=request_headers)
    bearer = _BEARER_PATTERN.fullmatch(header)
    try:
        token = api_tokens.find_token(bearer[1]) if bearer else None
        error = "This token is unknown, expired or revoked."
    except NotAllowed as refusal:
        token, error = None, str(refusal)
    if token is None or bearer is None:
        raise RpcError(
            REFUSED_ERROR,
            error,
            status=HTTPStatus.UNAUTHORIZED,
            headers={"WWW-Authenticate": 'Bearer realm="mcp", error="invalid_token"'},
        )
    return Caller(token, bearer[1], request_headers)


def _read_batch(request: HttpRequest, messages: Any) -> Sequence[Any] | None:
    """Return the messages of a batch, or None if the body is not a list.

    Raises:
        RpcError: the protocol revision has no batches, or the batch is empty or too long.
    """
    if not isinstance(messages, list):
        return None
    revision = request.headers.get("MCP-Protocol-Version", revisions.DEFAULT_REVISION)
    if revision != revisions.BATCHING_REVISION:
        reason = f"Send one message at a time: only revision {revisions.BATCHING_REVISION} puts several into one body."
    elif not 1 <= len(messages) <= BATCH_LIMIT:
        reason = f"Send from 1 to {BATCH_LIMIT} messages at once, not {len(messages)}."
    else:
        return messages
    raise RpcError(INVALID_REQUEST, reason, status=HTTPStatus.BAD_REQUEST)


# Answers --------------------------------------------------------------------------------------------------------------


def _answer_message(request: HttpRequest, parsed_message: Any, caller: Caller) -> HttpResponse:
    """Answer a single message. If the answer is an error, the response has the error's HTTP status."""
    key = read_id(parsed_message)
    try:
        message = read_message(parsed_message)
        if message is None or message.id is None:
            return HttpResponse(status=HTTPStatus.ACCEPTED)
        return RpcResponse(build_result(key, _run_request(request, message, caller)))
    except RpcError as error:
        response = RpcResponse(build_error(key, error), status=error.status, headers=error.headers)
        if "Retry-After" in error.headers:
            mark_as_logged(response)
        return response


def _answer_batch_message(request: HttpRequest, parsed_message: Any, caller: Caller) -> dict[str, Any] | None:
    """Return the answer to one message of a batch, or None if the message needs no answer."""
    key = read_id(parsed_message)
    try:
        message = read_message(parsed_message)
        if message is None or message.id is None:
            return None
        return build_result(key, _run_request(request, message, caller))
    except RpcError as error:
        return build_error(key, error)


def _run_request(request: HttpRequest, message: Message, caller: Caller) -> dict[str, Any]:
    revision = revisions.read_http_revision(request.headers, message)
    cost = _compute_cost(message, caller)
    _spend_budget(request, caller, cost - 1)  # one has already been deducted for each message
    get_result = partial(mcp_server.get_result, message, caller, revision)
    if cost < EXPENSIVE_COST:
        return get_result()
    budget_owner = f"token of {caller.token.user_id}" if caller.token else get_caller(request)
    response = gate.expensive_requests.run(get_result, budget_owner)
    if response is None:
        raise _build_retry_error(HTTPStatus.SERVICE_UNAVAILABLE, _BUSY_MESSAGE, 2)
    return response


_BUSY_MESSAGE = "Too many expensive requests are running. Please try again in a moment."


def _compute_cost(message: Message, caller: Caller) -> int:
    """Return the cost of a message, as the number of API requests that it is equivalent to."""
    if message.method != "tools/call":
        return 1
    tool = mcp_server.find_tool(message, caller)
    try:
        equivalent_request = tool.build_equivalent_request(mcp_server.read_arguments(tool, message))
    except ToolRefused:
        return 1
    return min(
        MAX_COST,
        Costs().compute_cost(equivalent_request.path, equivalent_request.query, equivalent_request.text),
    )


def _spend_budget(request: HttpRequest, caller: Caller, cost: int) -> None:
    """Deduct the cost from the caller's rate limit.

    Raises:
        RpcError: the rate limit is exceeded.
    """
    if cost < 1:
        return
    admission = admit(request, user_id=caller.token.user_id if caller.token else None, cost=cost)
    if admission is None:
        return
    request.admission = admission  # type: ignore[attr-defined]  # RateLimits says in the answer what is left
    if not admission.allowed:
        raise _build_retry_error(
            HTTPStatus.TOO_MANY_REQUESTS, describe_refusal(admission), admission.reset_seconds
        )


def _build_retry_error(status: HTTPStatus, reason: str, seconds: int) -> RpcError:
    return RpcError(
        REFUSED_ERROR,
        reason,
        data={"status": int(status), "retryAfterSeconds": seconds},
        status=status,
        headers={"Retry-After": str(seconds)},
    )
