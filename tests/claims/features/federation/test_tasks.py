"""The worker, from the schedule to the claims."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.federation import tasks
from claims.features.federation.models import PeerClaim
from claims.features.federation.peer_edits import follow_newsroom
from tests.claims.features.federation.peer_site import PeerSite, progress_of
from tests.helpers.worker import run_waiting_jobs


@pytest.mark.django_db(transaction=True)
def test_the_worker_keeps_up(peer: PeerSite, without_schedule: None, monkeypatch: pytest.MonkeyPatch) -> None:
    peer.tell(7)
    newsroom = follow_newsroom(peer.signer)
    tasks.queue_due_syncs(0)
    waiting = ProcrastinateJob.objects.filter(queue_name=tasks.QUEUE)
    assert list(waiting.values_list("task_name", "args")) == [
        ("claims.features.federation.follow_newsroom", {"newsroom_id": newsroom.pk})
    ]
    monkeypatch.setattr(tasks, "MAX_RUN_SECONDS", -1.0)
    called: list[int] = []
    monkeypatch.setattr(tasks, "queue_sync", called.append)
    run_waiting_jobs()
    assert (called, PeerClaim.objects.count()) == ([newsroom.pk], 0)
    monkeypatch.undo()
    monkeypatch.setattr(tasks, "MAX_RUN_SECONDS", 10.0)
    monkeypatch.setattr("django.conf.settings.WEBHOOKS_TO_LOOPBACK", True)
    tasks.queue_sync(newsroom.pk)
    run_waiting_jobs()
    assert (PeerClaim.objects.count(), progress_of(newsroom).sequence) == (1, 1)
