"""The command that visits watches: its output and exit status."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from claims.features.watches.models import Watch, WatchProgress
from claims.models import Claim
from tests.claims.features.watches.visiting import make_watch, paper
from tests.helpers.followed_site import Paper

__all__ = ["paper"]

pytestmark = pytest.mark.django_db


def run(*arguments: str, **named: Any) -> str:
    out = io.StringIO()
    call_command("watch_sources", *arguments, stdout=out, **named)
    return out.getvalue()


def test_visits_due_watches(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    paper.article("/1")
    paper.page("/2", status=404)
    make_watch(paper.feed("/1", "/2"))
    later = make_watch(paper.feed(path="/other"), name="Later")
    WatchProgress.objects.filter(pk=later.pk).update(next_visit_at=timezone.now() + timedelta(days=1))
    printed = run()
    number = Claim.objects.count()
    assert printed == f"Sundvik Post: 1 new, 1 failed, {number} proposals.\n"
    output = capsys.readouterr()
    assert output.out == ""
    # The server of this test may complain there, too, of connections that were closed.
    lines = output.err.splitlines()
    assert lines[0] == "Visiting Sundvik Post …"
    assert f"  imported, proposals: {number}: {paper.address}/1" in lines
    assert run("--once") == ""
    assert sorted(run("--now").splitlines()) == ["Later: nothing new.", "Sundvik Post: nothing new."]


def test_exits_with_1_if_a_visit_fails(paper: Paper) -> None:
    make_watch(f"{paper.feed()}s")
    paper.page("/feeds", status=404)
    out = io.StringIO()
    with pytest.raises(CommandError, match="^Watches that failed: 1.$") as ended:
        call_command("watch_sources", stdout=out)
    assert ended.value.returncode == 1
    assert out.getvalue().startswith(f"Sundvik Post: failed. {paper.address}/feeds does not exist")


def test_adds_the_feed_of_a_page(paper: Paper) -> None:
    paper.feed()
    start = paper.page(
        "/", b"<html><head><link rel=alternate type=application/rss+xml href=/feed title=Post></head></html>"
    )
    added = run("--add", start, "--language", "da", "--interval", "60")
    watch = Watch.objects.get()
    assert added == f"Now watching {paper.address}/feed: watch {watch.pk}, Post.\n"
    assert (watch.language, watch.interval_minutes) == ("da", 60)
    run("--add", start, "--itself", "--name", "Front page")
    assert Watch.objects.filter(name="Front page", url=start).exists()
    with pytest.raises(CommandError, match="This address is already followed."):
        run("--add", start)
    with pytest.raises(CommandError, match="not an address on the public internet"):
        run("--add", "http://10.0.0.1/feed")


def test_lists_watches(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    make_watch(paper.feed(), name="Paused", active=False)
    failing = make_watch(f"{paper.address}/other", name="Fails")
    WatchProgress.objects.filter(pk=failing.pk).update(
        consecutive_failures=2, failing_since=timezone.now(), failure="It is gone."
    )
    listed = run("--list")
    assert "paused" in listed
    assert ": It is gone." in listed
    assert paper.asked() == []
    assert Claim.objects.count() == 0
