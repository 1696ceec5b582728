"""Headers for pages about one reader: these pages are never cached or indexed, and their URLs stay private."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from claims.public.pages.responses import respond_uncached
from factcheck.web.throttling import Tier, admit
from factcheck.web.throttling.header_fields import describe_refusal, write_fields

Document = dict[str, Any]


def forbid_caching(response: HttpResponse) -> HttpResponse:
    """Add headers that prevent caching and indexing, and return the response."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def protect_address(response: HttpResponse) -> HttpResponse:
    """Add headers that keep the secret part of the URL private, and return the response.

    Without a referrer, the browser does not send the origin of a form either, so the CSRF check would reject
    the form. Forms on these pages must therefore be exempt from the check.
    """
    response["Referrer-Policy"] = "no-referrer"
    return forbid_caching(response)


def render_form_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, ratings: list[Document] | None = None
) -> HttpResponse:
    """Render a page with a form; the response has an error status if the form has errors."""
    context = {
        "contact_days": settings.READER_CONTACT_DAYS,
        "working_days": settings.COMPLAINT_WORKING_DAYS,
        **context,
    }
    response = forbid_caching(respond_uncached(request, template, context, ratings=ratings or []))
    form = context.get("form")
    if form is not None and form.is_bound and form.errors:
        response.status_code = HTTPStatus.BAD_REQUEST
    return response


def check_limit(request: HttpRequest) -> tuple[str, Any] | None:
    """If the sender's network exceeded the rate limit, return an error message and the limit's state, else None."""
    admission = admit(request, tier=Tier.SUBMISSIONS)
    return None if admission is None or admission.allowed else (describe_refusal(admission), admission)


def add_limit_fields(response: HttpResponse, admission: Any) -> HttpResponse:
    """Turn the response into a 429 with the rate-limit header fields, and return it."""
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    write_fields(response, admission)
    return response
