"""A newspaper on this machine that can be followed: its feed, its articles, and who visits it without a pause."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from claims.articles.watches import visits
from claims.models import Watch, WatchProgress
from sources.http.polite_visits import PoliteVisitor
from sources.known_sites import KnownSites
from tests.helpers.parallel import served
from tests.helpers.site import Site

WORDS = (
    "The harbour council of Sundvik sold {number} ferries to a buyer from Norway in 2021, the audit report says.",
    "Nobody in the town had expected that, and the old pier has been quiet since the summer.",
    "Unemployment in the district fell by 12 percent in two years, according to the statistics office.",
)


class Paper(Site):
    """A newspaper whose feed is at /feed."""

    def __init__(self) -> None:
        super().__init__()
        self.page("/robots.txt", status=404)

    def article(self, path: str, number: int = 7, more: str = "", **headers: str) -> str:
        paragraphs = "".join(f"<p>{words.format(number=number)}</p>" for words in (*WORDS, more) if words)
        head = f"<html lang=en><head><title>Ferries {path}</title></head>"
        body = f"<body><article><h1>Ferries {path}</h1>{paragraphs}</article></body></html>"
        return self.page(path, (head + body).encode(), 200, **headers)

    def feed(self, *entries: str | tuple[str, datetime | None], path: str = "/feed", **headers: str) -> str:
        items = "".join(
            f"<item><link>{link}</link><title>On {link}</title>"
            + (f"<pubDate>{format_datetime(moment)}</pubDate>" if moment else "")
            + "</item>"
            for link, moment in (entry if isinstance(entry, tuple) else (entry, None) for entry in entries)
        )
        body = f"<rss><channel><title>Sundvik Post</title>{items}</channel></rss>".encode()
        return self.page(path, body, 200, **({"Content_Type": "application/rss+xml"} | headers))

    def asked(self) -> list[str]:
        """The paths that were asked for since the last time."""
        paths = [path for path, _headers in self.requests]
        self.requests.clear()
        return paths


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Paper]:
    settings.MEDIA_ROOT = tmp_path / "files"

    def hurried(*, patience: float = 0.0) -> PoliteVisitor:
        return PoliteVisitor(KnownSites(patience=patience), pause=0.0, allow_loopback=True)

    monkeypatch.setattr(visits, "visitor", hurried)
    paper = Paper()
    with served(paper.server):
        yield paper


@pytest.fixture
def clock() -> Iterator[Any]:
    """Time that stands still and is moved by the test, from noon on."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    with time_machine.travel(noon, tick=False) as traveller:
        yield traveller


Visit = Callable[..., visits.VisitTally]


@pytest.fixture
def visit() -> Visit:
    """Visit a watch, although it may not be time."""

    def made(watch: Watch, **named: Any) -> visits.VisitTally:
        WatchProgress.objects.filter(pk=watch.pk).update(next_visit_at=timezone.now())
        tally = visits.visit(watch.pk, **named)
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
    return {name: number for name in names if (number := getattr(tally, name))}
