"""The worker itself, several of them, and one that is killed."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import time_machine
from django.conf import settings as project
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.webhooks import deliveries, ledger_followers, tasks, worker_calls
from claims.features.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookProgress
from claims.models import Claim
from factcheck.database.deferred_jobs import defer
from tests.helpers.parallel import at_once
from tests.helpers.webhook_receiver import Receiver, status
from tests.helpers.worker import run_waiting_jobs

Publish = Callable[..., Claim]

SEND = """
import sys, django
django.setup()
from django.conf import settings
from django.db import connection
from claims.features.webhooks import deliveries
connection.settings_dict["NAME"], endpoint_id = sys.argv[1], int(sys.argv[2])
settings.WEBHOOKS_TO_LOOPBACK = True
deliveries.send_due_deliveries(endpoint_id)
"""


@pytest.mark.django_db(transaction=True)
class TestWorker:
    def test_takes_a_publication_all_the_way(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, without_schedule: None
    ) -> None:
        defer("tests.slow", {}, queue="tests")
        claim = publish()
        queued = ProcrastinateJob.objects.order_by("-priority", "id").values_list("task_name", flat=True)
        assert (queued[0], "tests.slow" in queued) == (worker_calls.CREATE_DELIVERIES_TASK, True)
        ProcrastinateJob.objects.filter(queue_name__in=["mail", "tests"]).delete()
        run_waiting_jobs()
        (message,) = receiver.messages
        assert message.version == (claim.pk, 1)
        assert message.verified(endpoint.secret)["type"] == "claim.published"
        assert set(ProcrastinateJob.objects.values_list("status", flat=True)) == {"succeeded"}

    def test_several_at_once_send_each_message_once_and_in_order(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
    ) -> None:
        claims = [publish() for _ in range(5)]

        def work() -> None:
            ledger_followers.create_new_deliveries()
            deliveries.send_due_deliveries(endpoint.pk)

        at_once(*[work] * 4)
        assert [message.version[0] for message in receiver.messages] == [claim.pk for claim in claims]
        assert WebhookAttempt.objects.count() == WebhookDelivery.objects.count() == 5

    def test_an_event_that_arrives_while_the_endpoint_is_leased_is_delivered_later(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
    ) -> None:
        """The job for the second message finds the endpoint held and ends; who holds it looks again."""

        def second() -> None:
            publish()
            ledger_followers.create_new_deliveries()
            deliveries.send_due_deliveries(endpoint.pk)

        def publish_meanwhile(request: BaseHTTPRequestHandler) -> None:
            at_once(second)
            status(204)(request)

        receiver.answers = [publish_meanwhile]
        publish()
        ledger_followers.create_new_deliveries()
        deliveries.send_due_deliveries(endpoint.pk)
        assert len(receiver.messages) == 2
        assert WebhookProgress.objects.get().held_until is None

    def test_killed_with_a_message_in_hand_the_next_one_sends_it_with_the_same_id(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
    ) -> None:
        arrived, killed = threading.Event(), threading.Event()

        def wait(request: BaseHTTPRequestHandler) -> None:
            arrived.set()
            killed.wait(300)
            request.close_connection = True

        receiver.answers = [wait]
        publish()
        ledger_followers.create_new_deliveries()
        child = subprocess.Popen(
            [sys.executable, "-c", SEND, connection.settings_dict["NAME"], str(endpoint.pk)],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
            cwd=project.BASE_DIR,
        )
        assert arrived.wait(300)
        child.kill()
        child.wait()
        killed.set()
        # Nothing was written down, and for a while the endpoint counts as being worked at.
        assert not WebhookAttempt.objects.exists()
        deliveries.send_due_deliveries(endpoint.pk)
        assert len(receiver.messages) == 1
        with time_machine.travel(datetime.now(UTC) + deliveries.LEASE_TIME + timedelta(seconds=1)):
            deliveries.send_due_deliveries(endpoint.pk)
        first, second = receiver.messages
        assert (first.id, first.body) == (second.id, second.body)
        assert WebhookDelivery.objects.get().state == "delivered"

    def test_call_that_waits_is_made_again_once_the_publication_is_visible(
        self, endpoint: WebhookEndpoint, publish: Publish
    ) -> None:
        """The worker may take the one that waits up too early, and find nothing."""
        worker_calls.queue_delivery_creation()
        taken: list[Any] = []

        def take() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(ARRAY['webhooks'], NULL)")
                taken.append(cursor.fetchone()[0])

        with transaction.atomic():
            publish()
            at_once(take)
        at_once(take)
        assert taken == [worker_calls.CREATE_DELIVERIES_TASK, worker_calls.CREATE_DELIVERIES_TASK]


@pytest.mark.django_db
class TestOnceAMinute:
    def test_follows_entries_without_a_job_and_starts_due_deliveries(
        self, endpoint: WebhookEndpoint, publish: Publish
    ) -> None:
        publish()
        ProcrastinateJob.objects.all().delete()
        tasks.queue_missed_work(timestamp=0)
        job = ProcrastinateJob.objects.get()
        assert (job.task_name, job.args) == (worker_calls.SEND_DELIVERIES_TASK, {"endpoint_id": endpoint.pk})
        tasks.queue_missed_work(timestamp=60)
        assert ProcrastinateJob.objects.count() == 1

    @pytest.mark.parametrize(
        "column", ["paused_until", "held_until"], ids=["while it needs a pause", "while another holds it"]
    )
    def test_leaves_an_endpoint_alone(self, endpoint: WebhookEndpoint, publish: Publish, column: str) -> None:
        publish()
        ledger_followers.create_new_deliveries()
        ProcrastinateJob.objects.all().delete()
        WebhookProgress.objects.update(**{column: timezone.now() + timedelta(seconds=30)})
        tasks.queue_missed_work(timestamp=0)
        assert not ProcrastinateJob.objects.exists()
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=31)):
            tasks.queue_missed_work(timestamp=60)
        assert ProcrastinateJob.objects.count() == 1

    def test_leaves_switched_off_endpoints_alone(self, endpoint: WebhookEndpoint, publish: Publish) -> None:
        publish()
        ledger_followers.create_new_deliveries()
        ProcrastinateJob.objects.all().delete()
        WebhookEndpoint.objects.update(active=False)
        tasks.queue_missed_work(timestamp=0)
        assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db
class TestOnceADay:
    def test_removes_deliveries_older_than_the_log(
        self,
        endpoint: WebhookEndpoint,
        receiver: Receiver,
        publish: Publish,
        work: Callable[[], None],
        settings: Any,
    ) -> None:
        settings.WEBHOOK_LOG_DAYS = 30
        publish()
        work()
        with time_machine.travel(datetime.now(UTC) + timedelta(days=29)):
            tasks.delete_old_deliveries(timestamp=0)
        assert (WebhookDelivery.objects.count(), WebhookAttempt.objects.count()) == (1, 1)
        with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
            tasks.delete_old_deliveries(timestamp=0)
        assert (WebhookDelivery.objects.count(), WebhookAttempt.objects.count()) == (0, 0)
        work()  # a removed entry is not created again
        assert len(receiver.messages) == 1

    def test_removes_secrets_that_no_longer_sign(self, endpoint: WebhookEndpoint) -> None:
        until = timezone.now() + timedelta(hours=1)
        WebhookEndpoint.objects.update(previous_secret=endpoint.secret, previous_secret_until=until)
        tasks.delete_old_deliveries(timestamp=0)
        assert WebhookEndpoint.objects.get().previous_secret
        with time_machine.travel(until + timedelta(seconds=1)):
            tasks.delete_old_deliveries(timestamp=0)
        endpoint.refresh_from_db()
        assert (endpoint.previous_secret, endpoint.previous_secret_until) == ("", None)
