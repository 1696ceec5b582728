"""A newspaper on this machine that publications quote from, and time that is moved on between checks of its links."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from claims.features.links import check_run, watched_links
from claims.features.links.check_run import LinkTally
from claims.features.links.models import LinkState
from claims.models import Claim
from sources.http.polite_visits import PoliteVisitor
from sources.models import Source, VisitedSite
from tests.helpers.followed_site import Paper
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.parallel import served

FERRIES = "The council of Brunnholm sold three ferries to an island in the north."
PIER = "The pier has been quiet ever since, says the master of the harbour."
RAIN = "It rained on each of the days on which the ferries were handed over."
TEXT = f"{FERRIES}\n\n{PIER}\n\n{RAIN}"


def html_of(text: str, title: str = "Ferries") -> bytes:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))
    return (
        f"<html lang=en><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[Paper]:
    """A newspaper without limits for requests."""
    settings.MEDIA_ROOT = tmp_path / "files"

    def hurried(memory: Any) -> PoliteVisitor:
        return PoliteVisitor(memory, pause=0.0, allow_loopback=True)

    monkeypatch.setattr(check_run, "build_visitor", hurried)
    paper = Paper()
    with served(paper.server):
        yield paper


@pytest.fixture
def source(db: None, paper: Paper) -> Source:
    """A page of it, as it was captured."""
    url = paper.page("/2024/ferries", html_of(TEXT))
    return make_source(TEXT, title="Ferries", url=url)


@pytest.fixture
def claim(publish: Callable[..., Claim], source: Source) -> Claim:
    """A published claim that quotes two sentences of the page."""
    claim = make_claim("Brunnholm sold three ferries.")
    for words in (FERRIES, PIER):
        make_appearance(claim, source, words)
    return publish(claim)


def check(**named: Any) -> LinkTally:
    """Look at all that is watched on this machine, whether it is time or not."""
    watched_links.update_watched_links()
    LinkState.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    VisitedSite.objects.update(ready_at=timezone.now() - timedelta(seconds=1))
    here = LinkState.objects.filter(url__startswith="http://127.0.0.1").values_list("pk", flat=True)
    return check_run.run_link_checks(source_ids=[*here], **named) or LinkTally()


def link_of(source: Source) -> LinkState:
    return LinkState.objects.get(pk=source.pk)


def changes(source: Source) -> list[str]:
    """Which outcomes are on record, in their order."""
    return list(source.link_checks.order_by("pk").values_list("outcome", flat=True))
