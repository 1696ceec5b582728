"""Serializers of webhooks for the editorial API, used only to validate requests and to describe the API."""

from typing import Any

from rest_framework import serializers

from claims.editorial.documents import Document
from claims.editorial.request_bodies import show_example
from claims.editorial.strict_bodies import StrictBooleanField, StrictKeys, TextField
from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from claims.features.webhooks.models.endpoint import TEST_EVENT, VERIFICATION_EVENT
from claims.ledger.document.claim_document import format_moment, format_optional_moment
from factcheck.api.pagination import build_both_orderings, make_id_key
from factcheck.api.query_strings import ListQuery, Parameter, make_ordering_parameter
from factcheck.api.query_values import MAX_ID, Keyword

#: The states of a webhook.
STATES = [("unverified",) * 2, ("active",) * 2, ("paused",) * 2, ("disabled",) * 2]
_EVENTS = [*WebhookEvent.values, TEST_EVENT, VERIFICATION_EVENT]


@show_example(
    {
        "name": "Our website",
        "url": "https://news.example.org/hooks/factcheck",
        "filter": "topic=harbour&language=en&rating_class=false",
        "events": ["claim.published", "claim.corrected", "claim.retracted"],
    }
)
class WebhookBody(StrictKeys):
    """A webhook: a URL that receives publications."""

    name = TextField(max_length=100, help_text="A name of your choice, unique among your webhooks.")
    url = TextField(
        max_length=500, help_text="A URL that begins with https://. Messages are sent there with POST."
    )
    description = TextField(required=False, allow_blank=True, max_length=2000)
    filter = TextField(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text="The filter, as for the list of claims: `topic=…&language=…&rating_class=…`. Empty for all claims.",
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(WebhookEvent.choices),
        required=False,
        max_length=len(WebhookEvent.values),
        help_text="The events to send; empty for all.",
    )


class WebhookChanges(WebhookBody):
    """The fields of a webhook to change. A new URL is verified before messages are sent to it."""

    active = StrictBooleanField(
        required=False, help_text="`false` pauses it; `true` resumes it where it stopped, with this token."
    )


class RotationBody(StrictKeys):
    """The options for replacing a secret: whether the old one becomes invalid immediately."""

    immediately = StrictBooleanField(
        required=False,
        default=False,
        help_text="End the old secret now, because others know it. Otherwise both sign for a day.",
    )


class ReplayBody(StrictKeys):
    """The options for sending messages again: the position in the ledger after which they start."""

    since = serializers.IntegerField(
        min_value=0,
        max_value=MAX_ID,
        help_text="A `sequence`: all later entries are sent. 0 means the beginning of the ledger.",
    )


class WebhookSerializer(serializers.Serializer):
    """A webhook of the token's owner."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    url = serializers.URLField()
    description = serializers.CharField()
    filter = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(WebhookEvent.choices))
    state = serializers.ChoiceField(
        STATES,
        help_text="`unverified` until the receiver has agreed; `disabled` if we switched it off (`disabled_reason`).",
    )
    disabled_reason = serializers.CharField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then, messages are also signed with the previous secret."
    )
    token = serializers.CharField(help_text="The name of the token; the webhook stops when the token does.")
    created_at = serializers.DateTimeField()


class WebhookWithSecretSerializer(WebhookSerializer):
    """A webhook with its signing secret, which is shown only once."""

    secret = serializers.CharField(
        allow_null=True,
        help_text="Null if the request was repeated with its `Idempotency-Key`: use `rotate-secret` to get a "
        "new secret.",
    )


class WebhookAttemptSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    duration_ms = serializers.IntegerField()
    status_code = serializers.IntegerField(allow_null=True)
    response = serializers.CharField(help_text="The beginning of the response.")
    error = serializers.CharField(help_text="Empty if the message arrived.")


class WebhookDeliverySerializer(serializers.Serializer):
    """A message with its delivery state and attempts."""

    id = serializers.IntegerField()
    message_id = serializers.CharField(help_text="The id of the message, the same on every attempt.")
    event = serializers.ChoiceField([(event, event) for event in _EVENTS])
    state = serializers.ChoiceField(WebhookDelivery.State.choices)
    claim_id = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    sequence = serializers.IntegerField(allow_null=True, help_text="The number of the entry in the ledger.")
    created_at = serializers.DateTimeField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    attempts = WebhookAttemptSerializer(many=True)


class OwnWebhookQuery(ListQuery):
    """The query parameters for the list of the token owner's webhooks."""

    list_name = "editorial/webhooks"
    orderings = (*build_both_orderings("id", make_id_key("id")),)

    ordering = make_ordering_parameter(orderings)


class DeliveryQuery(ListQuery):
    """The query parameters for the messages of one webhook."""

    list_name = "editorial/deliveries"
    orderings = (*build_both_orderings("id", make_id_key("id")),)

    state = Parameter.one_of("state", Keyword(tuple(WebhookDelivery.State.values)), "The delivery state.")
    event = Parameter.one_of("event", Keyword(tuple(_EVENTS)), "The event.")
    ordering = make_ordering_parameter(orderings)


def build_webhook(row: WebhookEndpoint) -> Document:
    """Return the webhook's settings without its progress, so that deliveries do not change its ETag."""
    return {
        "id": row.pk,
        "name": row.name,
        "url": row.url,
        "description": row.description,
        "filter": row.filter,
        "events": row.event_kinds,
        "state": _get_state(row),
        "disabled_reason": row.disabled_reason,
        "disabled_at": format_optional_moment(row.disabled_at),
        "verified_at": format_optional_moment(row.verified_at),
        "previous_secret_until": format_optional_moment(row.previous_secret_until),
        "token": row.token.name if row.token else "",
        "created_at": format_moment(row.created_at),
    }


def build_delivery(row: Any) -> Document:
    return {
        "id": row.pk,
        "message_id": row.message_id,
        "event": row.event,
        "state": row.state,
        "claim_id": row.claim_id,
        "version": row.version,
        "sequence": row.sequence,
        "created_at": format_moment(row.created_at),
        "next_attempt_at": format_optional_moment(row.next_attempt_at),
        "settled_at": format_optional_moment(row.settled_at),
        "attempts": [
            {
                "at": format_moment(attempt.at),
                "duration_ms": attempt.duration_ms,
                "status_code": attempt.status_code,
                "response": attempt.response,
                "error": attempt.error,
            }
            for attempt in row.attempts.all()
        ],
    }


def _get_state(row: WebhookEndpoint) -> str:
    if row.disabled_at:
        return "disabled"
    if row.active:
        return "active"
    return "paused" if row.verified_at else "unverified"
