"""The timed transcript of a recording, stored as a snapshot so that quotes can be anchored in it."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from sources.capture import capture, extract_document
from sources.media.refused_media import MediaRefused
from sources.models import MediaObject, Snapshot, Source
from sources.source_kinds import Material

_KINDS = {MediaObject.Kind.VIDEO: Source.Kind.VIDEO, MediaObject.Kind.AUDIO: Source.Kind.AUDIO}


def store_transcript(media: MediaObject, transcript: bytes, filename: str, *, by: User | None) -> Snapshot:
    """Store a transcript (WebVTT, SRT or plain text) of a recording, replacing an earlier one.

    If the recording has no source, one is created, because quotes belong to sources.

    Raises:
        MediaRefused: the media object is a picture.
        ExtractionError: there is no text in the file.
    """
    if media.kind not in _KINDS:
        raise MediaRefused(
            "no_recording", _("A picture has no transcript. Describe the picture in its alternative text.")
        )
    material = Material(transcript, filename=filename)
    document = extract_document(material)  # this may take long, so nothing is locked yet
    with transaction.atomic():
        media = MediaObject.objects.select_for_update().get(pk=media.pk)
        source = _find_source(media, by)
        snapshot = capture(material, source=source, by=by, document=document).snapshot
        media.source, media.transcript = media.source or source, snapshot
        media.save(update_fields=["source", "transcript"])
    return snapshot


def _find_source(media: MediaObject, by: User | None) -> Source:
    """Return the transcript's source: never the recording's article, whose text it would replace."""
    if media.transcript:
        return media.transcript.source
    if media.source and media.source.kind in _KINDS.values():
        return media.source
    kind = _KINDS[MediaObject.Kind(media.kind)]
    return Source.objects.create(title=str(media), kind=kind, created_by=by)
