"""Claims, rumours and sources as Markdown, from publications and source texts only."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import ngettext

from claims.features.discovery.plain_pages import list_text
from claims.features.discovery.plain_pages.claim_text import PlainVersion, write_claim
from claims.features.discovery.plain_pages.markdown_escapes import escape_line, quote_plain_text
from claims.features.discovery.plain_pages.plain_page import PlainPage, redirect_to_moved_page
from claims.ledger.document.cluster_document import build_cluster as public_cluster
from claims.models import Publication
from claims.models.claim import build_claim_path
from claims.public.pages.clusters import get_published_cluster, load_shown_entries
from claims.public.pages.published_source import DEFERRED_COLUMNS, load_published_source
from factcheck.api.query_values import MAX_ID
from factcheck.web.language_addresses import build_permanent_path


def build_claim(request: HttpRequest, pk: int, slug: str = "") -> PlainPage | HttpResponseBase:
    """Return the page of a published claim or, if the claim was retracted, a page with the note on the retraction."""
    history = _load_history(pk)
    newest_entry = _load_entry(pk, history[0].version)
    if newest_entry.merged_into_id:
        target = (
            Publication.objects.newest()
            .filter(claim_id=newest_entry.merged_into_id)
            .only("claim_id", "slug")
            .first()
        )
        if target:
            return redirect_to_moved_page(request, build_claim_path(target.claim_id, target.slug))
    path = build_claim_path(pk, newest_entry.slug)
    if slug != newest_entry.slug:
        return redirect_to_moved_page(request, path)
    return PlainPage(
        write_claim(newest_entry.document, history[0], history),
        path,
        is_indexable=newest_entry.status == Publication.Status.PUBLISHED,
    )


def build_claim_version(request: HttpRequest, pk: int, version: int) -> PlainPage | HttpResponseBase:
    """Return the page of an earlier version of a claim."""
    history = _load_history(pk)
    plain_version = next(
        (history_entry for history_entry in history if history_entry.version == version), None
    )
    if plain_version is None:
        raise Http404("The claim has no such version.")
    entry = _load_entry(pk, version)
    if plain_version is history[0]:
        return redirect_to_moved_page(request, build_claim_path(pk, entry.slug))
    return PlainPage(
        write_claim(entry.document, plain_version, history),
        build_permanent_path("claim-version", pk, version),
        is_indexable=False,
    )


def build_cluster(request: HttpRequest, pk: int, slug: str = "") -> PlainPage | HttpResponseBase:
    """Return the page of a published rumour with its published claims."""
    row = get_published_cluster(pk)
    path = build_permanent_path("cluster", row.pk, row.slug)
    if slug != row.slug:
        return redirect_to_moved_page(request, path)
    documents = [entry.document for entry in load_shown_entries(row)]
    document = public_cluster(row)
    count_text = ngettext("%(count)s published claim", "%(count)s published claims", document["claim_count"])
    text = list_text.write_page(
        document["title"],
        quote_plain_text(document["description"]) if document["description"] else "",
        f"## {count_text % {'count': document['claim_count']}}",
        list_text.write_claims(documents),
    )
    return PlainPage(text, path)


def build_source(request: HttpRequest, pk: int, number: int | None = None) -> PlainPage:
    """Return the page of a source mentioned in published claims, with its text only if readers may see it."""
    published_source = load_published_source(pk, number)
    if published_source is None:
        raise Http404("No published claim mentions this source.")
    snapshot = published_source.source_text.snapshot
    document: dict[str, Any] = published_source.source_text.source
    text = list_text.write_source(
        document,
        published_source.documents,
        text=published_source.text,
        captured_at=f"{snapshot['captured_at']}, SHA-256 {escape_line(snapshot['text_sha256'])}"
        if snapshot
        else "",
    )
    return PlainPage(
        list_text.write_page(document["title"] or document["url"], text), build_permanent_path("source", pk)
    )


def _load_history(pk: int) -> list[PlainVersion]:
    """Return all ledger entries of a claim as versions, newest first.

    Raises:
        Http404: the claim was never published.
    """
    rows = Publication.objects.filter(claim_id=min(pk, MAX_ID)).order_by("-version")
    versions = [
        PlainVersion(*row)
        for row in rows.values_list("version", "kind", "note", "published_at", "body_sha256")
    ]
    if not versions:
        raise Http404("No published claim has this number.")
    return versions


def _load_entry(pk: int, version: int) -> Publication:
    return Publication.objects.defer(*DEFERRED_COLUMNS).get(claim_id=pk, version=version)
