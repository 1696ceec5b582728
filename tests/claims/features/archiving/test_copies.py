"""An archived page: its files, its text, and the list of missing parts."""

import errno
import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User

from claims.features.archiving import copies
from claims.features.archiving.browser.page_pictures import PagePictures
from claims.features.archiving.copies import archive_source
from claims.features.archiving.models import ArchivedCopy, ArchivedFile, PublicDeposit
from sources import archive
from sources.http.fetch_errors import FetchError
from sources.models import Source
from tests.helpers.newsroom import make_snapshot, make_source
from tests.helpers.site import Site

pytestmark = pytest.mark.django_db

ARTICLE = (
    "<html lang=en><title>Ferries</title><article><h1>Ferries</h1>"
    + "<p>The council of Sundvik closes the last ferry line in May, the mayor said on Monday evening.</p>" * 4
    + "<p>{}</p></article></html>"
)


def article(more: str = "It opened in 1911.") -> bytes:
    return ARTICLE.format(more).encode()


@pytest.fixture
def source(site: Site) -> Source:
    return make_source(url=site.page("/ferries", article()))


def roles(copy: ArchivedCopy) -> dict[str, ArchivedFile]:
    return {file.role: file for file in copy.files.all()}


def test_a_page_is_archived_with_its_text_and_lists_missing_parts(source: Source, editor: User) -> None:
    copy = archive_source(source, reason="desk", by=editor)
    assert (copy.address, copy.final_address, copy.http_status) == (source.url, source.url, 200)
    assert copy.snapshot is not None
    assert "It opened in 1911." in copy.snapshot.text
    assert copy.captured_by == editor
    files = roles(copy)
    assert set(files) == {"warc"}
    content = archive.load(files["warc"].sha256)
    assert len(content) == files["warc"].size
    assert hashlib.sha256(content).hexdigest() == files["warc"].sha256
    no_browser = "No browser is installed, so there is neither a screenshot nor a PDF."
    assert copy.missing == {"screenshot": no_browser, "pdf": no_browser}
    assert not PublicDeposit.objects.exists()


def test_screenshots_are_stored_if_there_is_a_browser(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = PagePictures(b"RIFF picture", b"", {"pdf": "The browser’s time limit was exceeded."})
    monkeypatch.setattr(copies, "take_page_pictures", lambda url, **_: taken)
    copy = archive_source(source, reason="evidence")
    files = roles(copy)
    assert set(files) == {"warc", "screenshot"}
    assert archive.load(files["screenshot"].sha256) == b"RIFF picture"
    assert copy.missing == {"pdf": "The browser’s time limit was exceeded."}


def test_where_redirects_end_is_kept(site: Site) -> None:
    there = site.page("/there", article())
    copy = archive_source(make_source(url=site.redirect("/here", "/there")), reason="evidence")
    assert (copy.address, copy.final_address) == (site.address + "/here", there)


def test_files_without_text_are_archived_too(site: Site) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 100
    copy = archive_source(
        make_source(url=site.page("/chart.png", picture, Content_Type="image/png")), reason="evidence"
    )
    assert copy.snapshot is None
    assert copy.missing == {"text": "The page at this address contains no text."}
    assert set(roles(copy)) == {"warc"}


def test_the_same_text_again_is_the_same_snapshot_and_another_copy(source: Source) -> None:
    first = archive_source(source, reason="evidence")
    second = archive_source(source, reason="desk")
    assert first.pk != second.pk
    assert first.snapshot == second.snapshot


def test_a_text_entered_by_a_person_stays(source: Source) -> None:
    brought = make_snapshot(source, "The whole article, which is behind a payment.")
    copy = archive_source(source, reason="evidence")
    assert copy.snapshot is None
    assert copy.missing["text"].startswith("The text added by a user is kept")
    assert source.get_latest_snapshot() == brought


def test_a_page_that_changed_has_a_new_snapshot(site: Site, source: Source) -> None:
    first = archive_source(source, reason="evidence")
    site.page("/ferries", article("It opened in 1912, the archive says."))
    second = archive_source(source, reason="evidence")
    assert second.snapshot is not None
    assert first.snapshot is not None
    assert (first.snapshot.number, second.snapshot.number) == (1, 2)


@pytest.mark.parametrize("status", [404, 410, 403, 500])
def test_a_missing_page_is_not_archived(site: Site, status: int) -> None:
    source = make_source(url=site.page("/gone", b"<p>No.</p>", status))
    with pytest.raises(FetchError):
        archive_source(source, reason="evidence")
    assert not ArchivedCopy.objects.exists()


def test_a_page_that_is_too_large_is_not_archived(site: Site, settings: Any) -> None:
    settings.ARCHIVE_PAGE_BYTES = 10_000
    source = make_source(url=site.page("/large", b"x" * 20_000))
    with pytest.raises(FetchError, match="is larger than"):
        archive_source(source, reason="evidence")
    assert not ArchivedCopy.objects.exists()


def test_a_full_disk_leaves_no_copy(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        archive_source(source, reason="evidence")
    assert not ArchivedCopy.objects.exists()
    assert not source.snapshots.exists()


def test_a_missing_deposit_is_requested_if_configured(source: Source, settings: Any) -> None:
    settings.INTERNET_ARCHIVE_KEY = "access:secret"
    copy = archive_source(source, reason="evidence")
    assert PublicDeposit.objects.get().copy == copy
    source.archived_url = "https://archive.example/ferries"
    archive_source(source, reason="desk")
    assert PublicDeposit.objects.count() == 1
