"""How messages get to their receivers, whatever these answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks import Webhook, WebhookVerificationError

from claims.features.webhooks import deliveries, worker_calls
from claims.features.webhooks.deliveries import RETRY_DELAYS
from claims.features.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookProgress
from claims.models import Claim
from sources.http import sent_messages
from tests.helpers.webhook_receiver import Answer, Receiver, hang_up, status

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

Publish = Callable[..., Claim]
Work = Callable[[], None]


def attempts() -> list[tuple[int | None, str]]:
    return list(WebhookAttempt.objects.order_by("pk").values_list("status_code", "error"))


def state_of_the_only_delivery() -> str:
    return WebhookDelivery.objects.get().state


def test_message_arrives_signed_and_is_settled(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
) -> None:
    receiver.answers = [status(200, b"thank you")]
    publish()
    work()
    work()  # nothing is sent a second time
    (message,) = receiver.messages
    delivery = WebhookDelivery.objects.get()
    assert message.verified(endpoint.secret)["type"] == "claim.published"
    assert message.headers["webhook-timestamp"] == str(int(datetime.now(UTC).timestamp()))
    assert message.id == delivery.message_id
    assert message.headers["user-agent"] == "Factcheck-Webhooks/1.0"
    assert (delivery.state, delivery.settled_at, delivery.next_attempt_at) == (
        "delivered",
        timezone.now(),
        None,
    )
    (attempt,) = delivery.attempts.all()
    assert (attempt.status_code, attempt.response, attempt.error) == (200, "thank you", "")
    assert attempt.at == timezone.now()


def test_signature_of_another_secret_or_another_body_is_not_good(
    receiver: Receiver, publish: Publish, work: Work
) -> None:
    publish()
    work()
    (message,) = receiver.messages
    with pytest.raises(WebhookVerificationError):
        message.verified("whsec_" + "A" * 44)
    endpoint = WebhookEndpoint.objects.get()
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(message.body + " ", message.headers)


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_success_is_any_2xx(receiver: Receiver, publish: Publish, work: Work, code: int) -> None:
    receiver.answers = [status(code)]
    publish()
    work()
    assert (state_of_the_only_delivery(), attempts()) == ("delivered", [(code, "")])


@pytest.mark.parametrize(
    "answer, code, error",
    [
        (status(400), 400, "HTTP 400"),
        (status(500, b"oops\0"), 500, "HTTP 500"),
        (status(304), 304, "HTTP 304: redirects are not followed"),
        (hang_up, None, "No connection to 127.0.0.1, or it was cut."),
    ],
)
def test_failure_is_noted_and_tried_again(
    receiver: Receiver, publish: Publish, work: Work, clock: Any, answer: Answer, code: int | None, error: str
) -> None:
    receiver.answers = [answer]
    publish()
    work()
    delivery = WebhookDelivery.objects.get()
    ((noted_code, noted_error),) = attempts()
    assert (delivery.state, noted_code) == ("pending", code)
    assert noted_error.startswith(error)
    assert delivery.next_attempt_at == timezone.now() + timedelta(seconds=5)
    clock.shift(5)
    work()
    assert state_of_the_only_delivery() == "delivered"
    assert receiver.messages[0].id == receiver.messages[1].id
    assert receiver.messages[0].body == receiver.messages[1].body


def test_answer_with_a_character_that_postgresql_does_not_store(
    receiver: Receiver, publish: Publish, work: Work
) -> None:
    receiver.answers = [status(500, b"a\0b\xff" + b"c" * 2000)]
    publish()
    work()
    assert WebhookAttempt.objects.get().response == "a\ufffdb\ufffd" + "c" * (
        sent_messages.RESPONSE_BYTES - 4
    )


def test_redirect_is_not_followed(receiver: Receiver, publish: Publish, work: Work) -> None:
    receiver.answers = [status(307, Location="/elsewhere")]
    publish()
    work()
    assert [message.path for message in receiver.messages] == ["/hook"]
    assert attempts()[0][1].startswith("HTTP 307: redirects are not followed")


def test_private_address_is_never_connected_to(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, settings: Any
) -> None:
    settings.WEBHOOKS_TO_LOOPBACK = False
    WebhookEndpoint.objects.update(url="https://127.0.0.1:8443/hook")
    publish()
    work()
    assert receiver.messages == []
    ((code, error),) = attempts()
    assert code is None
    assert error == "127.0.0.1 resolves to 127.0.0.1, which is not an address on the public internet."
    assert state_of_the_only_delivery() == "pending"


def test_schedule_of_retries_takes_three_days_and_ends(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
) -> None:
    receiver.answers = [status(500)] * 20
    publish()
    work()
    waits = []
    while state_of_the_only_delivery() == "pending":
        before = timezone.now()
        due = WebhookDelivery.objects.get().next_attempt_at
        assert due is not None
        waits.append(due - before)
        clock.move_to(due - timedelta(seconds=1))
        work()
        assert len(receiver.messages) == len(waits)  # not a second too early
        clock.move_to(due)
        work()
    assert waits == list(RETRY_DELAYS)
    assert sum(waits, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert (state_of_the_only_delivery(), len(receiver.messages)) == ("failed", 10)
    assert len({message.id for message in receiver.messages}) == 1
    clock.shift(timedelta(days=1))
    work()
    assert len(receiver.messages) == 10
    endpoint.refresh_from_db()
    assert endpoint.active  # one message says little; see below


@given(failures=st.integers(1, len(RETRY_DELAYS)))
def test_jitter_only_lengthens_a_wait_and_by_a_tenth_at_most(failures: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "JITTER", 0.1)
        wait = deliveries.choose_retry_delay(failures)
    assert wait is not None
    assert RETRY_DELAYS[failures - 1] <= wait <= RETRY_DELAYS[failures - 1] * 1.1


class TestRetryAfter:
    @pytest.mark.parametrize(
        "header, wait",
        [
            ("3600", timedelta(hours=1)),
            ("0", timedelta(seconds=5)),
            ("1", timedelta(seconds=5)),  # never sooner than the schedule says
            ("999999999999999999999", timedelta(hours=24)),  # nor for longer than a day
            ("soon", timedelta(seconds=5)),
            ("-5", timedelta(seconds=5)),
            ("²", timedelta(seconds=5)),
        ],
    )
    def test_seconds(
        self, receiver: Receiver, publish: Publish, work: Work, clock: Any, header: str, wait: timedelta
    ) -> None:
        receiver.answers = [status(429, Retry_After=header)]
        publish()
        work()
        assert WebhookDelivery.objects.get().next_attempt_at == timezone.now() + wait

    def test_date(self, receiver: Receiver, publish: Publish, work: Work, clock: Any) -> None:
        moment = timezone.now().replace(microsecond=0) + timedelta(hours=2)
        receiver.answers = [status(503, Retry_After=format_datetime(moment, usegmt=True))]
        publish()
        work()
        assert WebhookDelivery.objects.get().next_attempt_at == moment

    def test_holds_for_the_endpoint_as_a_whole(
        self, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        receiver.answers = [status(429, Retry_After="600")]
        publish(), publish()
        work()
        clock.shift(599)
        work()
        assert len(receiver.messages) == 1
        clock.shift(1)
        work()
        assert len(receiver.messages) == 3


class TestOrder:
    def test_is_that_of_the_ledger(self, receiver: Receiver, publish: Publish, work: Work) -> None:
        claims = [publish() for _ in range(3)]
        work()
        assert [message.version for message in receiver.messages] == [(claim.pk, 1) for claim in claims]

    def test_others_wait_while_the_endpoint_fails(
        self, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        receiver.answers = [status(500)] * 3
        first, second = publish(), publish()
        for pause in (0, 5, 10):
            clock.shift(pause)
            work()
        assert len(receiver.messages) == 3
        # The first is due again in minutes; the second is sent as soon as the pause is over.
        assert [m.version[0] for m in receiver.messages] == [first.pk, first.pk, second.pk]
        clock.shift(20)
        work()
        assert [m.version[0] for m in receiver.messages][3:] == [second.pk]

    def test_pauses_grow_to_five_minutes(
        self, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        receiver.answers = [status(500)] * 12
        for _ in range(12):
            publish()
        pauses = []
        for _ in range(9):
            work()
            paused = WebhookProgress.objects.get().paused_until
            assert paused is not None
            pauses.append((paused - timezone.now()).total_seconds())
            clock.move_to(paused)
        assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]

    def test_success_ends_the_pause(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
    ) -> None:
        receiver.answers = [status(500)]
        publish(), publish()
        work()
        clock.shift(5)
        work()
        progress = WebhookProgress.objects.get()
        assert (progress.consecutive_failures, progress.failing_since, progress.paused_until) == (
            0,
            None,
            None,
        )
        assert len(receiver.messages) == 3


def test_a_disabled_endpoint_receives_nothing_and_continues_at_its_position(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work
) -> None:
    WebhookEndpoint.objects.update(active=False)
    claims = [publish(), publish()]
    work()
    assert receiver.messages == []
    WebhookEndpoint.objects.update(active=True)
    work()
    assert [message.version[0] for message in receiver.messages] == [claim.pk for claim in claims]


def test_deleted_while_its_message_is_on_the_way(
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    publish: Publish,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = deliveries.send_request

    def ask_and_delete(delivery: WebhookDelivery) -> deliveries.RequestOutcome:
        outcome = ask(delivery)
        WebhookEndpoint.objects.get().delete()
        return outcome

    monkeypatch.setattr(deliveries, "send_request", ask_and_delete)
    publish()
    work()
    assert len(receiver.messages) == 1
    assert not WebhookAttempt.objects.exists()


def test_a_job_ends_early_to_let_other_jobs_run(
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    publish: Publish,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(), publish()
    monkeypatch.setattr(deliveries, "MAX_RUN_SECONDS", -1.0)
    ProcrastinateJob.objects.filter(task_name=worker_calls.SEND_DELIVERIES_TASK).delete()
    work()
    assert receiver.messages == []
    assert WebhookProgress.objects.get().held_until is None
    assert (
        ProcrastinateJob.objects.filter(task_name=worker_calls.SEND_DELIVERIES_TASK, status="todo").count()
        == 1
    )


def test_failure_calls_for_the_moment_of_the_next_attempt(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, work: Work, clock: Any
) -> None:
    receiver.answers = [status(503, Retry_After="60")]
    publish()
    work()
    (job,) = ProcrastinateJob.objects.filter(
        task_name=worker_calls.SEND_DELIVERIES_TASK, scheduled_at__isnull=False
    )
    assert (job.args, job.scheduled_at) == (
        {"endpoint_id": endpoint.pk},
        timezone.now() + timedelta(seconds=60),
    )
