"""The list of claims: the newest, search results, or the claims of one subject."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from claims.public.pages import facet_panel
from claims.public.pages.claim_search import ClaimSearch
from claims.public.pages.entry_page import list_ratings
from claims.public.pages.page_cache import cache_page, read_public
from claims.public.pages.responses import override_interface_language, respond
from claims.search import MAX_LENGTH
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_values import ValueRefused

Document = dict[str, Any]

CLAIMS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class ListedClaims:
    """A page of claims with its filters.

    Attributes:
        made_of: the values that the page depends on.
    """

    search: ClaimSearch
    documents: list[Document]
    context: dict[str, Any]
    made_of: list[object]

    @property
    def ratings(self) -> list[Document]:
        return list_ratings(self.documents)


def read_claim_list(request: HttpRequest, about: Mapping[str, Any] | None = None) -> ListedClaims:
    """Read the requested page of all claims, or of those about one subject.

    Raises:
        Http404: a filter is not valid.
    """
    search = read_valid_search(request, about)
    try:
        page = search.page(CLAIMS_PER_PAGE)
    except ValueRefused as refusal:
        raise Http404(str(refusal)) from None
    counts = facet_panel.build_quick_panel(search, is_long=bool(page.next or page.previous))
    chosen_filters = facet_panel.list_chosen(search)
    documents = [row.document for row in page.rows]
    context = {
        "asked": search.cleaned_data,
        "longest": MAX_LENGTH,
        "narrows": search.narrows,
        "reading": search.reading,
        "is_ranked": search.is_ranked,
        "feed": search.feed,
        "is_by_house": search.is_by_house,
        "page": page,
        "claims": documents,
        "counted": counts,
        "total": counts.total if counts else None,
        "chosen": chosen_filters,
        "only": chosen_filters[0] if len(chosen_filters) == 1 and not search.cleaned_data["q"] else None,
        # Additional filters make each link one of thousands of combinations, which no robot should crawl.
        "is_combined": bool(search.chosen or search.about),
        # The parameters that a new search keeps.
        "kept": [(name, value) for name, value in search.kept.items() if name != "q"],
        "counts_at": build_counts_urls(search),
    }
    made_of: list[object] = [
        counts,
        chosen_filters,
        page.previous,
        page.next,
        *(row.sha256 for row in page.rows),
    ]
    return ListedClaims(search, documents, context, made_of)


def read_valid_search(request: HttpRequest, about: Mapping[str, Any] | None = None) -> ClaimSearch:
    """Return the search given by query parameters.

    Raises:
        Http404: the search is not valid.
    """
    search = ClaimSearch(request, about)
    if not search.is_valid():
        raise Http404("The address asks for something that cannot be.")
    try:
        search.conditions  # noqa: B018  reads it
    except InvalidParameters as refusal:
        raise Http404(str(refusal)) from None
    return search


@require_safe
@read_public
@cache_page
@override_interface_language
def claims(request: HttpRequest) -> HttpResponse:
    """Show the newest published claims, or the claims a reader searches for."""
    claim_list = read_claim_list(request)
    return respond(
        request,
        "claims/list.html",
        claim_list.context,
        made_of=claim_list.made_of,
        ratings=claim_list.ratings,
    )


@require_safe
@read_public
@cache_page
@override_interface_language
def counts(request: HttpRequest) -> HttpResponse:
    """Return the filter counts for a page that was sent without them.

    `part` returns a fragment for the page's script, which inserts it; `of` gives the page's subject.
    """
    of, is_part = request.GET.get("of", ""), "part" in request.GET
    about = (
        {of: request.GET.get(of, "")}
        if is_part and of in ("topic", "claimant", "publisher", "rating")
        else {}
    )
    search = read_valid_search(request, about)
    counts = facet_panel.build_panel(search)
    context = {
        "counted": counts,
        "is_combined": bool(search.chosen or search.about),
        "list_at": "" if is_part else reverse("claims"),
        "chosen": facet_panel.list_chosen(search),
    }
    template = "claims/_facets.html" if is_part else "claims/facets.html"
    return respond(request, template, context, made_of=[counts])


def build_counts_urls(search: ClaimSearch) -> dict[str, str]:
    """Return the URLs of a list's counts: `page` for readers, and `part` for its script."""
    of = next(iter(search.about), "")
    parameters = {**search.about, **search.kept}
    by = "house" if search.is_by_house else "all"
    at = reverse("claim-counts")
    return {
        "page": f"{at}?{urlencode({**parameters, 'by': by})}",
        "part": f"{at}?{urlencode({**parameters, 'of': of, 'part': 1})}",
    }
