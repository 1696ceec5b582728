"""An uploaded picture is stored unchanged, once, and readers get only its pixels."""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image
from pytest_django import Settings

from sources import archive
from sources.media import received_files
from sources.media.intake import store_file
from sources.media.refused_media import MediaRefused
from sources.models import MediaHash, MediaObject, Source
from tests.helpers import media_files
from tests.helpers.media_files import encoded, oriented, picture, scene
from tests.helpers.parallel import at_once
from tests.sources.media.conftest import kept

pytestmark = pytest.mark.django_db


def shown(media: MediaObject) -> Image.Image:
    """What readers see."""
    return Image.open(io.BytesIO(archive.load(media.public_sha256)))


def refusal(given: bytes, **stated: str) -> MediaRefused:
    with pytest.raises(MediaRefused) as refused:
        store_file(given, by=None, **stated)  # type: ignore[arg-type]
    assert refused.value.sentence.endswith(".")
    return refused.value


def test_a_picture_is_kept_as_it_came_with_a_rendition(folder: Path, ada: User) -> None:
    content = picture(1)
    media = store_file(
        SimpleUploadedFile("C:\\fog\\bridge.jpg", content), by=ada, content_url="https://a.example/b"
    )
    assert (media.kind, media.media_type, media.size) == ("image", "image/jpeg", len(content))
    assert (media.width, media.height, media.duration) == (900, 600, None)
    assert (media.filename, media.content_url, media.created_by) == ("bridge.jpg", "https://a.example/b", ada)
    assert media.sha256 == hashlib.sha256(content).hexdigest()
    assert archive.load(media.sha256) == content
    assert (media.public_media_type, media.public_width, media.public_height) == ("image/jpeg", 900, 600)
    assert kept(folder) == {media.sha256, media.public_sha256}
    parts = {look.transformation for look in media.hashes.all()}
    assert parts == {"whole"}
    assert (media.show_to_readers, media.caveats, media.provenance, media.metadata) == (False, [], {}, {})
    assert media.created_at is not None


def test_equal_bytes_are_one_object_that_only_gains(folder: Path, ada: User) -> None:
    first = store_file(picture(1), by=ada, filename="bridge.jpg")
    source = Source.objects.create(title="Post")
    again = store_file(
        SimpleUploadedFile("other.png", picture(1)),
        by=None,
        content_url="https://post.example/1",
        source=source,
        alternative_text="A bridge.",
    )
    assert again == first
    assert (again.filename, again.content_url, again.source, again.created_by) == (
        "bridge.jpg",
        "https://post.example/1",
        source,
        ada,
    )
    assert again.alternative_text == "A bridge."
    assert store_file(picture(1), by=None, alternative_text="Another.").alternative_text == "A bridge."
    assert MediaObject.objects.count() == 1
    assert len(kept(folder)) == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_object(folder: Path) -> None:
    def takes() -> int:
        try:
            return store_file(picture(1), by=None).pk
        finally:
            connection.close()

    assert len(set(at_once(*[takes] * 3))) == 1
    assert MediaObject.objects.count() == 1
    [look] = MediaHash.objects.all()
    assert len(look.points) == 3 * 64 == 3 * len(look.words)


@pytest.mark.slow
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_public_version_is_upright_and_without_metadata(folder: Path, orientation: int) -> None:
    media = store_file(oriented(2, orientation), by=None)
    is_on_its_side = orientation > 4
    assert (media.width, media.height) == ((600, 900) if is_on_its_side else (900, 600))
    made = shown(media)
    assert made.size == (media.width, media.height)
    content = archive.load(media.public_sha256)
    assert not made.getexif()
    for said in (b"Exif", b"Ada", b"Optikwerk", b"GPS", b"Linden", b"xmp", b"ICC_PROFILE"):
        assert said not in content
    assert media.metadata["camera"] == "Optikwerk Linden 7"
    assert media.metadata["taken_at"] == "2024-05-03T14:22:01+02:00"
    assert media.metadata["place"] == {"latitude": 52.52, "longitude": -13.410, "altitude": 34.5}
    assert (media.metadata["software"], media.metadata["creator"]) == ("Darkroom 3.1", "Ada Brook")
    assert media.metadata["rights"] == "Brook Photo"


