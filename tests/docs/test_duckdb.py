"""The example that asks a dump with DuckDB: in the browser, and from Python."""

import functools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from claims.exports.dumps.dump_run import write_dump
from claims.models import Claim
from tests.helpers.browser import new_context
from tests.helpers.newsroom import make_claim
from tests.helpers.parallel import served

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FOLDER = project.BASE_DIR / "docs" / "examples" / "duckdb"

needs_packages = pytest.mark.skipif(
    not (FOLDER / "node_modules" / "@duckdb").exists(),
    reason="The packages of the example are missing: npm ci --prefix docs/examples/duckdb",
)


@pytest.fixture
def site(live_server: LiveServer, settings: Any, tmp_path: Path, publish: Callable[..., Claim]) -> str:
    """A site with a dump of two claims, one of which is not what it looks like."""
    settings.MEDIA_ROOT = tmp_path / "files"
    publish(make_claim("<b>The bridge</b> cost 40 million euros."), code="false")
    publish(make_claim("The ferry sank."), code="true")
    write_dump()
    return str(live_server.url)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""


@pytest.fixture
def page() -> Iterator[str]:
    """The example as another site serves it, from another origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(FOLDER)))
    server.daemon_threads = True
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}/"


@needs_packages
@pytest.mark.browser
def test_in_the_browser(site: str, page: str, chromium: Browser) -> None:
    asked: list[tuple[str, str]] = []
    with new_context(chromium) as context:
        tab = context.new_page()
        context.on("request", lambda request: asked.append((request.method, request.url)))
        tab.goto(f"{page}?site={site}")
        tab.get_by_role("button", name="Ask").click()
        expect(tab.get_by_role("status")).to_contain_text("2 rows from")
        assert sorted(tab.locator("#answer tr").all_inner_texts()) == sorted(
            ["rating_class\tverdicts", "false\t1", "true\t1"]
        )
        tab.get_by_label("Question").fill("SELECT statement FROM claims WHERE rating_class = 'false'")
        tab.get_by_role("button", name="Ask").click()
        expect(tab.get_by_role("status")).to_contain_text("1 rows from")
        expect(tab.locator("#answer td")).to_have_text("<b>The bridge</b> cost 40 million euros.")
        tab.get_by_label("Question").fill("SELECT nothing FROM claims")
        tab.get_by_role("button", name="Ask").click()
        expect(tab.get_by_role("alert")).to_contain_text("nothing")
    assert [url for _method, url in asked if not url.startswith((page, site, "blob:", "data:"))] == []


def test_from_python(site: str) -> None:
    question = (
        "COPY (SELECT statement, rating_class FROM claims ORDER BY claim_id) TO '/dev/stdout' (FORMAT json)"
    )
    said = subprocess.run(
        [sys.executable, FOLDER / "query.py", site, question], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    rows = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    assert rows == [
        {"statement": "<b>The bridge</b> cost 40 million euros.", "rating_class": "false"},
        {"statement": "The ferry sank.", "rating_class": "true"},
    ]


def test_packages_are_pinned_without_naming_where_they_come_from() -> None:
    locked = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    packages = [package for name, package in locked.items() if name]
    assert packages
    assert [package for package in packages if "integrity" not in package or "resolved" in package] == []
