"""Publishers, sources, claimants, topics and ratings of published claims.

Each of these is public while a current publication mentions it. The ledger itself counts mentions, so rows that only
drafts mention cannot be reached here.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from claims.ledger.document import claim_document
from claims.ledger.document.claim_document import render
from claims.ledger.document.serializers import (
    ClaimantSerializer,
    ScaleRatingSerializer,
    ScaleRatingSummarySerializer,
    SourceDetailSerializer,
    TopicSerializer,
)
from claims.ledger.queries.mention_filters import ClaimantListQuery, RatingListQuery, TopicListQuery
from claims.models import Claimant, Mention, Publication, Rating, Topic
from factcheck.api.pagination import read_rows_page
from factcheck.api.resources import Listing, PublicItems, build_listing
from sources.api.list_queries import PublisherListQuery, SourceListQuery
from sources.api.serializers import PublisherSerializer, SourceSerializer
from sources.models import Publisher, Source

Document = claim_document.Document


def filter_mentioned(rows_of_kind: QuerySet[Any], kind: Mention.Kind) -> QuerySet[Any]:
    """Return the objects that current publications mention."""
    return rows_of_kind.filter(pk__in=Mention.objects.filter(kind=kind).order_by().values("thing_id"))


class EntityResource(PublicItems):
    """Entities of one kind that current publications mention."""

    #: Builds the public representation of a row.
    represent: ClassVar[Callable[[Any], Mapping[str, Any]]]

    def get_listing(self, query: Any, request: HttpRequest) -> Listing:
        page = read_rows_page(query.qs, **self.get_paging_arguments(query))
        return build_listing(page, [render(type(self).represent(row)).encode() for row in page.rows])

    def item(self, request: HttpRequest, id: int) -> bytes | None:  # noqa: A002  the name in the address
        row = self.rows().filter(pk=id).first()
        return render(self.build_document(row)).encode() if row else None

    def build_document(self, row: Any) -> Mapping[str, Any]:
        """Build the public representation of one row."""
        return type(self).represent(row)


class PublisherResource(EntityResource):
    """The publishers of published verdicts, and of the sources that they mention."""

    nouns = ("publisher", "publishers")
    list_query = PublisherListQuery
    serializer_class = PublisherSerializer
    represent = claim_document.build_publisher

    def rows(self) -> QuerySet[Publisher]:
        return filter_mentioned(Publisher.objects.all(), Mention.Kind.PUBLISHER)


class ClaimantResource(EntityResource):
    """The claimants of published claims."""

    nouns = ("claimant", "claimants")
    list_query = ClaimantListQuery
    serializer_class = ClaimantSerializer
    represent = claim_document.build_claimant

    def rows(self) -> QuerySet[Claimant]:
        return filter_mentioned(Claimant.objects.all(), Mention.Kind.CLAIMANT)


class TopicResource(EntityResource):
    """The topics of published claims."""

    nouns = ("topic", "topics")
    list_query = TopicListQuery
    serializer_class = TopicSerializer
    represent = claim_document.build_topic

    def rows(self) -> QuerySet[Topic]:
        return filter_mentioned(Topic.objects.all(), Mention.Kind.TOPIC)


def build_scale_rating(row: Rating) -> Document:
    """Build a rating as it appears in verdicts, with its definition and the publisher of its scale."""
    return {
        **claim_document.build_rating(row),
        "definition": row.definition,
        "definitions": row.definitions,
        "publisher": claim_document.build_publisher(row.scale.publisher),
    }


class RatingResource(EntityResource):
    """The ratings of published verdicts, as their publishers define them."""

    nouns = ("rating", "ratings")
    list_query = RatingListQuery
    serializer_class = ScaleRatingSummarySerializer
    item_serializer_class = ScaleRatingSerializer
    represent = build_scale_rating

    def rows(self) -> QuerySet[Rating]:
        ratings = Rating.objects.select_related("scale__publisher")
        return filter_mentioned(ratings, Mention.Kind.RATING)


class SourceResource(EntityResource):
    """Sources in which published claims appear, or that published verdicts cite."""

    nouns = ("source", "sources")
    list_query = SourceListQuery
    serializer_class = SourceSerializer
    item_serializer_class = SourceDetailSerializer
    represent = claim_document.build_source

    def rows(self) -> QuerySet[Source]:
        sources = Source.objects.select_related("publisher")
        return filter_mentioned(sources, Mention.Kind.SOURCE)

    def build_document(self, row: Source) -> Document:
        """Build the representation of a source, with every appearance of a published claim in it."""
        appearances = list(iterate_appearances(row.pk))
        snapshots = {
            appearance["snapshot"]["id"]: appearance["snapshot"]
            for appearance in appearances
            if appearance["snapshot"]
        }
        return {
            **claim_document.build_source(row),
            "snapshots": [snapshots[pk] for pk in sorted(snapshots)],
            "appearances": appearances,
        }


def iterate_appearances(source_id: int) -> Iterator[Document]:
    """Yield the appearances of published claims in a source, in text order, each with its claim."""
    publications = Publication.objects.current().filter(appears_in_ids__contains=[source_id])
    appearances = [
        {**_build_claim(claim), **{key: value for key, value in appearance.items() if key != "source"}}
        for claim in (entry.document for entry in publications.order_by("claim_id").only("body"))
        for appearance in claim["appearances"]
        if appearance["source"]["id"] == source_id
    ]
    # Appearances without an anchor come last, because their position in the text is unknown.
    yield from sorted(
        appearances,
        key=lambda appearance: (appearance["start"] is None, appearance["start"], appearance["id"]),
    )


def _build_claim(claim: Document) -> Document:
    return {
        "claim": {
            "id": claim["id"],
            "url": claim["url"],
            "statement": claim["statement"],
            "ratings": [verdict["rating"] for verdict in claim["verdicts"]],
        }
    }
