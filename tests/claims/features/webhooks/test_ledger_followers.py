"""Following the ledger: every entry once, from any writer, even if the worker starts again at any point."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.webhooks import ledger_followers, worker_calls
from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookProgress
from claims.models import Claim, Publication
from tests.helpers.broken_rules import as_committed
from tests.helpers.webhook_receiver import Receiver

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

#: What a bulk import does: entries of the ledger from SQL, past every function of ours.
INSERT_BY_SQL = """
INSERT INTO claims_publication (claim_id, version, status, kind, note, published_at, first_published_at, body,
    body_sha256, slug, language, topic_ids, appears_in_ids, source_ids, source_domains, publisher_ids, rating_ids,
    language_ranges, features, search_languages, search_statement, search_names, search_text)
SELECT p.claim_id, p.version + n, p.status, 'update', 'Imported.', clock_timestamp(), p.first_published_at, p.body,
    p.body_sha256, p.slug, p.language, p.topic_ids, p.appears_in_ids, p.source_ids, p.source_domains, p.publisher_ids,
    p.rating_ids, p.language_ranges, p.features, p.search_languages, p.search_statement, p.search_names, p.search_text
FROM claims_publication p, generate_series(1, %s) n WHERE p.id = %s ORDER BY n
"""


def insert_by_sql(entry: Publication, count: int) -> None:
    as_committed()
    with connection.cursor() as cursor:
        cursor.execute(INSERT_BY_SQL, [count, entry.pk])


def list_deliveries(endpoint: WebhookEndpoint) -> list[tuple[int, int]]:
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("pk")
    return list(rows.values_list("publication__claim", "publication__version"))


def calls() -> list[str]:
    return list(
        ProcrastinateJob.objects.filter(status="todo", queue_name=worker_calls.QUEUE_NAME)
        .order_by("pk")
        .values_list("task_name", flat=True)
    )


def test_new_endpoint_begins_now(publish: Publish, receiver: Receiver) -> None:
    publish()
    endpoint = WebhookEndpoint.objects.create(name="Late", url=receiver.url)
    after = publish()
    ledger_followers.create_new_deliveries()
    assert list_deliveries(endpoint) == [(after.pk, 1)]


def test_every_endpoint_has_its_own_position(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    first = publish()
    other = WebhookEndpoint.objects.create(name="Other", url=receiver.url)
    second = publish()
    assert ledger_followers.create_new_deliveries() == 3
    assert (list_deliveries(endpoint), list_deliveries(other)) == (
        [(first.pk, 1), (second.pk, 1)],
        [(second.pk, 1)],
    )


def test_again_and_again_changes_nothing(endpoint: WebhookEndpoint, publish: Publish) -> None:
    publish()
    assert [ledger_followers.create_new_deliveries() for _ in range(3)] == [1, 0, 0]
    assert WebhookDelivery.objects.count() == 1


def test_entries_by_sql_are_followed_in_steps(
    endpoint: WebhookEndpoint, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_followers, "ENTRIES_PER_STEP", 10)
    claim = publish()
    insert_by_sql(Publication.objects.get(), 25)
    assert ledger_followers.create_new_deliveries() == 26
    assert list_deliveries(endpoint) == [(claim.pk, version) for version in range(1, 27)]
    last = Publication.objects.order_by("-sequence").values_list("sequence", flat=True)[0]
    assert WebhookProgress.objects.get().position == last


@pytest.mark.parametrize("count", [1, 30])
def test_costs_the_same_for_any_number_of_entries(
    endpoint: WebhookEndpoint, publish: Publish, django_assert_num_queries: Any, count: int
) -> None:
    WebhookEndpoint.objects.update(filter="rating=false&language=en")
    publish()
    insert_by_sql(Publication.objects.get(), count)
    # The endpoints; then twice, of which the second finds the end: savepoint, position, entries. Ratings by their
    # code, what matches, deliveries, position, and a call in a savepoint of its own.
    with django_assert_num_queries(1 + 2 * 4 + 4 + 3):
        ledger_followers.create_new_deliveries()


def test_a_job_ends_early_to_let_other_jobs_run(
    endpoint: WebhookEndpoint, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_followers, "ENTRIES_PER_STEP", 4)
    monkeypatch.setattr(ledger_followers, "MAX_RUN_SECONDS", -1.0)
    publish()
    insert_by_sql(Publication.objects.get(), 9)
    ProcrastinateJob.objects.all().delete()
    assert ledger_followers.create_new_deliveries() == 4
    assert worker_calls.CREATE_DELIVERIES_TASK in calls()
    assert [ledger_followers.create_new_deliveries() for _ in range(3)] == [4, 2, 0]


def test_killed_between_two_steps_it_continues(
    endpoint: WebhookEndpoint, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_followers, "ENTRIES_PER_STEP", 4)
    claim = publish()
    insert_by_sql(Publication.objects.get(), 9)
    call_for, steps = worker_calls.queue_deliveries, []

    def die_in_the_second(endpoint_id: int) -> None:
        """After the deliveries were added and the position moved."""
        call_for(endpoint_id)
        steps.append(endpoint_id)
        if len(steps) == 2:
            raise SystemExit

    monkeypatch.setattr(worker_calls, "queue_deliveries", die_in_the_second)
    with pytest.raises(SystemExit):
        ledger_followers.create_new_deliveries()
    assert len(list_deliveries(endpoint)) == 4
    monkeypatch.undo()
    ledger_followers.create_new_deliveries()
    assert list_deliveries(endpoint) == [(claim.pk, version) for version in range(1, 11)]


class TestCalling:
    def test_publishing_calls_once_however_often(self, endpoint: WebhookEndpoint, publish: Publish) -> None:
        publish(), publish()
        assert calls() == [worker_calls.CREATE_DELIVERIES_TASK]

    def test_without_endpoints_no_job_is_started(self, publish: Publish) -> None:
        publish()
        assert calls() == []

    def test_not_for_a_disabled_endpoint(self, endpoint: WebhookEndpoint, publish: Publish) -> None:
        WebhookEndpoint.objects.update(active=False)
        publish()
        assert calls() == []

    def test_following_calls_for_the_endpoints_that_have_something_to_send(
        self, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
    ) -> None:
        WebhookEndpoint.objects.create(name="Not interested", url=receiver.url, filter="rating=true")
        publish(code="false")
        ProcrastinateJob.objects.all().delete()
        ledger_followers.create_new_deliveries()
        job = ProcrastinateJob.objects.get()
        assert (job.task_name, job.args, job.queueing_lock) == (
            worker_calls.SEND_DELIVERIES_TASK,
            {"endpoint_id": endpoint.pk},
            f"{worker_calls.SEND_DELIVERIES_TASK}:{endpoint.pk}",
        )

    def test_a_call_that_is_being_worked_off_is_not_enough(
        self, endpoint: WebhookEndpoint, publish: Publish
    ) -> None:
        publish()
        ProcrastinateJob.objects.filter(task_name=worker_calls.CREATE_DELIVERIES_TASK).update(status="doing")
        publish()
        assert calls() == [worker_calls.CREATE_DELIVERIES_TASK]
        assert ProcrastinateJob.objects.filter(task_name=worker_calls.CREATE_DELIVERIES_TASK).count() == 2

    def test_the_started_tasks_exist(self) -> None:
        assert {
            worker_calls.CREATE_DELIVERIES_TASK,
            worker_calls.SEND_DELIVERIES_TASK,
            worker_calls.REPORT_DISABLED_TASK,
        } <= app.tasks.keys()
        assert (
            app.tasks[worker_calls.CREATE_DELIVERIES_TASK].queue
            == app.tasks[worker_calls.SEND_DELIVERIES_TASK].queue
            == worker_calls.QUEUE_NAME
        )

    def test_a_publication_that_is_rolled_back_leaves_neither_call_nor_delivery(
        self, endpoint: WebhookEndpoint, publish: Publish
    ) -> None:
        class Changed(Exception):
            """The process that published."""

        def publish_and_think_again() -> None:
            with transaction.atomic():
                publish()
                raise Changed

        with pytest.raises(Changed):
            publish_and_think_again()
        assert calls() == []
        assert ledger_followers.create_new_deliveries() == 0
        assert not WebhookDelivery.objects.exists()

    def test_publishing_costs_a_question_and_a_call_for_it(
        self, endpoint: WebhookEndpoint, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(1 + 3):  # who listens; a savepoint around the call
            worker_calls.queue_delivery_creation()
        with django_assert_num_queries(1 + 4):  # one waits: the savepoint is rolled back
            worker_calls.queue_delivery_creation()
