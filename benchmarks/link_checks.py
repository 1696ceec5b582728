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

PROMISED_PER_DAY = 100_000
#: So long a server takes to answer, in seconds: a distribution with a long end.
LATENCY = (0.05, 0.1, 0.15, 0.2, 0.3, 0.6, 1.5)
PARAGRAPH = (
    "Nothing is known of the ferries of Brunnholm since that day in spring, says the master of the harbour."
)
#: What becomes of a page at the second look, of a thousand.
GONE, MOVED, CHANGED, AWAY, REFUSED, MUTE = 20, 20, 30, 15, 15, 3


def build_text(number: int, *, is_changed: bool = False) -> str:
    ferry_count = number + 1 if is_changed else number
    return "\n\n".join([f"Brunnholm sold {ferry_count} ferries.", *[PARAGRAPH] * 60])


def build_page(number: int, *, is_changed: bool = False) -> bytes:
    paragraphs = "".join(
        f"<p>{paragraph}</p>" for paragraph in build_text(number, is_changed=is_changed).split("\n\n")
    )
    head = f"<html lang=en><head><title>Ferries {number}</title></head>"
    return f"{head}<body><article><h1>Ferries {number}</h1>{paragraphs}</article></body></html>".encode()


def choose_fate(number: int) -> str:
    draw, upper_bound = random.Random(number).randrange(1000), 0  # noqa: S311  the same each time
    for fate, share in (
        ("gone", GONE), ("moved", MOVED), ("changed", CHANGED), ("away", AWAY), ("refused", REFUSED), ("mute", MUTE),
    ):  # fmt: skip
        upper_bound += share
        if draw < upper_bound:
            return fate
    return "same"


Response = tuple[str, dict[str, str], bytes]
_REFUSALS: dict[str, Response] = {
    "gone": ("404 Not Found", {}, b""),
    "away": ("503 Service Unavailable", {}, b""),
    "refused": ("403 Forbidden", {}, b""),
}


def build_response(path: str, known_etag: str, *, is_second_check: bool) -> Response:
    """Return the server's response: status, fields, content."""
    if path == "/robots.txt":
        return _REFUSALS["gone"]
    number = int(path.rpartition("/")[2])
    fate = choose_fate(number) if is_second_check and not path.startswith("/new/") else "same"
    if fate in _REFUSALS:
        return _REFUSALS[fate]
    if fate == "moved":
        return "301 Moved Permanently", {"Location": f"/new/{number}"}, b""
    # Half of the servers know validators; the others send all of it again.
    etag = f'"{number}-{fate}"' if number % 2 else ""
    if etag and known_etag == etag:
        return "304 Not Modified", {"ETag": etag}, b""
    fields = {"Content-Type": "text/html"} | ({"ETag": etag} if etag else {})
    return "200 OK", fields, build_page(number, is_changed=fate == "changed")


