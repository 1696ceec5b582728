"""A short list of claims for frames on other sites, always current."""

import json
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from claims.features.embeds.embed_themes import THEME_PARAMETERS, EmbedTheme
from claims.ledger.document.headline import describe_judgement, find_correction
from claims.models import Publication
from claims.public.feeds.views import FeedQuery
from claims.public.pages.entry_page import list_ratings
from claims.public.pages.page_cache import cache_page, read_public
from claims.public.pages.responses import respond
from factcheck.api.pagination import read_template_page
from factcheck.api.problems import InvalidParameters, build_parameters_response
from factcheck.api.query_strings import Parameter
from factcheck.api.query_values import WholeNumber
from factcheck.web.site_urls import insert_site_url

Document = dict[str, Any]

#: The default and the maximum number of listed claims.
DEFAULT_LIMIT, MAX_LIMIT = 5, 20


class ClaimFrameQuery(FeedQuery):
    """The query parameters of the list: all parameters of a feed, and a limit."""

    as_of = cursor = page_size = count = None  # type: ignore[assignment]  # django-filter removes those it inherits

    limit = Parameter(WholeNumber(1, MAX_LIMIT), "How many claims are listed at most.", default=DEFAULT_LIMIT)

    @property
    def given_filters(self) -> dict[str, Any]:
        return {name: value for name, value in super().given_filters.items() if name != "limit"}


# Every site may frame the list, like the card of a claim, because it contains nothing to abuse.
@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@read_public
@cache_page
def show_claim_list(request: HttpRequest) -> HttpResponse:
    """Render the newest claims that match the filters in the query string."""
    try:
        query = ClaimFrameQuery(_select_filters(request.GET), Publication.objects.all(), request=request)
        page = read_template_page(
            query.template,
            ["body"],
            ordering=query.ordering,
            size=query.value("limit", DEFAULT_LIMIT),
            cursor="",
        )
    except InvalidParameters as refusal:
        return build_parameters_response(request, refusal)
    documents: list[Document] = [json.loads(insert_site_url(row[0])) for row in page.rows]
    theme = EmbedTheme.from_parameters(request.GET)
    context = {
        "claims": [
            {**document, "correction": find_correction(document), "withdrawn": _describe_withdrawal(document)}
            for document in documents
        ],
        "is_by_house": query.is_by_house,
        "look": theme,
    }
    return respond(
        request,
        "claims/claim_list_frame.html",
        context,
        dependencies=[documents],
        ratings=list_ratings(documents),
        more_styles=theme.styles,
    )


def _select_filters(parameters: QueryDict) -> QueryDict:
    """Return the query parameters without the theme parameters."""
    filters = parameters.copy()
    for name in THEME_PARAMETERS:
        filters.pop(name, None)
    return filters


def _describe_withdrawal(document: Document) -> str:
    return "" if document["status"] == Publication.Status.PUBLISHED else describe_judgement(document)
