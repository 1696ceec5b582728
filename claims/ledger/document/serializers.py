"""Serializers of public resources, for the OpenAPI schema only: responses are rendered once, at publication.

`claim_body` describes the published bodies; here they only get their names in the schema.
"""

from rest_framework import serializers

from claims.ledger.document.claim_body import (
    ClaimSummary,
    PublicAppearance,
    PublicClaim,
    PublicClaimant,
    PublicCorrection,
    PublicEvidence,
    PublicRating,
    PublicScale,
    PublicSignOff,
    PublicTopic,
    PublicTranslation,
    PublicVerdict,
    PublicVerdictOfClaim,
    VerdictSummary,
)
from claims.ledger.document.cluster_document import PublicCluster, PublicClusterWithClaims
from claims.models import Appearance, RatingClass
from factcheck.api.openapi.body_serializer import BodySerializer, name_bodies
from sources.api.media_bodies import PublicMedia
from sources.api.serializers import PublisherSerializer, QuoteSerializer, SnapshotSerializer, SourceSerializer


class ClaimantSerializer(BodySerializer):
    body = PublicClaimant


class TopicSerializer(BodySerializer):
    body = PublicTopic


class ScaleSerializer(BodySerializer):
    body = PublicScale


class RatingSerializer(BodySerializer):
    body = PublicRating


class ScaleRatingSerializer(RatingSerializer):
    """A rating with its definition and the publisher whose scale it belongs to."""

    definition = serializers.CharField()
    definitions = serializers.DictField(
        child=serializers.CharField(), help_text="The definition in other languages."
    )
    publisher = PublisherSerializer()


class RatingPublisherSerializer(serializers.Serializer):
    """The publisher of a scale, in a list of ratings."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ScaleRatingSummarySerializer(serializers.Serializer):
    """A rating in a list, with some of the full rating's keys."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a key
    language = serializers.CharField(help_text="The language of the label (BCP 47).")
    rating_class = serializers.ChoiceField(
        RatingClass.choices, allow_null=True, help_text="Null until an editor decides."
    )
    publisher = RatingPublisherSerializer()


class MediaSerializer(BodySerializer):
    body = PublicMedia


class AppearanceSerializer(BodySerializer):
    body = PublicAppearance


class EvidenceSerializer(BodySerializer):
    body = PublicEvidence


class VerdictSerializer(BodySerializer):
    body = PublicVerdict


class ClaimSerializer(BodySerializer):
    body = PublicClaim


class ClaimSummarySerializer(BodySerializer):
    body = ClaimSummary


class PublishedVerdictSerializer(BodySerializer):
    body = PublicVerdictOfClaim


class PublishedVerdictSummarySerializer(BodySerializer):
    body = VerdictSummary


class RatedClaimSerializer(serializers.Serializer):
    """A claim and its rating."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    statement = serializers.CharField()
    ratings = RatingSerializer(many=True)


class PlaceSerializer(QuoteSerializer):
    """A place in the source where a claim was made."""

    claim = RatedClaimSerializer()
    id = serializers.IntegerField()
    is_first = serializers.BooleanField()
    anchor = serializers.ChoiceField(Appearance.Anchor.choices)
    snapshot = SnapshotSerializer(allow_null=True)


class SourceDetailSerializer(SourceSerializer):
    """A source with every place in it where a published claim was made, in text order."""

    snapshots = SnapshotSerializer(many=True)
    appearances = PlaceSerializer(many=True)


name_bodies(SignedOff=PublicSignOff, Translation=PublicTranslation, Correction=PublicCorrection)


class ClusterSerializer(BodySerializer):
    body = PublicCluster


class ClusterWithClaimsSerializer(BodySerializer):
    body = PublicClusterWithClaims
