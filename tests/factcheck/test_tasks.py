"""What the background worker does for itself."""

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.tasks import remove_finished_jobs, retry_stalled_jobs
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
def test_successful_jobs_are_deleted_after_three_days(without_schedule: None) -> None:
    _old, fresh, failed = job("succeeded", 73), job("succeeded", 71), job("failed", 1000)
    remove_finished_jobs.configure(task_kwargs={"timestamp": 0}).defer()
    run_waiting_jobs()
    left = set(ProcrastinateJob.objects.filter(task_name="done").values_list("pk", flat=True))
    assert left == {fresh, failed}


def left(silent_for: int | None, lock: str = "") -> int:
    """A job of a worker whose last heartbeat is this number of seconds ago, or that no longer exists."""
    with connection.cursor() as cursor:
        worker = None
        if silent_for is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => %s)) RETURNING id",
                [silent_for],
            )
            (worker,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, status, worker_id, queueing_lock, scheduled_at)"
            " VALUES ('left', 'mail', 'doing', %s, nullif(%s, ''), now() + interval '1 day') RETURNING id",
            [worker, lock],
        )
        number: int = cursor.fetchone()[0]
    return number


@pytest.mark.django_db(transaction=True)
def test_jobs_of_dead_workers_are_taken_up_and_of_living_ones_are_not(without_schedule: None) -> None:
    gone, dead, alive = left(None), left(121), left(60)
    doubled = left(None, lock="the same")
    waiting = ProcrastinateJob.objects.filter(pk=left(None)).first()
    assert waiting is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', queueing_lock = 'the same', queue_name = 'nobody'"
            " WHERE id = %s",
            [waiting.pk],
        )
    retry_stalled_jobs.configure(task_kwargs={"timestamp": 0}).defer()
    run_waiting_jobs()
    states = dict(ProcrastinateJob.objects.filter(task_name="left").values_list("pk", "status"))
    taken_up = "failed"  # the worker of this test knows no such task
    assert states == {
        gone: taken_up,
        dead: taken_up,
        alive: "doing",
        doubled: "aborted",
        waiting.pk: states[waiting.pk],
    }
