"""Of a reader's picture, only its pixels are stored."""

import io

import pytest
from PIL import Image

from claims.features.complaints.pictures import PictureRefused, read_picture
from tests.helpers.media_files import XMP, encoded, oriented, scene

#: What a phone and its owner write into a file.
SECRETS = (b"Optikwerk", b"Linden 7", b"Ada Brook", b"Dream Machine", b"At home", b"GPS", b"Exif", b"exif")


def with_everything(kind: str) -> bytes:
    """A picture of 120 by 90 pixels, taken at home with the camera on its side."""
    exif = Image.open(io.BytesIO(oriented(1, 6))).getexif()
    image = scene(1, 120, 90)
    if kind == "GIF":
        return encoded(image, kind, comment=b"At home, Ada Brook")
    more = {"PNG": {}, "JPEG": {"comment": b"At home"}, "WEBP": {}}[kind]
    return encoded(image, kind, exif=exif, xmp=XMP, **more)


def test_metadata_of_pictures_are_not_stored() -> None:
    found = {}
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        sent = with_everything(kind)
        stored = read_picture(sent).content
        image = Image.open(io.BytesIO(stored))
        found[kind] = (
            any(secret in sent for secret in SECRETS),
            [secret for secret in SECRETS if secret in stored],
            dict(image.getexif()),
            sorted(set(image.info) & {"exif", "xmp", "comment", "icc_profile", "XML:com.adobe.xmp"}),
            image.size,
        )
    upright: object = (True, [], {}, [], (90, 120))
    assert found == {"JPEG": upright, "PNG": upright, "WEBP": upright, "GIF": (True, [], {}, [], (120, 90))}


def test_equal_pixels_are_one_picture() -> None:
    bare = encoded(scene(1, 120, 90), "PNG")
    tagged = encoded(scene(1, 120, 90), "PNG", xmp=XMP)
    other = encoded(scene(2, 120, 90), "PNG")
    assert read_picture(bare).key == read_picture(tagged).key != read_picture(other).key


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\nnot much", "This picture cannot be read"),
        (encoded(scene(1, 120, 90), "BMP"), "This is not a picture in a supported format."),
    ],
)
def test_pictures_that_cannot_be_decoded_are_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(PictureRefused, match=sentence):
        read_picture(content)
