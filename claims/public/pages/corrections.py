"""The page of corrections by month, with the wordings before and after side by side and differences marked."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_default_timezone

from claims.ledger.document.claim_body import CORRECTION_KINDS
from claims.ledger.queries.correction_filters import CorrectionListQuery, filter_corrections
from claims.public.api.correction_entries import (
    CorrectedEntry,
    hash_corrections,
    load_corrected_entries,
    read_corrections_page,
)
from claims.public.pages.entry_page import list_ratings
from claims.public.pages.page_cache import public_page
from claims.public.pages.reader_tags import month_name
from claims.public.pages.responses import respond
from claims.public.pages.shown_changes import ShownChange, list_shown_changes
from factcheck.api.pagination import KeysetPage
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_values import InvalidValue
from factcheck.database.cached_sql import Statement
from factcheck.database.read_connections import fetch_rows

Document = dict[str, Any]

CORRECTIONS_PER_PAGE = 20
#: Counts stay valid until the ledger changes; this only limits memory.
_CACHE_SECONDS = 3600
_PARAMETERS = ("kind", "month", "claim", "publisher", "by", "cursor")


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """One entry of the log of corrections."""

    corrected_entry: CorrectedEntry
    kind: str
    changes: list[ShownChange]

    @property
    def month(self) -> date:
        local_time = self.corrected_entry.published_at.astimezone(get_default_timezone())
        return local_time.date().replace(day=1)


@public_page
def corrections_page(request: HttpRequest) -> HttpResponse:
    """List corrections, clarifications, updates and retractions, newest first."""
    parameters = _read_parameters(request)
    page, query = _read_page(parameters, request)
    entries = load_corrected_entries(page.rows)
    shown_entries = [
        ShownCorrection(
            correction,
            str(dict(CORRECTION_KINDS)[correction.entry["kind"]]),
            list_shown_changes(correction.entry["changes"], correction.before, correction.after),
        )
        for correction in entries
    ]
    chosen_months = query.value("month", [])
    kind, month = query.value("kind", [""])[0], f"{chosen_months[0][0]:%Y-%m}" if chosen_months else ""
    counts = _count_corrections(parameters, request)
    months = counts.count_months(kind)
    context = {
        "corrections": shown_entries,
        "page": page,
        "kinds": counts.count_kinds(month),
        "kind": kind,
        "months": months,
        "month_options": _render_month_options(months, month),
        "month": month,
        "by": query.value("by"),
        "is_filtered": any(query.value(name) for name in ("kind", "month", "claim", "publisher")),
        "feed": _build_query(parameters, omitted_names=("cursor",)),
    }
    dependencies = [page.previous, page.next, context["kinds"], months, hash_corrections(page.rows)]
    documents = [
        document for correction in entries for document in (correction.before, correction.after) if document
    ]
    return respond(
        request,
        "claims/corrections.html",
        context,
        dependencies=dependencies,
        ratings=list_ratings(documents),
    )


def read_corrections_query(request: HttpRequest) -> tuple[KeysetPage[Any], CorrectionListQuery]:
    """Read the requested page of corrections, and its parameters.

    Raises:
        Http404: a parameter is not valid.
    """
    return _read_page(_read_parameters(request), request)


def _read_parameters(request: HttpRequest) -> QueryDict:
    """Read the known query parameters; the default is the newsroom's own corrections."""
    parameters = QueryDict(mutable=True)
    for name in _PARAMETERS:
        if values := [value for value in request.GET.getlist(name) if value]:
            parameters.setlist(name, values)
    if "by" not in parameters:
        parameters["by"] = "all" if "publisher" in parameters or "claim" in parameters else "house"
    return parameters


def _read_page(parameters: QueryDict, request: HttpRequest) -> tuple[KeysetPage[Any], CorrectionListQuery]:
    try:
        query = CorrectionListQuery(parameters, filter_corrections(), request=request)
        page = read_corrections_page(
            query,
            ordering=query.orderings[0],
            size=CORRECTIONS_PER_PAGE,
            cursor=query.value("cursor", ""),
        )
    except (InvalidParameters, InvalidValue) as refusal:
        raise Http404(str(refusal)) from None
    return page, query


def _build_query(parameters: QueryDict, *, omitted_names: tuple[str, ...]) -> str:
    other_parameters = parameters.copy()
    for name in omitted_names:
        other_parameters.pop(name, None)
    return f"?{other_parameters.urlencode()}"


@dataclass(frozen=True, slots=True)
class LogCounts:
    """The numbers of selected corrections by kind and month."""

    numbers: dict[tuple[str, str], int]

    def count_kinds(self, month: str) -> list[tuple[str, str, int]]:
        """Return each kind with its name and its number of corrections in this month, or in all months."""
        counts: Counter[str] = Counter()
        for (kind, counted_month), count in self.numbers.items():
            if month in ("", counted_month):
                counts[kind] += count
        return [(kind, str(name), counts[kind]) for kind, name in CORRECTION_KINDS]

    def count_months(self, kind: str) -> list[tuple[str, str, int]]:
        """Return each month, newest first, with its name and number of corrections of this kind, or of all kinds."""
        counts = Counter({month: 0 for _kind, month in self.numbers})
        for (counted_kind, month), count in self.numbers.items():
            if kind in ("", counted_kind):
                counts[month] += count
        return [(month, month_name(month), counts[month]) for month in sorted(counts, reverse=True)]


def _render_month_options(months: list[tuple[str, str, int]], chosen_month: str) -> SafeString:
    """Render the month options as HTML. With many years, a template would take as long as the rest of the page."""
    numbers = {
        number: escape(number_format(number)) for number in {number for _month, _name, number in months}
    }
    return mark_safe(  # noqa: S308  each part is escaped
        "".join(
            f'<option value="{month}"{" selected" if month == chosen_month else ""}>{escape(name)}'
            f" ({numbers[number]})</option>"
            for month, name, number in months
            if number or month == chosen_month
        )
    )


_COUNT_SQL = """
    WITH found (kind, published_at) AS ({corrections}),
    counted AS (
        SELECT kind, date_trunc('month', published_at AT TIME ZONE %s) AS month, count(*) AS number
        FROM found GROUP BY 1, 2
    )
    SELECT kind, extract(year FROM month)::integer, extract(month FROM month)::integer, number FROM counted
"""


def _count_corrections(parameters: QueryDict, request: HttpRequest) -> LogCounts:
    """Return the numbers of corrections by kind and month, ignoring the chosen kind and month."""
    other_parameters = parameters.copy()
    for name in ("kind", "month", "cursor"):
        other_parameters.pop(name, None)
    ((position,),) = fetch_rows("SELECT max(sequence) FROM claims_publication")
    key = f"corrections:{other_parameters.urlencode()}:{position}"
    counts: dict[tuple[str, str], int] | None = cache.get(key)
    if counts is None:
        rows = CorrectionListQuery(other_parameters, filter_corrections(), request=request).qs.order_by()
        statement = Statement.from_rows(rows.values_list("kind", "published_at"))
        rows_found = fetch_rows(
            _COUNT_SQL.format(corrections=statement.sql), [*statement.parameters, str(get_default_timezone())]
        )
        counts = {(kind, f"{year:04}-{month:02}"): number for kind, year, month, number in rows_found}
        cache.set(key, counts, _CACHE_SECONDS)
    return LogCounts(counts)
