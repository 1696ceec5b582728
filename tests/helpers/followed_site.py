"""A newspaper on this machine with a feed and articles, and a clock that only tests advance."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import time_machine

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
        """The paths requested since the last call."""
        paths = [path for path, _headers in self.requests]
        self.requests.clear()
        return paths


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that only the test advances, from noon on."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    with time_machine.travel(noon, tick=False) as traveller:
        yield traveller
