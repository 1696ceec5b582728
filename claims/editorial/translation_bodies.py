"""Request and response bodies of translations."""

from rest_framework import serializers

from claims.editorial.request_bodies import VerdictMoveBody, list_actions, show_example
from claims.editorial.serializers import ActorSerializer, NamedSerializer, exclude_fields
from claims.editorial.strict_bodies import ModelBody, Reference, StrictKeys, TextField
from claims.models import Translation, Verdict
from claims.models.translation import TEXT_FIELDS
from claims.review.moves import TRANSLATION_MOVES
from factcheck.database.model_fields import LANGUAGE_TAG

TRANSLATION_ACTIONS = list_actions(TRANSLATION_MOVES)


@show_example({"summary": "Las cuentas auditadas muestran 120 millones de euros."})
class TranslationChanges(ModelBody):
    """Changes to a draft. Missing fields stay the same."""

    class Meta:
        model = Translation
        fields = [*TEXT_FIELDS, "byline"]


@show_example(
    {
        "verdict": 1,
        "language": "es",
        "statement": "El puente costó 12 millones de euros.",
        "summary": "Las cuentas auditadas muestran 120 millones de euros.",
        "explanation": "Lo dice la página 3 de las cuentas.",
        "byline": "Ana Ruiz",
    }
)
class TranslationBody(TranslationChanges):
    """A new draft. Any missing fields are copied from the newest translation into the language."""

    verdict = Reference(queryset=Verdict.objects.all(), help_text="The published verdict to translate.")
    language = serializers.RegexField(
        LANGUAGE_TAG, max_length=35, help_text="BCP 47; different from the original's."
    )

    class Meta(TranslationChanges.Meta):
        fields = ["verdict", "language", *TranslationChanges.Meta.fields]


@show_example({})
class EmptyBody(StrictKeys):
    """An empty object: the URL contains all parameters."""


@show_example({"action": "sign_off", "note": "I compared every figure."})
class TranslationMoveBody(VerdictMoveBody):
    """A move of a translation in the review workflow."""

    action = serializers.ChoiceField(TRANSLATION_ACTIONS)
    note = TextField(
        required=False,
        allow_blank=True,
        help_text="Internal, but public for `publish` and `retract`. Some moves require a note.",
    )


class TranslationStepSerializer(serializers.Serializer):
    action = serializers.CharField(help_text="A move, or `sign_off`.")
    by = ActorSerializer()
    round = serializers.IntegerField(help_text="A sign-off counts for this review round only.")
    note = serializers.CharField()
    at = serializers.DateTimeField()


class EditorialTranslationSerializer(serializers.Serializer):
    """A translation in any state, with details for the newsroom."""

    id = serializers.IntegerField()
    verdict = serializers.IntegerField()
    claim = serializers.IntegerField()
    language = serializers.CharField(help_text="BCP 47.")
    version = serializers.IntegerField()
    is_current = serializers.BooleanField(
        help_text="Whether it is of the currently published version of the verdict."
    )
    statement = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    explanation = serializers.CharField(help_text="Markdown.")
    explanation_html = serializers.CharField()
    byline = serializers.CharField(help_text="Shown to readers; if empty, the newsroom's name is shown.")
    state = serializers.ChoiceField(Translation.State.choices)
    author = NamedSerializer(allow_null=True)
    supersedes = serializers.IntegerField(allow_null=True, help_text="The translation that it replaces.")
    original_sha256 = serializers.CharField(help_text="SHA-256 of the translated original.")
    review_round = serializers.IntegerField()
    required_signoffs = serializers.IntegerField()
    steps = TranslationStepSerializer(many=True)
    submitted_by = NamedSerializer(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class EditorialTranslationSummarySerializer(EditorialTranslationSerializer):
    """A translation in a list: without its explanation."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return exclude_fields(super().get_fields(), "explanation", "explanation_html")