def test_xmp_is_read_for_editors(folder: Path) -> None:
    media = store_file(picture(2, "JPEG", xmp=media_files.XMP), by=None)
    assert media.metadata["creator"] == "Ada Brook; Ben Holm"
    assert media.metadata["caption"] == "A bridge in fog"
    assert media.metadata["software"] == "Dream Machine"
    assert media.metadata["digital_source_type"].endswith("trainedAlgorithmicMedia")
    assert b"Dream" not in archive.load(media.public_sha256)


def _sixteen_bits() -> bytes:
    grey = scene(4).convert("L").convert("I").point(lambda value: value * 257)
    return encoded(grey.convert("I;16"), "PNG")


def _palette_seen_through() -> bytes:
    image = scene(4, 300, 200).quantize(64)
    return encoded(image, "PNG", transparency=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "content, public_type",
    [
        (lambda: encoded(scene(4).convert("CMYK"), "JPEG"), "image/jpeg"),
        (lambda: encoded(scene(4).convert("L"), "JPEG"), "image/jpeg"),
        (lambda: encoded(scene(4).convert("1"), "PNG"), "image/jpeg"),
        (lambda: encoded(scene(4).convert("LA"), "PNG"), "image/jpeg"),
        (_sixteen_bits, "image/jpeg"),
        (_palette_seen_through, "image/webp"),
        (lambda: picture(4, "TIFF"), "image/jpeg"),
        (lambda: picture(4, "BMP"), "image/jpeg"),
        (lambda: picture(4, "WEBP"), "image/jpeg"),
        (lambda: picture(4, "AVIF"), "image/jpeg"),
        (lambda: picture(4, "GIF"), "image/jpeg"),
        (lambda: picture(4, "JPEG2000"), "image/jpeg"),
    ],
    ids=["CMYK", "grey", "bitmap", "LA", "16 bits", "palette", "TIFF", "BMP", "WebP", "AVIF", "GIF", "JP2"],
)
def test_every_common_kind_is_seen(folder: Path, content: object, public_type: str) -> None:
    media = store_file(content(), by=None)  # type: ignore[operator]
    assert media.public_media_type == public_type
    assert media.hashes.filter(transformation="whole").exists()
    middle = shown(media).convert("L").resize((8, 8))
    expected = scene(4).convert("L").resize((8, 8))
    differences = [abs(a - b) for a, b in zip(middle.tobytes(), expected.tobytes(), strict=True)]
    assert sum(differences) / 64 < (40 if public_type == "image/webp" else 12)


@pytest.mark.slow
def test_a_large_picture_is_shown_smaller(folder: Path) -> None:
    media = store_file(encoded(scene(5, 5000, 1000), "PNG"), by=None)
    assert (media.width, media.height) == (5000, 1000)
    assert shown(media).size == (2048, 410)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_frames_of_an_animation_have_looks_of_their_own(folder: Path, kind: str) -> None:
    frames = [scene(number, 300, 200) for number in range(20, 24)]
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=500, loop=0)
    media = store_file(content, by=None)
    assert [caveat["code"] for caveat in media.caveats] == ["animated"]
    assert list(media.hashes.filter(frame_at__isnull=False).values_list("frame_at", flat=True)) == [
        0.5,
        1.0,
        1.5,
    ]
    assert getattr(shown(media), "n_frames", 1) == 1


@pytest.mark.slow
def test_a_rendition_that_comes_in_again_is_never_served_as_it_came(folder: Path) -> None:
    for _ in range(4):
        media = store_file(picture(6, "PNG"), by=None)
        again = store_file(archive.load(media.public_sha256), by=None)
        assert again.public_sha256 != again.sha256


def test_a_plain_picture_is_kept_and_said_to_be_plain(folder: Path) -> None:
    media = store_file(encoded(Image.new("RGB", (500, 400), "navy"), "PNG"), by=None)
    assert [caveat["code"] for caveat in media.caveats] == ["too_plain"]
    assert not media.hashes.exists()
    assert media.public_sha256


# Refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (media_files.SVG, "svg"),
        (b"\xef\xbb\xbf  <SVG xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"<html><script>alert(1)</script></html>", "unknown_type"),
        (b"MZ" + bytes(500), "unknown_type"),
        (b"%PDF-1.7\n", "unknown_type"),
        (b"PK\x03\x04" + bytes(500), "unknown_type"),
        (media_files.PLAYLIST, "unknown_type"),
        (media_files.CONCAT, "unknown_type"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "unknown_type"),
        (b"\xff\xd8\xff", "unreadable"),
        (b"\xff\xd8\xff\xe0" + b"<script>" * 200, "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(900), "unreadable"),
        (b"GIF89a", "unreadable"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "unreadable"),
        (media_files.bomb(), "too_many_pixels"),
    ],
)
def test_refused_files_leave_nothing(folder: Path, content: bytes, code: str) -> None:
    assert refusal(content, filename="holiday.jpg").reason_code == code
    assert kept(folder) == set()
    assert not MediaObject.objects.exists()


@pytest.mark.slow
def test_neither_name_nor_header_counts(folder: Path) -> None:
    upload = SimpleUploadedFile("notes.pdf", picture(1, "PNG"), content_type="application/pdf")
    assert store_file(upload, by=None).media_type == "image/png"


@pytest.fixture
def small_limit(settings: Settings) -> int:
    settings.MEDIA_MAX_BYTES = 1_000_000
    return 1_000_000


class Endless(SimpleUploadedFile):
    """An upload that says it is small and never ends."""

    def __init__(self, says: int) -> None:
        super().__init__("film.mp4", b"")
        self.size, self.sent = says, 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while True:
            self.sent += 1
            yield bytes(1 << 16)


def test_files_with_too_large_a_stated_size_are_refused_unread(folder: Path, small_limit: int) -> None:
    upload = Endless(2 * 2**30)
    with pytest.raises(MediaRefused, match=r"2\.0.GB") as refused:
        store_file(upload, by=None)
    assert (refused.value.reason_code, upload.sent) == ("too_large", 0)


def test_files_that_exceed_the_limit_are_refused_at_the_limit(
    folder: Path, small_limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    upload = Endless(1000)
    with pytest.raises(MediaRefused) as refused:
        store_file(upload, by=None)
    assert refused.value.reason_code == "too_large"
    assert upload.sent == 16
    assert [*(tmp_path / "temporary").iterdir()] == []
    assert kept(folder) == set()


def test_a_full_disk_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(archive, "write_atomically", is_full)
        with pytest.raises(OSError, match="No space"):
            store_file(picture(1), by=None)
    assert not MediaObject.objects.exists()
    assert kept(folder) == set()
    assert store_file(picture(1), by=None).pk


# Hostile files ----------------------------------------------------------------------------------------------


def test_an_archive_behind_a_picture_stays_with_editors(folder: Path) -> None:
    media = store_file(media_files.with_archive_behind(picture(1)), by=None)
    assert [caveat["code"] for caveat in media.caveats] == ["holds_an_archive"]
    assert b"PK\x05\x06" not in archive.load(media.public_sha256)


def test_a_page_within_a_picture_stays_with_editors(folder: Path) -> None:
    media = store_file(media_files.with_page_within(), by=None)
    assert [caveat["code"] for caveat in media.caveats] == ["holds_a_page"]
    assert b"script" not in archive.load(media.public_sha256)


def test_a_picture_that_is_cut_off_is_shown_as_far_as_it_goes(folder: Path) -> None:
    content = picture(1)
    media = store_file(content[: len(content) * 2 // 3], by=None)
    assert [caveat["code"] for caveat in media.caveats] == ["cut_off"]
    assert media.public_sha256


def test_metadata_that_no_database_takes_does_no_harm(folder: Path) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = "bridge\x00 in \x01fog", "A" * 60_000
    exif.get_ifd(0x8825)[2], exif.get_ifd(0x8825)[4] = (200.0, 1e6, 3), (1.0, 0.0, 0.0)
    media = store_file(picture(1, exif=exif), by=None)
    assert media.metadata["caption"] == "bridge in fog"
    assert len(media.metadata["creator"]) == 1000
    assert "place" not in media.metadata


def test_entities_in_xmp_are_not_followed(folder: Path) -> None:
    hostile = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + media_files.XMP.replace(
        b"A bridge", b"&f; bridge"
    )
    media = store_file(picture(1, xmp=hostile), by=None)
    assert "root:" not in str(media.metadata)


def test_a_known_size_is_checked_before_reading(small_limit: int) -> None:
    received_files.refuse_oversized(None)
    received_files.refuse_oversized(1_000_000)
    with pytest.raises(MediaRefused):
        received_files.refuse_oversized(1_000_001)
