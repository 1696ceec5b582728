"""Request bodies of complaints and requests, validated strictly, and their OpenAPI schemas."""

import base64
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy
from rest_framework import serializers

from claims.features.complaints.confirmations import Sender
from claims.features.complaints.intake.reader_forms import SingleMailAddress, put_on_one_line
from claims.features.complaints.models import Complaint
from claims.features.complaints.models.contact_details import MAX_MAIL_LENGTH, MAX_NAME_LENGTH
from claims.features.complaints.models.request_state import MAX_READER_TEXT_LENGTH
from claims.features.complaints.pictures import PictureRefused, SentPicture, read_picture
from claims.ledger.queries.address_search import LENGTH_LIMIT, build_address_key
from factcheck.api.json_bodies import StrictJSON
from factcheck.api.query_values import MAX_ID

#: Room for a picture in base64 and everything else; no larger body is read from any client.
MAX_BODY_BYTES = 2_600_000
_MAX_ENCODED_LENGTH = 2_500_000
_LANGUAGE_PATTERN = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"


class SubmissionJSON(StrictJSON):
    max_bytes = MAX_BODY_BYTES


class SenderBody(serializers.Serializer):
    """The sender's contact details. Unknown members are rejected, so that no input is silently lost."""

    email = serializers.CharField(
        max_length=MAX_MAIL_LENGTH,
        validators=[
            SingleMailAddress(gettext_lazy("Give an email address, such as name@example.org."), "invalid")
        ],
        help_text="The sender's email address. A confirmation link is sent there; the message is read only "
        "after it is confirmed.",
    )
    name = serializers.CharField(max_length=MAX_NAME_LENGTH, required=False, allow_blank=True)
    language = serializers.RegexField(
        _LANGUAGE_PATTERN,
        max_length=35,
        required=False,
        error_messages={"invalid": gettext_lazy("Give a language tag (BCP 47), such as `de`.")},
        help_text="The language of the emails, if available (BCP 47).",
    )

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown_names := data.keys() - self.fields.keys()):
            field_names = ", ".join(f"`{name}`" for name in self.fields)
            raise serializers.ValidationError(
                {
                    name: [gettext("Unknown member. Known members: %(known)s.") % {"known": field_names}]
                    for name in sorted(unknown_names)
                }
            )
        return super().to_internal_value(data)

    def validate_name(self, name: str) -> str:
        return put_on_one_line(name)

    @property
    def sender(self) -> Sender:
        values = self.validated_data
        return Sender(
            values["email"], values.get("name", ""), values.get("language", "en").partition("-")[0].lower()
        )


class ComplaintBody(SenderBody):
    """A complaint about a published claim."""

    claim = serializers.IntegerField(min_value=1, max_value=MAX_ID, help_text="The id of the claim.")
    kind = serializers.ChoiceField(choices=Complaint.Kind.choices)
    text = serializers.CharField(
        max_length=MAX_READER_TEXT_LENGTH, help_text="A description of the error, with the sender's evidence."
    )


class RequestBody(SenderBody):
    """A request to check a URL, a text or a picture; with a URL or picture, the text can explain it."""

    at_least_one_of = ("text", "address", "picture")

    text = serializers.CharField(max_length=MAX_READER_TEXT_LENGTH, required=False)
    address = serializers.CharField(max_length=LENGTH_LIMIT, required=False)
    picture = serializers.CharField(
        max_length=_MAX_ENCODED_LENGTH, required=False, help_text="JPEG, PNG, WebP or GIF in base64."
    )
    send_anyway = serializers.BooleanField(
        required=False,
        help_text="Send the request to the newsroom although existing checks were found, because they are "
        "about something else.",
    )

    def validate_address(self, address: str) -> str:
        if not build_address_key(address):
            raise serializers.ValidationError(
                gettext("Give a complete http(s) address of at most %(length_limit)s characters.")
                % {"length_limit": LENGTH_LIMIT}
            )
        return address

    def validate_picture(self, picture: str) -> SentPicture:
        try:
            return read_picture(base64.b64decode(picture, validate=True))
        except PictureRefused as refusal:
            raise serializers.ValidationError(str(refusal)) from None
        except ValueError:  # also if the text is not ASCII
            raise serializers.ValidationError(gettext("This is not base64 (RFC 4648, section 4).")) from None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.keys().isdisjoint(self.at_least_one_of):
            raise serializers.ValidationError(
                gettext("Give something to check: `text`, `address` or `picture`.")
            )
        return attrs

    @property
    def content(self) -> dict[str, Any]:
        """Return the request's text, URL and picture; a text that is only a URL is returned as the URL."""
        values = self.validated_data
        text, address = values.get("text", ""), values.get("address", "")
        if build_address_key(text) and not address:
            text, address = "", text
        return {"text": text, "address": address, "picture": values.get("picture")}


class ReceivedMessageSerializer(serializers.Serializer):
    """The message was received; its sender must now confirm the email address."""

    state = serializers.ChoiceField(choices=["awaiting_confirmation"])
    confirm_within_days = serializers.IntegerField(
        help_text="Unless confirmed by then, the message is deleted."
    )
    detail = serializers.CharField()


class KnownClaimSerializer(serializers.Serializer):
    """A published claim found for the request."""

    kind = serializers.ChoiceField(choices=["same", "contradicts", "related"])
    confidence = serializers.FloatField()
    reasons = serializers.ListField(child=serializers.CharField())
    claim = serializers.IntegerField(help_text="The id of the claim.")
    statement = serializers.CharField()
    url = serializers.URLField()


class RequestResultsSerializer(serializers.Serializer):
    """The published claims found for a request. An empty result is not a verdict: an unchecked claim may be
    true or false.
    """

    state = serializers.ChoiceField(
        choices=["answered", "awaiting_confirmation"],
        help_text="`answered`: exactly this was checked, so nothing was stored.",
    )
    detail = serializers.CharField()
    confirm_within_days = serializers.IntegerField(allow_null=True)
    found = KnownClaimSerializer(many=True)
