"""How many answers each route gave, and how long they took."""

from collections.abc import Callable
from threading import get_ident
from time import perf_counter

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

#: What visitors may send as a method is without end; what is counted by it is not.
METHODS = {name: name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
OTHER = "other"
#: An address that leads nowhere, or an answer that was given before it was looked where it leads.
UNRESOLVED = "unresolved"

#: Threads that answer a request just now.
answering: set[int] = set()


def route_of(request: HttpRequest) -> str:
    """The name of what answers, of which there are as many as routes, whatever addresses visitors think of."""
    match = request.resolver_match
    return match.view_name if match else UNRESOLVED


class RequestCounts:
    """Middleware: counts, where metrics are on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_PORT:
            raise MiddlewareNotUsed
        from factcheck.telemetry import counters  # noqa: PLC0415  where metrics are on alone

        self.get_response, self.counters = get_response, counters
        #: What is counted for a route, a method and a status, at hand: to look it up costs more than to count.
        self.series: dict[tuple[str, str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun, thread = perf_counter(), get_ident()
        answering.add(thread)
        try:
            response = self.get_response(request)
        finally:
            answering.discard(thread)
        key = (route_of(request), METHODS.get(request.method or "", OTHER), response.status_code)
        count, observe = self.series.get(key) or self._new_series(key)
        count()
        observe(perf_counter() - begun)
        return response

    def _new_series(self, key: tuple[str, str, int]) -> tuple[Callable[[], None], Callable[[float], None]]:
        route, method, status = key
        made = (
            self.counters.REQUESTS.labels(route, method, str(status)).inc,
            self.counters.REQUEST_SECONDS.labels(route).observe,
        )
        return self.series.setdefault(key, made)
