"""The worker looks at links where that is switched on, and nowhere else."""

from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from claims.features.links import check_run, tasks
from claims.features.links.models import LinkState
from tests.helpers.newsroom import make_source

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_on", [True, False])
def test_links_are_checked_only_if_switched_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, is_on: bool
) -> None:
    settings.LINK_CHECKS = is_on
    begun: list[bool] = []
    monkeypatch.setattr(check_run, "run_link_checks", lambda **_options: begun.append(True))
    url = "https://paper.example/page"
    LinkState.objects.create(source=make_source(url=url), url=url, site="https://paper.example")
    tasks.queue_due_checks(timestamp=0)
    assert ProcrastinateJob.objects.filter(task_name="claims.features.links.check_links").exists() is is_on
    context: Any = type("Context", (), {"should_abort": lambda _self: False})()
    tasks.check_links(context)
    assert begun == [True] * is_on
