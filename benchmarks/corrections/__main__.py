"""Correct, retract and merge verdicts under load, and measure when each channel shows the change.

`python -m benchmarks corrections [--rounds N] [--readers N] [--pages N]`. A site and its worker run on a separate
database with the demo's settings, while readers read lists and pages, and a second installation follows the site. After
each action, every channel is read until it shows the new state. Dumps are written before and after the actions; in
between, the list of dumps shows their notes. At the end, everything that is linked is read: no withdrawn verdict may
appear without its note. Only the responses of this program are measured; caches in front of it may keep responses for a
minute.
"""

import argparse
import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from benchmarks.scratch import open_scratch_project

if TYPE_CHECKING:
    from benchmarks.corrections.channels import Case, PageResponse

#: Seconds in which all that we serve shows the new state.
PROMISED_SECONDS = 2.0
#: Seconds after which a channel counts as left behind, and between two looks at it.
MAX_WAIT_SECONDS, PAUSE_SECONDS = 60.0, 0.25
ROOT = Path(__file__).parents[2]
WEBHOOK, PEER = "webhook", "following newsroom"
#: Seconds in which another newsroom has the new state: it visits once a minute.
PROMISED_TO_PEERS = 65.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks corrections", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each action (%(default)s)")
    parser.add_argument("--readers", type=int, default=4, help="who read meanwhile (%(default)s)")
    parser.add_argument("--pages", type=int, default=1_000, help="addresses to crawl at most (%(default)s)")
    options = parser.parse_args()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    os.environ |= {"PORT": str(port), "RATE_LIMIT_ANONYMOUS": "off"}
    with open_scratch_project(), run_site(port):
        return measure(port, options)


@contextmanager
def run_site(port: int) -> Iterator[None]:
    """Run the web server and its worker."""
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port), "--with-worker"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while server.poll() is None:
            try:
                read(port, "/api/v1/")
            except OSError:
                time.sleep(0.2)
            else:
                break
        else:
            sys.exit(f"The site ended with exit code {server.returncode}.")
        yield
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(60)


