"""Render a picture for readers: upright, in sRGB, and without metadata.

Runs in the confined process (`picture_process`). Only the decoder of the detected format is used.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, ImageOps, ImageSequence

from sources.media.feature_detection import QUERY_FEATURES, STORED_FEATURES, find_features
from sources.media.packed_pictures import Picture, PictureHash, PictureRequest, Rendition
from sources.media.perceptual_hash import compute_hash
from sources.media.picture_metadata import read_metadata
from sources.media.picture_parts import hash_parts
from sources.media.signatures import detect_second_format

#: The longest side of the public picture, and of the hashed one.
SHOWN_SIDE, HASHED_SIDE = 2048, 1024
#: The maximum number of pixels to decode. Large JPEGs are decoded at an eighth of their size.
MAX_PIXELS, MAX_JPEG_PIXELS = 64_000_000, 400_000_000
#: The number of frames of an animation that are hashed, and the maximum of frames and of pixels decoded for that.
HASHED_FRAMES, MAX_DECODED_FRAMES, MAX_FRAME_PIXELS = 12, 600, 400_000_000
WEBP_QUALITIES = (85, 80)

_ANIMATED_FORMATS = {"GIF", "PNG", "WEBP", "AVIF"}


class TooManyPixels(Exception):
    """The picture is too large to decode; `str()` is its size."""


def render_picture(file: IO[bytes], request: PictureRequest) -> Picture:
    """Render the picture in a file.

    Raises:
        TooManyPixels: the picture is too large to decode.
        OSError, ValueError, SyntaxError: the file is not a picture; Pillow may raise other exceptions.
    """
    caveats: list[str] = []
    image = _open_image(file, request.reader)
    width, height = image.size
    try:
        rendered_image = _orient_image(_decode_image(image))
    except OSError:
        image, rendered_image = _decode_truncated(file, request.reader)
        caveats.append("cut_off")
    if image.getexif().get(0x0112, 1) in (5, 6, 7, 8):
        width, height = height, width
    luma = compute_luma(rendered_image)
    picture_hashes = [_hash_whole(luma, request), *hash_parts(luma)]
    if request.hash_only:
        return Picture(width, height, picture_hashes)
    picture_hashes += _hash_frames(image, request.reader, width * height)
    if len(picture_hashes) > 1 and picture_hashes[-1].frame_at is not None:
        caveats.append("animated")
    if second_format := detect_second_format(file):
        caveats.append(second_format)
    return Picture(
        width, height, picture_hashes, _encode_rendition(rendered_image, file), read_metadata(image), caveats
    )


def compute_luma(image: Image.Image) -> NDArray[np.uint8]:
    """Return the brightness of each pixel, with transparent ones on white, at the size that is hashed."""
    scaled_image = image.copy()
    scaled_image.thumbnail((HASHED_SIDE, HASHED_SIDE), Image.Resampling.BOX)
    return np.asarray(_paint_on_white(scaled_image).convert("L"))


def _hash_whole(luma: NDArray[np.uint8], request: PictureRequest) -> PictureHash:
    """Return the hash of the whole picture, with its local features for storing or looking up."""
    features = (
        find_features(luma, QUERY_FEATURES) if request.hash_only else find_features(luma, STORED_FEATURES)[:1]
    )
    return PictureHash("whole", None, replace(compute_hash(luma), features=features))


def _open_image(file: IO[bytes], reader: str) -> Image.Image:
    file.seek(0)
    # Some cameras write several pictures into one JPEG; the first is the one to show.
    image = Image.open(file, formats=["JPEG", "MPO"] if reader == "JPEG" else [reader])
    max_pixels = MAX_JPEG_PIXELS if reader == "JPEG" else MAX_PIXELS
    if image.width * image.height > max_pixels:
        raise TooManyPixels(f"{image.width} × {image.height}")
    return image


def _decode_image(image: Image.Image) -> Image.Image:
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (SHOWN_SIDE, SHOWN_SIDE))
    if image.width * image.height > MAX_PIXELS:
        raise TooManyPixels(f"{image.width} × {image.height}")
    image.load()
    return image


def _decode_truncated(file: IO[bytes], reader: str) -> tuple[Image.Image, Image.Image]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image = _open_image(file, reader)
        return image, _orient_image(_decode_image(image))
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _orient_image(image: Image.Image) -> Image.Image:
    """Return the picture in RGB or RGBA (sRGB), upright, and scaled down to the size shown to readers."""
    with suppress(
        OSError, ValueError, SyntaxError, TypeError, KeyError
    ):  # unreadable tags do not rotate the picture
        if image.getexif().get(0x0112, 1) != 1:
            scaled_image = _shrink_image(image)
            scaled_image.getexif()[0x0112] = image.getexif()[0x0112]
            return ImageOps.exif_transpose(scaled_image)
    return _shrink_image(image)


def _shrink_image(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = _convert_mode(image)
    image.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _convert_to_srgb(image, profile)


def _convert_mode(image: Image.Image) -> Image.Image:
    """Return a copy in a mode whose values can be averaged."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image).astype(np.float32)
        # Cameras with 16 or 12 bits use their whole range, so dark pixels must stay visible.
        top = max(float(values.max()), 1.0)
        scale = 255 / (65535 if top > 255 else 255) if image.mode != "F" else 255 / top
        return Image.fromarray(np.clip(values * scale, 0, 255).astype(np.uint8), "L")
    has_alpha = "transparency" in image.info or image.mode in ("PA", "La", "RGBa")
    if image.mode in ("P", "PA", "La", "RGBa", "1") or has_alpha:
        return image.convert("RGBA" if has_alpha else "RGB")
    return image.copy()


