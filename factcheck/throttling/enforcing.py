"""Where limits are kept: a middleware for what everybody may read, and a throttle for REST framework's views."""

import re
from collections.abc import Callable
from functools import lru_cache
from time import monotonic
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from factcheck.throttling.callers import admit
from factcheck.throttling.fields import refusal, write_fields
from factcheck.throttling.limiter import Admission

#: For how long, in seconds, a token that was looked up is believed; a revoked one keeps its higher limit so long.
BELIEVED = 60


class RateLimits:
    """Middleware: keeps the limits on the addresses of `RATE_LIMITED_REGEX`, and says in the answer what is left.

    `RATE_LIMIT_COSTS` names the addresses whose answers cost more than others, and how much. Where a view has the
    throttle below, it says what is left in its place.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.limited = re.compile(settings.RATE_LIMITED_REGEX).match
        costs = settings.RATE_LIMIT_COSTS.items()
        self.costs = [(re.compile(pattern).search, cost) for pattern, cost in costs]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        admission = None
        # A browser's question whether it may ask is no request yet, and it cannot bring a token.
        if request.method != "OPTIONS" and self.limited(request.path_info):
            admission = admit(request, user_id=holder_of(request), cost=self.cost_of(request.path_info))
        if admission and not admission.allowed:
            return refusal(request, admission)
        response = self.get_response(request)
        admission = getattr(request, "admission", admission)
        if admission:
            write_fields(response, admission)
        return response

    def cost_of(self, path: str) -> int:
        return next((cost for costly, cost in self.costs if costly(path)), 1)


class RateLimit(BaseThrottle):
    """REST framework's throttle, for views that know their user: with a token by user, otherwise by address.

    `request_cost` of the view says how much more than a plain request its answers cost. `RateLimits` has to stand
    before the view for the answer to say what is left.
    """

    admission: Admission | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        user_id = request.user.pk if request.auth is not None else None
        self.admission = admit(request._request, user_id=user_id, cost=getattr(view, "request_cost", 1))
        request._request.admission = self.admission  # type: ignore[attr-defined]  # RateLimits looks for it
        return self.admission is None or self.admission.allowed

    def wait(self) -> float | None:
        return self.admission.reset_seconds if self.admission else None


def holder_of(request: HttpRequest) -> int | None:
    """The user whose valid token a request bears. Where anybody may read, a wrong token is as good as none."""
    authorization = request.META.get("HTTP_AUTHORIZATION")
    if not authorization or not settings.RATE_LIMIT_AUTHENTICATION:
        return None
    return _holder(authorization, int(monotonic() / BELIEVED))


@lru_cache(maxsize=1000)
def _holder(authorization: str, period: int) -> int | None:
    request = HttpRequest()
    request.META["HTTP_AUTHORIZATION"] = authorization
    try:
        found = import_string(settings.RATE_LIMIT_AUTHENTICATION)().authenticate(Request(request))
    except AuthenticationFailed:
        return None
    return found[0].pk if found else None
