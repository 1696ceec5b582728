"""The editorial API of webhooks that belong to the token's owner."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext
from rest_framework.decorators import action
from rest_framework.request import Request

from claims.editorial.documents import Document, render_document
from claims.editorial.editorial_resource import EditorialResource
from claims.editorial.idempotency import StoredResponse
from claims.editorial.refused_requests import ResourceNotFound, build_unprocessable
from claims.editorial.strict_bodies import read_body
from claims.features.webhooks import bodies as webhook_bodies
from claims.features.webhooks import endpoints, internal_endpoints
from claims.features.webhooks.conditions import check_filter
from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from claims.models import Scope
from claims.newsroom.refusals import NotPossible
from sources.http import sent_messages

#: The cost of sending a message, in plain requests.
SENDING_COST = 100


class OwnWebhookBase(EditorialResource):
    """The base of the views of a user's own webhooks: their scope and cost."""

    view_permission = ""
    write_scope = Scope.WEBHOOKS
    sending_actions: ClassVar[frozenset[str]] = frozenset()

    def get_scope(self, request: Request) -> Scope | None:
        return Scope.WEBHOOKS if self.is_served else None

    @property
    def request_cost(self) -> int:
        return SENDING_COST if self.action in self.sending_actions else 1

    def filter_own_rows(self) -> QuerySet[WebhookEndpoint]:
        return internal_endpoints.find_endpoints_owned_by(self.person.pk).select_related("token", "owner")


