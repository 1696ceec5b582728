"""Send internal requests to our own API, with the same results and errors as for external requests."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from claims.features.assistants.tools import Caller
from factcheck.web.change_context import ChangeContext

#: Headers of the original request that identify its client.
_FORWARDED_HEADERS = ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT")

RequestParameters = Mapping[str, str | int | Sequence[str]]


def build_get_request(path: str, parameters: RequestParameters) -> WSGIRequest:
    """Build a GET request to the API."""
    return _build_request("GET", path, None, query=urlencode(parameters, doseq=True))


def post_request(
    path: str, body: Mapping[str, Any], caller: Caller, *, idempotency_key: str | None = None
) -> HttpResponse:
    """Send a POST request to the editorial API with the caller's token, and return the response."""
    request = _build_request("POST", path, caller, content=json.dumps(body).encode())
    request.META["HTTP_AUTHORIZATION"] = f"Bearer {caller.secret}"
    if idempotency_key is not None:
        request.META["HTTP_IDEMPOTENCY_KEY"] = idempotency_key
    return ChangeContext(_get_response)(request)


def _get_response(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match = resolve(request.path_info)
    response = cast(HttpResponse, match.func(request, *match.args, **match.kwargs))
    render = getattr(response, "render", None)
    return cast(HttpResponse, render()) if render else response


def _build_request(
    method: str, path: str, caller: Caller | None, *, query: str = "", content: bytes = b""
) -> WSGIRequest:
    site = urlsplit(settings.SITE_URL)
    forwarded_headers = {
        name: value
        for name, value in (caller.environment if caller else {}).items()
        if name in _FORWARDED_HEADERS
    }
    return WSGIRequest(
        {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(content)),
            "SERVER_NAME": site.hostname or "",
            "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": site.netloc,
            # The header that a trusted proxy would set.
            "HTTP_X_FORWARDED_PROTO": site.scheme,
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": BytesIO(content),
            **forwarded_headers,
        }
    )


def has_succeeded(response: HttpResponse) -> bool:
    return response.status_code in (HTTPStatus.OK, HTTPStatus.CREATED)
