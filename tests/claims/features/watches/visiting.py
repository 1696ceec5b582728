"""Visits to a newspaper on this machine, without a pause."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from claims.features.watches import visits
from claims.features.watches.models import Watch, WatchProgress
from sources.http.polite_visits import PoliteVisitor
from sources.known_sites import KnownSites
from tests.helpers.followed_site import Paper
from tests.helpers.parallel import served


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Paper]:
    settings.MEDIA_ROOT = tmp_path / "files"

    def hurried(*, max_wait_seconds: float = 0.0) -> PoliteVisitor:
        return PoliteVisitor(KnownSites(max_wait_seconds=max_wait_seconds), pause=0.0, allow_loopback=True)

    monkeypatch.setattr(visits, "build_visitor", hurried)
    paper = Paper()
    with served(paper.server):
        yield paper


Visit = Callable[..., visits.VisitTally]


@pytest.fixture
def visit() -> Visit:
    """Visit a watch, although it may not be time."""

    def made(watch: Watch, **named: Any) -> visits.VisitTally:
        WatchProgress.objects.filter(pk=watch.pk).update(next_visit_at=timezone.now())
        tally = visits.run_visit(watch.pk, **named)
        assert tally is not None
        return tally

    return made


def make_watch(url: str, **fields: Any) -> Watch:
    return Watch.objects.create(**{"name": "Sundvik Post", "url": url} | fields)


def progress_of(watch: Watch) -> WatchProgress:
    return WatchProgress.objects.get(pk=watch.pk)


def states(watch: Watch) -> dict[str, str]:
    """Path → state of each page of a watch."""
    return {
        "/" + url.split("/", 3)[3]: state
        for url, state in watch.pages.order_by("pk").values_list("url", "state")
    }


def brought(tally: visits.VisitTally) -> dict[str, int]:
    names = ("new", "known", "changed", "unchanged", "failed")
    return {name: number for name in names if (number := getattr(tally, f"{name}_count"))}
