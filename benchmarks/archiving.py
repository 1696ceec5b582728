"""Measure how long archiving a page takes, what it stores, and that it does not slow publishing down.

The promise: a median of 5 seconds without a browser and 20 with one, and publishing within 30 ms. Run from anywhere:
`python benchmarks/archiving.py [--pages N] [--folder FOLDER]`. FOLDER contains saved pages (.html), which are served
from this machine. Without it, articles of the usual length are generated. Delays of the internet are not included.
"""

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.publish import PROMISED_MILLISECONDS as PUBLISHING
from benchmarks.publish import measure_publishing
from benchmarks.scratch import open_scratch_project

SECONDS_WITHOUT_BROWSER, SECONDS_WITH_BROWSER = 5.0, 20.0
_PARAGRAPH = (
    "The council of Sundvik spent {0} million crowns on the bridge in the year {0}, the auditor wrote, which is "
    "{0} more than the mayor had told the assembly before the vote, and nobody has said why. "
)


def make_articles(count: int) -> list[bytes]:
    """Make articles of 800 words with styles and menus around them."""
    pages = []
    for number in range(count):
        style = "".join(f".c{rule} {{ margin: {rule}px; color: #{rule:06x} }}\n" for rule in range(1500))
        menu = "".join(f"<li><a href='/{number}/{link}'>Section {link}</a></li>" for link in range(120))
        text = "".join(f"<p>{_PARAGRAPH.format(number * 100 + line)}</p>" for line in range(24))
        page = (
            f"<!doctype html><html lang=en><title>Bridge {number}</title><style>{style}</style><ul>{menu}</ul>"
            f"<article><h1>The {number}th bridge</h1>{text}</article></html>"
        )
        pages.append(page.encode())
    return pages


def start_server(pages: Sequence[bytes]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = self.path.strip("/")
            body = pages[int(number)] if number.isdecimal() and int(number) < len(pages) else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Do not log requests."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def measure_archiving(
    addresses: Sequence[str], *, browser: str
) -> tuple[list[float], Counter[str], Counter[str]]:
    """Return the seconds for each page, the bytes by kind, and the missing parts."""
    from django.test import override_settings

    from claims.features.archiving import copies
    from claims.features.archiving.copies import ArchiverOptions, archive_source
    from sources.http.polite_visits import InMemorySites
    from sources.models import Source

    options = ArchiverOptions(InMemorySites(), allow_loopback=True, pause=0.0)
    copies.get_archiver_options = lambda: options
    times, bytes_by_role, missing_parts = [], Counter[str](), Counter[str]()
    with override_settings(ARCHIVE_BROWSER=browser, ARCHIVE_BROWSER_SANDBOX=False, TIMESTAMP_AUTHORITY=""):
        for address in addresses:
            source = Source.objects.find_by_url(address) or Source.objects.create(title=address, url=address)
            started_at = time.perf_counter()
            copy = archive_source(source, reason="command")
            times.append(time.perf_counter() - started_at)
            for file in copy.files.all():
                bytes_by_role[file.role] += file.size
            missing_parts.update(copy.missing.keys())
    return times, bytes_by_role, missing_parts


def report(title: str, times: list[float], promised: float) -> bool:
    median = statistics.median(times)
    worst = max(times)
    print(
        f"{title:24}{median:8.2f} s at the median of {promised:.0f} s promised, {worst:.2f} s at most ({len(times)})"
    )
    return median > promised


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--claims", type=int, default=100)
    arguments = parser.parse_args()
    pages = (
        [path.read_bytes() for path in sorted(arguments.folder.rglob("*.html"))[: arguments.pages]]
        if arguments.folder
        else make_articles(arguments.pages)
    )
    server = start_server(pages)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    addresses = [f"http://127.0.0.1:{server.server_port}/{number}" for number in range(len(pages))]
    is_missed = False
    with open_scratch_project():
        from django.conf import settings

        print(f"pages{sum(map(len, pages)) / len(pages) / 1000:27.0f} kB each, as served")
        for title, browser, promised in (
            ("without a browser", "", SECONDS_WITHOUT_BROWSER),
            ("with a browser", settings.ARCHIVE_BROWSER, SECONDS_WITH_BROWSER),
        ):
            if title == "with a browser" and not browser:
                print("with a browser: Chromium is not installed")
                continue
            times, bytes_by_role, missing_parts = measure_archiving(addresses, browser=browser)
            is_missed |= report(title, times, promised)
            kilobytes_by_role = {role: size / len(pages) / 1000 for role, size in bytes_by_role.items()}
            print(
                " " * 24
                + "stored per page: "
                + ", ".join(f"{role} {size:.0f} kB" for role, size in kilobytes_by_role.items())
            )
            if missing_parts:
                print(
                    " " * 24
                    + "missing: "
                    + ", ".join(f"{part} of {count}" for part, count in missing_parts.items())
                )
        durations = measure_publishing(arguments.claims)
        median = statistics.median(durations)
        print(f"publishing{median:22.1f} ms at the median of {PUBLISHING:.0f} ms promised ({len(durations)})")
    return is_missed or median > PUBLISHING


if __name__ == "__main__":
    sys.exit(main())
