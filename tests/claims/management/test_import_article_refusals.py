"""What `import_article` refuses: with one sentence, and nothing stored."""

import io
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sources import source_kinds
from sources.http.fetched_documents import Limits, fetch
from tests.helpers.article_import import STATEMENTS, TEXT, refused, run_json
from tests.helpers.parallel import served
from tests.helpers.pdf_files import pdf_bomb

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("archive")]


def test_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "none.txt"
    assert (
        refused(path)
        == f"There is no file “{path}”. Check the path; an address to fetch begins with https://."
    )


def test_folder(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"“{tmp_path}” is a folder. Name one file in it."


def test_file_that_may_not_be_read(article: Path) -> None:
    article.chmod(0)
    if os.access(article, os.R_OK):
        pytest.skip("this user may read everything")
    assert refused(article) == f"This user cannot read “{article}”. Change its permissions, or copy it."
    article.chmod(stat.S_IRUSR)


@pytest.mark.slow
@pytest.mark.parametrize(
    "content, sentence",
    [
        (b"", "This document is empty. Check that the file was saved or downloaded completely."),
        (b"  \n\n ", "This document is empty. Check that the file was saved or downloaded completely."),
        (
            b"\x89PNG\r\n\x1a\n" + bytes(400),
            (
                "This is a PNG image, not an article. Import a web page, a PDF, .docx or .odt document, a transcript "
                "or a plain "
                "text file."
            ),
        ),
        (
            bytes(range(256)) * 40,
            "This file is binary, not text. Import an HTML page, a PDF document or a plain text file.",
        ),
        (
            b"x " * 5_000_001,
            "This document is 10.0 MB; the limit is 10 MB. Import the part you need.",
        ),
    ],
    ids=["empty", "blank", "image", "binary", "too large"],
)
def test_file_that_is_no_article(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(content)
    assert refused(path) == f"{path}: {sentence}"


@pytest.mark.slow
def test_document_that_takes_too_much(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf_bomb(b"q ", 60_000_000))
    assert path.stat().st_size < 1_000_000
    assert refused(path).startswith(f"{path}: ")


def test_page_that_holds_no_article(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<html><body><div id=root></div><noscript>Enable JavaScript.</noscript><script>a()</script></body></html>"
    )
    assert refused(path) == (
        f"{path}: This page is rendered by JavaScript, and has no text without a browser. Open the page in a "
        f"browser, then "
        "copy the article’s text and paste it, or save the page and import the file."
    )


def test_invalid_transcript(article: Path, tmp_path: Path) -> None:
    missing, empty, words = tmp_path / "none.vtt", tmp_path / "empty.vtt", tmp_path / "words.txt"
    empty.touch()
    words.write_text("Nobody knows when this was said.")
    assert refused(article, "--transcript", str(missing)).startswith(f"There is no file “{missing}”.")
    assert refused(article, "--transcript", str(empty)) == (
        f"“{empty}” is empty. Check that the transcript was saved completely."
    )
    assert "This transcript has no times." in refused(article, "--transcript", str(words))


def test_standard_input_that_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert refused("-").startswith("standard input: This document is empty.")


def test_wrong_encoding(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes("Sundvik loses two of its five ferry lines. ".encode("cp500") * 9)
    assert refused(path).startswith(f"{path}: This text declares no character encoding that fits it")


@pytest.mark.slow
@pytest.mark.parametrize(
    "option, value, sentence",
    [
        ("--date", "8 May", "Date: “8 May” is not a date. Write it as year-month-day, such as 2019-01-08."),
        ("--language", "klingon", "Language: “klingon” is not known. Give a language tag such as en, pt-BR or ko."),
        ("--url", "ftp://x.org/a", "Address: “ftp://x.org/a” is not the address of a web page. It must begin with https://."),
        ("--by", "nobody", "There is no user “nobody”. Leave --by out, or name a user with an account."),
    ],
)  # fmt: skip
def test_options_that_cannot_be_used(article: Path, option: str, value: str, sentence: str) -> None:
    assert refused(article, option, value) == sentence


Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Answer], str]]:
    """A web server on this machine: give it a path and what it answers there, and get the address."""
    answers: dict[str, Answer] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers[self.path](self)

        def log_message(self, *arguments: Any) -> None:
            pass

    monkeypatch.setattr(source_kinds, "fetch", partial(fetch, allow_loopback=True))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def at(path: str, answer: Answer) -> str:
        answers[path] = answer
        return f"http://127.0.0.1:{server.server_port}{path}"

    with served(server):
        yield at


def send(request: BaseHTTPRequestHandler, body: bytes = b"", status: int = 200, **headers: str) -> None:
    request.send_response(status)
    for name, value in {"Content-Type": "text/plain; charset=utf-8", **headers}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


def test_address_is_fetched(site: Any) -> None:
    url = site("/ferries", lambda request: send(request, TEXT.encode()))
    document = run_json(site("/old", lambda request: send(request, status=301, Location="/ferries")))
    assert document["source"]["url"] == document["snapshot"]["url"] == url
    assert [claim["statement"] for claim in document["claims"]] == STATEMENTS
    assert run_json(url)["source"]["is_new"] is False


@pytest.mark.slow
def test_address_without_content(site: Any) -> None:
    missing = site("/none", lambda request: send(request, status=404))
    assert refused(missing).startswith(f"{missing} does not exist, or no longer exists (HTTP 404).")
    circle = site("/circle", lambda request: send(request, status=302, Location="/circle"))
    assert refused(circle).startswith(f"{circle} redirects in a circle (back to {circle}).")
    private = site("/in", lambda request: send(request, status=302, Location="http://10.0.0.7/"))
    assert "10.0.0.7, which is not an address on the public internet" in refused(private)
    empty = site("/empty", send)
    assert refused(empty).startswith(f"{empty}: This document is empty.")


def test_address_that_does_not_answer(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        source_kinds, "fetch", partial(fetch, allow_loopback=True, limits=Limits(read_seconds=0.1))
    )
    released = threading.Event()
    slow = site("/slow", lambda request: released.wait() and None)
    try:
        assert refused(slow) == f"127.0.0.1 did not answer in time ({slow}). Try again later."
    finally:
        released.set()


def test_private_address() -> None:
    assert refused("http://127.0.0.1/") == (
        "http://127.0.0.1/ resolves to 127.0.0.1, which is not an address on the public internet, so it is not "
        "fetched. "
        "Save the page and import the file."
    )
    assert refused("file:///etc/passwd") == (
        "file:///etc/passwd is not a web address: it must begin with http:// or https://."
    )
