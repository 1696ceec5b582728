"""How public resources read. For the OpenAPI schema only: what is served is rendered once, when it is published.

`claims.ledger.document.claim_document` writes what these describe; a test holds one against the other.
"""

from rest_framework import serializers

from claims.ledger.entries import CORRECTIONS
from claims.models import Appearance, Claimant, Evidence, NormalisedRating, Publication, Verdict
from sources.api.serializers import (
    PublisherSerializer,
    QuotedSourceSerializer,
    QuoteSerializer,
    SnapshotSerializer,
    SourceSerializer,
)

CORRECTION_KINDS = [(kind.value, kind.label) for kind in Publication.Kind if kind in CORRECTIONS]


class ClaimantSerializer(serializers.Serializer):
    """Who made a claim (schema.org Person or Organization)."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Claimant.Kind.choices)
    job_title = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2; empty when not known.")
    same_as = serializers.ListField(
        child=serializers.URLField(),
        help_text="Addresses that identify the claimant elsewhere, such as Wikidata.",
    )


class TopicSerializer(serializers.Serializer):
    """What a claim is about."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.CharField()


class ScaleSerializer(serializers.Serializer):
    """A publisher's scale of ratings, in one version of its methodology."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.CharField()
    methodology_url = serializers.CharField(help_text="Empty when there is none.")


class RatingSerializer(serializers.Serializer):
    """A rating in its publisher's own words (schema.org Rating), and the class that it amounts to."""

    id = serializers.IntegerField()
    code = serializers.CharField(help_text="Names the rating within its scale.")
    label = serializers.CharField()  # type: ignore[assignment]  # a key of the text, not an argument of the field
    language = serializers.CharField(help_text="The language of the label (BCP 47).")
    labels = serializers.DictField(child=serializers.CharField(), help_text="The label in other languages.")
    normalised = serializers.ChoiceField(
        NormalisedRating.choices,
        allow_null=True,
        help_text="Comparable across publishers; null while nobody has decided.",
    )
    colour = serializers.CharField(help_text="#rrggbb or empty, as the other colours.")
    text_colour = serializers.CharField(help_text="Readable on `colour`.")
    colour_dark = serializers.CharField(help_text="For dark pages.")
    text_colour_dark = serializers.CharField()
    scale = ScaleSerializer()


class ScaleRatingSerializer(RatingSerializer):
    """A rating with its definition and the publisher whose scale it belongs to."""

    definition = serializers.CharField()
    definitions = serializers.DictField(
        child=serializers.CharField(), help_text="The definition in other languages."
    )
    publisher = PublisherSerializer()


class AppearanceSerializer(QuotedSourceSerializer):
    """A place where the claim was made."""

    id = serializers.IntegerField()
    is_first = serializers.BooleanField(help_text="Whether this is the first place known.")
    anchor = serializers.ChoiceField(
        Appearance.Anchor.choices,
        help_text="`orphaned`: the latest version of the source no longer has these words.",
    )


class EvidenceSerializer(QuotedSourceSerializer):
    """What a verdict rests on."""

    id = serializers.IntegerField()
    stance = serializers.ChoiceField(Evidence.Stance.choices)
    note = serializers.CharField(help_text="What the source shows.")


class VerdictSerializer(serializers.Serializer):
    """A publisher's judgement on a claim (schema.org ClaimReview)."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    publisher = PublisherSerializer()
    origin = serializers.ChoiceField(
        Verdict.Origin.choices,
        help_text=(
            "`house`: written here and signed off by somebody else than its author; `house_archive`: from the"
            " newsroom's earlier archive, which two administrators took over as a whole; `imported`: taken over from"
            " its publisher."
        ),
    )
    rating = RatingSerializer()
    title = serializers.CharField(
        help_text="The headline of the publisher's own page; empty when it is not known."
    )
    summary = serializers.CharField()
    explanation = serializers.CharField(help_text="Markdown.")
    explanation_html = serializers.CharField(help_text="The same as safe HTML.")
    byline = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")
    reviewed_on = serializers.DateField(allow_null=True)
    valid_as_of = serializers.DateField(allow_null=True, help_text="The day for which the verdict holds.")
    recheck_on = serializers.DateField(allow_null=True, help_text="When the publisher means to look again.")
    url = serializers.CharField(help_text="The publisher's own page; empty when there is none.")
    published_at = serializers.DateTimeField(allow_null=True)
    evidence = EvidenceSerializer(many=True)


class CorrectionSerializer(serializers.Serializer):
    """A public note on what changed, and why."""

    version = serializers.IntegerField(help_text="The version of the claim that came of it.")
    kind = serializers.ChoiceField(CORRECTION_KINDS)
    note = serializers.CharField()
    published_at = serializers.DateTimeField()


class ClaimSerializer(serializers.Serializer):
    """Everything that is published about a claim."""

    id = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Counts the publications of the claim from 1.")
    status = serializers.ChoiceField(Publication.Status.choices)
    url = serializers.URLField(help_text="The page for readers.")
    slug = serializers.CharField()
    statement = serializers.CharField(help_text="schema.org `claimReviewed`.")
    language = serializers.CharField(help_text="BCP 47.")
    claimant = ClaimantSerializer(allow_null=True)
    claimed_on = serializers.DateField(allow_null=True)
    context = serializers.CharField()  # type: ignore[assignment]  # as `label` above
    topics = TopicSerializer(many=True)
    appearances = AppearanceSerializer(many=True)
    verdicts = VerdictSerializer(many=True)
    corrections = CorrectionSerializer(many=True, help_text="The newest first.")
    merged_into = serializers.IntegerField(allow_null=True)
    merged_from = serializers.ListField(child=serializers.IntegerField())
    published_at = serializers.DateTimeField(help_text="When this version was published.")
    first_published_at = serializers.DateTimeField()


class VersionSerializer(serializers.Serializer):
    """One entry of a claim's ledger."""

    version = serializers.IntegerField()
    status = serializers.ChoiceField(Publication.Status.choices)
    kind = serializers.ChoiceField(Publication.Kind.choices)
    note = serializers.CharField(help_text="The public note.")
    published_at = serializers.DateTimeField()
    superseded_at = serializers.DateTimeField(allow_null=True)
    body_sha256 = serializers.CharField(
        help_text="SHA-256 of the claim's JSON in this version, byte for byte as `url` answers it."
    )
    url = serializers.URLField(help_text="The claim as it was in this version.")


class JudgedClaimSerializer(serializers.Serializer):
    """The claim that a verdict judges."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    url = serializers.URLField()
    statement = serializers.CharField()
    language = serializers.CharField()
    claimant = ClaimantSerializer(allow_null=True)
    claimed_on = serializers.DateField(allow_null=True)


class PublishedVerdictSerializer(VerdictSerializer):
    """A verdict with the claim that it judges."""

    claim = JudgedClaimSerializer()


class RatedClaimSerializer(serializers.Serializer):
    """A claim and how it was rated."""

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
    """A source with every place in it where a published claim was made, in the order of the text."""

    snapshots = SnapshotSerializer(many=True)
    appearances = PlaceSerializer(many=True)
