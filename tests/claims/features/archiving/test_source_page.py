"""Copies of a source at the desk: showing, requesting, uploading and downloading them, and permissions."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.archiving import uploads
from claims.features.archiving.file_types import detect_media_type
from claims.features.archiving.models import ArchivedCopy, ArchivedFile, Timestamp
from sources import archive
from sources.models import Source
from tests.helpers.newsroom import make_source, person

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + b"0" * 500


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.TIMESTAMP_AUTHORITY = ""
    settings.ARCHIVING = True


@pytest.fixture
def desk(client: Client, contributor: User) -> Client:
    client.force_login(contributor)
    return client


def page(client: Client, source: Source) -> str:
    return client.get(reverse("admin:sources_source_change", args=[source.pk])).content.decode()


def test_switched_off_the_page_has_no_copies_and_no_filter_and_the_rows_stay(
    client: Client, editor: User, settings: Any
) -> None:
    source = make_source()
    ArchivedCopy.objects.create(source=source, reason="upload")
    client.force_login(editor)
    listed = reverse("admin:sources_source_changelist") + "?archived=yes"
    shown = []
    for chosen in (["newsroom"], []):
        settings.FEATURES = chosen
        filters = client.get(listed, follow=True).context["cl"].filter_specs
        shown.append(
            (
                "Archived copies" in page(client, source),
                ["archived" in str(f.title) for f in filters].count(True),
            )
        )
    assert shown == [(True, 1), (False, 0)]
    assert source.archived_copies.count() == 1


def upload(client: Client, source: Source, content: bytes = PDF, name: str = "Minutes of May.pdf") -> str:
    """Upload a file and return the messages."""
    answer = client.post(
        reverse("admin:sources_source_upload", args=[source.pk]),
        {"file": SimpleUploadedFile(name, content, "text/html")},
        follow=True,
    )
    return " ".join(map(str, answer.context["messages"]))


def packed(*names: str, **contents: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        (b"\x1aE\xdf\xa3\x01\x00webm", "video/webm"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"OggS\x00", "audio/ogg"),
        (packed("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            packed(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
            "application/vnd.oasis.opendocument.spreadsheet",
        ),
        (b"year;tonnes\n2024;13\n", "text/csv"),
        ("Fähre\n".encode(), "text/plain"),
        # None of it:
        (b"<!DOCTYPE html><script>1</script>", ""),
        (b"\xef\xbb\xbf  <svg xmlns='x'><script>1</script></svg>", ""),
        (b"<?xml version='1.0'?><svg/>", ""),
        (b"MZ\x90\x00\x03", ""),
        (b"\x7fELF\x02\x01", ""),
        (b"RIFF\x00\x00\x00\x00EVIL", ""),
        (packed("evil.exe"), ""),
        (packed(mimetype="application/x-evil"), ""),
        (packed(mimetype="application/vnd.oasis.opendocument.text" + " " * 10_000), ""),
        (b"PK\x03\x04 and nothing more", ""),
        (b"\x1f\x8b\x08\x00 and nothing more", ""),
        (b"", ""),
    ],
)
def test_the_kind_of_a_file_is_determined_by_its_content(content: bytes, media_type: str) -> None:
    assert detect_media_type(io.BytesIO(content)) == media_type


def test_an_uploaded_file_is_stored_regardless_of_its_stated_type(desk: Client, contributor: User) -> None:
    source = make_source(url="")
    assert "was stored" in upload(desk, source, name="../../etc/<b>Minutes</b>.html")
    copy = source.archived_copies.get()
    assert (copy.reason, copy.captured_by, copy.address) == ("upload", contributor, "")
    file = copy.files.get()
    assert (file.role, file.media_type, file.size) == ("upload", "application/pdf", len(PDF))
    assert archive.load(file.sha256) == PDF
    assert "&lt;b&gt;Minutes&lt;/b&gt;.html" not in page(
        desk, source
    )  # the part before a slash is not part of the name
    assert "b&gt;.html" in page(desk, source)
    answer = desk.get(reverse("admin:sources_source_file", args=[source.pk, file.pk]))
    assert b"".join(answer) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    desk: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ARCHIVE_UPLOAD_BYTES = 1000
    source = make_source()

    def read(*_: object) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr("django.http.request.HttpRequest.parse_file_upload", read)
    assert "the limit is 1000\xa0bytes" in upload(desk, source, PDF * 10)
    assert not ArchivedCopy.objects.exists()


def test_an_upload_larger_than_its_stated_size_is_stopped(desk: Client, settings: Any) -> None:
    source = make_source()
    settings.ARCHIVE_UPLOAD_BYTES = 100
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("claims.features.archiving.source_page.check_size_and_space", lambda _size: None)
        answer = desk.post(
            reverse("admin:sources_source_upload", args=[source.pk]),
            {"file": SimpleUploadedFile("a.pdf", PDF)},
        )
    assert answer.status_code in (
        302,
        403,
    )  # after a stopped upload, not even the CSRF token may be read
    assert not ArchivedCopy.objects.exists()


def test_a_disk_that_is_nearly_full_is_reported_before(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "FREE_SPACE_RESERVE", 10**18)
    assert "There is not enough disk space for a file of" in upload(desk, make_source())
    assert not ArchivedCopy.objects.exists()


def test_an_archive_that_is_away_is_reported(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "store_file", full)
    assert upload(desk, make_source()) == "The file could not be stored: No space left on device"
    assert not ArchivedCopy.objects.exists()


@pytest.mark.parametrize("content", [b"", b"<html><script>1</script>", b"MZ\x90\x00"])
def test_files_that_cannot_be_evidence_are_refused(desk: Client, content: bytes) -> None:
    assert (
        ("is not in a format" in (told := upload(desk, make_source(), content)))
        or "Choose a file" in told
        or ("empty" in told)
    )
    assert not ArchivedCopy.objects.exists()


def test_a_form_of_another_site_uploads_nothing(contributor: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(contributor)
    source = make_source()
    for name in ("upload", "archive"):
        answer = client.post(
            reverse(f"admin:sources_source_{name}", args=[source.pk]),
            {"file": SimpleUploadedFile("a.pdf", PDF)},
        )
        assert answer.status_code == 403
    assert not ArchivedCopy.objects.exists()
    assert not source.archiving_requests.exists()


def test_archive_now_asks_and_calls_the_worker(desk: Client, django_capture_on_commit_callbacks: Any) -> None:
    source = make_source()
    address = reverse("admin:sources_source_archive", args=[source.pk])
    with django_capture_on_commit_callbacks(execute=True):
        first = desk.post(address, follow=True)
    assert "The page is being archived" in first.content.decode()
    assert "A copy has been requested and will be made in a moment." in first.content.decode()
    assert (
        ProcrastinateJob.objects.filter(task_name="claims.features.archiving.archive_due_sources").count()
        == 1
    )
    assert "The page is already waiting to be archived." in desk.post(address, follow=True).content.decode()
    nowhere = reverse("admin:sources_source_archive", args=[make_source(url="").pk])
    assert "has no address" in desk.post(nowhere, follow=True).content.decode()
    assert desk.get(address).status_code == 405


def test_the_page_lists_copies_or_explains_why_there_is_none(desk: Client, settings: Any) -> None:
    source = make_source()
    assert "None yet. A source is archived automatically" in page(desk, source)
    source.archiving_requests.create(
        reason="evidence", due_at=None, problem="It does not exist, or no longer."
    )
    assert "Archiving failed:</p>" not in page(desk, source)
    assert "Archiving failed: It does not exist, or no longer." in page(desk, source)
    digest = archive.store(b"WARC")
    copy = ArchivedCopy.objects.create(
        source=source,
        address=source.url,
        final_address="https://example.org/elsewhere",
        http_status=200,
        reason="evidence",
        missing={"screenshot": "No browser.", "pdf": "No browser."},
    )
    file = ArchivedFile.objects.create(
        copy=copy, role="warc", sha256=digest, size=4, media_type="application/warc"
    )
    settings.TIMESTAMP_AUTHORITY = "https://tsa.example"
    shown = page(desk, source)
    assert "https://example.org/elsewhere" in shown
    assert shown.count("Not everything could be stored: No browser.") == 1
    assert "has not arrived yet" in shown
    stamp = Timestamp.objects.create(
        sha256=digest, authority="https://tsa.example", token=b"token", stamped_at=timezone.now()
    )
    assert "Signed by an authority on" in page(desk, source)
    token = desk.get(reverse("admin:sources_source_timestamp", args=[source.pk, stamp.pk]))
    assert token.content == b"token"
    # Each belongs to its own source.
    other = make_source()
    for name, pk in (("timestamp", stamp.pk), ("file", file.pk)):
        assert desk.get(reverse(f"admin:sources_source_{name}", args=[other.pk, pk])).status_code == 404


def test_a_file_that_is_gone_from_the_archive_is_reported(desk: Client) -> None:
    source = make_source()
    copy = ArchivedCopy.objects.create(source=source, reason="upload")
    file = ArchivedFile.objects.create(
        copy=copy, role="upload", sha256="0" * 64, size=4, media_type="application/pdf", name="a.pdf"
    )
    answer = desk.get(reverse("admin:sources_source_file", args=[source.pk, file.pk]), follow=True)
    assert "The archive has no file" in answer.content.decode()


def test_archiving_needs_permission_and_outsiders_see_nothing(client: Client, db: None) -> None:
    source = make_source()
    nobody = User.objects.create_user("nobody", is_staff=True)
    for user in (None, nobody):
        client.logout()
        if user:
            client.force_login(user)
        for name in ("archive", "upload"):
            address = reverse(f"admin:sources_source_{name}", args=[source.pk])
            assert client.post(address, {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code in (302, 403)
        assert client.get(reverse("admin:sources_source_file", args=[source.pk, 1])).status_code in (302, 403)
    assert not ArchivedCopy.objects.exists()
    assert not source.archiving_requests.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_copies_cost_the_same_whatever_their_number(
    desk: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    source = make_source()
    for number in range(count):
        copy = ArchivedCopy.objects.create(
            source=source, reason="upload", captured_by=person(f"P{number}", "Editor")
        )
        ArchivedFile.objects.create(
            copy=copy,
            role="upload",
            sha256=f"{number:064}",
            size=4,
            media_type="application/pdf",
            name="a.pdf",
        )
    page(desk, source)
    with django_assert_max_num_queries(18):
        page(desk, source)


def test_the_list_finds_copies_that_need_attention(desk: Client) -> None:
    kept, failed, waiting, again, bare = (make_source(title=name) for name in ("A", "B", "C", "D", "E"))
    ArchivedCopy.objects.create(source=kept, reason="upload")
    for source in (failed, again):
        source.archiving_requests.create(reason="evidence", due_at=None, problem="It is gone.")
    for source in (waiting, again):
        source.archiving_requests.create(reason="desk")
    found = {
        choice: {
            source.title
            for source in desk.get(reverse("admin:sources_source_changelist"), {"archived": choice})
            .context["cl"]
            .result_list
        }
        for choice in ("yes", "waiting", "failed", "no", "")
    }
    assert bare.title == "E"
    assert found == {
        "yes": {"A"},
        "waiting": {"C", "D"},
        "failed": {"B"},
        "no": {"B", "C", "D", "E"},
        "": {"A", "B", "C", "D", "E"},
    }


def test_copies_can_be_requested_only_if_archiving_is_on(desk: Client, settings: Any) -> None:
    source = make_source()
    button = reverse("admin:sources_source_archive", args=[source.pk])
    shown = {}
    for settings.ARCHIVING in (True, False):
        html = page(desk, source)
        shown[settings.ARCHIVING] = (
            button in html,
            "Archiving is switched off" in html,
            "automatically" in html,
        )
    assert shown == {True: (True, False, True), False: (False, True, False)}
