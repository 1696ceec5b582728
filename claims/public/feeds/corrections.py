"""The Atom feed of corrections. Its entries never change."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.ledger.document.claim_body import CORRECTION_KINDS
from claims.ledger.queries.correction_filters import (
    CorrectionListQuery,
    JudgedParameter,
    filter_corrections,
    filter_newsroom,
)
from claims.public.api.correction_entries import (
    COLUMNS,
    CorrectedEntry,
    hash_corrections,
    load_corrected_entries,
    read_corrections_page,
)
from claims.public.feeds.feed_entries import Channel, FeedEntry, build_feed_address
from claims.public.feeds.feed_formats import ATOM
from claims.public.feeds.websub_links import add_links, list_hubs
from claims.public.pages.responses import compute_etag, get_interface_language
from claims.public.pages.shown_changes import PART_NAMES
from factcheck.api.pagination import PAGE_SIZE
from factcheck.api.problems import InvalidParameters, build_parameters_response
from factcheck.api.query_strings import build_value_error
from factcheck.api.query_values import InvalidValue, Keyword
from factcheck.api.resources import CACHE_CURRENT, build_conditional_response, count_rows
from factcheck.web.differences import build_redline
from factcheck.web.site_urls import insert_site_url, render_stored


class CorrectionFeedQuery(CorrectionListQuery):
    """The filters of the API's log of corrections. The default is the newsroom's own corrections."""

    by = JudgedParameter(
        Keyword(("house", "all")),
        (
            "`all` for the corrections of all publishers; by default, the newsroom's own, unless "
            "`publisher` or `claim` selects others."
        ),
        verdicts=filter_newsroom,
    )

    @property
    def filter_values(self) -> dict[str, Any]:
        conditions: dict[str, Any] = {
            name: self.filters[name].resolve(value) for name, value in self.given_values.items()
        }
        other_values = {"publisher", "claim"} & conditions.keys()
        conditions.setdefault("by", "all" if other_values else "house")
        return {name: value for name, value in conditions.items() if (name, value) != ("by", "all")}


@require_safe
def show_corrections_feed(request: HttpRequest) -> HttpResponse:
    """Show the corrections selected by the query string as an Atom feed."""
    # The feed has one language, so that caches store one copy for all readers.
    with translation.override(settings.LANGUAGE_CODE):
        try:
            return _build_feed(request)
        except InvalidParameters as refusal:
            return build_parameters_response(request, refusal)


def _build_feed(request: HttpRequest) -> HttpResponse:
    query = CorrectionFeedQuery(request.GET, filter_corrections(), request=request)
    try:
        page = read_corrections_page(
            query,
            ordering=query.ordering,
            size=query.value("page_size", PAGE_SIZE),
            cursor=query.value("cursor", ""),
        )
    except InvalidValue as refusal:
        raise build_value_error("cursor", str(refusal)) from None
    channel = _build_channel(request, page.next, page.previous, count_rows(query))
    response = build_conditional_response(
        request,
        lambda: ATOM.write(
            channel, [_build_entry(correction) for correction in load_corrected_entries(page.rows)]
        ),
        etag=compute_etag(channel, hash_corrections(page.rows)),
        cache=CACHE_CURRENT,
        last_modified=page.rows[0][COLUMNS.index("published_at")] if page.rows else None,
        content_type=ATOM.content_type,
    )
    return add_links(response, channel)


def _build_entry(correction: CorrectedEntry) -> FeedEntry:
    entry = json.loads(insert_site_url(render_stored(correction.entry).encode()))
    kind = str(dict(CORRECTION_KINDS)[entry["kind"]])
    changes = [
        {
            "name": str(PART_NAMES[change["part"]]),
            "publisher": change["publisher"],
            "words": build_redline(change["before"], change["after"]),
        }
        for change in entry["changes"]
    ]
    html = render_to_string("claims/correction_entry.html", {"entry": entry, "changes": changes}).strip()
    return FeedEntry(
        id=entry["url"],
        url=entry["url"],
        title=f"{kind}: {entry['statement']}",
        language=entry["language"],
        content_language=entry["language"],
        summary=entry["note"],
        html=html,
        published_at=correction.published_at,
        updated_at=correction.published_at,
        author=settings.NEWSROOM_NAME,
        author_url=settings.SITE_URL,
        review_url="",
        topics=(),
        rating=None,
        document=correction.after,
    )


def _build_channel(
    request: HttpRequest, next_cursor: str, previous_cursor: str, total: int | None
) -> Channel:
    newsroom = {"newsroom": settings.NEWSROOM_NAME}
    return Channel(
        title=_("Corrections by %(newsroom)s") % newsroom,
        description=_(
            "Corrections, clarifications, updates and retractions by %(newsroom)s, with the reasons."
        )
        % newsroom,
        language=get_interface_language(),
        home_url=settings.SITE_URL + reverse("corrections"),
        author=settings.NEWSROOM_NAME,
        id=build_feed_address(request, omitted_names=("cursor", "page_size", "count")),
        own_url=build_feed_address(request),
        first_url=build_feed_address(request, omitted_names=("cursor",)),
        next_url=build_feed_address(request, cursor=next_cursor) if next_cursor else "",
        previous_url=build_feed_address(request, cursor=previous_cursor) if previous_cursor else "",
        total=total,
        hubs=list_hubs(request),
    )
