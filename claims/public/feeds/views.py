"""Feeds of published claims, all or filtered as in the API."""

import json
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.ledger.queries.verdict_filters import VerdictParameter
from claims.models import Publication
from claims.models.published_verdict import match_own_verdicts
from claims.public.api.claims import ClaimResource
from claims.public.feeds.feed_entries import Channel, build_entry, build_feed_address
from claims.public.feeds.feed_formats import FeedFormat
from claims.public.feeds.websub_links import add_links, list_hubs
from claims.public.pages.responses import compute_etag, get_interface_language
from factcheck.api.pagination import ORDERING_PARAMETER
from factcheck.api.problems import InvalidParameters, build_parameters_response
from factcheck.api.query_strings import build_value_error
from factcheck.api.query_values import InvalidValue, Keyword
from factcheck.api.resources import CACHE_CURRENT, build_conditional_response, count_rows
from factcheck.web.site_urls import insert_site_url


class NewsroomClaimsQuery(ClaimListQuery):
    """The query for a list of published claims, which can be limited to the newsroom's own fact checks."""

    by = VerdictParameter(
        Keyword(("house", "all")),
        (
            "`all` for the verdicts of all publishers; by default, the newsroom's own, unless "
            "`publisher` or `status` selects others."
        ),
        matches=lambda choice: match_own_verdicts() if choice == "house" else Q(),
        slotted=False,
    )


#: Parameters that choose a page of a feed rather than its content.
PAGING_PARAMETERS = ("cursor", "page_size", "count")


class FeedQuery(NewsroomClaimsQuery):
    """The filters of a feed. They are the same as in the API's list of claims, without field selection.

    Words are searched as spelt, because a feed has no place for a note about corrections.
    """

    fields = spelling = None  # type: ignore[assignment]  # how django-filter removes an inherited parameter

    @cached_property
    def filter_values(self) -> dict[str, Any]:
        filter_values = {name: value for name, value in super().filter_values.items() if name != "by"}
        other_values = {"publisher", "status"} & filter_values.keys()
        is_by_house = self.value("by", "all" if other_values else "house") == "house"
        return {**filter_values, "by": "house"} if is_by_house else filter_values

    @property
    def is_by_house(self) -> bool:
        """Return whether the feed lists only the newsroom's own checks."""
        return "by" in self.filter_values

    @property
    def ordering_name(self) -> str:
        """Return the ordering: newest first unless another one is requested, because feed readers expect that."""
        return super().ordering_name if self.value(ORDERING_PARAMETER) else self.orderings[0].name


@require_safe
def claims(request: HttpRequest, form: FeedFormat) -> HttpResponse:
    """Show the claims selected by the query string as a feed in this format."""
    # The feed has one language, so that caches store one copy for all readers.
    with translation.override(settings.LANGUAGE_CODE):
        try:
            return _build_feed(request, form)
        except InvalidParameters as refusal:
            return build_parameters_response(request, refusal)


def _build_feed(request: HttpRequest, form: FeedFormat) -> HttpResponse:
    query = FeedQuery(request.GET, Publication.objects.all(), request=request)
    try:
        page = ClaimResource().get_listing(query, request)
    except InvalidValue as refusal:
        raise build_value_error("cursor", str(refusal)) from None
    channel = _build_channel(
        request,
        next_cursor=page.page.next,
        previous_cursor=page.page.previous,
        total=count_rows(query),
        is_by_house=query.is_by_house,
    )
    response = build_conditional_response(
        request,
        lambda: form.write(
            channel, [build_entry(json.loads(insert_site_url(body))) for body in page.results()]
        ),
        etag=compute_etag(channel, page.sha256),
        cache=CACHE_CURRENT,
        last_modified=page.last_modified,
        content_type=form.content_type,
    )
    return add_links(response, channel)


def _build_channel(
    request: HttpRequest, *, next_cursor: str, previous_cursor: str, total: int | None, is_by_house: bool
) -> Channel:
    newsroom = {"newsroom": settings.NEWSROOM_NAME}
    title = (
        _("Fact checks by %(newsroom)s") if is_by_house else _("Fact checks by all publishers")
    ) % newsroom
    filters = [
        f"{name}={value}"
        for name, values in request.GET.lists()
        if name not in PAGING_PARAMETERS
        for value in values
    ]
    return Channel(
        title=f"{title}: {', '.join(filters)}" if filters else title,
        description=(
            _("Claims checked by %(newsroom)s: who said what, and what the evidence shows.")
            if is_by_house
            else _("Claims checked by %(newsroom)s and by other publishers that it lists.")
        )
        % newsroom,
        language=get_interface_language(),
        home_url=settings.SITE_URL + reverse("claims"),
        author=settings.NEWSROOM_NAME,
        id=build_feed_address(request, omitted_names=PAGING_PARAMETERS),
        own_url=build_feed_address(request),
        first_url=build_feed_address(request, omitted_names=("cursor",)),
        next_url=build_feed_address(request, cursor=next_cursor) if next_cursor else "",
        previous_url=build_feed_address(request, cursor=previous_cursor) if previous_cursor else "",
        total=total,
        hubs=list_hubs(request),
    )
