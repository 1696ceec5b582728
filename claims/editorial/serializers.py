"""Serializers of editorial resources, for the OpenAPI schema only: `documents` writes the responses."""

from rest_framework import serializers

from claims.articles.detection import CheckBand
from claims.ledger.document.serializers import (
    AppearanceSerializer,
    ClaimantSerializer,
    EvidenceSerializer,
    MediaSerializer,
    RatingSerializer,
    TopicSerializer,
    VerdictSerializer,
)
from claims.models import Claim, CorrectionKind, Verdict
from claims.models.token import Scope
from sources.api.serializers import SnapshotSerializer, SourceSerializer


def exclude_fields(fields: dict[str, serializers.Field], *names: str) -> dict[str, serializers.Field]:
    """Return a serializer's fields, keyed by name, without the fields in `names`."""
    return {name: field for name, field in fields.items() if name not in names}


class NamedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class ActorSerializer(serializers.Serializer):
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(help_text="The name of the person at that time.")


class ReferredRatingSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()


class MentionedVerdictSerializer(serializers.Serializer):
    """A short form of a verdict on the claim."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(Verdict.State.choices)
    publisher = NamedSerializer()
    rating = ReferredRatingSerializer(allow_null=True)


class EditorialClaimMediaSerializer(MediaSerializer):
    """A picture, recording or video that a claim is about."""

    position = serializers.IntegerField(help_text="The position on the page.")
    claim = serializers.IntegerField()


class EditorialMediaSerializer(MediaSerializer):
    """A picture, recording or video, with details for the newsroom."""

    show_to_readers = serializers.BooleanField(
        help_text="Whether readers see it; otherwise they see only its description."
    )
    filename = serializers.CharField()
    size = serializers.IntegerField(help_text="The size of the original, in bytes.")
    metadata = serializers.DictField(help_text="The metadata in the file; readers never see it.")
    provenance = serializers.DictField(
        help_text="The statements of its content credentials (C2PA), and their signer."
    )
    caveats = serializers.ListField(help_text="Warnings about how the file was read.")
    created_by = NamedSerializer(allow_null=True)
    created_at = serializers.DateTimeField()


class EditorialClaimSerializer(serializers.Serializer):
    """A claim in any state, with details for the newsroom."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(Claim.State.choices)
    statement = serializers.CharField()
    language = serializers.CharField(help_text="BCP 47.")
    claimant = ClaimantSerializer(allow_null=True)
    claimed_on = serializers.DateField(allow_null=True)
    context = serializers.CharField()  # type: ignore[assignment]  # a key of the text, not an argument of the field
    topics = TopicSerializer(many=True)
    first_appearance = serializers.IntegerField(allow_null=True)
    appearances = AppearanceSerializer(many=True)
    media = EditorialClaimMediaSerializer(many=True)
    verdicts = MentionedVerdictSerializer(many=True)
    reason = serializers.CharField(help_text="The reason for checking or declining the claim.")
    score = serializers.FloatField(
        allow_null=True,
        help_text="The check-worthiness of the statement, from 0 to 1; `band` puts it into words.",
    )
    score_reasons = serializers.ListField(
        child=serializers.CharField(),
        help_text="The checkable content of the statement, with its words.",
    )
    band = serializers.ChoiceField(
        [band.value for band in CheckBand],
        allow_null=True,
        help_text="How soon to check it, if it was proposed from an article.",
    )
    merged_into = serializers.IntegerField(allow_null=True)
    is_published = serializers.BooleanField(help_text="Whether readers can see it now.")
    created_by = NamedSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class EditorialClaimSummarySerializer(EditorialClaimSerializer):
    """A claim in a list: without context, appearances and media."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return exclude_fields(super().get_fields(), "context", "appearances", "media", "score_reasons")


class EditorialAppearanceSerializer(AppearanceSerializer):
    claim = serializers.IntegerField()


class ItemOfEvidenceSerializer(EvidenceSerializer):
    position = serializers.IntegerField()


class EditorialEvidenceSerializer(ItemOfEvidenceSerializer):
    verdict = serializers.IntegerField()


class SignOffSerializer(serializers.Serializer):
    by = ActorSerializer()
    round = serializers.IntegerField(help_text="Counts only for this review round.")
    note = serializers.CharField()
    at = serializers.DateTimeField()


class EditorialVerdictSerializer(VerdictSerializer):
    """A verdict in any state, with details for the newsroom."""

    rating = RatingSerializer(allow_null=True)
    evidence = ItemOfEvidenceSerializer(many=True)
    claim = serializers.IntegerField()
    state = serializers.ChoiceField(Verdict.State.choices)
    author = NamedSerializer(allow_null=True)
    supersedes = serializers.IntegerField(allow_null=True, help_text="The version that it replaces.")
    correction_kind = serializers.ChoiceField([("", ""), *CorrectionKind.choices])
    correction_note = serializers.CharField(help_text="The change and the reason for it, for readers.")
    review_round = serializers.IntegerField()
    required_signoffs = serializers.IntegerField()
    reply_rule = serializers.ChoiceField(
        Verdict.ReplyRule.choices,
        help_text="Whether a reply must be requested, as decided when the last review began.",
    )
    signoffs = SignOffSerializer(many=True)
    submitted_by = NamedSerializer(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, serializers.Field]:
        return exclude_fields(super().get_fields(), "signed_off")


class EditorialVerdictSummarySerializer(EditorialVerdictSerializer):
    """A verdict in a list: without explanation, evidence and replies."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return exclude_fields(
            super().get_fields(), "explanation", "explanation_html", "evidence", "right_of_reply"
        )


