"""Measure how many links a worker checks politely. The promise: 100,000 a day, or 1.16 a second.

The server is on this machine and imitates many sites of the web: it responds after a delay, and pages are mostly
unchanged, but sometimes gone, moved, changed or unresponsive. Some pages are quoted by publications, so changed texts
are compared. The pauses are those of real use: one request at a time per site, with a second between two.

Run from anywhere: `python benchmarks/link_checks.py [--links N] [--sites N]`.
"""

import argparse
import asyncio
import multiprocessing
import random
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.scratch import open_scratch_project

PROMISED = 100_000
#: So long a server takes to answer, in seconds: a distribution with a long end.
LATENCY = (0.05, 0.1, 0.15, 0.2, 0.3, 0.6, 1.5)
PARAGRAPH = (
    "Nothing is known of the ferries of Brunnholm since that day in spring, says the master of the harbour."
)
#: What becomes of a page at the second look, of a thousand.
GONE, MOVED, CHANGED, AWAY, REFUSED, MUTE = 20, 20, 30, 15, 15, 3


def build_text(number: int, *, changed: bool = False) -> str:
    sold = number + 1 if changed else number
    return "\n\n".join([f"Brunnholm sold {sold} ferries.", *[PARAGRAPH] * 60])


def build_page(number: int, *, changed: bool = False) -> bytes:
    paragraphs = "".join(
        f"<p>{paragraph}</p>" for paragraph in build_text(number, changed=changed).split("\n\n")
    )
    head = f"<html lang=en><head><title>Ferries {number}</title></head>"
    return f"{head}<body><article><h1>Ferries {number}</h1>{paragraphs}</article></body></html>".encode()


def choose_fate(number: int) -> str:
    drawn, end = random.Random(number).randrange(1000), 0  # noqa: S311  the same each time
    for fate, share in (
        ("gone", GONE), ("moved", MOVED), ("changed", CHANGED), ("away", AWAY), ("refused", REFUSED), ("mute", MUTE),
    ):  # fmt: skip
        end += share
        if drawn < end:
            return fate
    return "same"


Answer = tuple[str, dict[str, str], bytes]
_REFUSALS: dict[str, Answer] = {
    "gone": ("404 Not Found", {}, b""),
    "away": ("503 Service Unavailable", {}, b""),
    "refused": ("403 Forbidden", {}, b""),
}


def build_response(path: str, known: str, *, later: bool) -> Answer:
    """Return the server's response: status, fields, content."""
    if path == "/robots.txt":
        return _REFUSALS["gone"]
    number = int(path.rpartition("/")[2])
    fate = choose_fate(number) if later and not path.startswith("/new/") else "same"
    if fate in _REFUSALS:
        return _REFUSALS[fate]
    if fate == "moved":
        return "301 Moved Permanently", {"Location": f"/new/{number}"}, b""
    # Half of the servers know validators; the others send all of it again.
    etag = f'"{number}-{fate}"' if number % 2 else ""
    if etag and known == etag:
        return "304 Not Modified", {"ETag": etag}, b""
    fields = {"Content-Type": "text/html"} | ({"ETag": etag} if etag else {})
    return "200 OK", fields, build_page(number, changed=fate == "changed")


