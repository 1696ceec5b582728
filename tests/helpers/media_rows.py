"""Pictures for tests: drawn here, each seed another scene, as media of claims and evidence."""

import io
from typing import Any

import numpy as np
from PIL import Image

from claims.models import Claim, ClaimMedia
from sources import archive
from sources.media.perceptual_hash import compute_hash
from sources.models import MediaHash, MediaObject

WIDTH, HEIGHT = 480, 320


def scene(seed: int) -> Image.Image:
    """A picture with something in it to go by: soft shapes, other ones for each seed."""
    noise = np.random.default_rng(seed)
    small = Image.fromarray((noise.random((10, 15, 3)) * 255).astype(np.uint8))
    return small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def jpeg(picture: Image.Image, *, quality: int = 90, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.convert("RGB").save(stream, "JPEG", quality=quality, **options)
    return stream.getvalue()


def make_media(seed: int = 1, *, show: bool = True, **fields: Any) -> MediaObject:
    """A picture as it is taken in, without the process that reads it. Its rendition is in the archive."""
    picture = scene(seed)
    rendition = jpeg(picture, quality=80)
    words = fields.pop("alternative_text", f"Soft shapes, number {seed}.")
    columns: dict[str, Any] = {
        "sha256": archive.store(jpeg(picture, comment=b"as it came")),
        "size": 1000,
        "kind": MediaObject.Kind.IMAGE,
        "media_type": "image/jpeg",
        "width": WIDTH,
        "height": HEIGHT,
        "alternative_text": words,
        "public_sha256": archive.store(rendition),
        "public_media_type": "image/jpeg",
        "public_width": WIDTH,
        "public_height": HEIGHT,
        "show_to_readers": show and bool(words.strip()),
    }
    media = MediaObject.objects.create(**columns | fields)
    look = compute_hash(np.asarray(picture.convert("L")))
    MediaHash.objects.create(media=media, pdq=look.pdq, quality=look.quality)
    return media


def make_claim_media(claim: Claim, media: MediaObject | None = None, **fields: Any) -> ClaimMedia:
    return ClaimMedia.objects.create(
        **{
            "claim": claim,
            "media": media or make_media(),
            "caption": "The harbour bridge after the storm.",
            "page_url": "https://posts.example.org/41",
        }
        | fields
    )
