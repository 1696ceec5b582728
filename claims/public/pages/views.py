"""Reader pages. They only read publications, and the text of published sources."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from claims.ledger.document import claim_document
from claims.ledger.document.markdown import to_html
from claims.models import Publication, PublishedVerdict, Rating, RatingScale
from claims.public.pages.claim_ledger import build_address, load_ledger
from claims.public.pages.entry_page import build_absolute_url, build_entry_page, list_ratings
from claims.public.pages.head_links import get_path
from claims.public.pages.page_addresses import build_canonical_url
from claims.public.pages.page_cache import cache_page, read_public
from claims.public.pages.published_source import load_published_source
from claims.public.pages.responses import get_reader_language, redirect_moved_page, respond
from claims.public.pages.source_notes import list_source_notes
from factcheck.web.language_addresses import get_address_language

Document = dict[str, Any]


@require_safe
@read_public
@cache_page
def claim(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show a published claim, or the note on its retraction."""
    ledger = load_ledger(pk)
    newest_entry = ledger[0]
    if newest_entry.merged_into_id:
        target = Publication.objects.newest().filter(claim_id=newest_entry.merged_into_id).first()
        if target:
            return redirect_moved_page(build_address(target))
    if slug != newest_entry.slug:
        return redirect_moved_page(build_address(newest_entry))
    return _render_claim_page(request, ledger, newest_entry)


@require_safe
@read_public
@cache_page
def claim_version(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """Show an earlier version of a claim."""
    ledger = load_ledger(pk)
    shown_entry = next((entry for entry in ledger if entry.version == version), None)
    if shown_entry is None:
        raise Http404("The claim has no such version.")
    if shown_entry is ledger[0]:
        return redirect(build_address(shown_entry))
    return _render_claim_page(request, ledger, shown_entry)


def _render_claim_page(
    request: HttpRequest, ledger: list[Publication], shown_entry: Publication
) -> HttpResponse:
    # `?original` requests the wording before translation.
    page = build_entry_page(
        ledger,
        shown_entry,
        language=get_reader_language(),
        is_original="original" in request.GET,
        address=build_canonical_url(get_path(request), get_address_language(request)),
    )
    related_ids = [
        (related_claim.claim["id"], related_claim.claim["version"], related_claim.reason_code)
        for related_claim in page.context["related"]
    ]
    dependencies = [
        *(ledger[0].body_sha256, shown_entry.version),
        *(page.context["quote_statuses"], page.context["notes"], related_ids),
    ]
    return respond(request, page.template, page.context, dependencies=dependencies, ratings=page.ratings)


@require_safe
@read_public
def source(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """Show a source that published claims mention, with the passages quoted by the claims highlighted in its text."""
    published_source = load_published_source(pk, number)
    if published_source is None:
        raise Http404("No published claim mentions this source.")
    notes = list_source_notes([published_source.source_text.source])
    context = {
        "notes": notes,
        "source_text": published_source.source_text,
        "source": published_source.source_text.source,
        "text": published_source.source_text.annotate(published_source.text),
        "more": published_source.has_more,
        "address": build_absolute_url("source", pk),
    }
    dependencies = [bool(published_source.text), notes, *published_source.hashes]
    ratings = list_ratings(published_source.documents)
    return respond(request, "sources/source.html", context, dependencies=dependencies, ratings=ratings)


@require_safe
@read_public
def methodology(request: HttpRequest) -> HttpResponse:
    """Show how we rate and correct, with the newsroom's scales."""
    scales = find_shown_scales()
    shown_scales: list[Document] = [
        {
            "scale": scale,
            "methodology": mark_safe(to_html(scale.methodology)),  # noqa: S308 - to_html sanitises
            "ratings": [
                claim_document.build_rating(shown_rating)
                | {"definition": shown_rating.definition, "definitions": shown_rating.definitions}
                for shown_rating in scale.ratings.all()
            ],
        }
        for scale in scales
    ]
    ratings = [rating for entry in shown_scales for rating in entry["ratings"]]
    dependencies = [ratings, *(entry["methodology"] for entry in shown_scales)]
    return respond(
        request,
        "claims/methodology.html",
        {"scales": shown_scales},
        dependencies=dependencies,
        ratings=ratings,
    )


def find_shown_scales() -> QuerySet[RatingScale]:
    """Return the newsroom's scales that are in use or that a published verdict used, with their ratings."""
    used_ratings = PublishedVerdict.objects.current().filter(
        rating_id__in=Rating.objects.filter(scale=OuterRef(OuterRef("pk"))).values("pk")
    )
    return (
        RatingScale.objects.filter(publisher__is_house=True)
        .filter(Q(in_use=True) | Exists(used_ratings))
        .prefetch_related("ratings")
        .order_by("-in_use", "-id")
    )
