"""What the database holds of webhooks."""

from collections.abc import Callable

import pytest
from django.apps import apps

from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookProgress
from claims.models import Claim, Publication
from tests.helpers.broken_rules import refused, sql

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + "A" * 44
ENDPOINT = (
    "INSERT INTO webhooks_webhookendpoint (name, url, description, filter, event_kinds, active, disabled_reason,"
    " secret, previous_secret) VALUES ('SQL', %s, '', '', %s, true, '', %s, '')"
)
DELIVERY = (
    "INSERT INTO webhooks_webhookdelivery (endpoint_id, publication_id, event, message_id, state, next_attempt_at,"
    " settled_at, failures) VALUES (%s, %s, %s, 'msg_' || md5(random()::text), %s, {next}, {settled}, 0)"
)
WAITING = DELIVERY.format(next="now()", settled="NULL")
SETTLED = DELIVERY.format(next="NULL", settled="now()")
ATTEMPT = (
    "INSERT INTO webhooks_webhookattempt (delivery_id, at, duration_ms, status_code, response, error)"
    " VALUES (%s, now(), 5, %s, '', %s)"
)


@pytest.fixture
def endpoint(db: None) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(name="The Harbour Post", url="https://example.org/hook")


@pytest.fixture
def entry(publish: Callable[..., Claim]) -> Publication:
    return Publication.objects.get(claim=publish())


@pytest.fixture
def delivery(endpoint: WebhookEndpoint, entry: Publication) -> WebhookDelivery:
    return WebhookDelivery.objects.create(endpoint=endpoint, publication=entry, event="claim.published")


@pytest.mark.parametrize(
    "url, kinds, secret, rule",
    [
        ("ftp://example.org", [], SECRET, "webhookendpoint_address_is_of_the_web"),
        ("https://example.org", ["claim.eaten"], SECRET, "webhookendpoint_event_kinds_are_known"),
        ("https://example.org", [], "hunter2", "webhookendpoint_secret_is_one"),
        ("https://example.org", [], "whsec_short", "webhookendpoint_secret_is_one"),
    ],
)
def test_endpoint(url: str, kinds: list[str], secret: str, rule: str) -> None:
    refused(ENDPOINT, url, kinds, secret, match=rule)


def test_an_endpoint_begins_at_the_end_of_the_ledger(entry: Publication) -> None:
    sql(ENDPOINT, "https://example.org", ["claim.merged"], SECRET)
    assert WebhookProgress.objects.get().position == entry.sequence


def test_endpoint_of_an_empty_ledger_begins_at_its_beginning() -> None:
    sql(ENDPOINT, "https://example.org", [], SECRET)
    assert WebhookProgress.objects.get().position == 0


@pytest.mark.parametrize(
    "change",
    [
        "disabled_at = now()",
        "disabled_reason = 'x'",
        "disabled_at = now(), disabled_reason = 'x'",  # and still active
        "active = false, disabled_at = now()",
        "active = false, disabled_reason = 'x'",
    ],
)
def test_endpoint_that_was_switched_off_by_the_system_says_why(
    endpoint: WebhookEndpoint, change: str
) -> None:
    refused(f"UPDATE webhooks_webhookendpoint SET {change}", match="webhookendpoint_switched_off_says_why")


@pytest.mark.parametrize(
    "change",
    [
        f"previous_secret = '{SECRET}'",
        "previous_secret_until = now()",
        "previous_secret = 'hunter2', previous_secret_until = now()",
    ],
)
def test_previous_secret_has_an_end(endpoint: WebhookEndpoint, change: str) -> None:
    refused(f"UPDATE webhooks_webhookendpoint SET {change}", match="webhookendpoint_previous_secret_ends")


def test_names_are_unique(endpoint: WebhookEndpoint) -> None:
    with_name = ENDPOINT.replace("'SQL'", "'The Harbour Post'")
    refused(with_name, "https://example.org", [], SECRET, match="webhookendpoint_name_is_its_own")


def test_history_of_an_endpoint_knows_no_secret(endpoint: WebhookEndpoint) -> None:
    sql("UPDATE webhooks_webhookendpoint SET url = 'https://example.org/other'")
    sql("UPDATE webhooks_webhookendpoint SET secret = %s", SECRET)
    sql("DELETE FROM webhooks_webhookprogress")
    sql("DELETE FROM webhooks_webhookendpoint")
    events = apps.get_model("webhooks", "WebhookEndpointEvent")._default_manager
    assert list(events.order_by("pk").values_list("pgh_label", "url")) == [
        ("changed", "https://example.org/hook"),
        ("deleted", "https://example.org/other"),
    ]
    assert "secret" not in {field.name for field in events.model._meta.fields}


