"""Endpoints as a whole: switched off, tried out, given another secret; and messages that are sent again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks import WebhookVerificationError

from claims.features.webhooks import endpoints, worker_calls
from claims.features.webhooks.deliveries import RETRY_DELAYS
from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookProgress
from claims.features.webhooks.tasks import delete_old_deliveries, report_disabled
from claims.models import Claim
from tests.helpers.webhook_receiver import Receiver, status

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
Work = Callable[[], None]


def state_of_the_only_delivery() -> str:
    return WebhookDelivery.objects.get().state


class TestSwitchingOff:
    def test_410_at_once(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        receiver.answers = [status(410)]
        publish(), publish()
        work()
        clock.shift(timedelta(days=1))
        work()
        endpoint.refresh_from_db()
        assert len(receiver.messages) == 1
        assert (endpoint.active, endpoint.disabled_reason) == (
            False,
            "The receiver wants no more messages (HTTP 410).",
        )

    def test_410_loses_no_message_however_long_the_endpoint_stays_off(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work
    ) -> None:
        first, second = publish(), publish()
        receiver.answers = [status(204), status(410)]
        work()
        third = publish()  # no worker follows the ledger for it meanwhile
        later = datetime.now(UTC) + timedelta(days=settings.WEBHOOK_LOG_DAYS + 1)
        with time_machine.travel(later):
            delete_old_deliveries(timestamp=0)
            work()
        assert [message.version[0] for message in receiver.messages] == [first.pk, second.pk]
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
            active=True, disabled_at=None, disabled_reason=""
        )
        endpoints.clear_failures(endpoint)
        work()
        again = receiver.messages[2:]
        assert [message.version[0] for message in again] == [second.pk, third.pk]
        assert again[0].id == receiver.messages[1].id

    def test_after_five_days_without_success(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        receiver.answers = [status(500)] * 100
        began = timezone.now()
        while endpoint.active and len(receiver.messages) < 100:
            publish()
            work()
            clock.shift(timedelta(hours=6))
            endpoint.refresh_from_db()
        assert timedelta(days=5) <= timezone.now() - began <= timedelta(days=5, hours=12)
        assert endpoint.disabled_reason.startswith("No message has arrived since ")
        assert endpoint.disabled_reason.endswith("The last error: HTTP 500")

    def test_not_when_one_message_in_between_arrived(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        receiver.answers = [*[status(500)] * 15, status(200), *[status(500)] * 84]
        began = timezone.now()
        while endpoint.active and timezone.now() - began < timedelta(days=7):
            publish()
            work()
            clock.shift(timedelta(hours=6))
            endpoint.refresh_from_db()
        assert endpoint.active

    def test_is_reported_by_mail_to_administrators(
        self,
        endpoint: WebhookEndpoint,
        receiver: Receiver,
        publish: Publish,
        work: Work,
        administrator: Any,
        mailoutbox: list[Any],
    ) -> None:
        receiver.answers = [status(410)]
        publish()
        work()
        job = ProcrastinateJob.objects.get(task_name=worker_calls.REPORT_DISABLED_TASK)
        report_disabled(**job.args)
        (mail,) = mailoutbox
        assert mail.to == [administrator.email]
        assert mail.subject == "[Factcheck] Webhook switched off: The Harbour Post"
        assert "HTTP 410" in mail.body
        assert endpoint.secret not in mail.body


class TestSendingAgain:
    def test_abandoned_deliveries(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        receiver.answers = [status(500)] * 10
        publish()
        for wait in (timedelta(), *RETRY_DELAYS):
            clock.shift(wait)
            work()
        delivery = WebhookDelivery.objects.get()
        assert delivery.state == "failed"
        assert endpoints.send_again(delivery)
        clock.shift(timedelta(minutes=5))
        work()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts.count()) == ("delivered", 11)
        assert {message.id for message in receiver.messages} == {delivery.message_id}

    def test_begins_the_schedule_again(
        self, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        publish()
        work()
        receiver.answers = [status(500)]
        endpoints.send_again(WebhookDelivery.objects.get())
        work()
        assert WebhookDelivery.objects.get().next_attempt_at == timezone.now() + timedelta(seconds=5)

    def test_a_test_is_not_sent_again(self, endpoint: WebhookEndpoint, receiver: Receiver) -> None:
        endpoints.send_test(endpoint)
        assert not endpoints.send_again(WebhookDelivery.objects.get())
        assert state_of_the_only_delivery() == "delivered"


class TestTryingOut:
    def test_is_sent_at_once_and_in_the_log(self, endpoint: WebhookEndpoint, receiver: Receiver) -> None:
        attempt = endpoints.send_test(endpoint)
        (message,) = receiver.messages
        assert (attempt.status_code, attempt.error) == (204, "")
        payload = message.verified(endpoint.secret)
        assert (payload["type"], payload["data"]) == ("webhook.test", {"endpoint": "The Harbour Post"})
        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, delivery.publication, delivery.attempts.get()) == ("delivered", None, attempt)

    def test_that_fails_is_not_tried_again_and_counts_for_nothing(
        self, endpoint: WebhookEndpoint, receiver: Receiver, work: Work
    ) -> None:
        receiver.answers = [status(410)]
        assert endpoints.send_test(endpoint).error == "HTTP 410"
        work()
        endpoint.refresh_from_db()
        assert endpoint.active
        assert (state_of_the_only_delivery(), len(receiver.messages)) == ("failed", 1)
        assert WebhookProgress.objects.get().consecutive_failures == 0

    def test_that_arrives_ends_the_pause(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        receiver.answers = [status(500, Retry_After="86400")]
        publish(), publish()
        work()
        endpoints.send_test(endpoint)
        work()
        # The first waits for its own next attempt, the second no longer for the endpoint.
        assert [message.type for message in receiver.messages] == [
            "claim.published",
            "webhook.test",
            "claim.published",
        ]


class TestRotation:
    def test_both_secrets_sign_for_a_day(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        old = endpoint.secret
        new = endpoints.rotate_secret(endpoint).secret
        publish()
        clock.shift(timedelta(hours=24) - timedelta(seconds=1))
        work()
        publish()
        clock.shift(1)
        work()
        both, one = receiver.messages
        assert both.verified(old) == both.verified(new)
        assert one.verified(new)["type"] == "claim.published"
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            one.verified(old)

    def test_at_once(self, endpoint: WebhookEndpoint, receiver: Receiver) -> None:
        old = endpoint.secret
        endpoint = endpoints.rotate_secret(endpoint, immediately=True)
        endpoints.send_test(endpoint)
        (message,) = receiver.messages
        assert len(message.headers["webhook-signature"].split()) == 1
        message.verified(endpoint.secret)
        with pytest.raises(WebhookVerificationError):
            message.verified(old)
