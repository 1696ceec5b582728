"""API request bodies for creating a request for reply, and for recording the reply."""

from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from claims.editorial.request_bodies import show_example
from claims.editorial.strict_bodies import MomentField, StrictKeys, TextField
from claims.features.reply.models import ReplyRequest
from claims.features.reply.models.reply_rules import (
    MAX_ANSWER_LENGTH,
    MAX_EXCERPT_LENGTH,
    MAX_NOTE_LENGTH,
    MAX_TEXT_LENGTH,
)
from factcheck.database.model_fields import LANGUAGE_TAG


@show_example(
    {
        "channel": "email",
        "address": "press@ministry.example",
        "language": "en",
        "answer_by": "2026-03-02T17:00:00+01:00",
    }
)
class ReplyBody(StrictKeys):
    """A request for reply, or the reason for not asking."""

    party = TextField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text="The person to ask; by default, the claimant.",
    )
    not_asked = serializers.ChoiceField(
        ReplyRequest.NotAskingReason.choices, required=False, allow_blank=True
    )
    not_asked_note = TextField(
        required=False,
        allow_blank=True,
        max_length=MAX_NOTE_LENGTH,
        help_text="The reason in our own words, for readers.",
    )
    channel = serializers.ChoiceField(ReplyRequest.Channel.choices, required=False, allow_blank=True)
    address = TextField(
        required=False, allow_blank=True, max_length=500, help_text="The contact address; never published."
    )
    language = serializers.RegexField(
        LANGUAGE_TAG, required=False, max_length=35, help_text="BCP 47; by default, the claim's language."
    )
    subject = TextField(required=False, allow_blank=True, max_length=300)
    text = TextField(
        required=False,
        allow_blank=True,
        max_length=MAX_TEXT_LENGTH,
        trim_whitespace=False,
        help_text="The text of the request; by default, the newsroom's template in this language, filled in.",
    )
    answer_by = MomentField(required=False, allow_null=True, help_text="The deadline for the reply.")
    sent_at = MomentField(
        required=False, allow_null=True, help_text="When the request was sent; leave it out to send it later."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        fields = [name for name in ("channel", "address", "text", "answer_by", "sent_at") if values.get(name)]
        if values.get("not_asked") and fields:
            raise serializers.ValidationError(
                {fields[0]: [gettext("Name the person who is asked, or say in `not_asked` why no one is.")]}
            )
        if values.get("not_asked") == ReplyRequest.NotAskingReason.OTHER and not values.get("not_asked_note"):
            raise serializers.ValidationError(
                {"not_asked_note": [gettext("Explain in your own words why no one was asked.")]}
            )
        return values


@show_example(
    {
        "answered_at": "2026-03-02T11:20:00+01:00",
        "channel": "email",
        "text": "We counted the roads.",
        "shown": "full",
    }
)
class AnswerBody(StrictKeys):
    """A reply, and the part of it that readers see."""

    answered_at = MomentField(help_text="When the reply arrived.")
    channel = serializers.ChoiceField(ReplyRequest.Channel.choices)
    text = TextField(
        required=False, allow_blank=True, max_length=MAX_ANSWER_LENGTH, help_text="The full reply."
    )
    shown = serializers.ChoiceField(ReplyRequest.AnswerDisplay.choices)
    excerpt = TextField(
        required=False,
        allow_blank=True,
        max_length=MAX_EXCERPT_LENGTH,
        help_text="For `excerpt`: the exact words, with […] for omissions.",
    )
    statement = TextField(
        required=False,
        allow_blank=True,
        max_length=MAX_EXCERPT_LENGTH,
        help_text="For `statement`: a summary in our own words.",
    )
