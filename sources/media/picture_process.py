"""The function that reads pictures in the confined process (`factcheck.confinement.zygote`)."""

import io
import warnings
from pathlib import Path

from PIL import Image, ImageFile

from factcheck.confinement.limits import forbid_opening_files
from sources.media.packed_pictures import Picture, PictureRequest, pack_result, unpack_request
from sources.media.refused_media import MediaRefused
from sources.media.shown_pictures import TooManyPixels, render_picture

try:
    from pillow_heif import register_heif_opener
except ImportError:  # HEIC is only read if the package is installed
    HAS_HEIF = False
else:
    HAS_HEIF = True
    register_heif_opener()


def prepare() -> None:
    """Read a sample picture of each kind, so that forked processes find everything loaded."""
    Image.MAX_IMAGE_PIXELS = None  # pixels are counted by this program, before anything is decoded
    warnings.simplefilter("ignore")
    # An incomplete picture is shown as far as it was received, with a caveat.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    for name in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"):
        buffer = io.BytesIO()
        Image.effect_noise((80, 80), 90).convert("RGB").save(buffer, name)
        render_picture(buffer, PictureRequest(name))


def handle_request(message: bytes) -> bytes:
    request = unpack_request(message)
    try:
        return pack_result(_read_picture(request))
    except MediaRefused as refusal:
        return pack_result(refusal)


def _read_picture(request: PictureRequest) -> Picture:
    if request.reader == "HEIF" and not HAS_HEIF:
        raise MediaRefused("not_read_here", "")
    with Path(request.path).open("rb") if request.path else io.BytesIO(request.content) as file:
        # Even if an attacker takes over this process through a decoder, it has neither files nor connections.
        forbid_opening_files()
        try:
            return render_picture(file, request)
        except TooManyPixels as error:
            raise MediaRefused("too_many_pixels", str(error)) from None
        except (
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
            IndexError,
            KeyError,
            TypeError,
            OverflowError,
        ) as error:
            raise MediaRefused("unreadable", type(error).__name__) from None