def serve(
    port: int, ready: "multiprocessing.synchronize.Event", later: "multiprocessing.synchronize.Event"
) -> None:
    """Serve all sites from one process."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = request[0].split(" ")[1]
            fields = dict(line.split(": ", 1) for line in request[1:] if ": " in line)
            is_mute = (
                later.is_set() and path[-1:].isdigit() and choose_fate(int(path.rpartition("/")[2])) == "mute"
            )
            await asyncio.sleep(60 if is_mute else random.choice(LATENCY))  # noqa: S311  no secret
            status, named, content = build_response(
                path, fields.get("If-None-Match", ""), later=later.is_set()
            )
            head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
            writer.write(
                f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", port)  # sites are addresses of this machine
        hosts = await asyncio.start_server(talk, "0.0.0.0", port + 1)  # noqa: S104  127.0.0.0/8 is this machine
        ready.set()
        async with server, hosts:
            await asyncio.gather(server.serve_forever(), hosts.serve_forever())

    asyncio.run(run())


def prepare(links: int, sites: int, quoted: int, port: int) -> None:
    """Create watched sources at many sites, some quoted by a publication."""
    from claims.features.links import watched_links
    from claims.features.links.models import LinkState
    from claims.review import workflow
    from sources.models import Source
    from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_snapshot, person

    hosts = [f"127.{1 + n // 250}.{n % 250}.1" for n in range(sites)]
    addresses = [f"http://{hosts[n % sites]}:{port + 1}/pages/{n}" for n in range(links)]
    rows = Source.objects.bulk_create(
        Source(title=f"Ferries {n}", url=url, url_key=url, language="en") for n, url in enumerate(addresses)
    )
    checker, editor = person("checker", "Fact-checker"), person("editor", "Editor")
    for start in range(0, quoted, 20):
        claim = make_claim(f"Ferries were sold, number {start}.")
        for n in range(start, min(start + 20, quoted)):
            make_snapshot(rows[n], build_text(n))
            make_appearance(claim, rows[n], f"Brunnholm sold {n} ferries.")
        verdict = make_draft(claim, checker)
        for action, by in (("submit", checker), ("sign_off", editor), ("publish", editor)):
            verdict = workflow.move(verdict, action, by=by)
    watched_links.update_watched_links()
    LinkState.objects.exclude(url__startswith="http://127.").delete()
    known = set(LinkState.objects.values_list("pk", flat=True))
    LinkState.objects.bulk_create(
        LinkState(source=row, url=row.url, site=row.url.partition("/pages")[0])
        for row in rows
        if row.pk not in known
    )


def run_checks() -> tuple[int, float]:
    """Check all links that are due, as a worker does; return their number and the seconds."""
    from django.utils import timezone

    from claims.features.links import check_run
    from claims.features.links.models import LinkState

    LinkState.objects.update(next_at=timezone.now())
    started_at, done = time.perf_counter(), 0
    while True:
        tally = check_run.run_link_checks()
        if tally is None:
            if (
                not LinkState.objects.filter(checked_at__isnull=True).exists()
                or time.perf_counter() - started_at > 1200
            ):
                break
            time.sleep(0.2)
            continue
        done += tally.checked_count
    return done, time.perf_counter() - started_at


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=1500)
    parser.add_argument("--sites", type=int, default=400)
    parser.add_argument(
        "--quoted", type=int, default=200, help="so many of the pages are quoted by publications"
    )
    parser.add_argument("--port", type=int, default=8120)
    options = parser.parse_args()
    ready, later = multiprocessing.Event(), multiprocessing.Event()
    server = multiprocessing.Process(target=serve, args=(options.port, ready, later), daemon=True)
    server.start()
    ready.wait(20)
    try:
        with open_scratch_project():
            return measure(options, later)
    finally:
        server.terminate()


def measure(options: argparse.Namespace, later: "multiprocessing.synchronize.Event") -> int:
    from claims.features.links import check_run
    from sources.http.polite_visits import PoliteVisitor

    check_run.build_visitor = lambda memory: PoliteVisitor(memory, allow_loopback=True)
    prepare(options.links, options.sites, options.quoted, options.port)
    worst = float("inf")
    for look in ("the first look", "the second look, when some have changed"):
        spent = time.process_time()
        done, seconds = run_checks()
        rate = done / seconds
        worst = min(worst, rate)
        print(f"{look}: {done:,} links at {options.sites:,} sites in {seconds:.0f} s", flush=True)
        print(f"  {rate:.1f} a second, {rate * 86_400:,.0f} a day of {PROMISED:,} promised")
        print(f"  processor: {1000 * (time.process_time() - spent) / max(1, done):.1f} ms a link")
        later.set()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory of the worker: {peak:.0f} MB at most")
    return worst * 86_400 < PROMISED


if __name__ == "__main__":
    sys.exit(main())
