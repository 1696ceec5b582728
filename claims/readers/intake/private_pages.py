"""How a page answers that is about one reader: nobody keeps it, finds it, or learns from it where they came from."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from claims.public.pages.responses import respond_once
from factcheck.web.throttling import Tier, admit
from factcheck.web.throttling.header_fields import sentence, write_fields

Document = dict[str, Any]


def unkept(response: HttpResponse) -> HttpResponse:
    """The answer, which nobody keeps or finds."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def private(response: HttpResponse) -> HttpResponse:
    """The answer, with what keeps the secret part of its address to whom it was sent.

    A browser that tells nobody where it comes from sends forms as from nowhere, which the check against forms of other
    sites refuses: what is sent from such a page must do without.
    """
    response["Referrer-Policy"] = "no-referrer"
    return unkept(response)


def form_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, ratings: list[Document] | None = None
) -> HttpResponse:
    """A page with a form; what is wrong with what was sent is said on it, and with the status of a refusal."""
    context = {
        "contact_days": settings.READER_CONTACT_DAYS,
        "working_days": settings.COMPLAINT_WORKING_DAYS,
        **context,
    }
    response = unkept(respond_once(request, template, context, ratings=ratings or []))
    form = context.get("form")
    if form is not None and form.is_bound and form.errors:
        response.status_code = HTTPStatus.BAD_REQUEST
    return response


def refused_for_now(request: HttpRequest) -> tuple[str, Any] | None:
    """What somebody is told whose network has sent too much, and the limit; None where it may send more."""
    admission = admit(request, tier=Tier.SUBMISSIONS)
    return None if admission is None or admission.allowed else (sentence(admission), admission)


def with_limit(response: HttpResponse, admission: Any) -> HttpResponse:
    """The answer to who has sent too much."""
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    write_fields(response, admission)
    return response
