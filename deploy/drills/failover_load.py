"""The load during faults: publishing editors, readers, a follower of the feed, and a receiver.

All of them behave like careful clients: they repeat failed requests, and a repeated POST has the same idempotency key.
"""

import http.client
import itertools
import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

#: How long an editor's tool and a reader wait for a response, in seconds.
EDITOR_TIMEOUT, READER_TIMEOUT = 15.0, 2.0
PAUSE_SECONDS = 0.2


class RequestRefused(Exception):
    """An error response that repeating the request would not change."""


@dataclass
class ResponseTimes:
    """The times of responses, and the failures."""

    response_moments: list[float] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)
    failures: list[tuple[float, str]] = field(default_factory=list)

    def request_json(
        self, address: str, *, timeout: float, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        """Return the JSON of the response, or None if there was no response and the request can be repeated."""
        started_at = time.monotonic()
        request = urllib.request.Request(  # noqa: S310  the cluster's own address
            address,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"} | (headers or {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310
                content = json.load(response)
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code not in (404, 429):
                raise RequestRefused(f"{address}: {error.code} {error.read().decode()[:500]}") from None
            self.failures.append((time.monotonic(), str(error.code)))
            return None
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.failures.append((time.monotonic(), type(error).__name__))
            return None
        responded_at = time.monotonic()
        self.response_moments.append(responded_at)
        self.durations.append(responded_at - started_at)
        return content

    def measure_longest_gap(self, start: float, end: float) -> float:
        """Return the longest time between two responses within a period."""
        moments = sorted(moment for moment in self.response_moments if start <= moment <= end)
        return max(
            (second - first for first, second in itertools.pairwise([start, *moments, end])),
            default=end - start,
        )

    def count_failures(self, start: float, end: float) -> dict[str, int]:
        counts: dict[str, int] = {}
        for moment, error in self.failures:
            if start <= moment <= end:
                counts[error] = counts.get(error, 0) + 1
        return counts


@dataclass(frozen=True)
class Tokens:
    """The API tokens of the simulated users."""

    checker: str
    editor: str
    rating: int


class FailoverLoad:
    """Concurrent readers and writers until `stop()`."""

    def __init__(self, site: str, newsroom: Tokens, *, editors: int, readers: int) -> None:
        self.site, self.newsroom = site, newsroom
        self.writes, self.reads, self.follows = ResponseTimes(), ResponseTimes(), ResponseTimes()
        #: The claims whose publication was acknowledged.
        self.published_claims: list[int] = []
        #: The changes that the follower has received, and the URL of the rest.
        self.feed: list[dict[str, Any]] = []
        self.next_feed_url = f"{site}/api/v1/changes/?since=0"
        self.refusals: list[str] = []
        self._source = 0
        self._is_stopping = threading.Event()
        tasks = [*[self._publish] * editors, *[self._read] * readers, self.follow]
        self._threads = [threading.Thread(target=self._repeat_until_stopped, args=(task,)) for task in tasks]

    def start(self) -> None:
        accounts = {
            "url": f"https://accounts.example.org/{uuid.uuid4()}",
            "title": "Accounts",
            "language": "en",
            "text": "The harbour bridge had cost 120 million euros when it was opened, the auditors found.",
        }
        self._source = self._post("checker", "sources/", accounts)["id"]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop after completing the requests in progress."""
        self._is_stopping.set()
        for thread in self._threads:
            thread.join()

    def _repeat_until_stopped(self, task: Callable[[], None]) -> None:
        while not self._is_stopping.is_set():
            try:
                task()
            except RequestRefused as refusal:
                self.refusals.append(str(refusal))
                time.sleep(PAUSE_SECONDS)

    def _publish(self) -> None:
        """Create and publish a claim."""
        statement = f"The bridge of {uuid.uuid4()} cost 90 million euros."
        claim = self._post("checker", "claims/", {"statement": statement, "language": "en"})["id"]
        self._post("checker", f"claims/{claim}/moves/", {"action": "accept"})
        draft = {
            "claim": claim,
            "rating": self.newsroom.rating,
            "summary": "The audited accounts show 120 million euros.",
            "reviewed_on": "2026-03-01",
        }
        verdict = self._post("checker", "verdicts/", draft)["id"]
        evidence = {"source": self._source, "stance": "refutes", "note": "The audited accounts."}
        self._post("checker", f"verdicts/{verdict}/evidence/", evidence)
        self._post("checker", f"verdicts/{verdict}/moves/", {"action": "submit"})
        self._post("editor", f"verdicts/{verdict}/moves/", {"action": "sign_off", "note": "Read."})
        self._post("editor", f"verdicts/{verdict}/moves/", {"action": "publish"})
        self.published_claims.append(claim)

    def _post(self, role: str, path: str, body: dict[str, Any]) -> Any:
        headers = {
            "Authorization": f"Bearer {getattr(self.newsroom, role)}",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        while True:
            content = self.writes.request_json(
                f"{self.site}/api/v1/editorial/{path}", timeout=EDITOR_TIMEOUT, body=body, headers=headers
            )
            if content is not None:
                return content
            time.sleep(PAUSE_SECONDS)

    def _read(self) -> None:
        claims = self.published_claims
        path = f"{random.choice(claims)}/" if claims and random.random() < 0.5 else "?page_size=20"  # noqa: S311
        self.reads.request_json(f"{self.site}/api/v1/claims/{path}", timeout=READER_TIMEOUT)
        time.sleep(0.05)

    def follow(self) -> None:
        """Take the next step along the feed of changes."""
        page = self.follows.request_json(self.next_feed_url, timeout=READER_TIMEOUT)
        if page is not None:
            self.feed += page["results"]
            self.next_feed_url = page["next"]
        time.sleep(PAUSE_SECONDS)


def read_whole_feed(site: str, last: int) -> list[dict[str, Any]]:
    """Return the feed of changes up to a number, as a new reader gets it."""
    entries: list[dict[str, Any]] = []
    requests, url = ResponseTimes(), f"{site}/api/v1/changes/?since=0&page_size=1000"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not entries or entries[-1]["sequence"] < last):
        page = requests.request_json(url, timeout=READER_TIMEOUT)
        if page is not None:
            entries += page["results"]
            url = page["next"]
        time.sleep(PAUSE_SECONDS)
    return entries
