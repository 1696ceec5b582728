"""The page on which a reader's browser subscribes to a claim, and the script that shows notifications."""

from pathlib import Path

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from claims.features.complaints.intake.complaint_page import find_newest_entry
from claims.features.complaints.intake.private_pages import check_limit, forbid_caching, render_form_page
from claims.features.push import notifications
from claims.features.push.encryption import encrypt_message, get_public_key
from claims.features.push.models import AUTH_PATTERN, MAX_ENDPOINT_LENGTH, P256DH_PATTERN
from factcheck.database.read_connections import read_freshly
from sources.http import sent_messages

_WORKER_FILE = Path(__file__).parent / "static" / "push" / "worker.js"


class BrowserForm(forms.Form):
    """A form with a browser's URL at its push service, and the browser's keys (Push API)."""

    endpoint = forms.CharField(max_length=MAX_ENDPOINT_LENGTH)
    p256dh = forms.RegexField(P256DH_PATTERN)
    auth = forms.RegexField(AUTH_PATTERN)

    def clean_endpoint(self) -> str:
        return sent_messages.validate_address(self.cleaned_data["endpoint"])

    def clean(self) -> None:
        keys = {name: self.cleaned_data.get(name) for name in ("p256dh", "auth")}
        if all(keys.values()):
            try:
                encrypt_message(b"", **keys)  # type: ignore[arg-type]  # neither is None
            except ValueError as error:  # the key is not a point on the curve
                self.add_error("p256dh", str(error))


@require_safe
def show_push_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page with the buttons that start and stop notifications."""
    entry = read_freshly(lambda: find_newest_entry(pk))
    if entry.merged_into_id:
        return redirect("claim-push", pk=entry.merged_into_id)
    return render_form_page(request, "push/follow.html", {"claim": entry.document, "key": get_public_key()})


@require_POST
def start_notifications(request: HttpRequest, pk: int) -> HttpResponse:
    """Store the browser's subscription, which the reader has already allowed in the browser."""
    entry = read_freshly(lambda: find_newest_entry(pk))
    form = BrowserForm(request.POST)
    if not form.is_valid():
        return forbid_caching(HttpResponse(status=400))
    if check_limit(request) is not None:
        return forbid_caching(HttpResponse(status=429))
    notifications.subscribe_browser(
        entry, **form.cleaned_data, language=get_language() or settings.LANGUAGE_CODE
    )
    return forbid_caching(HttpResponse(status=204))


@require_POST
def stop_notifications(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete the browser's subscription, found by its secret URL, which only this browser knows."""
    notifications.unsubscribe_browser(pk, endpoint=request.POST.get("endpoint", ""))
    return forbid_caching(HttpResponse(status=204))


@require_safe
def serve_worker_script(request: HttpRequest) -> HttpResponse:
    """Serve the service worker. Its path ensures that it controls no other page of the site."""
    return HttpResponse(
        _WORKER_FILE.read_bytes(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )
