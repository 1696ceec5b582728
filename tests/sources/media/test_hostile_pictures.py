"""Whatever bytes come as a picture: a refusal in a sentence, or a rendition that is a picture and nothing more."""

import io
import os
import random

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from sources.media import shown_pictures
from sources.media.bounded_pictures import compute_picture_hash, read_picture_bytes
from sources.media.packed_pictures import Picture, PictureRequest, pack_result, unpack_request, unpack_result
from sources.media.packed_pictures import pack_request as pack
from sources.media.refused_media import MediaRefused
from sources.media.signatures import IMAGE, detect_second_format, recognise
from tests.helpers import media_files
from tests.helpers.media_files import encoded, scene
from tests.helpers.sweeps import sweep

KINDS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")
SMALL = {kind: encoded(scene(50, 120, 90), kind) for kind in KINDS}


def outcome(content: bytes) -> Picture | str:
    kind = recognise(content)
    if kind is None or kind.kind != IMAGE or not kind.reader:
        return "unknown_type"
    try:
        return read_picture_bytes(content, kind.reader)
    except MediaRefused as refusal:
        return refusal.reason_code if refusal.sentence.endswith(".") else "no sentence"


def check(found: Picture | str) -> None:
    if isinstance(found, str):
        assert found in {"unreadable", "too_many_pixels", "too_costly", "unknown_type", "not_read_here"}
        return
    assert found.rendition is not None
    with Image.open(io.BytesIO(found.rendition.content)) as shown:
        assert shown.size == (found.rendition.width, found.rendition.height)
        assert max(shown.size) <= shown_pictures.SHOWN_SIDE
    assert recognise(found.rendition.content[:4096]).media_type == found.rendition.media_type  # type: ignore[union-attr]


@pytest.mark.slow
@sweep("kind", KINDS)
def test_damaged_pictures(kind: str) -> None:
    chance = random.Random(kind)  # noqa: S311  the same each time
    for _ in range(6):
        content = bytearray(SMALL[kind])
        for _ in range(chance.randint(1, 30)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        del content[chance.randint(len(content) // 2, len(content)) :]
        check(outcome(bytes(content)))


@given(st.sampled_from(KINDS), st.binary(max_size=200))
@hypothesis_settings(max_examples=15)
def test_files_that_only_begin_like_a_picture(kind: str, rest: bytes) -> None:
    check(outcome(SMALL[kind][:40] + rest))


@pytest.mark.slow
@sweep(
    "content",
    [
        media_files.bomb(),
        media_files.png_of(2**31 - 1, 1, b""),
        media_files.png_of(1, 2**31 - 1, b""),
        media_files.png_of(0, 0, b""),
        media_files.png_of(7900, 8000, bytes(23_701 * 100)),
        b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02D\x01\x00;",
    ],
)
def test_bombs(content: bytes) -> None:
    check(outcome(content))


def test_an_animation_of_very_many_frames_is_looked_at_in_part() -> None:
    frames = [Image.new("P", (64, 64), number % 256) for number in range(2500)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=10)
    found = outcome(content)
    assert isinstance(found, Picture)
    assert sum(look.frame_at is not None for look in found.picture_hashes) < 30


def test_requests_and_answers_come_back_as_they_went() -> None:
    asked = PictureRequest("PNG", path="/a/é", content=b"\x00\xff", hash_only=True)
    assert unpack_request(pack(asked)) == asked
    found = outcome(SMALL["PNG"])
    assert isinstance(found, Picture)
    assert unpack_result(pack_result(found)) == found
    with pytest.raises(MediaRefused) as refused:
        unpack_result(pack_result(MediaRefused("unreadable", "x")))
    assert refused.value.reason_code == "unreadable"


@given(st.binary(max_size=400))
def test_every_file_is_searched_for_hidden_files(content: bytes) -> None:
    assert detect_second_format(io.BytesIO(content)) in {"", "holds_a_page", "holds_an_archive"}


def test_stowaways_across_the_pieces_that_are_read() -> None:
    assert detect_second_format(io.BytesIO(os.urandom(2**20 - 4) + b"<script>")) == "holds_a_page"
    assert detect_second_format(io.BytesIO(b"PK\x05\x06" + bytes(500))) == ""


@sweep("kind", KINDS)
def test_small_pictures_have_hashes(kind: str) -> None:
    assert len(compute_picture_hash(SMALL[kind]).features) == 2
    assert compute_picture_hash(encoded(Image.new("RGB", (1, 1)), kind)).quality == 0
