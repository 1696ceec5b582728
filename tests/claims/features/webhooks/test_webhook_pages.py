"""Webhooks at the desk: permissions, refusals, and buttons."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.features.webhooks import deliveries, ledger_followers
from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookProgress
from claims.models import Claim
from tests.helpers.desk import Desk, said
from tests.helpers.webhook_receiver import Receiver, status

pytestmark = pytest.mark.django_db

ADD = "/admin/webhooks/webhookendpoint/add/"
BUTTONS = ["send-test", "show-secret", "rotate-secret"]


def button(endpoint: WebhookEndpoint, name: str) -> str:
    return reverse(f"admin:webhooks_webhookendpoint_{name}", args=[endpoint.pk])


@pytest.fixture
def desk(client: Client, administrator: User) -> Desk:
    return Desk(client).sign_in(administrator)


@pytest.fixture
def failed(endpoint: WebhookEndpoint, receiver: Receiver, publish: Callable[..., Claim]) -> WebhookDelivery:
    """A message that the receiver refused once."""
    receiver.answers = [status(500, b"out of ink")]
    publish()
    ledger_followers.create_new_deliveries()
    deliveries.send_due_deliveries(endpoint.pk)
    return WebhookDelivery.objects.get()


class TestSettingUp:
    def test_redirects_to_the_page_with_the_secret(self, desk: Desk, administrator: User) -> None:
        form = {
            "name": "Post",
            "url": "https://example.org/hook",
            "filter": "/api/v1/claims/?rating=false",
            "event_kinds": ["claim.published", "claim.retracted"],
            "active": "on",
        }
        answer = desk.client.post(ADD, form)
        endpoint = WebhookEndpoint.objects.get()
        assert answer.headers["Location"] == desk.page(endpoint)
        assert (endpoint.filter, endpoint.event_kinds, endpoint.created_by) == (
            "rating=false",
            ["claim.published", "claim.retracted"],
            administrator,
        )
        assert endpoint.secret not in desk.text(endpoint)

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "field, value, message",
        [
            ("filter", "colour=red", "`colour` is not a parameter of this address."),
            ("filter", "status=retracted", "`status`: leave it out."),
            ("url", "http://example.org/hook", "http://example.org/hook does not begin with https://."),
            ("url", "https://user:pw@example.org/hook", "contains a user name or password"),
            ("url", "https://example.org:22/hook", "uses port 22"),
            ("event_kinds", ["claim.eaten"], "Select a valid choice."),
        ],
    )
    def test_is_refused_at_the_field(
        self, desk: Desk, settings: Any, field: str, value: Any, message: str
    ) -> None:
        settings.WEBHOOKS_TO_LOOPBACK = False
        form = {"name": "Post", "url": "https://example.org/hook", "active": "on"} | {field: value}
        answer = desk.client.post(ADD, form)
        assert answer.status_code == 200
        errors = answer.context["adminform"].form.errors
        assert list(errors) == [field]
        assert message in errors[field][0]
        assert not WebhookEndpoint.objects.exists()

    def test_page_is_not_stale_because_messages_were_sent_meanwhile(
        self, desk: Desk, endpoint: WebhookEndpoint, publish: Callable[..., Claim]
    ) -> None:
        form = desk.form(endpoint)
        publish()
        ledger_followers.create_new_deliveries()
        deliveries.send_due_deliveries(endpoint.pk)
        desk.save(endpoint, form, description="Ask Mara.")
        endpoint.refresh_from_db()
        assert endpoint.description == "Ask Mara."

    def test_switching_on_again_clears_the_reason_for_switching_off(
        self, desk: Desk, endpoint: WebhookEndpoint
    ) -> None:
        now = timezone.now()
        WebhookEndpoint.objects.update(active=False, disabled_at=now, disabled_reason="It slept.")
        WebhookProgress.objects.update(consecutive_failures=40, failing_since=now, paused_until=now)
        assert "It slept." in desk.text(endpoint)
        desk.save(endpoint, active="on")
        endpoint.refresh_from_db()
        assert (endpoint.active, endpoint.disabled_at, endpoint.disabled_reason) == (True, None, "")
        progress = endpoint.progress
        assert (progress.consecutive_failures, progress.failing_since, progress.paused_until) == (
            0,
            None,
            None,
        )

    def test_deleting_takes_the_log_along(
        self, desk: Desk, endpoint: WebhookEndpoint, failed: WebhookDelivery
    ) -> None:
        address = reverse("admin:webhooks_webhookendpoint_delete", args=[endpoint.pk])
        assert "1 delivery in the log" in desk.client.get(address).content.decode()
        desk.client.post(address, {"post": "yes"})
        assert not WebhookEndpoint.objects.exists()
        assert not WebhookDelivery.objects.exists()


class TestButtons:
    def test_a_test_event_shows_the_answer(
        self, desk: Desk, endpoint: WebhookEndpoint, receiver: Receiver
    ) -> None:
        receiver.answers = [status(200), status(404)]
        (good,) = said(desk.client.post(button(endpoint, "send-test"), follow=True))
        (bad,) = said(desk.client.post(button(endpoint, "send-test"), follow=True))
        assert good.startswith("The test arrived: HTTP 200 after ")
        assert bad == "The test message did not arrive: HTTP 404"
        assert receiver.types == ["webhook.test", "webhook.test"]

    def test_secret_is_shown_on_demand_and_that_is_written_down(
        self, desk: Desk, endpoint: WebhookEndpoint
    ) -> None:
        assert endpoint.secret not in desk.text(endpoint)
        answer = desk.client.post(button(endpoint, "show-secret"))
        assert f'value="{endpoint.secret}"' in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]
        history = desk.client.get(reverse("admin:webhooks_webhookendpoint_history", args=[endpoint.pk]))
        assert "Secret viewed." in history.content.decode()

    @pytest.mark.parametrize("immediately", ["", "1"])
    def test_secret_is_replaced(self, desk: Desk, endpoint: WebhookEndpoint, immediately: str) -> None:
        old = endpoint.secret
        desk.client.post(button(endpoint, "rotate-secret"), {"immediately": immediately})
        endpoint.refresh_from_db()
        assert endpoint.secret != old
        assert endpoint.previous_secret == ("" if immediately else old)

    def test_no_secret_in_any_history(self, desk: Desk, endpoint: WebhookEndpoint) -> None:
        old = endpoint.secret
        desk.client.post(button(endpoint, "rotate-secret"))
        desk.save(endpoint, description="New.")
        page = desk.client.get(
            reverse("admin:webhooks_webhookendpoint_history", args=[endpoint.pk])
        ).content.decode()
        assert "Secret replaced" in page
        assert old not in page
        assert WebhookEndpoint.objects.get().secret not in page


class TestLog:
    def test_page_shows_attempts_and_message(self, desk: Desk, failed: WebhookDelivery) -> None:
        page = desk.text(failed)
        assert "out of ink" in page
        assert failed.message_id in page
        assert "claim.published" in page

    def test_sending_again_from_the_list_and_from_the_page(
        self, desk: Desk, endpoint: WebhookEndpoint, receiver: Receiver, failed: WebhookDelivery
    ) -> None:
        for again in (
            lambda: desk.client.post(
                reverse("admin:webhooks_webhookdelivery_changelist"),
                {"action": "send_selected_again", "_selected_action": [failed.pk]},
            ),
            lambda: desk.client.post(reverse("admin:webhooks_webhookdelivery_send-again", args=[failed.pk])),
        ):
            WebhookProgress.objects.update(paused_until=None)
            again()
            deliveries.send_due_deliveries(endpoint.pk)
        assert [message.id for message in receiver.messages] == [failed.message_id] * 3
        failed.refresh_from_db()
        assert failed.state == "delivered"

    def test_test_is_not_offered_to_be_sent_again(
        self, desk: Desk, endpoint: WebhookEndpoint, receiver: Receiver
    ) -> None:
        desk.client.post(button(endpoint, "send-test"))
        test = WebhookDelivery.objects.get()
        assert "/send-again/" not in desk.text(test)
        desk.client.post(reverse("admin:webhooks_webhookdelivery_send-again", args=[test.pk]))
        test.refresh_from_db()
        assert test.state == "delivered"
