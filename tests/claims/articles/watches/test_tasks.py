"""The worker, from the schedule to the claims."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.articles.watches import tasks
from claims.models import Claim
from tests.helpers.followed_site import Paper, make_watch, progress_of
from tests.helpers.worker import run_waiting_jobs


@pytest.mark.django_db(transaction=True)
def test_the_worker_takes_a_feed_all_the_way(
    paper: Paper, without_schedule: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TURN", 0.0)  # so it takes a turn for each page, and calls itself
    for number in range(2):
        paper.article(f"/{number}", number + 3)
    watch = make_watch(paper.feed("/0", "/1"))
    paper.page("/none", status=404)
    failing = make_watch(f"{paper.address}/none", name="Fails")
    paused = make_watch(paper.feed("/2", path="/paused"), active=False)
    tasks.look_after_watches(0)
    tasks.look_after_watches(0)
    monkeypatch.setattr(tasks, "TURN", 10.0)
    run_waiting_jobs()
    assert Claim.objects.filter(state="proposed").values("appearances__source").distinct().count() == 2
    assert progress_of(watch).new_articles == 2
    assert progress_of(failing).consecutive_failures == 1
    assert progress_of(paused).visited_at is None
    jobs = ProcrastinateJob.objects.filter(queue_name="watches")
    assert list(jobs.values_list("status", flat=True)) == ["succeeded", "succeeded"]


@pytest.mark.django_db(transaction=True)
def test_a_turn_that_is_over_goes_on_in_another(
    paper: Paper, without_schedule: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TURN", -1.0)
    paper.article("/0")
    watch = make_watch(paper.feed("/0"))
    ended: list[bool] = []
    whole = tasks.call

    def once(watch_id: int) -> None:
        ended.append(True)
        monkeypatch.setattr(tasks, "TURN", 10.0)
        whole(watch_id)

    monkeypatch.setattr(tasks, "call", once)
    whole(watch.pk)
    run_waiting_jobs()
    assert (ended, progress_of(watch).new_articles) == ([True], 1)
