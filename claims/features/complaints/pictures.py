"""Check readers' pictures and re-encode them before they are stored."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _

from claims.features.complaints.models import ReaderPicture
from claims.features.complaints.models.reader_picture import MAX_PICTURE_BYTES
from sources.media.bounded_pictures import read_picture_bytes
from sources.media.refused_media import MediaRefused
from sources.media.signatures import HEAD_BYTES, recognise


class PictureRefused(ValueError):
    """The picture is rejected; `str()` tells the sender why."""


@dataclass(frozen=True)
class SentPicture:
    """A received picture, re-encoded without metadata such as the location and the camera."""

    content: bytes
    media_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def key(self) -> str:
        """Return a key that is the same for all pictures with the same pixels."""
        return f"sha256:{self.sha256}"


def read_picture(content: bytes) -> SentPicture:
    """Decode the picture, and return it upright and without metadata.

    Raises:
        PictureRefused: the picture is too large, cannot be read, or is of a type that browsers do not show.
    """
    if len(content) > MAX_PICTURE_BYTES:
        raise _build_too_large_error()
    kind = recognise(content[:HEAD_BYTES])
    if kind is None or kind.media_type not in ReaderPicture.Kind:
        raise PictureRefused(
            _("This is not a picture in a supported format. Send it as JPEG, PNG, WebP or GIF.")
        )
    try:
        rendition = read_picture_bytes(content, kind.reader).rendition
    except MediaRefused as refusal:
        raise PictureRefused(str(refusal)) from None
    if rendition is None or len(rendition.content) > MAX_PICTURE_BYTES:
        raise _build_too_large_error()
    return SentPicture(rendition.content, rendition.media_type)


def _build_too_large_error() -> PictureRefused:
    return PictureRefused(
        _("The picture is too large. The limit is %(most)s MB. Send a smaller copy or a screenshot.")
        % {"most": f"{MAX_PICTURE_BYTES / 1e6:.1f}"}
    )
