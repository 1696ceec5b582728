"""The page that turns pasted rows of URLs or of a spreadsheet into proposals."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.widgets import UnfoldAdminTextareaWidget

from claims.admin.mapping_form import FIELD_LABELS, FieldLine, MappingForm
from claims.imports.reading.mappings.checked_values import MappingError
from claims.imports.reading.pasted_text import (
    FIELDS,
    MAX_BYTES,
    MAX_ROWS,
    PastedRow,
    Settings,
    clean_pasted_text,
    detect_settings,
    iterate_rows,
    list_columns,
)
from claims.imports.reading.raw_record import Refusal
from claims.imports.reading.review_record import Review
from claims.imports.storing.proposed_rows import StoredRow, find_existing, propose_rows
from claims.models import Claim
from claims.quotes.anchors import QuoteAmbiguous, QuoteNotFound
from claims.quotes.locations import build_quote
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.unsaved import mark_form_as_saved
from factcheck.installation.messages import translate_message
from sources.admin.source import read_address
from sources.models import Source
from sources.tasks import capture_source


def show_source_at_url(site: AdminSite, request: HttpRequest) -> JsonResponse:
    """Return the source at a URL with its details as JSON. Add the source if the URL is new.

    The page repeats the request while `is_waiting` is true. Uses POST to keep URLs and quotes out of logs.
    """
    model_admin: Any = site.get_model_admin(Source)
    url = read_address(request.POST.get("address", "").strip())
    if request.method != "POST" or not url:
        raise Http404
    source = Source.objects.find_by_url(url)
    details: list[str] = []
    if source is None:
        if not model_admin.has_add_permission(request):
            raise PermissionDenied
        try:
            source = model_admin.find_or_add_row(request, url)
        except ValidationError as refusal:
            return JsonResponse({"note": " ".join(refusal.messages)})
    elif not model_admin.has_view_permission(request):
        raise PermissionDenied
    elif "source" not in request.POST:
        details.append(_("Use the stored source: %s") % source.title)
    details += _list_source_details(source)
    status = "captured" if source.get_latest_snapshot() else _get_capture_status(source)
    if status == "captured":
        details += _describe_quote_check(source, request.POST.get("exact", ""))
    elif status in ("todo", "doing"):
        details.append(_("The page is being read…"))
    elif status == "failed":
        details.append(_("The page could not be read."))
    return JsonResponse(
        {
            "source": source.pk,
            "title": source.title,
            "note": " · ".join(details),
            "is_waiting": status in ("todo", "doing"),
        }
    )


def _list_source_details(source: Source) -> list[str]:
    day = source.published_on
    return [
        *([source.publisher.name] if source.publisher else []),
        *([date_format(day, "SHORT_DATE_FORMAT")] if day else []),
    ]


def _get_capture_status(source: Source) -> str:
    """Return the state of the newest job that fetches the source, or "" if there is none."""
    jobs = ProcrastinateJob.objects.filter(task_name=capture_source.name, args__source_id=source.pk)
    return jobs.order_by("-pk").values_list("status", flat=True).first() or ""


def _describe_quote_check(source: Source, exact: str) -> list[str]:
    if not exact.strip():
        return []
    try:
        build_quote(source, exact)
    except (QuoteNotFound, QuoteAmbiguous) as problem:
        return [translate_message(problem)]
    return [_("The quote was found.")]


IMPORT_PERMISSION = "claims.run_import"


class PasteForm(forms.Form):
    """The form for pasting rows."""

    pasted = forms.CharField(
        label=gettext_lazy("Rows from a spreadsheet"),
        strip=False,
        widget=UnfoldAdminTextareaWidget(
            {"rows": 10, "dir": "auto", "spellcheck": "false", "class": "desk-code", "wrap": "off"}
        ),
    )

    def clean_pasted(self) -> str:
        text = clean_pasted_text(self.cleaned_data["pasted"])
        if not text.strip():
            raise forms.ValidationError(_("Nothing was pasted. Copy the rows first, then paste them."))
        if len(text.encode()) > MAX_BYTES:
            raise forms.ValidationError(
                _("The rows are larger than %d MB. Save them as a file, and import the file.")
                % (MAX_BYTES // 1_000_000)
            )
        return text


class PastedColumnsForm(MappingForm):
    """The form that assigns columns to the fields of a proposal."""

    def common_lines(self) -> Iterator[FieldLine]:
        return self._build_lines(FIELDS)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A pasted row in the preview."""

    position: str
    outcome: str
    review: Review | None
    remarks: list[tuple[str, str]]
    claim: Claim | None
    url: str


