"""Reader pages. They read only publications, and the text of published sources."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from claims.ledger.document import claim_document
from claims.ledger.document.markdown import to_html
from claims.models import Publication, PublishedVerdict, Rating, RatingScale
from claims.public.pages.claim_ledger import address_of, ledger_of
from claims.public.pages.entry_page import absolute, entry_page, ratings_of
from claims.public.pages.head_links import path_of
from claims.public.pages.page_addresses import canonical
from claims.public.pages.page_cache import kept, public
from claims.public.pages.published_source import published_source
from claims.public.pages.responses import page_moved, reader_language, respond
from claims.public.pages.source_notes import source_notes
from factcheck.web.language_addresses import address_language

Document = dict[str, Any]


@require_safe
@public
@kept
def claim(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show a published claim, or the note on its retraction."""
    ledger = ledger_of(pk)
    newest = ledger[0]
    if newest.merged_into_id:
        target = Publication.objects.newest().filter(claim_id=newest.merged_into_id).first()
        if target:
            return page_moved(address_of(target))
    if slug != newest.slug:
        return page_moved(address_of(newest))
    return _claim_page(request, ledger, newest)


@require_safe
@public
@kept
def claim_version(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """Show an earlier version of a claim."""
    ledger = ledger_of(pk)
    shown = next((entry for entry in ledger if entry.version == version), None)
    if shown is None:
        raise Http404("The claim has no such version.")
    if shown is ledger[0]:
        return redirect(address_of(shown))
    return _claim_page(request, ledger, shown)


def _claim_page(request: HttpRequest, ledger: list[Publication], shown: Publication) -> HttpResponse:
    # `?original` leads to the wording that was translated.
    page = entry_page(
        ledger,
        shown,
        language=reader_language(),
        original="original" in request.GET,
        address=canonical(path_of(request), address_language(request)),
    )
    related = [(each.claim["id"], each.claim["version"], each.why) for each in page.context["related"]]
    made_of = [
        *(ledger[0].body_sha256, shown.version),
        *(page.context["standings"], page.context["notes"], related),
    ]
    return respond(request, page.template, page.context, made_of=made_of, ratings=page.ratings)


@require_safe
@public
def source(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """A source that published claims mention, its text with each of them highlighted."""
    known = published_source(pk, number)
    if known is None:
        raise Http404("No published claim mentions this source.")
    notes = source_notes([known.found.source])
    context = {
        "notes": notes,
        "found": known.found,
        "source": known.found.source,
        "text": known.found.annotated(known.text),
        "more": known.has_more,
        "address": absolute("source", pk),
    }
    made_of = [bool(known.text), notes, *known.hashes]
    ratings = ratings_of(known.documents)
    return respond(request, "sources/source.html", context, made_of=made_of, ratings=ratings)


@require_safe
@public
def methodology(request: HttpRequest) -> HttpResponse:
    """Show how we rate and correct, with the newsroom's scales."""
    scales = scales_shown()
    shown: list[Document] = [
        {
            "scale": scale,
            "methodology": mark_safe(to_html(scale.methodology)),  # noqa: S308 - to_html sanitises
            "ratings": [
                claim_document.rating(r) | {"definition": r.definition, "definitions": r.definitions}
                for r in scale.ratings.all()
            ],
        }
        for scale in scales
    ]
    ratings = [rating for entry in shown for rating in entry["ratings"]]
    made_of = [ratings, *(entry["methodology"] for entry in shown)]
    return respond(request, "claims/methodology.html", {"scales": shown}, made_of=made_of, ratings=ratings)


def scales_shown() -> QuerySet[RatingScale]:
    """The newsroom's scales that are in use or that a published verdict used, with their ratings."""
    used = PublishedVerdict.objects.current().filter(
        rating_id__in=Rating.objects.filter(scale=OuterRef(OuterRef("pk"))).values("pk")
    )
    return (
        RatingScale.objects.filter(publisher__is_house=True)
        .filter(Q(in_use=True) | Exists(used))
        .prefetch_related("ratings")
        .order_by("-in_use", "-id")
    )
