"""Measure keyboard triage of 50 proposals in a browser, and downloads of a list: seconds, keys and memory.

No person reads the proposals here. So only the machine is measured, from the first key until the server has answered
the last decision.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.scratch import open_scratch_project

PROMISED = 60
PROPOSALS = 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20_000, help="claims that are there besides")
    number = parser.parse_args().claims
    with open_scratch_project():
        return measure(number)


def measure(number: int) -> int:
    """Measure triage; return 1 if it takes longer than promised."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    _fill(number)
    client = Client(SERVER_NAME="localhost")  # a host that the demo answers to
    client.force_login(User.objects.create_superuser("bench", "bench@example.org"))
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    with _serve() as address:
        seconds, keys = _triage(address, {"name": session.key, "value": session.value, "url": address})
    print(f"triage of {PROPOSALS} proposals beside {number:,} claims: {seconds:.1f} s, {keys} keys")
    for form in ("csv", "xlsx"):
        _download(client, form, number)
    return int(seconds > PROMISED)


def _fill(number: int) -> None:
    from claims.models import Appearance, Claim, Transition
    from sources.models import Source

    sources = [
        Source.objects.create(title=f"Article {one}", url=f"https://example.org/{one}", language="en")
        for one in range(10)
    ]
    Claim.objects.bulk_create(
        (
            Claim(
                statement=f"Harbour {one} has {one % 97} cranes and cost {one} euros.",
                language="en",
                state="accepted",
            )
            for one in range(number)
        ),
        batch_size=5_000,
    )
    proposed = Claim.objects.bulk_create(
        Claim(
            statement=f"The bridge of district {one} cost {one + 3} million euros.",
            language="en",
            state="proposed",
            score=0.9 - one / 1000,
        )
        for one in range(PROPOSALS)
    )
    Appearance.objects.bulk_create(
        Appearance(claim=claim, source=sources[one % len(sources)]) for one, claim in enumerate(proposed)
    )
    assert not Transition.objects.filter(claim__in=proposed).exists()


@contextmanager
def _serve() -> Iterator[str]:
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    server = LiveServerThread("localhost", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    yield f"http://localhost:{server.port}"
    server.terminate()


def _triage(address: str, cookie: Any) -> tuple[float, int]:
    """Accept two proposals, decline the third with a listed reason, and so on. Return seconds and keys."""
    import os
    import shutil

    from playwright.sync_api import expect, sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), chromium_sandbox=False
        )
        context = browser.new_context()
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{address}/admin/claims/claim/triage/?queue=triage")
        expect(page.locator("li[data-claim]")).to_have_count(PROPOSALS)
        began, keys = time.perf_counter(), 0
        for number in range(PROPOSALS):
            shown = page.locator("[data-shown]").get_attribute("data-shown")
            for key in ("d", "2") if number % 3 == 2 else ("a",):
                page.keyboard.press(key)
                keys += 1
            expect(page.locator(f"[data-shown='{shown}']")).to_have_count(0, timeout=60_000)
        expect(page.get_by_text("Nothing is waiting here.")).to_be_visible(timeout=60_000)
        seconds = time.perf_counter() - began
        browser.close()
    return seconds, keys


def _download(client: Any, form: str, number: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, size = time.perf_counter(), 0
    answer = client.get(f"/admin/claims/claim/download/{form}/")
    first = time.perf_counter() - began
    for part in answer.streaming_content:
        size += len(part)
    seconds = time.perf_counter() - began
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{form} of {number + PROPOSALS:,} claims: begins after {first:.1f} s, whole after {seconds:.1f} s,"
        f" {size / 1e6:.1f} MB; {more:.0f} MB more of memory at the most"
    )


if __name__ == "__main__":
    sys.exit(main())