@pytest.mark.parametrize("change", ["consecutive_failures = 1", "failing_since = now()"])
def test_failures_have_begun_at_some_time(endpoint: WebhookEndpoint, change: str) -> None:
    refused(f"UPDATE webhooks_webhookprogress SET {change}", match="webhookprogress_failures_have_begun")


class TestDelivery:
    def test_once_per_entry_and_endpoint(self, delivery: WebhookDelivery) -> None:
        values = (delivery.endpoint_id, delivery.publication_id, "claim.published", "pending")
        refused(WAITING, *values, match="webhookdelivery_once_per_entry_and_endpoint")

    @pytest.mark.parametrize("event", ["claim.eaten", "webhook.test"])
    def test_a_delivery_is_about_an_entry(
        self, endpoint: WebhookEndpoint, entry: Publication, event: str
    ) -> None:
        refused(SETTLED, endpoint.pk, entry.pk, event, "failed", match="webhookdelivery_event_is_known")

    def test_a_delivery_without_an_entry_is_a_test(self, endpoint: WebhookEndpoint) -> None:
        refused(
            WAITING, endpoint.pk, None, "claim.published", "pending", match="webhookdelivery_event_is_known"
        )
        assert sql(SETTLED, endpoint.pk, None, "webhook.test", "failed") == 1

    def test_test_does_not_wait(self, endpoint: WebhookEndpoint) -> None:
        refused(
            WAITING, endpoint.pk, None, "webhook.test", "pending", match="webhookdelivery_test_does_not_wait"
        )

    @pytest.mark.parametrize(
        "statement, state",
        [
            (WAITING, "delivered"),
            (WAITING, "failed"),
            (WAITING, "lost"),
            (SETTLED, "pending"),
            (DELIVERY.format(next="now()", settled="now()"), "pending"),
            (DELIVERY.format(next="NULL", settled="NULL"), "delivered"),
        ],
    )
    def test_waits_or_is_settled(
        self, endpoint: WebhookEndpoint, entry: Publication, statement: str, state: str
    ) -> None:
        values = (endpoint.pk, entry.pk, "claim.published", state)
        refused(statement, *values, match="webhookdelivery_waits_or_is_settled")

    def test_message_id_is_one(self, delivery: WebhookDelivery) -> None:
        bad = WAITING.replace("'msg_' || md5(random()::text)", "'msg_1.2'")
        sql("DELETE FROM webhooks_webhookdelivery")
        values = (delivery.endpoint_id, delivery.publication_id, "claim.published", "pending")
        refused(bad, *values, match="webhookdelivery_message_id_is_one")

    @pytest.mark.parametrize(
        "change",
        [
            "event = 'claim.merged'",
            "message_id = 'msg_' || md5('x')",
            "endpoint_id = endpoint_id + 1",
            "publication_id = publication_id + 1",
            "created_at = now() - interval '1 day'",
        ],
    )
    def test_a_delivery_never_changes(self, delivery: WebhookDelivery, change: str) -> None:
        refused(f"UPDATE webhooks_webhookdelivery SET {change}", match="webhookdelivery_says_one_thing")

    def test_holds_its_entry(self, delivery: WebhookDelivery) -> None:
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        refused("DELETE FROM claims_publication", match="publication_append_only")


class TestAttempt:
    @pytest.mark.parametrize("status", [0, 99, 600])
    def test_status_is_of_http(self, delivery: WebhookDelivery, status: int) -> None:
        refused(ATTEMPT, delivery.pk, status, "x", match="webhookattempt_status_is_of_http")

    @pytest.mark.parametrize("status", [None, 199, 302, 500])
    def test_failure_says_why(self, delivery: WebhookDelivery, status: int | None) -> None:
        refused(ATTEMPT, delivery.pk, status, "", match="webhookattempt_failure_says_why")
        assert sql(ATTEMPT, delivery.pk, status, "It failed.") == 1

    def test_is_never_rewritten(self, delivery: WebhookDelivery) -> None:
        sql(ATTEMPT, delivery.pk, 200, "")
        refused("UPDATE webhooks_webhookattempt SET status_code = 204", match="webhookattempt_no_update")