class EditorialWebhookResource(OwnWebhookBase):
    """URLs that receive publications of claims matching a filter."""

    nouns = ("webhook", "webhooks")
    list_query = webhook_bodies.OwnWebhookQuery
    serializer_class = webhook_bodies.WebhookSerializer
    action_serializers: ClassVar = {
        "create": webhook_bodies.WebhookWithSecretSerializer,
        "rotate_secret": webhook_bodies.WebhookWithSecretSerializer,
        "test": webhook_bodies.WebhookDeliverySerializer,
    }
    bodies: ClassVar = {
        "create": webhook_bodies.WebhookBody,
        "partial_update": webhook_bodies.WebhookChanges,
        "rotate_secret": webhook_bodies.RotationBody,
        "replay": webhook_bodies.ReplayBody,
    }
    sending_actions = frozenset({"verify", "test", "replay"})

    def get_rows(self) -> QuerySet[WebhookEndpoint]:
        return self.filter_own_rows()

    def build_document(self, row: WebhookEndpoint) -> Document:
        return webhook_bodies.build_webhook(row)

    def create(self, request: Request) -> HttpResponse:
        """Create a webhook. The response contains its secret, which is shown only once. Verify the receiver
        next.
        """
        values = _check_values(read_body(webhook_bodies.WebhookBody, request.data, by=self.person))

        def create_webhook(_prepared: None) -> StoredResponse:
            row = internal_endpoints.add_endpoint(self.token, **values)
            address = self.build_url("webhooks-detail", row.pk)
            return self._show_secret(row, status=201, location=address)

        return self.create_once(create_webhook)

    def partial_update(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  the name in the address
        """Change, pause or resume a webhook. A new URL must be verified again."""
        values = _check_values(
            read_body(webhook_bodies.WebhookChanges, request.data, by=self.person, partial=True)
        )
        return self.run_change(
            lambda: internal_endpoints.change_endpoint(self._lock_matching(id), self.token, **values)
        )

    def destroy(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Delete the webhook and its message log."""

        def delete_webhook() -> None:
            self._lock_matching(id).delete()

        return self.run_change(delete_webhook)

    @action(detail=True, methods=["post"])
    def verify(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Ask the receiver for proof, and activate the webhook if the receiver answers correctly.

        The message `webhook.verification` has a `challenge`. The receiver must answer `{"challenge_response":
        "…"}`: the HMAC-SHA256 of the challenge with the bytes of the secret as the key, in Base64.
        """
        endpoint = self.get_row(id=id)
        return self.create_once(
            lambda proof: internal_endpoints.activate_endpoint(self._lock_matching(id), proof, self.token),
            prepare=lambda: internal_endpoints.request_proof(endpoint),
        )

    @action(detail=True, methods=["post"])
    def test(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Send a test message once, even if the webhook is paused, and return the result."""
        row = self.get_row(id=id)
        if row.verified_at is None:
            raise NotPossible(
                gettext("Nothing is sent to this address until the receiver has agreed: verify it first.")
            )

        def build_response(values: Any) -> StoredResponse:
            attempt = select_deliveries(WebhookDelivery.objects.filter(pk=values.delivery_id)).get()
            return StoredResponse(200, render_document(webhook_bodies.build_delivery(attempt)))

        return self.create_once(build_response, prepare=lambda: endpoints.send_test(row))

    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Replace the secret. The response contains the new secret, which is not shown again."""
        values = read_body(webhook_bodies.RotationBody, request.data, by=self.person)

        def rotate_secret(_prepared: None) -> StoredResponse:
            row = endpoints.rotate_secret(self._lock_matching(id), immediately=values["immediately"])
            return self._show_secret(row)

        return self.create_once(rotate_secret)

    @action(detail=True, methods=["post"])
    def replay(self, request: Request, id: int) -> HttpResponse:  # noqa: A002  as above
        """Send all messages after a `sequence` again. Each keeps its `message_id`."""
        values = read_body(webhook_bodies.ReplayBody, request.data, by=self.person)

        def replay_messages(_prepared: None) -> WebhookEndpoint:
            row = self._lock_matching(id)
            endpoints.replay_entries(row, since=values["since"])
            return row

        return self.create_once(replay_messages)

    def _show_secret(self, row: WebhookEndpoint, *, status: int = 200, location: str = "") -> StoredResponse:
        fresh_row = self.reload(row)
        response = self.build_stored_response(fresh_row, status=status, location=location)
        stored_response, full_response = (
            render_document(self.build_document(fresh_row) | {"secret": secret})
            for secret in (None, fresh_row.secret)
        )
        return StoredResponse(status, stored_response, response.headers, full_response)

    def _lock_matching(self, key: int) -> WebhookEndpoint:
        """Lock the webhook and return it, if its ETag matches the one that the client sent."""
        self.filter_own_rows().select_for_update(of=("self",)).filter(pk=key).first()
        row: WebhookEndpoint = self.lock_matching(id=key)
        return row


class EditorialDeliveryResource(OwnWebhookBase):
    """The messages of one webhook, with their delivery attempts."""

    nouns = ("message", "messages")
    list_query = webhook_bodies.DeliveryQuery
    serializer_class = webhook_bodies.WebhookDeliverySerializer
    sending_actions = frozenset({"redeliver"})

    def get_rows(self) -> QuerySet[WebhookDelivery]:
        return select_deliveries(WebhookDelivery.objects.filter(endpoint__in=self._find_endpoint()))

    def build_document(self, row: WebhookDelivery) -> Document:
        return webhook_bodies.build_delivery(row)

    def list(self, request: Request, **route_values: Any) -> HttpResponse:
        if not self._find_endpoint().exists():
            raise ResourceNotFound(
                gettext("There is no webhook %(number)s.") % {"number": self.kwargs["webhook_id"]}
            )
        return super().list(request)

    @action(detail=True, methods=["post"])
    def redeliver(self, request: Request, **place: int) -> HttpResponse:
        """Send the message again under the same `message_id`."""
        row: WebhookDelivery = self.get_row(**place)

        def redeliver_message(_prepared: None) -> WebhookDelivery:
            if not endpoints.send_again(row):
                raise NotPossible(gettext("This message is not about a publication; send a test instead."))
            return row

        return self.create_once(redeliver_message)

    def _find_endpoint(self) -> QuerySet[WebhookEndpoint]:
        return internal_endpoints.find_endpoints_owned_by(self.person.pk).filter(pk=self.kwargs["webhook_id"])


def select_deliveries(rows: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
    """Return the deliveries with their attempts and claims, without reading the bodies of ledger entries."""
    claim_fields = {name: F(f"publication__{name}") for name in ("claim_id", "version", "sequence")}
    return rows.annotate(**claim_fields).prefetch_related("attempts")


def _check_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values, keyed by model field, after checking the URL and the filter."""
    field_values = dict(values)
    if "url" in field_values:
        try:
            field_values["url"] = sent_messages.validate_address(field_values["url"])
        except ValidationError as refusal:
            raise build_unprocessable("url", *refusal.messages) from None
    if "filter" in field_values:
        try:
            field_values["filter"] = check_filter(field_values["filter"])
        except ValidationError as refusal:
            raise build_unprocessable("filter", *refusal.messages) from None
    if "events" in field_values:
        field_values["event_kinds"] = sorted(set(field_values.pop("events")))
    return field_values
