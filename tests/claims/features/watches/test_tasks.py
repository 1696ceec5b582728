"""The worker, from the schedule to the claims, and one that is killed."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import time_machine
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.watches import tasks, visits
from claims.features.watches.watched_articles import FIRST_RETRY
from claims.models import Claim
from sources.models import Snapshot, Source
from tests.claims.features.watches.visiting import make_watch, progress_of, states
from tests.helpers.followed_site import Paper
from tests.helpers.worker import run_waiting_jobs

VISIT = """
import sys, django
django.setup()
from django.conf import settings
from django.db import connection
from claims.features.watches import visits
from sources.known_sites import KnownSites
from sources.http.polite_visits import PoliteVisitor
connection.settings_dict["NAME"], settings.MEDIA_ROOT = sys.argv[1], sys.argv[3]
visits.build_visitor = lambda max_wait_seconds: PoliteVisitor(
    KnownSites(max_wait_seconds=max_wait_seconds), pause=0.0, allow_loopback=True
)
visits.run_visit(int(sys.argv[2]))
"""


@pytest.mark.django_db(transaction=True)
def test_the_worker_takes_a_feed_all_the_way(
    paper: Paper, without_schedule: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MAX_RUN_SECONDS", 0.0)  # so it takes a turn for each page, and calls itself
    for number in range(2):
        paper.article(f"/{number}", number + 3)
    watch = make_watch(paper.feed("/0", "/1"))
    paper.page("/none", status=404)
    failing = make_watch(f"{paper.address}/none", name="Fails")
    paused = make_watch(paper.feed("/2", path="/paused"), active=False)
    tasks.queue_due_visits(0)
    tasks.queue_due_visits(0)
    monkeypatch.setattr(tasks, "MAX_RUN_SECONDS", 600.0)
    run_waiting_jobs()
    assert Claim.objects.filter(state="proposed").values("appearances__source").distinct().count() == 2
    assert progress_of(watch).new_articles == 2
    assert progress_of(failing).consecutive_failures == 1
    assert progress_of(paused).visited_at is None
    jobs = ProcrastinateJob.objects.filter(queue_name="watches")
    assert list(jobs.values_list("status", flat=True)) == ["succeeded", "succeeded"]


@pytest.mark.django_db(transaction=True)
def test_unfinished_work_continues_in_the_next_job(
    paper: Paper, without_schedule: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MAX_RUN_SECONDS", -1.0)
    paper.article("/0")
    watch = make_watch(paper.feed("/0"))
    ended: list[bool] = []
    whole = tasks.queue_visit

    def once(watch_id: int) -> None:
        ended.append(True)
        monkeypatch.setattr(tasks, "MAX_RUN_SECONDS", 600.0)
        whole(watch_id)

    monkeypatch.setattr(tasks, "queue_visit", once)
    whole(watch.pk)
    run_waiting_jobs()
    assert (ended, progress_of(watch).new_articles) == ([True], 1)


@pytest.mark.django_db(transaction=True)
def test_work_of_a_killed_worker_is_continued(paper: Paper, settings: Any) -> None:
    paper.article("/1")
    paper.article("/2", 9)
    answer, asked, killed = paper.answers["/2"], threading.Event(), threading.Event()

    def never(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        killed.wait(300)
        raise OSError

    paper.answer("/2", never)
    watch = make_watch(paper.feed("/1", "/2"))
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            VISIT,
            connection.settings_dict["NAME"],
            str(watch.pk),
            str(settings.MEDIA_ROOT),
        ],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=settings.BASE_DIR,
    )
    assert asked.wait(300)
    child.kill()
    child.wait()
    killed.set()
    paper.answer("/2", answer)
    assert states(watch) == {"/1": "imported", "/2": "waiting"}
    # For a while it counts as being visited.
    assert visits.run_visit(watch.pk) is None
    paper.asked()
    with time_machine.travel(datetime.now(UTC) + FIRST_RETRY + timedelta(seconds=1)):
        tally = visits.run_visit(watch.pk)
    assert tally is not None
    assert (tally.new_count, paper.asked()) == (1, ["/2"])
    assert Source.objects.count() == Snapshot.objects.count() == 2
