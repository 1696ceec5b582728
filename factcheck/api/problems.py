"""Errors of the API, always as RFC 9457 problem details.

Every error under /api/ and at other URLs for programs (`PUBLIC_READS_REGEX`: feeds, dumps, sitemaps …) is returned as a
`ProblemResponse`, whether it occurs in REST framework or earlier. Endpoints that replace one of Google's APIs return a
`StatusResponse`. Reader pages keep Django's error pages, with our templates.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.template import loader
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views import defaults
from django_stubs_ext import StrOrPromise
from rest_framework import exceptions

from factcheck.api.google.statuses import STATUS_PATH, StatusResponse
from factcheck.api.json_rpc import RPC_PATHS
from factcheck.api.problem_codes import get_code, get_type_url
from factcheck.django_internals import get_plain_request
from factcheck.web.language_negotiation import API_PATH
from factcheck.web.unavailable import find_outage

MEDIA_TYPE = "application/problem+json"

NOT_FOUND_MESSAGE = gettext_lazy("Nothing is published at this address.")
SERVER_ERROR_MESSAGE = gettext_lazy(
    "Something went wrong on our side. The error has been logged; please try again later."
)
#: The phrases of the statuses that we return (RFC 9110).
_PHRASES = {
    400: gettext_lazy("Bad Request"),
    401: gettext_lazy("Unauthorized"),
    403: gettext_lazy("Forbidden"),
    404: gettext_lazy("Not Found"),
    405: gettext_lazy("Method Not Allowed"),
    406: gettext_lazy("Not Acceptable"),
    408: gettext_lazy("Request Timeout"),
    409: gettext_lazy("Conflict"),
    410: gettext_lazy("Gone"),
    411: gettext_lazy("Length Required"),
    412: gettext_lazy("Precondition Failed"),
    413: gettext_lazy("Content Too Large"),
    414: gettext_lazy("URI Too Long"),
    415: gettext_lazy("Unsupported Media Type"),
    416: gettext_lazy("Range Not Satisfiable"),
    422: gettext_lazy("Unprocessable Entity"),
    428: gettext_lazy("Precondition Required"),
    429: gettext_lazy("Too Many Requests"),
    500: gettext_lazy("Internal Server Error"),
    503: gettext_lazy("Service Unavailable"),
    507: gettext_lazy("Insufficient Storage"),
}


class ProblemResponse(HttpResponse):
    """A problem details response. `code` is for programs; `type` links to its explanation.

    Title and details are in the caller's language, if available. Everything meant for programs is untranslated.
    """

    def __init__(
        self, request: HttpRequest, status: int, detail: StrOrPromise, *, code: str = "", **members: Any
    ) -> None:
        code = code or get_code(status)
        problem = {
            "type": get_type_url(code),
            "title": get_phrase(status),
            "status": status,
            "code": code,
            "detail": str(detail),
            "instance": request.path,
            **members,
        }
        super().__init__(json.dumps(problem, ensure_ascii=False), content_type=MEDIA_TYPE, status=status)
        self["Cache-Control"] = "no-store"
        self["Content-Language"] = get_language() or "en"
        patch_vary_headers(self, ["Accept-Language"])


def get_phrase(status: int) -> str:
    """Return the standard phrase of a status code, such as "Not Found"."""
    return str(_PHRASES.get(status, HTTPStatus(status).phrase))


def build_error_response(request: HttpRequest, status: int, detail: StrOrPromise) -> HttpResponse | None:
    """Return the error response in the format used at this path; None for reader pages."""
    if request.path.startswith(STATUS_PATH):
        return StatusResponse(status, str(detail))
    is_for_programs = request.path.startswith(API_PATH) or request.path in RPC_PATHS
    if is_for_programs or re.match(settings.PUBLIC_READS_REGEX, request.path):
        return ProblemResponse(request, status, detail)
    return None


class MethodRefusals:
    """Middleware: adds a body to Django's empty 405 response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        inner_response = self.get_response(request)
        if not isinstance(inner_response, HttpResponseNotAllowed):
            return inner_response
        detail = str(exceptions.MethodNotAllowed(str(request.method)).detail)
        response = build_error_response(request, inner_response.status_code, detail) or ProblemResponse(
            request, inner_response.status_code, detail
        )
        response["Allow"] = inner_response["Allow"]
        return response


class InvalidParameters(exceptions.APIException):
    """The query string is invalid; `errors` names each parameter and the allowed values."""

    status_code = HTTPStatus.BAD_REQUEST
    problem_code = "invalid_parameters"

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(" ".join(error["detail"] for error in errors))
        self.errors = errors


def build_parameters_response(request: HttpRequest, refusal: InvalidParameters) -> ProblemResponse:
    """Build the response to invalid parameters, for views that do not use REST framework."""
    return ProblemResponse(
        request,
        refusal.status_code,
        str(refusal.detail),
        code=refusal.problem_code,
        errors=refusal.errors,
    )


class TargetNotFound(InvalidParameters):
    """A parameter's value is valid, but the object that it names does not exist."""

    status_code = HTTPStatus.NOT_FOUND
    problem_code = "not_found"


