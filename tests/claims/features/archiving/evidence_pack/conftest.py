"""A published claim with everything that a pack can hold: a quoted text, a captured page, pictures, a timestamp."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from claims.features.archiving.models import ArchivedCopy, ArchivedFile
from claims.features.archiving.timestamps import request_timestamp
from claims.features.archiving.warc import build_warc
from claims.models import Claim
from sources import archive
from sources.http.exchanges import Exchange
from sources.models import Source
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.parallel import served
from tests.helpers.stamping_authority import StampingAuthority

URL = "https://www.example.org/Report?b=2&a=1"
WORDS = "Brunnholm sold three ferries."
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 33\r\n\r\n"
    b"<p>Brunnholm sold three ferries.\n"
)
REQUEST = b"GET /Report?b=2&a=1 HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
PICTURE = b"\x89PNG\r\n\x1a\nnot really"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> Iterator[StampingAuthority]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which signs as the authority")
    authority = StampingAuthority(tmp_path / "authority")
    with served(authority.server):
        settings.TIMESTAMP_AUTHORITY = authority.address
        settings.TIMESTAMP_ROOTS = str(authority.root)
        yield authority


@pytest.fixture
def source(db: None) -> Source:
    source = make_source(title="The report on ferries", url=URL)
    content = ANSWER.partition(b"\r\n\r\n")[2]
    digest = archive.store(content)
    source.snapshots.create(
        number=1, media_type="text/html", content_sha256=digest, content_size=len(content), text=WORDS,
        text_sha256=__import__("hashlib").sha256(WORDS.encode()).hexdigest(), extractor="by hand", url=URL,
    )  # fmt: skip
    return source


@pytest.fixture
def claim(publish: Any, source: Source) -> Claim:
    claim = make_claim(WORDS)
    make_appearance(claim, source, WORDS)
    return publish(claim)


@pytest.fixture
def copy(source: Source) -> ArchivedCopy:
    return archived(source)


def archived(source: Source) -> ArchivedCopy:
    """A captured page, as the archiver keeps it."""
    moment = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    exchange = Exchange(URL, moment)
    exchange.ip_address = "93.184.215.14"
    exchange.request.extend(REQUEST)
    exchange.response.extend(ANSWER)
    warc = build_warc([exchange], name="page.warc.gz")
    copy = ArchivedCopy.objects.create(
        source=source, address=source.url, final_address=URL, http_status=200, reason="desk"
    )
    for role, content, media_type in (
        ("warc", warc, "application/warc"),
        ("screenshot", PICTURE, "image/png"),
        ("pdf", b"%PDF-1.7", "application/pdf"),
    ):
        ArchivedFile.objects.create(
            copy=copy, role=role, sha256=archive.store(content), size=len(content), media_type=media_type
        )
    return copy


@pytest.fixture
def stamped(copy: ArchivedCopy, authority: StampingAuthority) -> ArchivedCopy:
    """The same, signed by an authority."""
    for file in copy.files.all():
        request_timestamp(file.sha256)
    return copy
