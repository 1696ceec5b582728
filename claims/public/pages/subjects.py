"""Pages about claimants, topics, publishers and ratings: counts by rating, and the claims.

The pages show counts, never a score: claims are checked because they matter or spread, so their ratings do not show
how often a person tells the truth. Names come from publications.
"""

from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from claims.ledger.document import claim_document
from claims.ledger.queries.review_timeline import count_reviews
from claims.models import Mention, Publication, PublishedVerdict, Rating, Topic
from claims.models.rating import RatingClass
from claims.public.api.entities import build_scale_rating, filter_mentioned
from claims.public.pages.listed_claims import ListedClaims, read_claim_list
from claims.public.pages.page_cache import public_page
from claims.public.pages.rating_meanings import MEANINGS
from claims.public.pages.responses import redirect_moved_page, respond
from claims.public.pages.review_chart import build_review_chart
from claims.public.pages.subject_names import build_subject_path
from factcheck.api.query_values import MAX_ID
from factcheck.web.site_urls import render_served
from sources.models import Publisher

Document = dict[str, Any]

#: The maximum number of listed sources in which the claims on a claimant's page appeared.
PLACE_LIMIT = 6
#: The number of labels shown per class: all labels of the newsroom's own scales, then the most used of other scales.
LABEL_LIMIT = 60


@public_page
def claimant(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show a claimant, with the checked claims that this person or body made."""
    pk = min(pk, MAX_ID)
    newest_entry = (
        Publication.objects.current().filter(claimant_id=pk).order_by("-published_at").only("body").first()
    )
    if newest_entry is None:
        raise Http404("No published claim is of this claimant.")
    claimant_document = newest_entry.document["claimant"]
    if redirect := _redirect_moved(request, "claimant", pk, claimant_document["name"], slug):
        return redirect
    claim_list = read_claim_list(request, {"claimant": pk})
    context = {
        "claimant": claimant_document,
        "said_in": _list_sources(claim_list.documents),
        "number": count_claims(Mention.Kind.CLAIMANT, pk),
    }
    return _render_subject(
        request, "claims/claimant.html", claim_list, context, {"publication__claimant_id": pk}
    )


@public_page
def topic(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show the claims on a topic."""
    pk = min(pk, MAX_ID)
    row = filter_mentioned(Topic.objects.filter(pk=pk), Mention.Kind.TOPIC).select_related("parent").first()
    if row is None:
        raise Http404("No published claim is on this topic.")
    if redirect := _redirect_moved(request, "topic", pk, row.name, slug):
        return redirect
    context = {
        "topic": {"id": pk, "name": row.name, "same_as": row.same_as},
        "number": count_claims(Mention.Kind.TOPIC, pk),
    }
    claim_list = read_claim_list(request, {"topic": pk})
    return _render_subject(
        request, "claims/topic.html", claim_list, context, {"publication__topic_ids__contains": [pk]}
    )


@public_page
def publisher(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show the fact checks of a publisher."""
    pk = min(pk, MAX_ID)
    row = filter_mentioned(Publisher.objects.filter(pk=pk), Mention.Kind.PUBLISHER).first()
    if row is None or not PublishedVerdict.objects.current().filter(publisher_id=pk).order_by().exists():
        raise Http404("No published fact check is by this publisher.")
    if redirect := _redirect_moved(request, "publisher", pk, row.name, slug):
        return redirect
    claim_list = read_claim_list(request, {"publisher": pk})
    # The publisher's URL is that of this site if it is the newsroom.
    publisher_document = orjson.loads(render_served(claim_document.build_publisher(row)))
    context = {"publisher": publisher_document, "is_house": row.is_house}
    return _render_subject(request, "claims/publisher.html", claim_list, context, {"publisher_id": pk})


@public_page
def rating_class(request: HttpRequest, rating_class: str) -> HttpResponse:
    """Show the meaning of a rating class, in our words and on each scale, with its claims."""
    if rating_class not in RatingClass.values:
        raise Http404("There is no such rating.")
    scales = Rating.objects.filter(rating_class=rating_class).select_related("scale__publisher")
    rows = filter_mentioned(scales, Mention.Kind.RATING).order_by(
        "-scale__publisher__is_house", "scale__publisher__name", "-scale__id", "position", "id"
    )
    labels = [build_scale_rating(row) for row in rows[: LABEL_LIMIT + 1]]
    context = {
        "rating_class": rating_class,
        "name": str(RatingClass(rating_class).label),
        "meaning": str(MEANINGS[rating_class]),
        "labels": labels[:LABEL_LIMIT],
        "has_more_labels": len(labels) > LABEL_LIMIT,
        "others": [(value, str(label)) for value, label in RatingClass.choices if value != rating_class],
    }
    claim_list = read_claim_list(request, {"rating": rating_class})
    return _render_subject(
        request,
        "claims/rating_class.html",
        claim_list,
        context,
        {"rating_class": rating_class},
        more_ratings=labels[:LABEL_LIMIT],
    )


@public_page
def rating_classes(request: HttpRequest) -> HttpResponse:
    """Show the ten rating classes."""
    classes = [(value, str(label), str(MEANINGS[value])) for value, label in RatingClass.choices]
    return respond(request, "claims/rating_classes.html", {"classes": classes}, dependencies=[classes])


def _render_subject(
    request: HttpRequest,
    template: str,
    claim_list: ListedClaims,
    context: Document,
    conditions: Document,
    *,
    more_ratings: list[Document] | None = None,
) -> HttpResponse:
    chart = build_review_chart(count_reviews(conditions))
    dependencies = [context, chart, *claim_list.dependencies]
    return respond(
        request,
        template,
        {**claim_list.context, **context, "chart": chart},
        dependencies=dependencies,
        ratings=[*claim_list.ratings, *(more_ratings or [])],
    )


def _redirect_moved(
    request: HttpRequest, kind: str, pk: int, name: str, slug: str
) -> HttpResponsePermanentRedirect | None:
    """Redirect to the URL under a subject's current name."""
    path = build_subject_path(kind, pk, name)
    if slug and path == reverse(kind, args=[pk, slug]):
        return None
    query = request.GET.urlencode()
    return redirect_moved_page(f"{path}?{query}" if query else path)


def count_claims(kind: str, pk: int) -> int:
    """Return the number of the subject's published claims."""
    row = Mention.objects.filter(kind=kind, thing_id=pk).values_list("publications", flat=True).first()
    return row or 0


def _list_sources(documents: list[Document]) -> list[Document]:
    """Return the distinct sources in which these claims appeared."""
    sources = {
        appearance["source"]["id"]: appearance["source"]
        for document in documents
        for appearance in document["appearances"]
    }
    return [*sources.values()][:PLACE_LIMIT]
