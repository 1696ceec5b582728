"""Sources, snapshots, claimants, topics, ratings and moves in the editorial API."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext
from rest_framework.request import Request

from claims.editorial import documents, named_sources
from claims.editorial.editorial_resource import EditorialResource
from claims.editorial.idempotency import StoredResponse
from claims.editorial.list_queries import SnapshotQuery, TransitionQuery
from claims.editorial.refused_requests import ResourceNotFound
from claims.editorial.request_bodies import ClaimantBody, SourceBody, TopicBody
from claims.editorial.serializers import (
    EditorialClaimantSerializer,
    EditorialSnapshotSerializer,
    EditorialSourceSerializer,
    EditorialTopicSerializer,
    SnapshotTextSerializer,
    TransitionSerializer,
)
from claims.editorial.strict_bodies import read_body
from claims.ledger.document.serializers import ScaleRatingSerializer
from claims.ledger.queries.mention_filters import ClaimantListQuery, RatingListQuery, TopicListQuery
from claims.models import Claimant, Rating, Topic, Transition
from claims.newsroom import named_claimants, named_topics
from claims.public.api.entities import build_scale_rating
from sources.api.list_queries import SourceListQuery
from sources.models import Snapshot, Source
from sources.source_kinds import Material


class EditorialSourceResource(EditorialResource):
    """Sources, whether or not anything published mentions them."""

    nouns = ("source", "sources")
    view_permission = "sources.view_source"
    list_query = SourceListQuery
    serializer_class = EditorialSourceSerializer
    bodies: ClassVar = {"create": SourceBody}
    finds_or_adds = True

    def get_rows(self) -> QuerySet[Source]:
        return documents.select_sources()

    def build_document(self, row: Source) -> documents.Document:
        return documents.build_source(row)

    def create(self, request: Request) -> HttpResponse:
        """Find a source by its URL, or add it: 200 if it existed, 201 if it is new.

        `capture` fetches the URL; `text` stores the given text. Either creates a snapshot, unless the source already
        has the same one. Missing details of the source are filled in; stored details are never erased.
        """
        values = read_body(SourceBody, request.data, by=self.person)

        def work(material: Material | None) -> StoredResponse:
            source_row = named_sources.find_or_add_source(values, material, by=self.person)
            url = self.build_url("sources-detail", source_row.source.pk)
            status = 201 if source_row.is_new else 200
            return self.build_stored_response(self.reload(source_row.source), status=status, location=url)

        def prepare() -> Material | None:
            fetching = values.get("capture")
            return (
                named_sources.fetch_material(values["url"], key="url", by=self.person) if fetching else None
            )

        return self.create_once(work, prepare=prepare)


class EditorialSnapshotResource(EditorialResource):
    """The text of a source at each capture."""

    nouns = ("snapshot", "snapshots")
    view_permission = "sources.view_snapshot"
    lookup_url_kwarg = "number"
    list_query = SnapshotQuery
    serializer_class = EditorialSnapshotSerializer
    action_serializers: ClassVar = {"retrieve": SnapshotTextSerializer}

    def get_rows(self) -> QuerySet[Snapshot]:
        return Snapshot.objects.filter(source=self.kwargs["source_id"]).defer("text")

    def build_document(self, row: Snapshot) -> documents.Document:
        return documents.build_snapshot(row)

    def list(self, request: Request, **url_kwargs: Any) -> HttpResponse:
        key = self.kwargs["source_id"]
        if not Source.objects.filter(pk=key).exists():
            raise ResourceNotFound(gettext("There is no source %(key)s.") % {"key": key})
        return super().list(request)

    def retrieve(self, request: Request, source_id: int, number: int) -> HttpResponse:  # type: ignore[override]  # the address has two parts
        """Return one snapshot with its text. The offsets of quotes refer to this text."""
        row = Snapshot.objects.filter(source=source_id, number=number).first()
        if row is None:
            raise ResourceNotFound(
                gettext("Source %(source_id)s has no snapshot %(number)s.")
                % {"source_id": source_id, "number": number}
            )
        document = {**documents.build_snapshot(row), "text": row.text}
        return self.build_response(StoredResponse(200, documents.render_document(document)))


class EditorialClaimantResource(EditorialResource):
    """The people and bodies that make claims."""

    nouns = ("claimant", "claimants")
    view_permission = "claims.view_claimant"
    list_query = ClaimantListQuery
    serializer_class = EditorialClaimantSerializer
    bodies: ClassVar = {"create": ClaimantBody}
    finds_or_adds = True

    def get_rows(self) -> QuerySet[Claimant]:
        return Claimant.objects.all()

    def build_document(self, row: Claimant) -> documents.Document:
        return documents.build_claimant(row)

    def create(self, request: Request) -> HttpResponse:
        """Find a claimant by name, or add one: 200 if it existed, unchanged; 201 if it is new."""
        values = read_body(ClaimantBody, request.data, by=self.person)
        return self.find_or_add(
            lambda: named_claimants.find_or_add_claimant(by=self.person, **values), route="claimants"
        )


class EditorialTopicResource(EditorialResource):
    """The topics of claims."""

    nouns = ("topic", "topics")
    view_permission = "claims.view_topic"
    list_query = TopicListQuery
    serializer_class = EditorialTopicSerializer
    bodies: ClassVar = {"create": TopicBody}
    finds_or_adds = True

    def get_rows(self) -> QuerySet[Topic]:
        return Topic.objects.all()

    def build_document(self, row: Topic) -> documents.Document:
        return documents.build_topic(row)

    def create(self, request: Request) -> HttpResponse:
        """Find a topic by slug or name, or add one: 200 if it existed, unchanged; 201 if it is new."""
        values = read_body(TopicBody, request.data, by=self.person)
        return self.find_or_add(
            lambda: named_topics.find_or_add_topic(by=self.person, **values), route="topics"
        )


class EditorialRatingResource(EditorialResource):
    """The ratings of all scales, to choose from for a verdict."""

    nouns = ("rating", "ratings")
    view_permission = "claims.view_rating"
    list_query = RatingListQuery
    serializer_class = ScaleRatingSerializer

    def get_rows(self) -> QuerySet[Rating]:
        return Rating.objects.select_related("scale__publisher")

    def build_document(self, row: Rating) -> documents.Document:
        return build_scale_rating(row)


class EditorialTransitionResource(EditorialResource):
    """Every workflow move: its author, its time, the states before and after it, and its note."""

    nouns = ("transition", "transitions")
    view_permission = "claims.view_transition"
    list_query = TransitionQuery
    serializer_class = TransitionSerializer

    def get_rows(self) -> QuerySet[Transition]:
        return Transition.objects.readable_by(self.person)

    def build_document(self, row: Transition) -> documents.Document:
        return documents.build_transition(row)