def _convert_to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    colours = image.convert("RGB") if image.mode in ("RGBA", "LA") else image
    result = _apply_profile(colours, profile) if profile and colours.mode in ("RGB", "CMYK", "L") else None
    result = result or colours.convert("RGB")
    if alpha is not None and alpha.getextrema()[0] != 255:
        result.putalpha(alpha)
    return result


def _apply_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        return ImageCms.profileToProfile(
            image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _paint_on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    background = Image.new("RGBA", image.size, "white")
    background.alpha_composite(image)
    return background.convert("RGB")


def _hash_frames(image: Image.Image, reader: str, pixels: int) -> Iterator[PictureHash]:
    """Yield the hashes of some later frames of an animation, with their times."""
    if reader not in _ANIMATED_FORMATS or not getattr(image, "is_animated", False):
        return
    frames = min(getattr(image, "n_frames", 1), MAX_DECODED_FRAMES, MAX_FRAME_PIXELS // pixels)
    numbers = {round(number * (frames - 1) / (HASHED_FRAMES - 1)) for number in range(HASHED_FRAMES)} - {0}
    seconds = 0.0
    with suppress(OSError, EOFError, ValueError, SyntaxError):  # decoding stops at the first damaged frame
        for number, frame in enumerate(ImageSequence.Iterator(image)):
            if number >= frames:
                return
            if number in numbers:
                yield PictureHash(
                    "whole", round(seconds, 3), compute_hash(compute_luma(_shrink_image(frame)))
                )
            seconds += max(float(frame.info.get("duration", 0)), 10.0) / 1000


def _encode_rendition(image: Image.Image, file: IO[bytes]) -> Rendition:
    """Encode only the pixels, as JPEG or, if transparent, WebP."""
    plain_image = Image.frombytes(image.mode, image.size, image.tobytes())
    is_transparent = plain_image.mode == "RGBA"
    content = b""
    for quality in WEBP_QUALITIES:
        buffer = io.BytesIO()
        if is_transparent:
            plain_image.save(buffer, "WEBP", quality=quality)
        else:
            plain_image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        content = buffer.getvalue()
        file.seek(0)
        if file.read(len(content) + 1) != content:
            break
    return Rendition(content, "image/webp" if is_transparent else "image/jpeg", *plain_image.size)
