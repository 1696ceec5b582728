"""Serializers that validate request bodies. None of them saves anything."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from claims.editorial.strict_bodies import (
    DayField,
    ModelBody,
    Reference,
    StrictBooleanField,
    StrictKeys,
    TextField,
    UrlField,
    WholeNumberField,
)
from claims.models import Appearance, Claim, Claimant, ClaimMedia, CorrectionKind, Evidence, Topic, Verdict
from claims.models.verdict import CARRIED_OVER_FIELDS, CORRECTION_FIELDS
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES
from sources.models import MediaObject, Publisher, Source
from sources.models.media_fragment import MediaFragmentField

_MAX_OFFSET = 2**31 - 1


def show_example(body: dict[str, Any]) -> Any:
    """Return a class decorator that adds an example body to the OpenAPI document."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", body, request_only=True)])


def _make_url_list() -> serializers.ListField:
    return serializers.ListField(child=UrlField(max_length=500), max_length=50, required=False)


@show_example(
    {"statement": "The harbour bridge cost 90 million euros.", "language": "en", "claimed_on": "2026-02-28"}
)
class ClaimBody(ModelBody):
    """A new claim."""

    topics = serializers.ListField(
        child=Reference(queryset=Topic.objects.all()),
        max_length=50,
        required=False,
        help_text="The ids of the topics.",
    )

    class Meta:
        model = Claim
        fields = ["statement", "language", "claimant", "claimed_on", "context", "topics"]


@show_example({"context": "The bridge was opened in February."})
class ClaimChanges(ClaimBody):
    """Changes to a claim. Missing fields stay the same."""

    first_appearance = Reference(
        queryset=Appearance.objects.all(),
        allow_null=True,
        required=False,
        help_text="The first known appearance, one of the claim's own.",
    )

    class Meta(ClaimBody.Meta):
        fields = [*ClaimBody.Meta.fields, "first_appearance"]

    def validate_first_appearance(self, appearance: Appearance | None) -> Appearance | None:
        if appearance and appearance.claim_id != self.context["claim"]:
            raise serializers.ValidationError(gettext("This is not an appearance of the claim."))
        return appearance


