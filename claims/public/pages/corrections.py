"""The page of corrections: what was changed, by month, both wordings side by side with the words that differ marked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.timezone import get_default_timezone
from django.views.decorators.http import require_safe

from claims.ledger.document.claim_body import CORRECTION_KINDS
from claims.ledger.queries.correction_filters import CorrectionListQuery, by_house, corrections
from claims.public.api.correction_entries import (
    Corrected,
    corrected,
    page_of_corrections,
    sha256_of_corrections,
)
from claims.public.pages.entry_page import ratings_of
from claims.public.pages.page_cache import kept, public
from claims.public.pages.responses import respond
from claims.public.pages.shown_changes import ShownChange, shown_changes
from factcheck.api.pagination import KeysetPage
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_values import ValueRefused

Document = dict[str, Any]

CORRECTIONS_PER_PAGE = 20
_ASKED = ("kind", "month", "claim", "publisher", "by", "cursor")


@dataclass(frozen=True, slots=True)
class ShownCorrection:
    """One entry of the log."""

    said: Corrected
    kind: str
    changes: list[ShownChange]

    @property
    def month(self) -> date:
        local = self.said.published_at.astimezone(get_default_timezone())
        return local.date().replace(day=1)


@require_safe
@kept
@public
def corrections_page(request: HttpRequest) -> HttpResponse:
    """What was corrected, clarified, updated or retracted, the newest first."""
    asked = _asked(request)
    page, query = _page(asked, request)
    found = corrected(page.rows)
    shown = [
        ShownCorrection(
            one,
            str(dict(CORRECTION_KINDS)[one.entry["kind"]]),
            shown_changes(one.entry["changes"], one.before, one.after),
        )
        for one in found
    ]
    chosen = query.value("month", [])
    context = {
        "corrections": shown,
        "page": page,
        "kinds": CORRECTION_KINDS,
        "kind": query.value("kind", [""])[0],
        "months": _months(query.value("by") == "house"),
        "month": f"{chosen[0][0]:%Y-%m}" if chosen else "",
        "by": query.value("by"),
        "narrows": any(query.value(name) for name in ("kind", "month", "claim", "publisher")),
        "feed": _query(asked, without=("cursor",)),
    }
    made_of = [page.previous, page.next, *context["months"], sha256_of_corrections(page.rows)]
    documents = [document for one in found for document in (one.before, one.after) if document]
    return respond(
        request, "claims/corrections.html", context, made_of=made_of, ratings=ratings_of(documents)
    )


def _asked(request: HttpRequest) -> QueryDict:
    """What is asked for by the names that are known here; the newsroom's own, unless others' are."""
    asked = QueryDict(mutable=True)
    for name in _ASKED:
        if values := [value for value in request.GET.getlist(name) if value]:
            asked.setlist(name, values)
    if "by" not in asked:
        asked["by"] = "all" if "publisher" in asked or "claim" in asked else "house"
    return asked


def _page(asked: QueryDict, request: HttpRequest) -> tuple[KeysetPage[Any], CorrectionListQuery]:
    try:
        query = CorrectionListQuery(asked, corrections(), request=request)
        page = page_of_corrections(
            query,
            ordering=query.orderings[0],
            size=CORRECTIONS_PER_PAGE,
            cursor=query.value("cursor", ""),
        )
    except (InvalidParameters, ValueRefused) as refusal:
        raise Http404(str(refusal)) from None
    return page, query


def _query(asked: QueryDict, *, without: tuple[str, ...]) -> str:
    rest = asked.copy()
    for name in without:
        rest.pop(name, None)
    return f"?{rest.urlencode()}"


def _months(is_by_house: bool) -> list[str]:
    """The months from the first correction to the last, the newest first."""
    rows = corrections().filter(by_house()) if is_by_house else corrections()
    ends = rows.aggregate(first=Min("published_at"), last=Max("published_at"))
    if ends["first"] is None:
        return []
    zone = get_default_timezone()
    first, last = (ends[name].astimezone(zone) for name in ("first", "last"))
    return [
        f"{number // 12}-{number % 12 + 1:02d}" for number in range(_number(last), _number(first) - 1, -1)
    ]


def _number(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1
