"""Files are recognised by their first bytes."""

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sources.media.signatures import HEAD_BYTES, SVG, recognise
from tests.helpers import media_files
from tests.helpers.media_files import encoded, sound
from tests.helpers.sweeps import sweep


@sweep(
    "head, media_type",
    [
        *(
            (encoded(Image.new("RGB", (60, 40), "teal"), kind), f"image/{kind.lower()}")
            for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")
        ),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1heicmiaf", "image/heic"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", "image/avif"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", "video/mp4"),
        (b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00isommp42", "audio/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x00isom3gp4", "video/3gpp"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", "video/quicktime"),
        (sound(), "audio/wav"),
        (b"OggS" + bytes(24) + b"OpusHead", "audio/ogg"),
        (b"OggS" + bytes(24) + b"\x80theora", "video/ogg"),
        (b"\x1a\x45\xdf\xa3" + bytes(20) + b"webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3" + bytes(20) + b"matroska", "video/x-matroska"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\x47" + bytes(187) + b"\x47", "video/mp2t"),
        (media_files.SVG, "image/svg+xml"),
    ],
)
def test_common_kinds(head: bytes, media_type: str) -> None:
    found = recognise(head[:HEAD_BYTES])
    assert found is not None
    assert found.media_type == media_type
    assert found.kind == media_type.partition("/")[0]


@sweep(
    "head",
    [
        b"",
        b"BM and so on, a letter that begins so",
        b"<html><svg></svg></html>",
        b"GIF",
        b"plain words",
        b"\x00",
    ],
)
def test_other_files_are_not_recognised(head: bytes) -> None:
    assert recognise(head) is None


@given(st.binary(max_size=300))
def test_any_bytes_have_an_answer(head: bytes) -> None:
    found = recognise(head)
    assert found is None or found == SVG or found.reader
