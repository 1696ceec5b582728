"""Enforcement of rate limits: a middleware for public paths, and a throttle for REST framework's views."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from http import HTTPStatus
from time import monotonic
from typing import Any
from urllib.parse import unquote_plus

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from factcheck.api.problems import build_unavailable_response
from factcheck.django_internals import get_plain_request, mark_as_logged
from factcheck.web import uploads
from factcheck.web.throttling import gate
from factcheck.web.throttling.callers import Tier, admit, get_caller
from factcheck.web.throttling.costs import EXPENSIVE_COST, MAX_COST, Costs
from factcheck.web.throttling.header_fields import build_refusal, write_fields
from factcheck.web.throttling.limiter import Admission

#: For how many seconds a token look-up is cached; a revoked token keeps its higher limit that long.
TOKEN_CACHE_SECONDS = 60

_FORM_TYPE = "application/x-www-form-urlencoded"
#: The number of bytes read of a posted query, which has at most 2,000 characters of at most twelve bytes each.
MAX_FORM_BYTES = 50_000
#: The longest URL accepted, in bytes. The web server itself rejects URLs above 65,534 without a body.
MAX_URL_LENGTH = 60_000


class RateLimits:
    """Middleware: enforces the limits on paths of `RATE_LIMITED_REGEX`, and reports the remaining budget.

    `RATE_LIMIT_COSTS` lists the URLs whose responses cost more, with their costs; long searches and exact counts add
    to the cost. Only a few expensive requests run at once; others wait. In views with the throttle `RateLimit`, that
    throttle reports the remaining budget instead.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.limited = re.compile(settings.RATE_LIMITED_REGEX).match
        self.are_pages = re.compile(settings.RATE_LIMITED_PAGES_REGEX).match
        self.streamed = re.compile(settings.STREAMED_REGEX).search
        self.costs = Costs()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        cost, admission = self._charge_request(request)
        if len(path.encode()) + len(request.META.get("QUERY_STRING", "")) > MAX_URL_LENGTH:
            detail = gettext("The address is too long. The limit is %(most)s bytes.") % {
                "most": MAX_URL_LENGTH
            }
            return build_unavailable_response(request, HTTPStatus.REQUEST_URI_TOO_LONG, detail)
        if admission and not admission.allowed:
            return build_refusal(request, admission)
        # Only after counting, so that a caller with a slow body has already drawn on the budget.
        has_body = request.META.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" in request.META
        if has_body and (refusal := uploads.receive_body(request)):
            return build_incomplete_response(request, refusal)
        body_cost = self._compute_body_cost(request) if has_body and request.method != "OPTIONS" else 0
        if body_cost > cost:
            admission, cost = self._admit(request, body_cost - cost), body_cost
            if admission and not admission.allowed:
                uploads.release_slot(request)
                return build_refusal(request, admission)
        if cost < EXPENSIVE_COST or self.streamed(path):  # downloads have their own slots
            response = self.get_response(request)
        else:
            token_owner = get_token_owner(request)
            caller = get_caller(request) if token_owner is None else f"token of {token_owner}"
            response = gate.expensive_requests.run(
                partial(self.get_response, request), caller
            ) or build_busy_response(request)
        if has_body:
            uploads.release_slot(request)
        admission = getattr(request, "admission", admission)
        if admission:
            write_fields(response, admission)
        return response

    def _charge_request(self, request: HttpRequest) -> tuple[int, Admission | None]:
        """Return the cost of a request and the decision on it; None if the request is not limited."""
        path, query = request.path_info, request.META.get("QUERY_STRING", "")
        # A browser's preflight is not a request yet, and cannot carry a token.
        if request.method != "OPTIONS" and (self.limited(path) or self.are_pages(path)):
            cost = self.costs.compute_cost(path, query)
            return cost, self._admit(request, cost)
        return 1, None

    def _admit(self, request: HttpRequest, cost: int) -> Admission | None:
        if self.limited(request.path_info):
            return admit(request, user_id=get_token_owner(request), cost=cost)
        return admit(request, cost=cost, tier=Tier.PAGES)

    def _compute_body_cost(self, request: HttpRequest) -> int:
        """Return the cost of a request body: of a text, or of a query string that a Google client sends by POST.

        Returns 0 if the body does not affect the cost.
        """
        path, query = request.path_info, request.META.get("QUERY_STRING", "")
        if self.costs.grows_with_text(path):
            return self.costs.compute_cost(path, query, _read_text(request))
        if "HTTP_X_HTTP_METHOD_OVERRIDE" not in request.META or not self.limited(path):
            return 0
        if request.content_type != _FORM_TYPE or uploads.get_content_length(request) > MAX_FORM_BYTES:
            return MAX_COST
        return self.costs.compute_cost(request.path_info, request.body.decode(errors="replace"))


def _read_text(request: HttpRequest) -> str:
    """Return the body as text, with JSON and form escapes decoded."""
    if uploads.get_content_length(request) > uploads.MEMORY_BYTES:
        return ""  # it is refused
    if request.content_type == _FORM_TYPE:
        return unquote_plus(request.body.decode(errors="replace"))
    try:
        return orjson.dumps(orjson.loads(request.body)).decode()
    except orjson.JSONDecodeError:
        return request.body.decode(errors="replace")


def build_busy_response(request: HttpRequest) -> HttpResponse:
    """Build the refusal of an expensive request when all slots are taken."""
    detail = gettext("Too many expensive requests are running. Please try again in a moment.")
    response = build_unavailable_response(request, HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=2)
    mark_as_logged(response)
    return response


def build_incomplete_response(request: HttpRequest, refusal: uploads.BodyRefusal) -> HttpResponse:
    """Build the response to a request whose body did not arrive. The request's connection cannot be reused."""
    response = build_unavailable_response(
        request, refusal.status, refusal.detail, retry_after=refusal.retry_after
    )
    response["Connection"] = "close"
    mark_as_logged(response)
    return response


class RateLimit(BaseThrottle):
    """REST framework's throttle for views that know their user: counts by user with a token, otherwise by IP address.

    A view's `request_cost` states how much its responses cost compared with a plain request. The remaining budget is
    only reported if the middleware `RateLimits` is installed.
    """

    admission: Admission | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        user_id = request.user.pk if request.auth is not None else None
        plain_request = get_plain_request(request)
        self.admission = admit(plain_request, user_id=user_id, cost=getattr(view, "request_cost", 1))
        plain_request.admission = self.admission  # type: ignore[attr-defined]  # RateLimits looks for it
        return self.admission is None or self.admission.allowed

    def wait(self) -> float | None:
        return self.admission.reset_seconds if self.admission else None


def get_token_owner(request: HttpRequest) -> int | None:
    """Return the user id of the request's valid token; None without one. Public paths ignore an invalid token."""
    authorization = request.META.get("HTTP_AUTHORIZATION")
    if not authorization or not settings.RATE_LIMIT_AUTHENTICATION:
        return None
    return _find_token_owner(authorization, int(monotonic() / TOKEN_CACHE_SECONDS))


@lru_cache(maxsize=1000)
def _find_token_owner(authorization: str, period: int) -> int | None:
    request = HttpRequest()
    request.META["HTTP_AUTHORIZATION"] = authorization
    try:
        owner = import_string(settings.RATE_LIMIT_AUTHENTICATION)().authenticate(Request(request))
    except AuthenticationFailed:
        return None
    return owner[0].pk if owner else None
