"""Load through the balancer: readers, a publishing newsroom, and a mirror."""

import itertools
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

READ_PATHS = (
    "/api/v1/claims/",
    "/api/v1/claims/?q=bridge",
    "/",
    "/api/v1/claims/1/",
    "/feeds/claims.json",
    "/sources/1/",
    "/api/v1/claims/facets/",
)
STATIC_FILE_PATTERN = re.compile(r'(?:href|src)="(/static/[^"]+)"')
MIRROR_PROGRAM = Path(__file__).resolve().parents[2] / "docs/examples/mirror.py"


@dataclass
class Phase:
    """The requests during one phase of the upgrade."""

    name: str
    requests: int = 0
    slowest_seconds: float = 0.0
    responses_by_version: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


class Load(AbstractContextManager["Load"]):
    """A stream of requests until the context ends. Every missing or unsuccessful response counts as a failure."""

    def __init__(self, site: str, tokens: dict[str, str]) -> None:
        self.site = site
        self.tokens = tokens
        self.phases = [Phase("before")]
        self.published_count = 0
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        tasks = [self._read, self._read, self._publish, self._name_topics]
        self._threads = [threading.Thread(target=self._repeat, args=[task], daemon=True) for task in tasks]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join(60)

    def begin_phase(self, name: str) -> None:
        self.phases.append(Phase(name))

    def _repeat(self, task: Any) -> None:
        with requests.Session() as session:
            while not self._is_over.is_set():
                try:
                    task(session)
                except _Refused:
                    self._is_over.wait(0.1)  # the failure is counted; the following steps are skipped

    def _send(self, session: requests.Session, method: str, path: str, **options: Any) -> requests.Response:
        phase, started_at, problem, response = self.phases[-1], time.monotonic(), "", None
        try:
            response = session.request(method, self.site + path, timeout=30, **options)
            if not response.ok:
                problem = f"{method} {path}: {response.status_code} {response.text[:200]!r}"
        except requests.RequestException as error:
            problem = f"{method} {path}: {error}"
        with self._lock:
            phase.requests += 1
            phase.slowest_seconds = max(phase.slowest_seconds, time.monotonic() - started_at)
            if response is not None:
                phase.responses_by_version[
                    response.headers.get("X-Served-By", "static").partition("-")[0]
                ] += 1
            if problem:
                phase.failures.append(problem)
        if response is None or problem:
            raise _Refused
        return response

    def _read(self, session: requests.Session) -> None:
        for path in READ_PATHS:
            response = self._send(session, "GET", path)
            for file_path in (
                STATIC_FILE_PATTERN.findall(response.text)[:3]
                if "html" in response.headers["Content-Type"]
                else ()
            ):
                self._send(session, "GET", file_path)
            self._is_over.wait(0.02)

    def _name_topics(self, session: requests.Session) -> None:
        name = f"Topic of the drill {next(self._numbers)}"
        self._post(session, "editor", "topics/", name=name, slug=name.lower().replace(" ", "-"))
        self._is_over.wait(0.05)

    def _publish(self, session: requests.Session) -> None:
        """Take a claim from proposal to publication, as in docs/editorial-api.md."""
        number = next(self._numbers)
        claimed_text = f"the bridge number {number} had cost 90 million euros"
        address = f"https://news.example.org/bridge-{number}"
        source = self._post(
            session,
            "contributor",
            "sources/",
            url=address,
            title=claimed_text,
            language="en",
            text=f"He said {claimed_text}.",
        )
        claim = self._post(
            session,
            "contributor",
            "claims/",
            statement=f"Said: {claimed_text}.",
            language="en",
            claimed_on="2026-02-28",
        )
        self._post(
            session,
            "contributor",
            f"claims/{claim['id']}/appearances/",
            source=source["id"],
            exact=claimed_text,
        )
        self._post(session, "checker", f"claims/{claim['id']}/moves/", action="accept", note="Widely shared.")
        ratings = self._send(
            session, "GET", "/api/v1/editorial/ratings/?code=false", headers=self._build_headers("checker")
        )
        rating = ratings.json()["results"][0]["id"]
        verdict = self._post(
            session,
            "checker",
            "verdicts/",
            claim=claim["id"],
            rating=rating,
            summary="It cost 120.",
            reviewed_on="2026-03-01",
        )
        self._post(
            session,
            "checker",
            f"verdicts/{verdict['id']}/evidence/",
            source=source["id"],
            stance="supports",
            exact=claimed_text,
        )
        moves = f"verdicts/{verdict['id']}/moves/"
        self._post(session, "checker", moves, action="submit")
        self._post(session, "editor", moves, action="sign_off", note="I read the accounts.")
        self._post(session, "editor", moves, action="publish")
        self.published_count += 1

    def _post(self, session: requests.Session, role: str, address: str, **body: Any) -> Any:
        return self._send(
            session, "POST", f"/api/v1/editorial/{address}", json=body, headers=self._build_headers(role)
        ).json()

    def _build_headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"}


class _Refused(Exception):
    pass


class Mirror(AbstractContextManager["Mirror"]):
    """The program from the documentation that keeps a copy of all claims, running during the upgrade."""

    def __init__(self, site: str, file: Path) -> None:
        self.site, self.file = site, file
        self._command = [sys.executable, str(MIRROR_PROGRAM), f"{site}/api/v1/changes/", str(file)]

    def __enter__(self) -> "Mirror":
        self._process = subprocess.Popen([*self._command, "--every", "0.5"], stdout=subprocess.DEVNULL)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(10)

    def find_differences(self) -> list[str]:
        """Read the feed to its end, and return the claims whose copy differs from the API's response in any byte."""
        subprocess.run([*self._command, "--once"], check=True, stdout=subprocess.DEVNULL)
        with sqlite3.connect(self.file) as database:
            copied_bodies = {pk: body.encode() for pk, body in database.execute("SELECT id, body FROM claim")}
        claim_ids, url = [], f"{self.site}/api/v1/claims/?page_size=200"
        while url:
            page = requests.get(url, timeout=30).json()
            claim_ids += [claim["id"] for claim in page["results"]]
            url = page["next"]
        responses = {
            pk: requests.get(f"{self.site}/api/v1/claims/{pk}/", timeout=30).content for pk in claim_ids
        }
        return [
            f"claim {pk}"
            for pk in sorted(copied_bodies.keys() | responses.keys())
            if copied_bodies.get(pk) != responses.get(pk)
        ]
