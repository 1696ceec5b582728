"""A reader's own page at a secret URL: confirm, view, withdraw, export or delete the message.

Anyone who knows the secret URL can do all of this. The URL also serves as the CSRF token, so that no cookie
is needed. Opening the page changes nothing, because mail programs open links.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from claims.features.complaints import personal_data, submissions, working_days
from claims.features.complaints.confirmations import find_contact
from claims.features.complaints.intake.private_pages import protect_address
from claims.features.complaints.models import ContactDetails
from claims.models import Publication
from claims.public.pages.responses import respond_uncached

View = Callable[[HttpRequest, ContactDetails, str], HttpResponse]


def require_contact(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """Wrap a view of a reader's own page. If the contact no longer exists, show an explanation instead."""

    @wraps(view)
    def answer_with_contact(request: HttpRequest, token: str) -> HttpResponse:
        contact = find_contact(token)
        if contact is None:
            response = protect_address(
                respond_uncached(request, "readers/gone.html", _get_retention_periods())
            )
            response.status_code = HTTPStatus.NOT_FOUND
            return response
        return protect_address(view(request, contact, token))

    return answer_with_contact


def require_post(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
    """Wrap a view so that it accepts only POST; other requests are redirected to the page."""

    @csrf_exempt
    @require_contact
    @wraps(view)
    def answer_post(request: HttpRequest, contact: ContactDetails, token: str) -> HttpResponse:
        if request.method == "POST":
            return view(request, contact, token)
        return redirect("reader-message", token=token)

    return answer_post


@require_safe
@require_contact
def show_message(request: HttpRequest, contact: ContactDetails, token: str) -> HttpResponse:
    """Show the state of the message."""
    message = contact.complaint or contact.request
    entry = None
    if message is not None and message.claim_id and (contact.complaint or message.closed_at):
        entry = Publication.objects.newest().filter(claim_id=message.claim_id).first()
    days_left = None
    if contact.complaint and contact.complaint.due_on:
        days_left = working_days.count_working_days_after(working_days.get_today(), contact.complaint.due_on)
    context = {
        "contact": contact,
        "complaint": contact.complaint,
        "sent_at": contact.created_at.isoformat(),
        "confirmed_at": contact.confirmed_at.isoformat() if contact.confirmed_at else "",
        "about": message,
        "claim": entry.document if entry else None,
        "days_left": days_left,
        "token": token,
        **_get_retention_periods(),
    }
    return respond_uncached(request, "readers/message.html", context)


@require_post
def confirm_address(request: HttpRequest, contact: ContactDetails, token: str) -> HttpResponse:
    """Confirm that the email address belongs to the reader."""
    submissions.confirm_contact(contact)
    return redirect("reader-message", token=token)


@require_post
def withdraw_message(request: HttpRequest, contact: ContactDetails, token: str) -> HttpResponse:
    """Withdraw the message. If several readers made the same request, remove only this reader."""
    submissions.withdraw_message(contact)
    return redirect("reader-message", token=token)


@require_post
def delete_data(request: HttpRequest, contact: ContactDetails, token: str) -> HttpResponse:
    """Delete the reader's contact details and text."""
    personal_data.erase_contact(contact)
    return redirect("reader-data-deleted")


@require_safe
@require_contact
def export_data(request: HttpRequest, contact: ContactDetails, token: str) -> HttpResponse:
    """Return all data about the reader as a download."""
    response = JsonResponse(
        personal_data.export_contact(contact), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = 'attachment; filename="my-message.json"'
    return response


@require_safe
def show_sent_page(request: HttpRequest) -> HttpResponse:
    """Show a page that asks the sender to check their email. Senders of held messages get the same page."""
    return protect_address(respond_uncached(request, "readers/sent.html", _get_retention_periods()))


@require_safe
def show_deleted_page(request: HttpRequest) -> HttpResponse:
    return protect_address(respond_uncached(request, "readers/deleted.html", {}))


def _get_retention_periods() -> dict[str, int]:
    return {
        "confirmation_days": settings.READER_CONFIRMATION_DAYS,
        "contact_days": settings.READER_CONTACT_DAYS,
        "working_days": settings.COMPLAINT_WORKING_DAYS,
    }
