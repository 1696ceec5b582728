"""Public archives: what they are asked, and what of their answers is believed."""

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest
from django.utils import timezone

from claims.features.archiving import deposits, tasks
from claims.features.archiving.models import ArchivedCopy, PublicDeposit
from sources.models import Source
from tests.helpers.newsroom import make_source
from tests.helpers.parallel import served

pytestmark = pytest.mark.django_db

DONE = {"status": "success", "timestamp": "20240501120000", "original_url": "https://example.org/ferries"}
THERE = "/web/20240501120000/https://example.org/ferries"


class Archive:
    """Answers each path as configured."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []
        archive = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                archive.asked.append((self.path, fields, self.headers["Authorization"]))
                status, body = archive.answers[self.path]
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Keep quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def says(self, path: str, answer: Any, status: int = 200) -> None:
        self.answers[path] = status, answer if isinstance(answer, bytes) else orjson.dumps(answer)


@pytest.fixture
def public(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    archive = Archive()
    monkeypatch.setattr(deposits, "ARCHIVE_URL", archive.address)
    settings.INTERNET_ARCHIVE_KEY = "access:secret"
    with served(archive.server):
        yield archive


@pytest.fixture
def source(db: None) -> Source:
    source = make_source(url="https://example.org/ferries")
    copy = ArchivedCopy.objects.create(
        source=source, address=source.url, final_address=source.url, http_status=200, reason="desk"
    )
    PublicDeposit.objects.create(copy=copy)
    return source


def later(**by: Any) -> PublicDeposit:
    """Let time pass, have the worker check, and return the result."""
    for row in PublicDeposit.objects.filter(due_at__isnull=False):
        assert row.due_at is not None
        row.due_at -= timedelta(**by)
        row.save()
    tasks.deposit_pages()
    return PublicDeposit.objects.get()


def test_the_address_that_a_page_has_there_becomes_the_sources(public: Archive, source: Source) -> None:
    public.says("/save", {"url": source.url, "job_id": "spn2-1"})
    public.says("/save/status", {"status": "pending"})
    assert later(seconds=1).job == "spn2-1"
    path, fields, authorization = public.asked[0]
    assert (path, fields["url"], authorization) == ("/save", [source.url], "LOW access:secret")
    assert later(minutes=1).address == ""
    public.says("/save/status", DONE)
    deposit = later(minutes=1)
    assert (deposit.address, deposit.due_at, deposit.problem) == (public.address + THERE, None, "")
    source.refresh_from_db()
    assert source.archived_url == public.address + THERE
    asked = len(public.asked)
    later(days=1)
    assert len(public.asked) == asked


def test_an_address_entered_by_an_editor_meanwhile_stays(public: Archive, source: Source) -> None:
    public.says("/save", {"job_id": "spn2-1"})
    public.says("/save/status", DONE)
    later(seconds=1)
    Source.objects.update(archived_url="https://archive.example/ferries")
    assert later(minutes=1).address == public.address + THERE
    source.refresh_from_db()
    assert source.archived_url == "https://archive.example/ferries"


@pytest.mark.parametrize(
    ("order", "status", "told"),
    [
        ({"message": "This host is blocked."}, None, "does not save this page: This host is blocked."),
        ({}, None, "does not save this page: it gave no reason"),
        ([], None, "does not save this page"),
        (None, {"status": "error", "message": "HTTP 403"}, "could not save the page: HTTP 403"),
        (None, DONE | {"original_url": "https://example.org/" + "x" * 2000}, "is too long to store"),
    ],
)
def test_a_refused_deposit_is_not_requested_again(
    public: Archive, source: Source, order: Any, status: Any, told: str
) -> None:
    public.says("/save", {"job_id": "spn2-1"} if order is None else order)
    public.says("/save/status", status or {})
    later(seconds=1)
    deposit = later(minutes=1)
    assert told in deposit.problem
    assert deposit.due_at is None
    source.refresh_from_db()
    assert source.archived_url == ""


@pytest.mark.parametrize("answer", [(503, b""), (429, b"{}"), (200, b"<html>")])
def test_an_unavailable_archive_is_retried_for_some_days(
    public: Archive, source: Source, answer: tuple[int, bytes]
) -> None:
    public.answers["/save"] = answer
    for _attempt in range(len(deposits.RETRY_DELAYS) + 2):
        later(days=2)
    deposit = later(days=2)
    assert len(public.asked) == len(deposits.RETRY_DELAYS) + 1
    assert deposit.due_at is None
    assert deposit.problem.startswith("The Internet Archive ")


def test_another_worker_takes_over_from_a_killed_one(public: Archive, source: Source) -> None:
    public.says("/save", {"job_id": "spn2-1"})
    PublicDeposit.objects.update(held_until=timezone.now() + timedelta(minutes=4))
    tasks.deposit_pages()
    assert public.asked == []
    PublicDeposit.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    tasks.deposit_pages()
    assert len(public.asked) == 1


def test_without_a_key_no_deposit_is_requested(public: Archive, source: Source, settings: Any) -> None:
    settings.INTERNET_ARCHIVE_KEY = ""
    tasks.deposit_pages()
    assert public.asked == []