def serve(
    port: int,
    is_ready: "multiprocessing.synchronize.Event",
    second_check: "multiprocessing.synchronize.Event",
) -> None:
    """Serve all sites from one process."""

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = request[0].split(" ")[1]
            fields = dict(line.split(": ", 1) for line in request[1:] if ": " in line)
            is_mute = (
                second_check.is_set()
                and path[-1:].isdigit()
                and choose_fate(int(path.rpartition("/")[2])) == "mute"
            )
            await asyncio.sleep(60 if is_mute else random.choice(LATENCY))  # noqa: S311  no secret
            status, response_fields, content = build_response(
                path, fields.get("If-None-Match", ""), is_second_check=second_check.is_set()
            )
            head = "".join(f"{name}: {value}\r\n" for name, value in response_fields.items())
            writer.write(
                f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(respond, "127.0.0.1", port)  # sites are addresses of this machine
        hosts = await asyncio.start_server(respond, "0.0.0.0", port + 1)  # noqa: S104  127.0.0.0/8 is this machine
        is_ready.set()
        async with server, hosts:
            await asyncio.gather(server.serve_forever(), hosts.serve_forever())

    asyncio.run(run())


def prepare(link_count: int, site_count: int, quoted_count: int, port: int) -> None:
    """Create watched sources at many sites, some quoted by a publication."""
    from claims.features.links import watched_links
    from claims.features.links.models import LinkState
    from claims.review import workflow
    from sources.models import Source
    from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_snapshot, person

    hosts = [f"127.{1 + index // 250}.{index % 250}.1" for index in range(site_count)]
    addresses = [
        f"http://{hosts[index % site_count]}:{port + 1}/pages/{index}" for index in range(link_count)
    ]
    rows = Source.objects.bulk_create(
        Source(title=f"Ferries {index}", url=url, url_key=url, language="en")
        for index, url in enumerate(addresses)
    )
    checker, editor = person("checker", "Fact-checker"), person("editor", "Editor")
    for start in range(0, quoted_count, 20):
        claim = make_claim(f"Ferries were sold, number {start}.")
        for index in range(start, min(start + 20, quoted_count)):
            make_snapshot(rows[index], build_text(index))
            make_appearance(claim, rows[index], f"Brunnholm sold {index} ferries.")
        verdict = make_draft(claim, checker)
        for action, actor in (("submit", checker), ("sign_off", editor), ("publish", editor)):
            verdict = workflow.move(verdict, action, by=actor)
    watched_links.update_watched_links()
    LinkState.objects.exclude(url__startswith="http://127.").delete()
    existing_ids = set(LinkState.objects.values_list("pk", flat=True))
    LinkState.objects.bulk_create(
        LinkState(source=row, url=row.url, site=row.url.partition("/pages")[0])
        for row in rows
        if row.pk not in existing_ids
    )


def run_checks() -> tuple[int, float]:
    """Check all links that are due, as a worker does; return their number and the seconds."""
    from django.utils import timezone

    from claims.features.links import check_run
    from claims.features.links.models import LinkState

    LinkState.objects.update(next_at=timezone.now())
    started_at, checked_count = time.perf_counter(), 0
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
        checked_count += tally.checked_count
    return checked_count, time.perf_counter() - started_at


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=1500)
    parser.add_argument("--sites", type=int, default=400)
    parser.add_argument(
        "--quoted", type=int, default=200, help="so many of the pages are quoted by publications"
    )
    parser.add_argument("--port", type=int, default=8120)
    options = parser.parse_args()
    is_ready, second_check = multiprocessing.Event(), multiprocessing.Event()
    server = multiprocessing.Process(target=serve, args=(options.port, is_ready, second_check), daemon=True)
    server.start()
    is_ready.wait(20)
    try:
        with open_scratch_project():
            return measure(options, second_check)
    finally:
        server.terminate()


def measure(options: argparse.Namespace, second_check: "multiprocessing.synchronize.Event") -> int:
    from claims.features.links import check_run
    from sources.http.polite_visits import PoliteVisitor

    check_run.build_visitor = lambda memory: PoliteVisitor(memory, allow_loopback=True)
    prepare(options.links, options.sites, options.quoted, options.port)
    lowest_rate = float("inf")
    for round_name in ("the first look", "the second look, when some have changed"):
        cpu_before = time.process_time()
        checked_count, seconds = run_checks()
        rate = checked_count / seconds
        lowest_rate = min(lowest_rate, rate)
        print(
            f"{round_name}: {checked_count:,} links at {options.sites:,} sites in {seconds:.0f} s", flush=True
        )
        print(f"  {rate:.1f} a second, {rate * 86_400:,.0f} a day of {PROMISED_PER_DAY:,} promised")
        print(
            f"  processor: {1000 * (time.process_time() - cpu_before) / max(1, checked_count):.1f} ms a link"
        )
        second_check.set()
    peak_megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory of the worker: {peak_megabytes:.0f} MB at most")
    return lowest_rate * 86_400 < PROMISED_PER_DAY


if __name__ == "__main__":
    sys.exit(main())
