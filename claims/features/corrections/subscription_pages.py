"""Pages on which readers follow a claim, and confirm or end the subscription.

Opening a page changes nothing, because mail programs open links. The secret URL serves as the CSRF token.
"""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from claims.features.complaints.intake.complaint_page import find_newest_entry
from claims.features.complaints.intake.private_pages import (
    add_limit_fields,
    check_limit,
    protect_address,
    render_form_page,
)
from claims.features.complaints.intake.reader_forms import ReaderForm
from claims.features.corrections import subscriptions
from claims.models import Publication
from claims.public.pages.responses import respond_uncached
from factcheck.database.read_connections import read_freshly


@require_http_methods(["GET", "HEAD", "POST"])
def follow_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and process the form to follow a claim, without revealing whether an address is subscribed."""
    entry = read_freshly(lambda: find_newest_entry(pk))
    if entry.merged_into_id:
        return redirect("claim-follow", pk=entry.merged_into_id)
    form = ReaderForm(request.POST if request.method == "POST" else None)
    admission = None
    if form.is_bound and form.is_valid():
        if (refusal := check_limit(request)) is None:
            # Only programs fill in the trap field; they get the same response as everyone.
            if not form.submission_context.signs:
                language = get_language() or settings.LANGUAGE_CODE
                subscriptions.create_subscription(entry, mail=form.cleaned_data["mail"], language=language)
            return redirect("claim-subscription-sent")
        message, admission = refusal
        form.add_error(None, f"{_('Too many messages came from your network.')} {message}")
    response = render_form_page(request, "corrections/follow.html", {"form": form, "claim": entry.document})
    return add_limit_fields(response, admission) if admission else response


@require_safe
def show_sent_page(request: HttpRequest) -> HttpResponse:
    context = {"days": settings.READER_CONFIRMATION_DAYS}
    return protect_address(respond_uncached(request, "corrections/sent.html", context))


@require_safe
def show_subscription(request: HttpRequest, token: str) -> HttpResponse:
    """Show the subscription, with buttons to confirm and end it."""
    subscription = subscriptions.find_subscription(token)
    if subscription is None:
        return show_ended_page(request, status=HTTPStatus.NOT_FOUND)
    entry = Publication.objects.newest().filter(claim=subscription.claim_id).first()
    context = {"subscription": subscription, "claim": entry.document if entry else None, "token": token}
    return protect_address(respond_uncached(request, "corrections/subscription.html", context))


@csrf_exempt
def confirm_subscription(request: HttpRequest, token: str) -> HttpResponse:
    subscription = subscriptions.find_subscription(token)
    if request.method == "POST" and subscription is not None:
        subscriptions.confirm_subscription(subscription)
    return protect_address(redirect("claim-subscription", token=token))


@csrf_exempt
def stop_subscription(request: HttpRequest, token: str) -> HttpResponse:
    """End the subscription. Mail programs also send the `List-Unsubscribe` form here."""
    if request.method != "POST":
        return protect_address(redirect("claim-subscription", token=token))
    subscription = subscriptions.find_subscription(token)
    if subscription is not None:
        subscriptions.end_subscription(subscription)
    return show_ended_page(request)


def show_ended_page(request: HttpRequest, *, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    response = protect_address(respond_uncached(request, "corrections/ended.html", {}))
    response.status_code = status
    return response
