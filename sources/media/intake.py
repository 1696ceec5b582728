"""Turn bytes, a file or a URL into a MediaObject, for every input.

Equal bytes are one object, regardless of sender and file name. The original is stored unchanged, and the public version
is rendered from it in a confined process. Refused files are not stored.
"""

from typing import Any

from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from factcheck.database.locks import lock_names
from sources import archive
from sources.media.bounded_pictures import describe_svg_refusal, read_picture
from sources.media.caveats import build_caveats
from sources.media.films import is_ffmpeg_installed, read_recording
from sources.media.keyframes import queue_keyframes
from sources.media.manifests import read_manifest
from sources.media.packed_pictures import PictureHash
from sources.media.received_files import ReceivedFile, receive_file
from sources.media.refused_media import MediaRefused
from sources.media.signatures import IMAGE, SVG, MediaFormat, recognise
from sources.models import MediaHash, MediaObject, Source

_MAX_NAME_LENGTH, _MAX_ADDRESS_LENGTH = 255, 2000


def store_file(
    upload: File | bytes | str,
    *,
    by: User | None,
    filename: str = "",
    content_url: str = "",
    alternative_text: str = "",
    source: Source | None = None,
    allow_loopback: bool = False,
) -> MediaObject:
    """Store an uploaded file or the file at a URL. If the same bytes are already stored, return that object.

    The existing object's values stay; only missing ones are filled in.

    Args:
        upload: an uploaded file, bytes, or a URL to fetch.
        content_url: the URL where an uploaded file was found.
        allow_loopback: lets tests talk to a server on this machine. Never a person's choice.

    Raises:
        MediaRefused: the file is not an acceptable picture, recording or video.
        FetchError: nothing could be fetched from the URL.
        ArchiveError, OSError, FileStoreUnavailable: the file could not be stored; no row was written.
    """
    if isinstance(upload, str):
        filename = filename or upload.partition("?")[0].rpartition("/")[2]
        content_url = content_url or upload
    elif not isinstance(upload, bytes):
        filename = filename or upload.name or ""
    details = {
        "filename": _clean_name(filename),
        "content_url": content_url.strip()[:_MAX_ADDRESS_LENGTH],
        "alternative_text": alternative_text.strip(),
        "source": source,
    }
    with receive_file(upload, allow_loopback=allow_loopback) as file:
        kind = _recognise_kind(file)
        existing_media = MediaObject.objects.filter(sha256=file.sha256).first()
        if existing_media is None:
            return _store_media(file, kind, details, by)
    with transaction.atomic():
        return _complete_media(MediaObject.objects.select_for_update().get(pk=existing_media.pk), details)


def _recognise_kind(file: ReceivedFile) -> MediaFormat:
    kind = recognise(file.head)
    if kind == SVG:
        raise MediaRefused(*describe_svg_refusal())
    if kind is None:
        raise MediaRefused(
            "unknown_type",
            _(
                "The content is not in a known picture, audio or video format, whatever the file is called. "
                "Send a JPEG, PNG, WebP, GIF, MP4, WebM, MP3 or another common kind."
            ),
        )
    return kind


def _store_media(
    file: ReceivedFile, kind: MediaFormat, details: dict[str, Any], by: User | None
) -> MediaObject:
    """Read and store the file first and its rows afterwards, so that no row exists without a file."""
    columns, hashes = _read_picture(file, kind) if kind.kind == IMAGE else _read_recording(file, kind)
    provenance = read_manifest(file.path, kind)
    with file.path.open("rb") as content:
        archive.store_file(File(content, name=file.sha256), file.sha256)
    with transaction.atomic():
        lock_names(f"media {file.sha256}")
        if same_media := MediaObject.objects.select_for_update().filter(sha256=file.sha256).first():
            return _complete_media(same_media, details)
        media = MediaObject.objects.create(
            sha256=file.sha256,
            size=file.size,
            provenance=provenance,
            created_by=by,
            **{"kind": kind.kind, "media_type": kind.media_type} | columns | details,
        )
        MediaHash.objects.bulk_create(
            MediaHash(
                media=media,
                frame_at=picture_hash.frame_at,
                transformation=picture_hash.part,
                pdq=picture_hash.hash.pdq,
                quality=picture_hash.hash.quality,
                **(picture_hash.hash.features[0]._asdict() if picture_hash.hash.features else {}),
            )
            for picture_hash in _list_distinct(hashes)
        )
        if media.keyframes == MediaObject.Keyframes.DUE:
            queue_keyframes(media)
    media.refresh_from_db()
    return media


def _list_distinct(hashes: list[PictureHash]) -> list[PictureHash]:
    """Return the hashes for finding the picture, without duplicates."""
    hashes_by_key = {
        (digest.frame_at, digest.hash.pdq): digest
        for digest in reversed(hashes)
        if digest.hash.is_distinctive
    }
    return [digest for digest in hashes if hashes_by_key.get((digest.frame_at, digest.hash.pdq)) is digest]


def _read_picture(file: ReceivedFile, kind: MediaFormat) -> tuple[dict[str, Any], list[PictureHash]]:
    """Store a picture's rendition, and return its row's values and its perceptual hashes."""
    try:
        picture = read_picture(file.path, kind)
    except MediaRefused as refusal:
        if refusal.reason_code != "not_read_here":
            raise
        # Phones write HEIC pictures, which are read only if the package is installed. The original is kept.
        return {"caveats": build_caveats(["not_read_here"])}, []
    is_plain = not any(picture_hash.hash.is_distinctive for picture_hash in picture.picture_hashes)
    columns: dict[str, Any] = {
        "width": picture.width,
        "height": picture.height,
        "metadata": picture.metadata,
        "caveats": build_caveats([*picture.caveats, *(["too_plain"] if is_plain else [])]),
    }
    if rendition := picture.rendition:
        columns |= {
            "public_sha256": archive.store(rendition.content),
            "public_media_type": rendition.media_type,
            "public_width": rendition.width,
            "public_height": rendition.height,
        }
    return columns, picture.picture_hashes


def _read_recording(file: ReceivedFile, kind: MediaFormat) -> tuple[dict[str, Any], list[PictureHash]]:
    """Return the row's values for a film or recording, and no hashes. The worker computes a film's hashes later."""
    recording = read_recording(file.path, kind)
    keyframes = ""
    if recording.kind == MediaObject.Kind.VIDEO:
        keyframes = MediaObject.Keyframes.DUE if is_ffmpeg_installed() else MediaObject.Keyframes.NOT_HERE
    columns = {
        "kind": recording.kind,
        "media_type": recording.media_type,
        "width": recording.width,
        "height": recording.height,
        "duration": recording.duration,
        "metadata": recording.metadata,
        "caveats": build_caveats(recording.caveats),
        "keyframes": keyframes,
    }
    return columns, []


def _complete_media(media: MediaObject, details: dict[str, Any]) -> MediaObject:
    """Fill empty fields of a locked row, keeping an editor's values."""
    changes = {name: value for name, value in details.items() if value and not getattr(media, name)}
    if changes:
        for name, value in changes.items():
            setattr(media, name, value)
        media.save(update_fields=[*changes])
    return media


def _clean_name(filename: str) -> str:
    """Return the name of a file without folders and unprintable characters."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, name)).strip()[-_MAX_NAME_LENGTH:]
