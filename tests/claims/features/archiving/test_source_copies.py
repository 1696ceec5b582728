"""Archived copies for the public: their data, and when they are available."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from claims.features.archiving.models import ArchivedCopy, ArchivedFile, Timestamp
from claims.models import Claim
from sources import archive
from sources.models import Source
from tests.helpers.newsroom import make_source

pytestmark = pytest.mark.django_db

CONTENT = b"WARC/1.1"


@pytest.fixture
def source(publish: Callable[..., Claim], settings: Any, tmp_path: Path) -> Source:
    """A source that a published verdict rests on."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.ARCHIVE_PUBLIC_COPIES = False
    return publish().verdicts.get().evidence.get().source


def archived(source: Source, content: bytes = CONTENT) -> ArchivedFile:
    copy = ArchivedCopy.objects.create(
        source=source, address=source.url, final_address=source.url, http_status=200, reason="desk"
    )
    return ArchivedFile.objects.create(
        copy=copy,
        role="warc",
        sha256=archive.store(content),
        size=len(content),
        media_type="application/warc",
    )


def uploaded(source: Source) -> ArchivedFile:
    copy = ArchivedCopy.objects.create(source=source, reason="upload")
    return ArchivedFile.objects.create(
        copy=copy,
        role="upload",
        sha256=archive.store(b"%PDF"),
        size=4,
        media_type="application/pdf",
        name="a.pdf",
    )


def test_the_api_describes_a_copy(client: Client, source: Source) -> None:
    file = archived(source)
    uploaded(source)
    stamped = timezone.now().replace(microsecond=0)
    Timestamp.objects.create(
        sha256=file.sha256, authority="https://tsa.example", token=b"token", stamped_at=stamped
    )
    body = client.get(f"/api/v1/sources/{source.pk}/copies/").json()
    captured = body["copies"][0].pop("captured_at")
    assert captured.endswith("Z")
    assert body == {
        "source": source.pk,
        "copies": [
            {
                "address": source.url,
                "final_address": source.url,
                "http_status": 200,
                "files": [
                    {
                        "role": "warc",
                        "media_type": "application/warc",
                        "size": len(CONTENT),
                        "sha256": file.sha256,
                        "timestamps": [
                            {
                                "authority": "https://tsa.example",
                                "stamped_at": f"{stamped:%Y-%m-%dT%H:%M:%S}.000000Z",
                            }
                        ],
                        "url": "",
                    }
                ],
            }
        ],
    }


def test_a_current_copy_returns_304_without_a_body(client: Client, source: Source) -> None:
    archived(source)
    address = f"/api/v1/sources/{source.pk}/copies/"
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(f"{address}?page=2").status_code == 400


def test_copies_of_sources_cited_only_in_drafts_are_hidden(
    client: Client, settings: Any, source: Source
) -> None:
    settings.ARCHIVE_PUBLIC_COPIES = True
    secret = make_source()
    file = archived(secret)
    assert client.get(f"/api/v1/sources/{secret.pk}/copies/").status_code == 404
    assert client.get(f"/sources/{secret.pk}/copies/{file.sha256}/").status_code == 404
    # Nor by way of a source that is public.
    assert client.get(f"/sources/{source.pk}/copies/{file.sha256}/").status_code == 404


def test_copies_are_public_only_if_installation_and_source_allow_it(
    client: Client, settings: Any, source: Source
) -> None:
    file, upload = archived(source), uploaded(source)
    address = f"/sources/{source.pk}/copies/{file.sha256}/"
    assert client.get(address).status_code == 404
    settings.ARCHIVE_PUBLIC_COPIES = True
    [body] = client.get(f"/api/v1/sources/{source.pk}/copies/").json()["copies"]
    assert body["files"][0]["url"] == settings.SITE_URL + address
    answer = client.get(address)
    assert b"".join(answer) == CONTENT
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client.get(f"/sources/{source.pk}/copies/{upload.sha256}/").status_code == 404
    Source.objects.update(show_text=False)
    assert client.get(address).status_code == 404
    [body] = client.get(f"/api/v1/sources/{source.pk}/copies/").json()["copies"]
    assert body["files"][0]["url"] == ""


@pytest.mark.parametrize("count", [1, 3])
def test_copies_cost_four_queries_whatever_their_number(
    client: Client, source: Source, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        archived(source, b"%d" % number)
    with django_assert_num_queries(4):
        body = client.get(f"/api/v1/sources/{source.pk}/copies/").json()
    assert len(body["copies"]) == count
