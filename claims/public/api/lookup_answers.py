"""How the answer of a look-up reads, for the OpenAPI document: what is found at an address."""

from rest_framework import serializers

from claims.ledger.document.serializers import RatingSerializer
from claims.models import Appearance, Evidence
from sources.api.serializers import PublisherSerializer, QuoteSerializer, SnapshotSerializer

#: So many claims are told of one address; the list of claims has them all.
CLAIM_LIMIT = 50


class FoundVerdictSerializer(serializers.Serializer):
    """How a publisher judges the claim."""

    id = serializers.IntegerField()
    publisher = PublisherSerializer()
    rating = RatingSerializer()
    summary = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")
    reviewed_on = serializers.DateField(allow_null=True)
    url = serializers.CharField(help_text="The publisher's own page; empty when there is none.")


class FoundAppearanceSerializer(QuoteSerializer):
    """A place in the article where the claim was made."""

    id = serializers.IntegerField()
    is_first = serializers.BooleanField()
    anchor = serializers.ChoiceField(Appearance.Anchor.choices)
    snapshot = SnapshotSerializer(allow_null=True, help_text="The text that `start` and `end` count in.")


class FoundEvidenceSerializer(QuoteSerializer):
    """What a verdict takes from the article as evidence."""

    verdict = serializers.IntegerField(help_text="Id of that verdict.")
    id = serializers.IntegerField()
    stance = serializers.ChoiceField(Evidence.Stance.choices)
    note = serializers.CharField()
    snapshot = SnapshotSerializer(allow_null=True)


class FoundReviewSerializer(serializers.Serializer):
    """A verdict whose publisher explains it at this address."""

    verdict = serializers.IntegerField(help_text="Id of that verdict.")


class FoundClaimSerializer(serializers.Serializer):
    """A published claim that was seen at the address, or that something there judges or helps to judge."""

    id = serializers.IntegerField()
    url = serializers.URLField(help_text="The page for readers.")
    statement = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")
    verdicts = FoundVerdictSerializer(many=True)
    appearances = FoundAppearanceSerializer(many=True, help_text="Where the claim was seen in the article.")
    evidence = FoundEvidenceSerializer(
        many=True, help_text="What verdicts on the claim cite from the article."
    )
    reviews = FoundReviewSerializer(many=True, help_text="Verdicts whose review is the page itself.")


class FoundSourceSerializer(serializers.Serializer):
    """The article as it is published here."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    url = serializers.CharField()


class LookupErrorSerializer(serializers.Serializer):
    """Why an address was not looked up."""

    code = serializers.CharField(help_text="`invalid`.")
    detail = serializers.CharField()


class FoundSerializer(serializers.Serializer):
    """What is published about one address."""

    url = serializers.CharField(help_text="As it was given.")
    error = LookupErrorSerializer(allow_null=True, help_text="Null unless it is no address.")
    source = FoundSourceSerializer(  # type: ignore[assignment]  # a key of the text, not an argument of the field
        allow_null=True, help_text="Null when no published claim was seen there and no verdict cites it."
    )
    claims = FoundClaimSerializer(
        many=True,
        help_text="In the order of the article's text; then those that only cite it; last those whose review it is. At"
        f" most {CLAIM_LIMIT} for the article, and as many for the reviews.",
    )
    more = serializers.URLField(allow_null=True, help_text="The list of them all, where there are more.")


class LookupSerializer(serializers.Serializer):
    """What is published about each address, in the order in which they were given."""

    results = FoundSerializer(many=True)
