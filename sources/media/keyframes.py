"""The keyframes of a video with their hashes and times, extracted by the worker."""

from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from factcheck.confinement.confined import LimitExceeded
from factcheck.confinement.limits import Cause
from factcheck.database.deferred_jobs import defer, defer_once, periodic_task
from factcheck.installation.file_store import FileStoreUnavailable
from sources import archive
from sources.media import films
from sources.media.bounded_pictures import read_picture_bytes
from sources.media.caveats import build_caveats
from sources.media.packed_pictures import Rendition
from sources.media.perceptual_hash import PerceptualHash, compute_distance, compute_hash
from sources.media.refused_media import MediaRefused
from sources.media.signatures import HEAD_BYTES, MediaFormat, recognise
from sources.models import MediaHash, MediaObject

#: If consecutive pictures differ by no more than this, only the first is stored.
STILL_DISTANCE = 10
#: Caveats that no longer apply once there are keyframes.
RESOLVED_CAVEATS = {"no_ffmpeg", "no_frames"}
#: The age at which an unfinished job is abandoned, and the number of videos queued in an hour.
LEASE_TIME, BATCH_SIZE = timedelta(hours=1), 100


class AllReadersBusy(Exception):
    """All processes that read films are busy."""


@app.task(
    queue="media",
    retry=RetryStrategy(
        max_attempts=6, exponential_wait=10, retry_exceptions=[FileStoreUnavailable, AllReadersBusy]
    ),
)
def process_video(*, media_id: int) -> None:
    """Compute the hashes of a film's frames, and store the still picture that readers see."""
    media = MediaObject.objects.get(pk=media_id)
    if media.keyframes == MediaObject.Keyframes.TAKEN:
        return
    extract_keyframes(media)


@periodic_task("23 * * * *")
def queue_missing_keyframes(timestamp: int) -> None:
    """Queue videos whose keyframes are missing because a worker stopped or FFmpeg was not installed."""
    if not films.is_ffmpeg_installed():
        return
    waiting_states = [MediaObject.Keyframes.DUE, MediaObject.Keyframes.NOT_HERE]
    rows = MediaObject.objects.filter(keyframes__in=waiting_states, created_at__lt=Now() - LEASE_TIME)
    for pk in rows.order_by("created_at").values_list("pk", flat=True)[:BATCH_SIZE]:
        defer_once(process_video.name, {"media_id": pk}, queue="media", queueing_lock=f"media {pk}")


def queue_keyframes(media: MediaObject) -> None:
    """Queue the extraction of keyframes when a video is stored."""
    defer(process_video.name, {"media_id": media.pk}, queue="media", queueing_lock=f"media {media.pk}")


def extract_keyframes(media: MediaObject) -> None:
    """Extract the keyframes now. If that fails, record the failure and keep the video."""
    if not films.is_ffmpeg_installed():
        _record_state(media, MediaObject.Keyframes.NOT_HERE, "no_ffmpeg")
        return
    try:
        with archive.open_on_disk(media.sha256) as path:
            caveats = _read_missing(path, media)
            frame_hashes, rendition = _hash_frames(path, media)
    except LimitExceeded as bounds:
        if bounds.cause is Cause.BUSY:
            raise AllReadersBusy from None
        caveats, frame_hashes, rendition = {}, [], None
    except MediaRefused:
        caveats, frame_hashes, rendition = {}, [], None
    if not frame_hashes:
        _record_state(media, MediaObject.Keyframes.FAILED, "no_frames")
        return
    # The file first: a transaction that fails later leaves an unreferenced file, never a row without its file.
    digest = archive.store(rendition.content) if rendition else ""
    with transaction.atomic():
        row = MediaObject.objects.select_for_update().get(pk=media.pk)
        row.hashes.all().delete()
        MediaHash.objects.bulk_create(
            MediaHash(media=row, frame_at=seconds, pdq=frame_hash.pdq, quality=frame_hash.quality)
            for seconds, frame_hash in frame_hashes
            if frame_hash.is_distinctive
        )
        row.keyframes = MediaObject.Keyframes.TAKEN
        row.caveats = [caveat for caveat in row.caveats if caveat["code"] not in RESOLVED_CAVEATS]
        for name, value in caveats.items():
            setattr(row, name, value)
        if rendition and not row.public_sha256:
            row.public_sha256, row.public_media_type = digest, rendition.media_type
            row.public_width, row.public_height = rendition.width, rendition.height
        row.save()


def _read_missing(path: Path, media: MediaObject) -> dict[str, object]:
    """Return the values of columns that could not be read before FFmpeg was installed."""
    if media.width is not None:
        return {}
    recording = films.read_recording(path, _recognise_kind(path))
    return {
        "width": recording.width,
        "height": recording.height,
        "duration": recording.duration,
        "metadata": recording.metadata,
    }


def _hash_frames(
    path: Path, media: MediaObject
) -> tuple[list[tuple[float, PerceptualHash]], Rendition | None]:
    kind = _recognise_kind(path)
    frame_hashes: list[tuple[float, PerceptualHash]] = []
    for frame in films.extract_frames(path, kind, media.duration):
        frame_hash = compute_hash(frame.luma)
        if not frame_hashes or (
            frame.seconds > frame_hashes[-1][0]
            and compute_distance(frame_hash.pdq, frame_hashes[-1][1].pdq) > STILL_DISTANCE
        ):
            frame_hashes.append((frame.seconds, frame_hash))
    return frame_hashes, _choose_poster(path, kind, frame_hashes)


def _recognise_kind(path: Path) -> MediaFormat:
    with path.open("rb") as file:
        kind = recognise(file.read(HEAD_BYTES))
    if kind is None:
        raise LimitExceeded(Cause.CRASH)  # the rules of recognition have changed since the file was stored
    return kind


def _choose_poster(
    path: Path, kind: MediaFormat, frame_hashes: list[tuple[float, PerceptualHash]]
) -> Rendition | None:
    """Render the most detailed of the first frames, as many films begin in black. Return None on failure."""
    if not frame_hashes:
        return None
    first_frames = frame_hashes[: max(5, len(frame_hashes) // 5)]
    seconds, _look = max(first_frames, key=lambda frame: frame[1].quality)
    try:
        png = films.render_frame(path, kind, seconds)
        return read_picture_bytes(png, "PNG").rendition if png else None
    except (LimitExceeded, MediaRefused):
        return None


def _record_state(media: MediaObject, state: MediaObject.Keyframes, code: str) -> None:
    with transaction.atomic():
        row = MediaObject.objects.select_for_update().get(pk=media.pk)
        row.keyframes = state
        if code not in [caveat["code"] for caveat in row.caveats]:
            row.caveats = [*row.caveats, *build_caveats([code])]
        row.save(update_fields=["keyframes", "caveats"])
