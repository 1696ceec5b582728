"""The header fields of rate limits (draft-ietf-httpapi-ratelimit-headers-11), and status 429.

The draft's problem type for 429 is not registered yet and its URL may change, so the type is `about:blank`.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext, ngettext

from factcheck.api.problems import build_unavailable_response
from factcheck.django_internals import mark_as_logged
from factcheck.web.throttling.limiter import Admission


def write_fields(response: HttpResponseBase, admission: Admission) -> None:
    """Write the limit and the remaining budget to the header. Only refusals have `Retry-After`."""
    headers = response.headers
    headers["RateLimit-Policy"] = f'"{admission.tier}";q={admission.limit};w={admission.window}'
    headers["RateLimit"] = f'"{admission.tier}";r={admission.remaining};t={admission.reset_seconds}'
    if not admission.allowed:
        headers["Retry-After"] = str(admission.reset_seconds)


def build_refusal(request: HttpRequest, admission: Admission) -> HttpResponse:
    """Return the response to a caller that exceeded the limit."""
    response = build_unavailable_response(request, HTTPStatus.TOO_MANY_REQUESTS, describe_refusal(admission))
    write_fields(response, admission)
    response.headers["Content-Length"] = str(len(response.content))
    mark_as_logged(response)
    return response


def describe_refusal(admission: Admission) -> str:
    """Return the message for a refused caller."""
    seconds = admission.reset_seconds
    limit_sentence = gettext("The limit is %(limit)s requests in %(window)s seconds.") % {
        "limit": admission.limit,
        "window": admission.window,
    }
    retry_advice = ngettext(
        "Try again in %(seconds)s second.", "Try again in %(seconds)s seconds.", seconds
    ) % {"seconds": seconds}
    return f"{limit_sentence} {retry_advice}"