def paste_view(model_admin: DeskAdmin, request: HttpRequest) -> HttpResponse:
    """Show the page for pasting rows. Rows are stored only after a preview."""
    if not request.user.has_perm(IMPORT_PERMISSION):
        raise PermissionDenied
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Paste rows"),
        "opts": model_admin.opts,
        "paste": PasteForm(request.POST if request.method == "POST" else None),
        "most": MAX_ROWS,
    }
    if request.method == "POST" and context["paste"].is_valid():
        context |= _preview_rows(request, context["paste"].cleaned_data["pasted"])
    return TemplateResponse(request, "admin/desk/paste.html", context)


def _preview_rows(request: HttpRequest, text: str) -> dict[str, Any]:
    """Return the preview of the pasted rows or, if the person confirmed it, store the rows and return the results."""
    action, person = request.POST.get("do", ""), get_person(request)
    settings = _read_settings(request) if action in ("again", "store") else None
    settings = settings or detect_settings(text)
    form = PastedColumnsForm(
        request.POST if action in ("again", "store") else None,
        settings=settings,
        columns=list_columns(text, settings),
    )
    if form.is_bound and form.is_valid():
        settings = form.settings()
    try:
        pasted_rows = _limit_rows(iterate_rows(text, settings))
    except MappingError as error:
        return {"form": form, "problem": str(error), "settings": json.dumps(settings)}
    if pasted_rows is None:
        return {"problem": _("There are more than %d rows. Paste fewer, or import a file.") % MAX_ROWS}
    reviews = [review for _record, review in pasted_rows if isinstance(review, Review)]
    proposed_rows: list[StoredRow] | None = None
    if action == "store" and form.is_valid():
        proposed_rows = propose_rows(reviews, by=person)
        mark_form_as_saved(request)
    display_rows = _build_display_rows(pasted_rows, reviews, proposed_rows, person)
    return {
        # The columns may have changed because of another delimiter, or because the first row now counts as a record.
        "form": PastedColumnsForm(settings=settings, columns=list_columns(text, settings)),
        "settings": json.dumps(settings),
        "rows": display_rows,
        "stored": proposed_rows is not None,
        "numbers": {
            name: sum(row.outcome == name for row in display_rows) for name in ("created", "there", "refused")
        },
    }


def _read_settings(request: HttpRequest) -> Settings | None:
    """Return the settings that the page submitted, or None if they are invalid."""
    try:
        settings = json.loads(request.POST.get("settings", ""))
    except ValueError:
        return None
    return settings if isinstance(settings, dict) and isinstance(settings.get("mapping"), dict) else None


def _limit_rows(rows: Iterator[PastedRow]) -> list[PastedRow] | None:
    limited_rows: list[PastedRow] = []
    for row in rows:
        limited_rows.append(row)
        if len(limited_rows) > MAX_ROWS:
            return None
    return limited_rows


def _build_display_rows(
    pasted_rows: Sequence[PastedRow],
    reviews: Sequence[Review],
    stored_rows: Sequence[StoredRow] | None,
    person: User,
) -> list[PreviewRow]:
    stored_iterator = iter(stored_rows if stored_rows is not None else find_existing(reviews, by=person))
    return [
        _build_refused_row(review)
        if isinstance(review, Refusal)
        else _build_row(review, next(stored_iterator))
        for _record, review in pasted_rows
    ]


def _build_row(review: Review, result: StoredRow | Claim | None) -> PreviewRow:
    remarks = [
        (str(FIELD_LABELS.get(remark.field, remark.field)), remark.reason) for remark in review.remarks
    ]
    if isinstance(result, StoredRow):
        outcome, claim = result.outcome, result.claim
        if result.reason:
            remarks.append(("", result.reason))
    else:
        outcome, claim = ("there", result) if result else ("created", None)
    url = get_page_url(claim) if claim else ""
    return PreviewRow(review.location.position, outcome, review, remarks, claim, url)


def _build_refused_row(refusal: Refusal) -> PreviewRow:
    field = str(FIELD_LABELS.get(refusal.field, refusal.field))
    return PreviewRow(refusal.location.position, "refused", None, [(field, refusal.reason)], None, "")
