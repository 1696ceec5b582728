"""Read pictures in a separate process with limited memory and time."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from factcheck.confinement.confined import ConfinedModule, LimitExceeded
from factcheck.confinement.limits import Allowance, Cause
from sources.media.packed_pictures import Picture, PictureRequest, pack_request, unpack_result
from sources.media.perceptual_hash import PerceptualHash
from sources.media.refused_media import MediaRefused
from sources.media.signatures import HEAD_BYTES, IMAGE, SVG, MediaFormat, recognise

#: Half of this is enough to decode a picture with the maximum number of pixels (`shown_pictures.MAX_PIXELS`).
PICTURE_LIMITS = Allowance(memory=1024 * 1024 * 1024, seconds=30.0)

_REFUSALS = {
    Cause.TIME: (
        "too_costly",
        gettext_noop("Reading this picture takes too long. Save it again with another program."),
    ),
    Cause.MEMORY: (
        "too_costly",
        gettext_noop("Reading this picture takes too much memory. Save it again with fewer pixels."),
    ),
    Cause.BUSY: ("busy", gettext_noop("Other pictures are being read at the moment. Try again in a minute.")),
    Cause.OUTPUT: (
        "too_costly",
        gettext_noop("This picture contains too much to read. Save it again with another program."),
    ),
    Cause.CRASH: (
        "unreadable",
        gettext_noop(
            "This picture cannot be read: it is damaged, or is not a picture. Save it again, or take a "
            "screenshot of it."
        ),
    ),
}


#: The messages for pictures that the process cannot read, by code. `%(detail)s` is a detail from the process.
_MESSAGES = {
    "too_many_pixels": gettext_noop(
        "This picture has too many pixels (%(detail)s). Save a smaller copy, or crop a map or scan to the "
        "relevant part."
    ),
    "unreadable": _REFUSALS[Cause.CRASH][1],
    "not_read_here": gettext_noop("This kind of picture cannot be read here. Save it as JPEG and send that."),
}


def read_picture(path: Path, kind: MediaFormat) -> Picture:
    """Read the picture in a file: its perceptual hashes, its metadata, and the rendition for readers.

    Raises:
        MediaRefused: the picture cannot be read, or reading it exceeded a limit.
    """
    return _request_picture(PictureRequest(kind.reader, path=str(path)))


def read_picture_bytes(content: bytes, reader: str) -> Picture:
    """Read a picture from memory; `reader` is Pillow's name for its format.

    Raises:
        MediaRefused: the picture cannot be read, or reading it exceeded a limit.
    """
    return _request_picture(PictureRequest(reader, content=content))


def compute_picture_hash(content: bytes) -> PerceptualHash:
    """Compute the hashes of a picture and of parts of it, to find cropped or partly covered versions.

    Raises:
        MediaRefused: the content is not a readable picture, or reading it exceeded a limit.
    """
    kind = recognise(content[:HEAD_BYTES])
    if kind == SVG:
        raise MediaRefused(*describe_svg_refusal())
    if kind is None or kind.kind != IMAGE:
        raise MediaRefused(
            "unknown_type", _("This is not a readable picture. Send a JPEG, PNG, WebP or GIF.")
        )
    whole_hash, *parts = _request_picture(
        PictureRequest(kind.reader, content=content, hash_only=True)
    ).picture_hashes
    return replace(whole_hash.hash, parts=tuple((part_hash.part, part_hash.hash) for part_hash in parts))


def describe_svg_refusal() -> tuple[str, str]:
    """Return the code and the sentence for rejecting an SVG drawing, which can contain scripts."""
    return "svg", _(
        "An SVG drawing can contain scripts and is not accepted. Save it as a PNG picture and send that."
    )


def _request_picture(request: PictureRequest) -> Picture:
    try:
        return unpack_result(_get_reader().send_request(pack_request(request)))
    except MediaRefused as refusal:
        code = refusal.reason_code
        raise MediaRefused(code, _(_MESSAGES[code]) % {"detail": refusal.sentence}) from None
    except LimitExceeded as bounds:
        code, sentence = _REFUSALS[bounds.cause]
        raise MediaRefused(code, _(sentence)) from None


@cache
def _get_reader() -> ConfinedModule:
    return ConfinedModule("sources.media.picture_process", PICTURE_LIMITS)
