"""Jobs that are queued inside a transaction."""

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.database.deferred_jobs import defer_once

pytestmark = pytest.mark.django_db


def test_a_waiting_job_is_not_queued_twice_and_breaks_no_transaction() -> None:
    with transaction.atomic():
        asked = [defer_once("tests.nothing", {}, queue="tests", queueing_lock="only one") for _ in range(2)]
        other = defer_once("tests.nothing", {"number": 1}, queue="tests", queueing_lock="another")
    assert (asked, other) == ([True, False], True)
    assert ProcrastinateJob.objects.filter(task_name="tests.nothing").count() == 2
