"""Lists as Markdown, with the same query parameters as their HTML pages."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from claims.features.discovery.plain_pages import list_text
from claims.features.discovery.plain_pages.markdown_escapes import escape_line
from claims.features.discovery.plain_pages.plain_page import PlainPage
from claims.ledger.document.cluster_document import build_cluster as public_cluster
from claims.public.api.correction_entries import load_corrected_entries
from claims.public.pages.clusters import read_clusters_query
from claims.public.pages.corrections import read_corrections_query
from claims.public.pages.listed_claims import CLAIMS_PER_PAGE, read_valid_search
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_values import InvalidValue
from factcheck.web.language_addresses import build_permanent_path
from factcheck.web.site_urls import insert_site_url, render_stored


def build_claims(request: HttpRequest) -> PlainPage:
    """Return the page with the newest published claims, or with the results of a search."""
    result_text, lines = find_claims(request)
    introduction = _("Checked claims, newest first. Search with ?q=.")
    return PlainPage(
        list_text.write_page(_("Fact checks"), result_text, lines, introduction=introduction),
        build_permanent_path("claims"),
    )


def find_claims(request: HttpRequest, subject_filter: Mapping[str, Any] | None = None) -> tuple[str, str]:
    """Return two texts: a sentence about the search, or "", and the list of the claims found.
    `subject_filter` limits the claims to one subject.

    Raises:
        Http404: the filter is invalid.
    """
    search = read_valid_search(request, subject_filter)
    try:
        page = search.load_page(CLAIMS_PER_PAGE)
    except (InvalidParameters, InvalidValue) as refusal:
        raise Http404(str(refusal)) from None
    documents = [claim_row.document for claim_row in page.rows]
    text = search.cleaned_data["q"]
    is_semantic = bool(documents and search.reading and search.reading.is_matched_by_meaning)
    result_text = list_text.describe_search_result(text, documents, is_semantic=is_semantic) if text else ""
    if not documents and not text:
        result_text = (
            _("No published claim matches.") if search.is_filtered else _("Nothing has been published yet.")
        )
    return result_text, list_text.write_claims(documents, next_url=build_next_url(request, page.next))


def build_clusters(request: HttpRequest) -> PlainPage:
    """Return the page with published rumours, newest first, optionally filtered by words or language."""
    page, _query = read_clusters_query(request)
    clusters = [{**public_cluster(row)} for row in page.rows]
    lines = list_text.write_clusters(clusters, next_url=build_next_url(request, page.next))
    return PlainPage(
        list_text.write_page(_("Rumours in circulation"), lines or _("No rumour has been published yet.")),
        build_permanent_path("clusters"),
    )


def build_corrections(request: HttpRequest) -> PlainPage:
    """Return the page with corrections, clarifications, updates and retractions, newest first."""
    page, _query = read_corrections_query(request)
    entries = [
        json.loads(insert_site_url(render_stored(correction.entry).encode()))
        for correction in load_corrected_entries(page.rows)
    ]
    lines = list_text.write_corrections(entries, next_url=build_next_url(request, page.next))
    introduction = _(
        "Changes by %(newsroom)s after publication: the old text, the new text, and the reason."
    ) % {"newsroom": escape_line(settings.NEWSROOM_NAME)}
    return PlainPage(
        list_text.write_page(
            _("Corrections"), lines or _("No corrections have been published."), introduction=introduction
        ),
        build_permanent_path("corrections"),
    )


def build_next_url(request: HttpRequest, cursor: str) -> str:
    """Return the URL of the next page of a list, or "" if there is none."""
    if not cursor:
        return ""
    parameters = request.GET.copy()
    parameters["cursor"] = cursor
    return f"{settings.SITE_URL}{request.path}?{urlencode(list(parameters.items()))}"
