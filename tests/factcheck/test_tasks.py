"""What the background worker does for itself."""

from collections.abc import Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.tasks import remove_finished_jobs


@pytest.fixture
def without_schedule() -> Iterator[None]:
    periodic, app.periodic_registry.periodic_tasks = app.periodic_registry.periodic_tasks, {}
    yield
    app.periodic_registry.periodic_tasks = periodic


def job(status: str, hours_ago: int) -> int:
    """A job that ended so long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, status) VALUES ('done', 'mail', %s) RETURNING id",
            [status],
        )
        number: int = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - make_interval(hours => %s) WHERE job_id = %s",
            [hours_ago, number],
        )
        cursor.execute(
            "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, %s, now() - make_interval(hours => %s))",
            [number, status, hours_ago],
        )
    return number


@pytest.mark.django_db(transaction=True)
def test_jobs_that_succeeded_are_forgotten_after_three_days(without_schedule: None) -> None:
    _old, fresh, failed = job("succeeded", 73), job("succeeded", 71), job("failed", 1000)
    remove_finished_jobs.configure(task_kwargs={"timestamp": 0}).defer()
    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        worker.run_worker(wait=False, install_signal_handlers=False)
    left = set(ProcrastinateJob.objects.filter(task_name="done").values_list("pk", flat=True))
    assert left == {fresh, failed}