def convert_exception(exception: Exception) -> exceptions.APIException | None:
    """Return the REST framework exception that corresponds to a Django one; None for other errors."""
    if isinstance(exception, Http404):
        return exceptions.NotFound()
    if isinstance(exception, PermissionDenied):
        return exceptions.PermissionDenied()
    return exception if isinstance(exception, exceptions.APIException) else None


def handle_exception(raised_error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Return the problem details for an exception, for REST framework; None if `handle_server_error` handles it."""
    request = get_plain_request(context["request"])
    exception = convert_exception(raised_error)
    if exception is None:
        return None
    if isinstance(exception, exceptions.NotFound):
        return ProblemResponse(request, exception.status_code, str(NOT_FOUND_MESSAGE))
    if isinstance(exception, exceptions.NotAcceptable):
        offered_types = ", ".join(renderer.media_type for renderer in exception.available_renderers or [])
        return ProblemResponse(
            request, exception.status_code, gettext("Available types: %(types)s.") % {"types": offered_types}
        )
    members: dict[str, Any] = {"code": getattr(exception, "problem_code", "")}
    detail = str(exception.detail)
    if isinstance(exception, InvalidParameters):
        members["errors"] = exception.errors
    elif isinstance(exception, exceptions.ValidationError):
        members["code"] = members["code"] or (
            "invalid_body" if exception.status_code == 400 else "unprocessable"
        )
        members["errors"] = list(_iterate_places(exception.detail, ""))
        detail = " ".join(error["detail"] for error in members["errors"])
    response = ProblemResponse(request, exception.status_code, detail, **members)
    if challenge := getattr(exception, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    if (wait_seconds := getattr(exception, "wait", None)) is not None:
        response["Retry-After"] = str(ceil(wait_seconds))
    return response


def _iterate_places(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Yield the error messages of a rejected body, each with the JSON Pointer (RFC 6901) to the invalid value."""
    if isinstance(detail, Mapping):
        for key, part in detail.items():
            # Errors that belong to no field point to the whole body.
            yield from _iterate_places(
                part, pointer if key == "non_field_errors" else f"{pointer}/{_escape_pointer(str(key))}"
            )
    elif isinstance(detail, list):
        for position, part in enumerate(detail):
            nested = isinstance(part, Mapping | list)
            yield from _iterate_places(part, f"{pointer}/{position}" if nested else pointer)
    else:
        yield {"pointer": f"#{pointer}", "code": _get_place_code(detail), "detail": str(detail)}


#: REST framework's error codes, each with our code, which covers several of them.
_PLACE_CODES = {"required": "required", "null": "required", "blank": "empty", "unknown": "unknown"}


def _get_place_code(detail: Any) -> str:
    """Return the error code of a place in the body: `required`, `empty`, `unknown` or `invalid`."""
    return _PLACE_CODES.get(getattr(detail, "code", ""), "invalid")


def _escape_pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def build_unavailable_response(
    request: HttpRequest, status: int, detail: StrOrPromise, *, retry_after: int | None = None
) -> HttpResponse:
    """Return the response to a request during an outage, without using the database."""
    response = build_error_response(request, status, detail)
    if response is None:
        title = get_phrase(status)
        page = loader.render_to_string(
            "unavailable.html", {"title": title, "detail": detail, "status": int(status)}
        )
        response = HttpResponse(page, status=status)
        response["Cache-Control"] = "no-store"
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


# Django's error views -------------------------------------------------------------------------------------------------


def handle_bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    response = build_error_response(
        request, HTTPStatus.BAD_REQUEST, gettext("The request cannot be understood.")
    )
    return response or defaults.bad_request(request, exception)


def handle_permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    response = build_error_response(request, HTTPStatus.FORBIDDEN, gettext("You are not allowed to do this."))
    return response or defaults.permission_denied(request, exception)


def handle_csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show the text of a form that had an invalid CSRF token, for the person to copy (CSRF_FAILURE_VIEW)."""
    if response := build_error_response(
        request, HTTPStatus.FORBIDDEN, gettext("You are not allowed to do this.")
    ):
        return response
    # Only typed words: no keys of choices, and never passwords.
    words = [
        (name.replace("_", " ").capitalize(), text)
        for name, text in request.POST.items()
        if not name.startswith(("_", "csrf")) and "password" not in name and " " in str(text).strip()
    ]
    context = {"page": request.get_full_path(), "words": words}
    return render(request, "403_csrf.html", context, status=HTTPStatus.FORBIDDEN)


def handle_page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    response = build_error_response(request, HTTPStatus.NOT_FOUND, str(NOT_FOUND_MESSAGE))
    return response or defaults.page_not_found(request, exception)


def handle_server_error(request: HttpRequest) -> HttpResponse:
    # Django calls this while handling the exception.
    if outage := find_outage(sys.exc_info()[1]):
        return build_unavailable_response(
            request, outage.status, outage.detail, retry_after=outage.retry_after
        )
    response = build_error_response(request, HTTPStatus.INTERNAL_SERVER_ERROR, str(SERVER_ERROR_MESSAGE))
    return response or defaults.server_error(request)
