"""The page of corrections: what was changed, by month, both wordings side by side with the words that differ marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from functools import lru_cache
from html import unescape
from typing import Any

from django.db.models import Max, Min
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from claims.ledger.document.claim_body import CORRECTION_KINDS
from claims.ledger.document.markdown import to_html
from claims.ledger.document.wording_changes import PublicWordingChange
from claims.ledger.queries.correction_filters import CorrectionListQuery, by_house, corrections
from claims.public.api.correction_entries import (
    Corrected,
    corrected,
    page_of_corrections,
    sha256_of_corrections,
)
from claims.public.pages.entry_page import ratings_of
from claims.public.pages.page_cache import kept, public
from claims.public.pages.reader_tags import day
from claims.public.pages.responses import respond
from factcheck.api.pagination import KeysetPage
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_values import ValueRefused
from factcheck.web.differences import sides

Document = dict[str, Any]

CORRECTIONS_PER_PAGE = 20
#: Shorter texts are shown whole; of longer ones the paragraphs that differ.
_WHOLE = 400
#: What stands for paragraphs that are the same in both.
_SAME = "[…]"
_DAYS = ("claimed_on", "valid_as_of")
_ASKED = ("kind", "month", "claim", "publisher", "by", "cursor")

PART_NAMES = {
    "statement": _("Statement"),
    "claimant": _("Claimant"),
    "claimed_on": _("Claimed on"),
    "context": _("Context"),
    "topics": _("Topics"),
    "appearances": _("Where it was said"),
    "rating": _("Rating"),
    "title": _("Headline"),
    "summary": _("Summary"),
    "explanation": _("Explanation"),
    "valid_as_of": _("True as of"),
    "evidence": _("Evidence"),
    "right_of_reply": _("What they say"),
}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One part, as it was and as it is."""

    part: str
    name: str
    publisher: str | None
    before: SafeString
    after: SafeString
    #: The ratings themselves, where the part is one.
    rating_before: Document | None = None
    rating_after: Document | None = None


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
        ShownCorrection(one, str(dict(CORRECTION_KINDS)[one.entry["kind"]]), list(_changes(one)))
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


def asked_corrections(request: HttpRequest) -> tuple[KeysetPage[Any], CorrectionListQuery]:
    """The page of corrections that a request asks for, and how it was understood.

    Raises:
        Http404: it asks for something that cannot be.
    """
    return _page(_asked(request), request)


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


def _changes(one: Corrected) -> Iterator[ShownChange]:
    """What is shown of the parts that differ. Of a verdict that is gone, what it came to: the rest is one link away."""
    gone = {
        change["publisher"]
        for change in one.entry["changes"]
        if change["part"] == "rating" and not change["after"]
    }
    for change in one.entry["changes"]:
        part, publisher = change["part"], change["publisher"]
        if publisher in gone and part not in ("rating", "summary"):
            continue
        before, after = (_readable(part, text) for text in (change["before"], change["after"]))
        shown = (
            (conditional_escape(before), conditional_escape(after))
            if part in _DAYS
            else compared(before, after)
        )
        was, now = _ratings(one, change) if part == "rating" else (None, None)
        yield ShownChange(part, str(PART_NAMES[part]), publisher, shown[0], shown[1], was, now)


def _readable(part: str, text: str) -> str:
    """The words of a part as readers see them: days in words, and Markdown without its marks."""
    if part in _DAYS and text:
        return day(text)
    if part == "explanation":
        return unescape(strip_tags(to_html(text))).strip()
    return text


def _ratings(one: Corrected, change: PublicWordingChange) -> tuple[Document | None, Document | None]:
    """The ratings before and after, with their colours."""

    def rating(document: Document | None) -> Document | None:
        verdicts = document["verdicts"] if document else []
        return next((v["rating"] for v in verdicts if v["publisher"]["name"] == change["publisher"]), None)

    return rating(one.before), rating(one.after)


@lru_cache(maxsize=400)  # entries never change, and most of a page was shown before the newest of them came
def compared(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Both texts as HTML, the words that differ marked. Of long texts only the paragraphs that differ are shown."""
    if len(before) + len(after) < _WHOLE or not before or not after:
        return sides(before, after)
    old, new = before.split("\n"), after.split("\n")
    left, right = SafeString(), SafeString()
    for step, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, now = "\n".join(old[a:b]), "\n".join(new[c:d])
        if step == "equal":
            told = (mark_safe(_SAME + "\n"),) * 2 if was.strip() else (SafeString("\n"),) * 2  # noqa: S308  our own
        else:
            told = sides(was, now)
        left, right = left + told[0], right + told[1]
    return left, right
