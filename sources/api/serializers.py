"""How publishers and sources read in the API. For the OpenAPI schema only: nothing is rendered here."""

from factcheck.api.openapi.body_serializer import BodySerializer
from sources.api.source_bodies import (
    PublicPublisher,
    PublicQuote,
    PublicSnapshot,
    PublicSource,
)


class PublisherSerializer(BodySerializer):
    body = PublicPublisher


class SourceSerializer(BodySerializer):
    body = PublicSource


class SnapshotSerializer(BodySerializer):
    body = PublicSnapshot


class QuoteSerializer(BodySerializer):
    body = PublicQuote
