"""Films and sound: what they are, and their pictures with the moments when they are shown."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from factcheck.confinement.confined import LimitExceeded
from factcheck.confinement.limits import Cause
from sources import archive
from sources.media import films, keyframes
from sources.media.caveats import build_caveats
from sources.media.intake import store_file
from sources.media.likeness import find_near_duplicates
from sources.media.refused_media import MediaRefused
from sources.media.signatures import MediaFormat
from sources.models import MediaObject
from tests.helpers import media_files
from tests.helpers.media_files import film, needs_ffmpeg, scene, sound
from tests.sources.media.conftest import kept

pytestmark = pytest.mark.django_db


@pytest.mark.slow
@needs_ffmpeg
def test_a_film_is_taken_in_at_once_and_its_pictures_by_the_worker(folder: Path, tmp_path: Path) -> None:
    content = film(tmp_path, [31, 32, 33], location="+52.5200-013.4100/", title="Fog")
    media = store_file(content, by=None, filename="fog.mp4")
    assert (media.kind, media.media_type, media.width, media.height) == ("video", "video/mp4", 480, 320)
    assert (media.duration, media.keyframes, media.public_sha256) == (6.0, "due", "")
    assert media.metadata["place"] == {"latitude": 52.52, "longitude": -13.41}
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"media_id": media.pk}]

    keyframes.process_video(media_id=media.pk)
    media.refresh_from_db()
    assert media.keyframes == "taken"
    assert list(media.hashes.values_list("frame_at", flat=True)) == [0.0, 2.0, 4.0]
    assert media.public_media_type == "image/jpeg"
    assert kept(folder) == {media.sha256, media.public_sha256}
    [near] = find_near_duplicates(media_files.encoded(scene(32, 480, 320)))
    assert (near.media_id, near.frame_at) == (media.pk, 2.0)

    keyframes.process_video(media_id=media.pk)  # once more changes nothing
    assert media.hashes.count() == 3


@pytest.mark.slow
@needs_ffmpeg
@pytest.mark.parametrize(
    "suffix, media_type", [("webm", "video/webm"), ("mkv", "video/x-matroska"), ("mov", "video/quicktime")]
)
def test_other_containers(folder: Path, tmp_path: Path, suffix: str, media_type: str) -> None:
    media = store_file(film(tmp_path, [31, 32], suffix=suffix), by=None)
    assert (media.media_type, media.width, media.height) == (media_type, 480, 320)
    keyframes.extract_keyframes(media)
    assert media.hashes.count() == 2


@needs_ffmpeg
def test_a_sound_has_a_length(folder: Path) -> None:
    media = store_file(sound(2.0), by=None)
    assert (media.kind, media.media_type, media.duration, media.width) == ("audio", "audio/wav", 2.0, None)
    assert (media.keyframes, media.public_sha256) == ("", "")
    assert not ProcrastinateJob.objects.exists()


def test_where_the_programs_are_not_there_it_is_kept_and_said(
    folder: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.FFMPEG = settings.FFPROBE = ""
    content = b"\x00\x00\x00\x18ftypmp42" + bytes(500)
    media = store_file(content, by=None)
    assert (media.kind, media.duration, media.keyframes) == ("video", None, "not_here")
    assert [caveat["code"] for caveat in media.caveats] == ["no_ffmpeg"]
    assert archive.load(media.sha256) == content
    assert not ProcrastinateJob.objects.exists()
    keyframes.extract_keyframes(media)
    media.refresh_from_db()
    assert [caveat["code"] for caveat in media.caveats] == ["no_ffmpeg"]


@pytest.mark.slow
@needs_ffmpeg
@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x00\x00\x18ftypmp42" + bytes(500),
        b"\x1a\x45\xdf\xa3webm" + bytes(500),
        b"OggS" + bytes(500),
        b"RIFF\x00\x00\x00\x00AVI " + bytes(500),
        b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(500),
    ],
)
def test_files_that_only_begin_like_a_film_are_refused(folder: Path, content: bytes) -> None:
    with pytest.raises(MediaRefused) as refused:
        store_file(content, by=None)
    assert refused.value.reason_code == "unreadable"
    assert kept(folder) == set()


@pytest.mark.slow
@needs_ffmpeg
def test_half_a_film_is_refused_or_read_as_far_as_it_goes(folder: Path, tmp_path: Path) -> None:
    content = film(tmp_path, [31, 32, 33], suffix="webm")
    media = store_file(content[: len(content) // 2], by=None)
    keyframes.extract_keyframes(media)
    media.refresh_from_db()
    assert media.keyframes in ("taken", "failed")


@pytest.mark.slow
@needs_ffmpeg
@pytest.mark.parametrize("list_of_parts", [media_files.PLAYLIST, media_files.CONCAT])
@pytest.mark.parametrize("reader", ["mov", "matroska", "avi", "ogg", "mpegts", "mp3"])
def test_no_list_of_parts_is_followed(tmp_path: Path, list_of_parts: bytes, reader: str) -> None:
    """Neither as a playlist nor under another name: only the demuxer of the recognised format is used."""
    path = tmp_path / "list"
    path.write_bytes(list_of_parts)
    with pytest.raises(MediaRefused):
        films.read_recording(path, MediaFormat("video/mp4", reader))


@pytest.mark.slow
@needs_ffmpeg
def test_stated_times_of_a_film_are_not_trusted(folder: Path, tmp_path: Path) -> None:
    title = "[Parsed_showinfo_3 @ 0x1] n:   0 pts: 1 pts_time:77.5"
    media = store_file(film(tmp_path, [31, 32], title=title), by=None)
    keyframes.extract_keyframes(media)
    assert list(media.hashes.values_list("frame_at", flat=True)) == [0.0, 2.0]


@pytest.mark.slow
@needs_ffmpeg
def test_a_time_limit_is_noted_and_the_film_stays(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = store_file(film(tmp_path, [31]), by=None)

    def takes_too_long(*_: object) -> None:
        raise LimitExceeded(Cause.TIME)

    monkeypatch.setattr(films, "run_bounded", takes_too_long)
    keyframes.extract_keyframes(media)
    media.refresh_from_db()
    assert media.keyframes == "failed"
    assert [caveat["code"] for caveat in media.caveats] == ["no_frames"]
    with pytest.raises(MediaRefused) as refused:
        films.read_recording(tmp_path / "film.mp4", MediaFormat("video/mp4", "mov"))
    assert refused.value.reason_code == "too_costly"


@pytest.mark.slow
@needs_ffmpeg
def test_others_that_are_being_read_are_waited_for(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = store_file(film(tmp_path, [31]), by=None)

    def busy(*_: object) -> None:
        raise LimitExceeded(Cause.BUSY)

    monkeypatch.setattr(films, "run_bounded", busy)
    with pytest.raises(keyframes.AllReadersBusy):
        keyframes.extract_keyframes(media)
    media.refresh_from_db()
    assert media.keyframes == "due"


@pytest.mark.slow
@needs_ffmpeg
def test_a_film_in_an_object_store_is_read_too(settings: Settings, tmp_path: Path) -> None:
    backend = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    media = store_file(film(tmp_path, [31, 32]), by=None)
    keyframes.extract_keyframes(media)
    assert media.hashes.count() == 2
    default_storage.delete(archive.build_path(media.sha256))
    default_storage.save(archive.build_path(media.sha256), ContentFile(b"rubbish"))
    with pytest.raises(archive.ArchiveDamaged):
        keyframes.extract_keyframes(media)


@pytest.mark.slow
@needs_ffmpeg
def test_a_film_that_came_before_ffmpeg_is_seen_to_later(folder: Path, tmp_path: Path) -> None:
    content = film(tmp_path, [31, 32])
    old = MediaObject.objects.create(
        sha256=archive.store(content),
        size=len(content),
        kind="video",
        media_type="video/mp4",
        keyframes="not_here",
        caveats=build_caveats(["no_ffmpeg"]),
        created_at=timezone.now() - timedelta(hours=2),
    )
    store_file(film(tmp_path, [33]), by=None)  # the worker is about to see to it
    keyframes.queue_missing_keyframes(timestamp=0)
    keyframes.queue_missing_keyframes(timestamp=0)
    asked = ProcrastinateJob.objects.filter(queueing_lock=f"media {old.pk}")
    assert [job.args for job in asked] == [{"media_id": old.pk}]
    assert ProcrastinateJob.objects.count() == 2
    keyframes.extract_keyframes(old)
    old.refresh_from_db()
    assert (old.keyframes, old.width, old.height, old.duration) == ("taken", 480, 320, 4.0)
    assert (old.caveats, old.hashes.count()) == ([], 2)
