"""An address pasted where a source is picked: stored and read at once, so that the page fills in what it says."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.quotes.anchors import QuoteAmbiguous, QuoteNotFound
from claims.quotes.locations import build_quote
from factcheck.installation.messages import in_words
from sources.admin.source import address_in
from sources.models import Source
from sources.tasks import capture_source


def pasted_view(site: AdminSite, request: HttpRequest) -> JsonResponse:
    """Return the source of an address, adding one if need be, and what is known of it.

    The page asks again while `is_waiting`. It is posted: addresses and quotes would end up in logs.
    """
    desk: Any = site.get_model_admin(Source)
    address = address_in(request.POST.get("address", "").strip())
    if request.method != "POST" or not address:
        raise Http404
    source = Source.objects.at(address)
    words: list[str] = []
    if source is None:
        if not desk.has_add_permission(request):
            raise PermissionDenied
        try:
            source = desk.row_of(request, address)
        except ValidationError as refusal:
            return JsonResponse({"note": " ".join(refusal.messages)})
    elif not desk.has_view_permission(request):
        raise PermissionDenied
    elif "source" not in request.POST:
        words.append(_("Use the stored one: %s") % source.title)
    words += _details(source)
    status = "captured" if source.latest_snapshot() else _status_of_capture(source)
    if status == "captured":
        words += _quote_found(source, request.POST.get("exact", ""))
    elif status in ("todo", "doing"):
        words.append(_("The page is being read…"))
    elif status == "failed":
        words.append(_("The page could not be read."))
    return JsonResponse(
        {
            "source": source.pk,
            "title": source.title,
            "note": " · ".join(words),
            "is_waiting": status in ("todo", "doing"),
        }
    )


def _details(source: Source) -> list[str]:
    day = source.published_on
    return [
        *([source.publisher.name] if source.publisher else []),
        *([date_format(day, "SHORT_DATE_FORMAT")] if day else []),
    ]


def _status_of_capture(source: Source) -> str:
    """Return the state of the newest job that reads the source; "" if there is none."""
    jobs = ProcrastinateJob.objects.filter(task_name=capture_source.name, args__source_id=source.pk)
    return jobs.order_by("-pk").values_list("status", flat=True).first() or ""


def _quote_found(source: Source, exact: str) -> list[str]:
    if not exact.strip():
        return []
    try:
        build_quote(source, exact)
    except (QuoteNotFound, QuoteAmbiguous) as problem:
        return [in_words(problem)]
    return [_("The quote was found.")]
