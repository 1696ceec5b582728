"""Schemas of the messages that `events` builds, for the OpenAPI document (`webhooks`)."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from claims.features.webhooks.models import WebhookEvent
from claims.features.webhooks.models.endpoint import TEST_EVENT, VERIFICATION_EVENT
from claims.ledger.document.serializers import ClaimSerializer
from claims.models import Publication

_SIGNATURE_NOTE = (
    "Signed as defined by Standard Webhooks: `webhook-id` identifies the message on every attempt, "
    "`webhook-timestamp` is the time of the attempt in seconds since 1970, and `webhook-signature` is the "
    "HMAC-SHA256 of `id.timestamp.body`."
)


class WebhookEntrySerializer(serializers.Serializer):
    """An entry of the ledger."""

    sequence = serializers.IntegerField()
    claim_id = serializers.IntegerField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(Publication.Status.choices)
    kind = serializers.ChoiceField(Publication.Kind.choices)
    note = serializers.CharField()
    url = serializers.URLField(help_text="URL of this version in the API.")
    claim = ClaimSerializer(
        allow_null=True,
        help_text="The complete claim; null if it was withdrawn, or if the message would be longer than 64 KB.",
    )


class MessageSerializer(serializers.Serializer):
    """The data of a message about a claim."""

    type = serializers.ChoiceField(WebhookEvent.choices)
    timestamp = serializers.DateTimeField(help_text="The time of the publication.")
    data = WebhookEntrySerializer()  # type: ignore[assignment]  # a key


class TestedEndpointSerializer(serializers.Serializer):
    endpoint = serializers.CharField(help_text="The name of the webhook.")


class TestMessageSerializer(serializers.Serializer):
    """A test message."""

    type = serializers.ChoiceField([(TEST_EVENT, TEST_EVENT)])
    timestamp = serializers.DateTimeField()
    data = TestedEndpointSerializer()  # type: ignore[assignment]  # a key


class ChallengeSerializer(TestedEndpointSerializer):
    challenge = serializers.CharField()


class VerificationMessageSerializer(serializers.Serializer):
    """The message that asks the receiver to agree to get messages."""

    type = serializers.ChoiceField([(VERIFICATION_EVENT, VERIFICATION_EVENT)])
    timestamp = serializers.DateTimeField()
    data = ChallengeSerializer()  # type: ignore[assignment]  # a key


class ChallengeResponseSerializer(serializers.Serializer):
    """Proof that the receiver knows the secret."""

    challenge_response = serializers.CharField(
        help_text="HMAC-SHA256 of the challenge with the bytes of the secret, in Base64."
    )


def _describe_webhooks() -> Iterator[OpenApiWebhook]:
    common_responses = OpenApiResponse(description="The message has arrived.")
    for event in WebhookEvent:
        yield _describe_webhook(event.value, MessageSerializer, {204: common_responses})
    yield _describe_webhook(TEST_EVENT, TestMessageSerializer, {204: common_responses})
    yield _describe_webhook(
        VERIFICATION_EVENT, VerificationMessageSerializer, {200: ChallengeResponseSerializer}
    )


def _describe_webhook(name: str, message: Any, responses: dict[int, Any]) -> OpenApiWebhook:
    decorator = extend_schema(
        summary=name, description=_SIGNATURE_NOTE, tags=["webhooks"], request=message, responses=responses
    )
    return OpenApiWebhook(name=name, decorator=decorator)


#: The settings of drf-spectacular refer to this list.
WEBHOOKS = list(_describe_webhooks())
