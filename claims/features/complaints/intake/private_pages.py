"""The headers of a page about one reader: never cached, indexed, or revealed as a referrer."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from claims.public.pages.responses import respond_once
from factcheck.web.throttling import Tier, admit
from factcheck.web.throttling.header_fields import describe_refusal, write_fields

Document = dict[str, Any]


def forbid_caching(response: HttpResponse) -> HttpResponse:
    """Return the answer, uncached and unindexed."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def protect_address(response: HttpResponse) -> HttpResponse:
    """Add headers that keep the secret part of the URL private.

    A browser that sends no referrer sends forms as from nowhere, which the check against forms of other sites
    refuses: forms on such a page must do without it.
    """
    response["Referrer-Policy"] = "no-referrer"
    return forbid_caching(response)


def render_form_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, ratings: list[Document] | None = None
) -> HttpResponse:
    """Show a page with a form; with errors, its status is that of a refusal."""
    context = {
        "contact_days": settings.READER_CONTACT_DAYS,
        "working_days": settings.COMPLAINT_WORKING_DAYS,
        **context,
    }
    response = forbid_caching(respond_once(request, template, context, ratings=ratings or []))
    form = context.get("form")
    if form is not None and form.is_bound and form.errors:
        response.status_code = HTTPStatus.BAD_REQUEST
    return response


def check_limit(request: HttpRequest) -> tuple[str, Any] | None:
    """Return the message for a network that exceeded its limit, or None."""
    admission = admit(request, tier=Tier.SUBMISSIONS)
    return None if admission is None or admission.allowed else (describe_refusal(admission), admission)


def add_limit_fields(response: HttpResponse, admission: Any) -> HttpResponse:
    """Return the answer to a sender over the limit."""
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    write_fields(response, admission)
    return response