class TransitionSerializer(serializers.Serializer):
    """One workflow move."""

    id = serializers.IntegerField()
    claim = serializers.IntegerField()
    verdict = serializers.IntegerField(allow_null=True)
    action = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    actor = ActorSerializer()
    note = serializers.CharField()
    at = serializers.DateTimeField()


class EditorialSourceSerializer(SourceSerializer):
    """A source, whether or not a publication mentions it."""

    show_text = serializers.BooleanField(help_text="Whether readers can see its text.")
    notes = serializers.CharField()
    latest_snapshot = serializers.IntegerField(
        allow_null=True, help_text="The number of the latest snapshot; null if there is none."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class EditorialSnapshotSerializer(SnapshotSerializer):
    source = serializers.IntegerField()  # type: ignore[assignment]  # a key
    url = serializers.CharField(help_text="The URL after redirects; empty if the text was not fetched.")
    media_type = serializers.CharField()
    title = serializers.CharField()
    language = serializers.CharField()


class SnapshotTextSerializer(EditorialSnapshotSerializer):
    """A snapshot with its text. Offsets count characters of this text."""

    text = serializers.CharField()


class EditorialClaimantSerializer(ClaimantSerializer):
    notes = serializers.CharField()


class EditorialTopicSerializer(TopicSerializer):
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]  # a key
    description = serializers.CharField()
    same_as = serializers.ListField(child=serializers.URLField())


class MoveSerializer(serializers.Serializer):
    """A move that the state and the person's role allow."""

    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a key
    to = serializers.CharField(help_text="The resulting state; empty if it depends.")
    note = serializers.CharField(help_text="The expected content of the note; empty if no note is needed.")
    note_required = serializers.BooleanField()
    scope = serializers.ChoiceField(Scope.choices, help_text="The scope that a token needs for it.")
    obstacle = serializers.CharField(help_text="The obstacle to the move; empty if there is none.")


class MovesSerializer(serializers.Serializer):
    """The moves available to this person with this token."""

    state = serializers.CharField()
    moves = MoveSerializer(many=True)


class TokenSerializer(serializers.Serializer):
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    expires_at = serializers.DateTimeField()


class WhoSerializer(serializers.Serializer):
    """The current user, the token and the URLs of the API."""

    person = NamedSerializer()
    roles = serializers.ListField(child=serializers.CharField())
    token = TokenSerializer()
    resources = serializers.DictField(child=serializers.URLField())
