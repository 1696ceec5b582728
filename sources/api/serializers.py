"""Serializers of publishers and sources, for the OpenAPI schema only."""

from factcheck.api.openapi.body_serializer import BodySerializer
from sources.api.source_bodies import PublicPublisher, PublicQuote, PublicSnapshot, PublicSource


class PublisherSerializer(BodySerializer):
    body = PublicPublisher


class SourceSerializer(BodySerializer):
    body = PublicSource


class SnapshotSerializer(BodySerializer):
    body = PublicSnapshot


class QuoteSerializer(BodySerializer):
    body = PublicQuote