def read(port: int, path: str, body: bytes | None = None) -> "PageResponse":
    """Return the response after all redirects."""
    from benchmarks.corrections.channels import PageResponse

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=MAX_WAIT_SECONDS)
    headers = {"Host": f"localhost:{port}"} | ({"Content-Type": "application/json"} if body else {})
    connection.request("POST" if body else "GET", path, body, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    if response.status in (301, 302, 307, 308) and (target := response.getheader("Location")):
        parts = urlsplit(urljoin(path, target))
        return read(port, f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return PageResponse(path, response.status, content)


def measure(port: int, options: argparse.Namespace) -> int:
    """Carry out the actions, print the results, and return whether anything was missed."""
    from django.conf import settings

    from benchmarks.corrections.channels import list_channels
    from benchmarks.corrections.crawl import crawl
    from benchmarks.corrections.newsroom import Newsroom
    from claims.exports.dumps.dump_run import write_dump
    from tests.helpers.parallel import served
    from tests.helpers.webhook_receiver import Receiver

    receiver = Receiver()
    durations: dict[str, list[float]] = defaultdict(list)
    stale_counts: Counter[str] = Counter()
    with served(receiver.server), follow_site(settings.SITE_URL) as peer_claims:
        newsroom = Newsroom(receiver.url, options.rounds)
        wait_for_backlog(receiver, 2 * len(newsroom.claims))  # each has a target
        wait_for_copies(peer_claims, newsroom.claims)
        write_dump()
        visits = []
        with run_readers(port, newsroom.claims, options.readers), ThreadPoolExecutor(64) as watchers:
            for case in newsroom.iterate_cases():
                channels = [channel for channel in list_channels() if channel.shows_action(case.action)]
                responses_before = list(
                    watchers.map(lambda channel: read(port, *channel.request(case)), channels)  # noqa: B023
                )
                newsroom.carry_out(case)
                started_at = time.perf_counter()
                visits.append(watchers.submit(wait_for_visit, peer_claims, case, started_at))
                pending_waits = [
                    (
                        channel.name,
                        watchers.submit(wait_for_channel, port, channel, case, response, started_at),
                    )
                    for channel, response in zip(channels, responses_before, strict=True)
                ]
                pending_waits.append((WEBHOOK, watchers.submit(wait_for_message, receiver, case, started_at)))
                for name, pending in pending_waits:
                    seconds, stale_count = pending.result()
                    durations[name].append(seconds)
                    stale_counts[name] += stale_count
                print(f"{case.action}: claim {case.claim}", file=sys.stderr, flush=True)
            durations[PEER] = [visit.result() for visit in visits]
    write_dump()
    page_count, offenders = crawl(
        lambda path: read(port, path), settings.SITE_URL, newsroom.finished_cases, options.pages
    )
    return report(durations, stale_counts, page_count, offenders)


def wait_for_channel(
    port: int, channel: Any, case: "Case", response_before: "PageResponse", started_at: float
) -> tuple[float, int]:
    """Return the seconds until the channel shows the new state, and the number of requests that showed the old one.

    The seconds are infinite if the channel does not show it within the time limit.
    """
    stale_count = 0
    while time.perf_counter() - started_at < MAX_WAIT_SECONDS:
        response = read(port, *channel.request(case))
        if channel.is_current(case, response_before, response):
            return time.perf_counter() - started_at, stale_count
        stale_count += response.status not in (429, 503)
        time.sleep(PAUSE_SECONDS)
    return float("inf"), stale_count


@contextmanager
def follow_site(site: str) -> Iterator[dict[int, Any]]:
    """Run a second installation; yield its copies of the site's claims."""
    claims: dict[int, Any] = {}
    peer = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.corrections.peer", site],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )

    def read_claims() -> None:
        for line in peer.stdout or ():
            row = json.loads(line)
            claims[row["claim_id"]] = row

    reader = threading.Thread(target=read_claims)
    reader.start()
    try:
        yield claims
    finally:
        os.killpg(peer.pid, signal.SIGINT)
        peer.wait(60)
        reader.join()


def wait_for_copies(peer_claims: dict[int, Any], claims: list[int]) -> None:
    """Wait until the other newsroom has the claims."""
    deadline = time.monotonic() + 5 * MAX_WAIT_SECONDS
    while not peer_claims.keys() >= set(claims):
        if time.monotonic() > deadline:
            sys.exit("The second installation did not get the claims.")
        time.sleep(PAUSE_SECONDS)


def wait_for_visit(peer_claims: dict[int, Any], case: "Case", started_at: float) -> float:
    """Return the seconds until the other newsroom has the new state."""
    while (seconds := time.perf_counter() - started_at) < 2 * MAX_WAIT_SECONDS:
        row = peer_claims[case.claim]
        if case.note in row["note"] or row["status"] == "merged":
            return seconds
        time.sleep(PAUSE_SECONDS)
    return float("inf")


def wait_for_backlog(receiver: Any, min_messages: int) -> None:
    """Wait until the worker has started and has processed earlier publications."""
    deadline = time.monotonic() + 5 * MAX_WAIT_SECONDS
    while len(receiver.messages) < min_messages and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)


def wait_for_message(receiver: Any, case: "Case", started_at: float) -> tuple[float, int]:
    """Return the seconds until the message to a webhook has arrived."""
    while time.perf_counter() - started_at < MAX_WAIT_SECONDS:
        for message in list(receiver.messages):
            entry = message.payload["data"]
            if entry.get("claim_id") == case.claim and entry["sequence"] > case.sequence:
                return time.perf_counter() - started_at, 0
        time.sleep(PAUSE_SECONDS)
    return float("inf"), 0


@contextmanager
def run_readers(port: int, claims: list[int], reader_count: int) -> Iterator[None]:
    """Run concurrent readers of lists and pages, like people and programs."""
    is_over = threading.Event()

    def keep_reading() -> None:
        for claim in itertools.cycle(claims):
            for path in ("/", "/claims/", f"/claims/{claim}/", "/api/v1/claims/", f"/api/v1/claims/{claim}/"):
                if is_over.is_set():
                    return
                read(port, path)

    threads = [threading.Thread(target=keep_reading) for _ in range(reader_count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def report(
    durations: dict[str, list[float]], stale_counts: Counter[str], page_count: int, offenders: list[str]
) -> int:
    missed_count = 0
    for name, times in durations.items():
        is_late = max(times) > (PROMISED_TO_PEERS if name == PEER else PROMISED_SECONDS)
        missed_count += is_late
        print(
            f"{name:24} median {median(times):6.2f} s, at most {max(times):6.2f} s{' MISSED' if is_late else ''}"
        )
    print(f"promised                 at most {PROMISED_SECONDS} s; other newsrooms {PROMISED_TO_PEERS} s")
    print(f"answers with the old state after the action: {stale_counts.total()} {dict(+stale_counts)}")
    print(f"crawl: {page_count} addresses read, {len(offenders)} with a withdrawn verdict without its note")
    for offender in offenders[:50]:
        print(f"  {offender}")
    return int(bool(missed_count or offenders))


if __name__ == "__main__":
    sys.exit(main())