@show_example({"source": 1, "exact": "the bridge had cost 90 million euros"})
class QuoteBody(StrictKeys):
    """A source, with the quoted words or their position."""

    at_least_one_of = ("source", "source_url")

    source = Reference(queryset=Source.objects.all(), required=False)  # type: ignore[assignment]  # a key, not an argument
    source_url = UrlField(
        max_length=2000,
        required=False,
        help_text="Instead of `source`: the URL of the source, which is fetched and captured if unknown.",
    )
    exact = TextField(
        required=False,
        allow_blank=True,
        help_text="The quoted words. They are located in the source's latest snapshot, if there is one.",
    )
    prefix = TextField(
        required=False,
        allow_blank=True,
        help_text="The text before the quote, if the quote occurs more than once.",
    )
    suffix = TextField(
        required=False,
        allow_blank=True,
        help_text="The text after the quote, if the quote occurs more than once.",
    )
    start = WholeNumberField(
        min_value=0,
        max_value=_MAX_OFFSET,
        required=False,
        help_text="The position of the quote, in code points, instead of a search for it. Requires `end` and "
        "`snapshot`.",
    )
    end = WholeNumberField(min_value=1, max_value=_MAX_OFFSET, required=False)
    snapshot = WholeNumberField(
        min_value=1,
        max_value=_MAX_OFFSET,
        required=False,
        help_text="The number of the snapshot to which the offsets refer; it must be the latest.",
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if "source" in values and "source_url" in values:
            raise serializers.ValidationError(
                {"source_url": [gettext("Give either `source` or `source_url`, not both.")]}
            )
        if not self.partial and values.keys().isdisjoint(self.at_least_one_of):
            raise serializers.ValidationError(
                {"source": [gettext("Give the source’s id, or its address as `source_url`.")]}
            )
        position_fields = [name for name in ("start", "end", "snapshot") if name in values]
        if position_fields and len(position_fields) < 3:
            raise serializers.ValidationError(
                {position_fields[0]: [gettext("`start`, `end` and `snapshot` belong together.")]}
            )
        if position_fields and ("prefix" in values or "suffix" in values):
            raise serializers.ValidationError(
                {"prefix": [gettext("Give either the words around the quote or `start`, not both.")]}
            )
        return values


class _NewMedia(StrictKeys):
    alternative_text = TextField(
        max_length=2000,
        required=False,
        allow_blank=True,
        help_text="A description of what can be seen or heard.",
    )
    show_to_readers = StrictBooleanField(
        required=False,
        help_text="Whether readers see it (`true` by default) or only its description.",
    )


@show_example({"url": "https://example.org/bridge.jpg", "alternative_text": "A bridge under water."})
class MediaBody(_NewMedia):
    """A picture, recording or video at a URL. A file is sent as `multipart/form-data`."""

    url = UrlField(max_length=2000, help_text="The URL of the file itself, which is fetched and stored.")


class MediaForm(_NewMedia):
    """A picture, a recording or a video as a file."""

    file = serializers.FileField(allow_empty_file=True)


@show_example({"alternative_text": "A bridge under water, seen from the east."})
class MediaChanges(ModelBody):
    """Changes to a picture, recording or video. Missing fields stay the same."""

    class Meta:
        model = MediaObject
        fields = ["alternative_text", "show_to_readers", "filename", "content_url"]


@show_example({"media": 1, "caption": "The harbour bridge after the storm of February."})
class ClaimMediaBody(ModelBody):
    """A picture, a recording or a video that a claim is about."""

    media = Reference(queryset=MediaObject.objects.all(), help_text="The id of the media, from `media/`.")

    class Meta:
        model = ClaimMedia
        fields = ["media", "caption", "media_fragment", "page_url", "position"]


@show_example({"caption": "The harbour bridge, after the storm."})
class ClaimMediaChanges(ClaimMediaBody):
    """Changes to the media of a claim. Missing fields stay the same."""

    media = None  # type: ignore[assignment]  # how REST framework leaves out what a base declares

    class Meta(ClaimMediaBody.Meta):
        fields = ["caption", "media_fragment", "page_url", "position"]


@show_example(
    {"source": 1, "stance": "refutes", "note": "Page 3 of the accounts.", "exact": "120 million euros"}
)
class EvidenceBody(QuoteBody):
    """A source that supports or contradicts a verdict."""

    stance = serializers.ChoiceField(Evidence.Stance.choices)
    note = TextField(required=False, allow_blank=True, help_text="A summary of the source, in our own words.")
    position = WholeNumberField(
        min_value=0, max_value=32767, required=False, help_text="The position on the page."
    )
    media = Reference(
        queryset=MediaObject.objects.all(),
        required=False,
        allow_null=True,
        help_text="The id of the picture, recording or video that shows it, from `media/`.",
    )
    media_fragment = TextField(
        required=False,
        allow_blank=True,
        max_length=40,
        validators=MediaFragmentField.default_validators,
        help_text="The relevant part, in seconds, such as `t=12.5,17`.",
    )


@show_example({"summary": "The audited accounts show 120 million euros."})
class VerdictChanges(ModelBody):
    """Changes to a draft. Missing fields stay the same."""

    class Meta:
        model = Verdict
        fields = [*CARRIED_OVER_FIELDS, *CORRECTION_FIELDS]
        extra_kwargs = {
            "language": {"required": False},
            "rating": {"help_text": "The id of a rating in a scale that the publisher uses."},
        }


@show_example(
    {"claim": 1, "rating": 1, "summary": "The accounts show 120 million euros.", "reviewed_on": "2026-03-01"}
)
class VerdictBody(VerdictChanges):
    """A new draft. Any missing fields are copied from the version that it replaces."""

    claim = Reference(queryset=Claim.objects.all())
    publisher = Reference(
        queryset=Publisher.objects.all(),
        required=False,
        help_text="The publisher of the verdict; by default, our newsroom.",
    )

    class Meta(VerdictChanges.Meta):
        fields = ["claim", "publisher", *VerdictChanges.Meta.fields]


@show_example({"url": "https://news.example.org/harbour-bridge", "title": "The bridge", "capture": True})
class SourceBody(StrictKeys):
    """A source, found by its URL or else added."""

    at_least_one_of = ("url", "title", "text")

    url = UrlField(max_length=2000, required=False)
    title = TextField(max_length=500, required=False)
    kind = serializers.ChoiceField(Source.Kind.choices, required=False)
    publisher = TextField(
        max_length=200, required=False, help_text="The name of the publisher; added if unknown."
    )
    byline = TextField(max_length=500, required=False)
    published_on = DayField(required=False)
    language = TextField(
        max_length=35, required=False, help_text="BCP 47; by default, detected from the text."
    )
    text = TextField(
        required=False, trim_whitespace=False, help_text="The text, stored as the latest snapshot."
    )
    capture = StrictBooleanField(
        required=False, help_text="Whether to fetch the URL and store its text as the latest snapshot."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("capture") and "text" in values:
            raise serializers.ValidationError(
                {"capture": [gettext("Give the text or have it fetched, not both.")]}
            )
        if values.get("capture") and "url" not in values:
            raise serializers.ValidationError({"url": [gettext("Give an address to fetch from.")]})
        if values.keys().isdisjoint(self.at_least_one_of):
            raise serializers.ValidationError({"url": [gettext("Give an address, a title or a text.")]})
        return values


@show_example({"name": "Ingrid Solheim", "job_title": "Minister of Transport"})
class ClaimantBody(ModelBody):
    """A claimant, found by name (ignoring case) or else added."""

    same_as = _make_url_list()

    class Meta:
        model = Claimant
        fields = ["name", "kind", "job_title", "affiliation", "country", "same_as", "notes"]


@show_example({"name": "Transport"})
class TopicBody(StrictKeys):
    """A topic, found by slug or by name (ignoring case) or else added."""

    name = TextField(max_length=100)
    slug = serializers.RegexField(
        r"^[\w-]+\Z", max_length=100, required=False, help_text="By default, derived from the name."
    )
    parent = Reference(queryset=Topic.objects.all(), allow_null=True, required=False)  # type: ignore[assignment]  # a key
    description = TextField(required=False, allow_blank=True)
    same_as = _make_url_list()

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if "slug" not in values and not slugify(values["name"], allow_unicode=True):
            raise serializers.ValidationError(
                {
                    "slug": [
                        gettext(
                            "No identifier can be derived from this name, because it contains no letters. Give an "
                            "identifier."
                        )
                    ]
                }
            )
        return values


def list_actions(table: dict[tuple[str, str], Any]) -> list[tuple[str, str]]:
    return list({action: (action, str(move.label)) for (_state, action), move in table.items()}.values())


CLAIM_ACTIONS = list_actions(CLAIM_MOVES)
VERDICT_ACTIONS = list_actions(VERDICT_MOVES)


@show_example({"action": "sign_off", "note": "I read the accounts."})
class VerdictMoveBody(StrictKeys):
    """A move of a verdict in the review workflow."""

    action = serializers.ChoiceField(VERDICT_ACTIONS)
    note = TextField(
        required=False,
        allow_blank=True,
        help_text="Internal, but public for `retract` and `republish`. Some moves require a note.",
    )


@show_example({"action": "accept", "note": "Widely shared."})
class ClaimMoveBody(VerdictMoveBody):
    """A move of a claim in the workflow."""

    action = serializers.ChoiceField(CLAIM_ACTIONS)
    into = Reference(
        queryset=Claim.objects.all(), required=False, help_text="For `merge`: the claim to merge into."
    )
    kind = serializers.ChoiceField(
        CorrectionKind.choices,
        required=False,
        help_text="For `republish`: the kind of change; `update` by default.",
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if values["action"] == "merge" and "into" not in values:
            raise serializers.ValidationError({"into": [gettext("Give the claim to merge into.")]})
        for key, action in (("into", "merge"), ("kind", "republish")):
            if key in values and values["action"] != action:
                raise serializers.ValidationError(
                    {key: [gettext("Allowed only with `%(action)s`.") % {"action": action}]}
                )
        return values
