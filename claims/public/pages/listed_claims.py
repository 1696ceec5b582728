"""The list of claims: the newest, search results, or the claims of one subject."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from claims.public.pages import facet_panel
from claims.public.pages.claim_search import ClaimSearch
from claims.public.pages.entry_page import list_ratings
from claims.public.pages.page_cache import public_page
from claims.public.pages.responses import respond
from claims.search.queries import MAX_LENGTH
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_values import InvalidValue

Document = dict[str, Any]

CLAIMS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class ListedClaims:
    """A page of claims with its filters.

    Attributes:
        dependencies: the values that determine the content of the page, for its ETag.
    """

    search: ClaimSearch
    documents: list[Document]
    context: dict[str, Any]
    dependencies: list[object]

    @property
    def ratings(self) -> list[Document]:
        return list_ratings(self.documents)


def read_claim_list(request: HttpRequest, subject_filter: Mapping[str, Any] | None = None) -> ListedClaims:
    """Read the requested page of the list of all claims, or of the claims about one subject.

    Raises:
        Http404: a filter is not valid.
    """
    search = read_valid_search(request, subject_filter)
    try:
        page = search.load_page(CLAIMS_PER_PAGE)
    except InvalidValue as refusal:
        raise Http404(str(refusal)) from None
    counts = facet_panel.build_quick_panel(search, is_long=bool(page.next or page.previous))
    chosen_filters = facet_panel.list_chosen_facets(search)
    documents = [row.document for row in page.rows]
    context = {
        "query": search.cleaned_data,
        "max_length": MAX_LENGTH,
        "is_filtered": search.is_filtered,
        "reading": search.reading,
        "is_ranked": search.is_ranked,
        "feed": search.feed_query_string,
        "is_by_house": search.is_by_house,
        "page": page,
        "claims": documents,
        "counts": counts,
        "total": counts.total if counts else None,
        "active_filters": chosen_filters,
        "only_filter": chosen_filters[0]
        if len(chosen_filters) == 1 and not search.cleaned_data["q"]
        else None,
        # With filters, the links lead to thousands of combinations, which robots should not crawl.
        "is_combined": bool(search.active_filters or search.subject_filter),
        # The parameters that a new search keeps.
        "hidden_fields": [(name, value) for name, value in search.kept_parameters.items() if name != "q"],
        "counts_urls": build_counts_urls(search),
    }
    dependencies: list[object] = [
        counts,
        chosen_filters,
        page.previous,
        page.next,
        *(row.sha256 for row in page.rows),
    ]
    return ListedClaims(search, documents, context, dependencies)


def read_valid_search(request: HttpRequest, subject_filter: Mapping[str, Any] | None = None) -> ClaimSearch:
    """Return the search given by query parameters.

    Raises:
        Http404: the search is not valid.
    """
    search = ClaimSearch(request, subject_filter)
    if not search.is_valid():
        raise Http404("The address contains an impossible value.")
    try:
        search.conditions  # noqa: B018  reads it
    except InvalidParameters as refusal:
        raise Http404(str(refusal)) from None
    return search


@public_page
def claims(request: HttpRequest) -> HttpResponse:
    """Show the newest published claims, or the claims a reader searches for."""
    claim_list = read_claim_list(request)
    return respond(
        request,
        "claims/list.html",
        claim_list.context,
        dependencies=claim_list.dependencies,
        ratings=claim_list.ratings,
    )


@public_page
def counts(request: HttpRequest) -> HttpResponse:
    """Show the filters of a claim list with their counts, for pages that were sent without counts.

    The parameter `part` selects an HTML fragment that the page's script inserts; `of` gives the page's subject.
    """
    subject_name, is_part = request.GET.get("of", ""), "part" in request.GET
    subject_filter = (
        {subject_name: request.GET.get(subject_name, "")}
        if is_part and subject_name in ("topic", "claimant", "publisher", "rating")
        else {}
    )
    search = read_valid_search(request, subject_filter)
    counts = facet_panel.build_panel(search)
    context = {
        "counts": counts,
        "is_combined": bool(search.active_filters or search.subject_filter),
        "list_url": "" if is_part else reverse("claims"),
        "active_filters": facet_panel.list_chosen_facets(search),
    }
    template = "claims/_facets.html" if is_part else "claims/facets.html"
    return respond(request, template, context, dependencies=[counts])


def build_counts_urls(search: ClaimSearch) -> dict[str, str]:
    """Return the URLs of a list's counts: `page` for readers, and `part` for its script."""
    subject_name = next(iter(search.subject_filter), "")
    parameters = {**search.subject_filter, **search.kept_parameters}
    publisher_choice = "house" if search.is_by_house else "all"
    counts_path = reverse("claim-counts")
    return {
        "page": f"{counts_path}?{urlencode({**parameters, 'by': publisher_choice})}",
        "part": f"{counts_path}?{urlencode({**parameters, 'of': subject_name, 'part': 1})}",
    }
