"""What the background worker does for itself."""

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.tasks import remove_finished_jobs
from tests.helpers.worker import run_waiting_jobs


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
    run_waiting_jobs()
    left = set(ProcrastinateJob.objects.filter(task_name="done").values_list("pk", flat=True))
    assert left == {fresh, failed}
