"""The history of a claim: all versions, comparisons, and the version on a given day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import get_default_timezone, make_aware
from django.views.decorators.http import require_safe

from claims.ledger.document.wording_changes import find_wording_changes
from claims.models import Publication
from claims.public.pages.claim_ledger import load_ledger
from claims.public.pages.entry_page import list_ratings
from claims.public.pages.page_cache import cache_page, read_public
from claims.public.pages.responses import redirect_moved_page, respond
from claims.public.pages.shown_changes import list_shown_changes
from claims.public.pages.version_changes import VersionChange, list_version_changes
from factcheck.api.query_values import MAX_ID

Document = dict[str, Any]


class VersionsForm(forms.Form):
    """The form that validates the query parameters of the history page: two versions to compare, or a day."""

    to = forms.IntegerField(required=False, min_value=1, max_value=MAX_ID)
    on = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `from` is a Python keyword, so the field cannot be a class attribute.
        self.fields["from"] = forms.IntegerField(required=False, min_value=1, max_value=MAX_ID)


@dataclass(frozen=True, slots=True)
class HistoricVersion:
    """A version of a claim in the list of the history page."""

    entry: Publication
    change: VersionChange
    #: The time when this version was replaced; None for the newest.
    superseded_at: datetime | None

    @property
    def document(self) -> Document:
        return self.entry.document

    @property
    def is_published(self) -> bool:
        """Return whether the entry has a verdict. Retracted and merged claims show a notice instead."""
        return self.entry.status == Publication.Status.PUBLISHED


@require_safe
@read_public
@cache_page
def claim_history(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Show the versions of a claim; by default, the newest beside the previous one."""
    ledger = load_ledger(pk)
    newest_entry = ledger[0]
    address = reverse("claim-history", args=[pk, newest_entry.slug])
    if slug != newest_entry.slug:
        query = request.META.get("QUERY_STRING", "")
        return redirect_moved_page(f"{address}?{query}" if query else address)
    form = VersionsForm(request.GET)
    if not form.is_valid():
        raise Http404("The address contains an impossible version or day.")
    versions = _list_versions(ledger)
    day: date | None = form.cleaned_data["on"]
    after = (
        _find_version_of_day(versions, day)
        if day
        else _get_version(versions, form.cleaned_data["to"] or newest_entry.version)
    )
    before = None if day else _choose_earlier_version(versions, after, form.cleaned_data["from"])
    if before and after and before.entry.version > after.entry.version:
        before, after = after, before
    changes = _list_changes(before, after)
    context = {
        "claim": newest_entry.document,
        "newest": newest_entry,
        "versions": versions,
        "shown_version": after,
        "before": before,
        "changes": changes,
        "day": day,
        "oldest": versions[-1].entry,
    }
    documents = [version.document for version in versions]
    return respond(
        request,
        "claims/history.html",
        context,
        dependencies=[newest_entry.body_sha256],
        ratings=list_ratings(documents),
    )


def _list_versions(ledger: list[Publication]) -> list[HistoricVersion]:
    """Return every version, newest first."""
    ends = [None, *(entry.published_at for entry in ledger)]
    return [
        HistoricVersion(entry, change, superseded_at)
        for entry, change, superseded_at in zip(ledger, list_version_changes(ledger), ends, strict=False)
    ]


def _get_version(versions: list[HistoricVersion], version: int) -> HistoricVersion:
    match = next((candidate for candidate in versions if candidate.entry.version == version), None)
    if match is None:
        raise Http404("The claim has no such version.")
    return match


def _find_version_of_day(versions: list[HistoricVersion], day: date) -> HistoricVersion | None:
    """Return the version that was public when the day ended in the newsroom's time zone; None if there was none."""
    try:
        end = make_aware(datetime.combine(day + timedelta(days=1), time.min), get_default_timezone())
    except OverflowError:
        return versions[0]
    return next((candidate for candidate in versions if candidate.entry.published_at < end), None)


def _choose_earlier_version(
    versions: list[HistoricVersion], after: HistoricVersion | None, requested_version: int | None
) -> HistoricVersion | None:
    """Return the version to compare with: the requested one, or else the previous one."""
    if requested_version:
        return _get_version(versions, requested_version)
    index = versions.index(after) + 1 if after else len(versions)
    return versions[index] if index < len(versions) else None


def _list_changes(before: HistoricVersion | None, after: HistoricVersion | None) -> list[Any]:
    if before is None or after is None:
        return []
    old_document, new_document = before.document, after.document
    return list_shown_changes(find_wording_changes(old_document, new_document), old_document, new_document)
