"""Counts and durations of responses by route."""

from collections import Counter, deque
from collections.abc import Callable
from threading import get_ident
from time import perf_counter

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

#: Visitors may send any text as a method, so only known methods become labels.
METHODS = {name: name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
OTHER_LABEL = "other"
#: The label for URLs without a route, and for responses sent before the route was resolved.
UNRESOLVED_LABEL = "unresolved"

#: The threads that are answering a request at the moment.
busy_threads: set[int] = set()
#: Responses that were sent and are not counted yet: route, method, status and seconds.
recent_responses: deque[tuple[str, str, int, float]] = deque(maxlen=1_000_000)


def get_route_name(request: HttpRequest) -> str:
    """Return the name of the view that responds. A metric labelled with it has no more labels than there are routes."""
    match = request.resolver_match
    return match.view_name if match else UNRESOLVED_LABEL


class RequestCounts:
    """Middleware: records each response if metrics are on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_PORT:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started_at, thread = perf_counter(), get_ident()
        busy_threads.add(thread)
        try:
            response = self.get_response(request)
        finally:
            busy_threads.discard(thread)
        method = METHODS.get(request.method or "", OTHER_LABEL)
        recent_responses.append(
            (get_route_name(request), method, response.status_code, perf_counter() - started_at)
        )
        return response


def add_up_responses() -> None:
    """Add up the responses recorded since the last call. Counting them together keeps the cost of each response low."""
    from factcheck.telemetry import counters  # noqa: PLC0415  only if metrics are on

    counts: Counter[tuple[str, str, int]] = Counter()
    for _ in range(len(recent_responses)):
        route, method, status, seconds = recent_responses.popleft()
        counts[route, method, status] += 1
        counters.REQUEST_SECONDS.labels(route).observe(seconds)
    for (route, method, status), count in counts.items():
        counters.REQUESTS.labels(route, method, str(status)).inc(count)
