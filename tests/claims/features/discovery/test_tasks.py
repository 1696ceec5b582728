"""Publications start one job, and only if services are configured."""

from collections.abc import Callable
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.discovery import announcements
from claims.models import Claim

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def calls() -> int:
    return ProcrastinateJob.objects.filter(task_name=announcements.ANNOUNCE_TASK, status="todo").count()


def test_publications_call_the_worker_once(
    publish: Publish, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.WEBSUB_HUBS = ["https://hub.example.org/"]
    with django_capture_on_commit_callbacks(execute=True):
        publish()
        publish()
    assert calls() == 1


def test_without_services_no_job_is_started(
    publish: Publish, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        publish()
    assert calls() == 0
