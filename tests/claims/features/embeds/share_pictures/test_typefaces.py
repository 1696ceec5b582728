"""The included typefaces have the glyphs that we claim."""

import json
from functools import cache

import pytest
from PIL import ImageFont

from claims.features.embeds.share_pictures.typefaces import (
    FONTS_FOLDER,
    choose_typeface,
    has_character,
    load_font,
)
from tests.helpers.sweeps import sweep

COVERAGE = json.loads((FONTS_FOLDER / "coverage.json").read_text())
#: A code point that no typeface has, so that the box of missing ones is drawn.
MISSING = "\U000effff"


@cache
def box(typeface: str) -> bytes:
    """How the typeface draws what it does not have."""
    return drawn(load_font(typeface, 40), MISSING)


def drawn(face: ImageFont.FreeTypeFont, text: str) -> bytes:
    mask = face.getmask(text)
    return bytes(mask) + repr(mask.size).encode()


def test_every_file_is_listed_and_every_listed_file_is_there() -> None:
    assert set(COVERAGE) == {path.name for path in FONTS_FOLDER.iterdir() if path.suffix in (".ttf", ".otf")}
    assert next(iter(COVERAGE)) == "NotoSans-Bold.ttf"
    assert list(COVERAGE)[-1] == "NotoSansCJK-Bold.otf"


@pytest.mark.slow
@sweep("typeface", COVERAGE)
def test_no_character_that_is_listed_is_drawn_as_a_box(typeface: str) -> None:
    face = load_font(typeface, 40)
    for stretch in COVERAGE[typeface].split():
        for end in stretch.split("-"):
            assert drawn(face, chr(int(end, 16))) != box(typeface), f"U+{end}"


@sweep("typeface", COVERAGE)
def test_characters_beside_a_stretch_are_not_taken_for_listed(typeface: str) -> None:
    first, last = COVERAGE[typeface].split()[0].partition("-")[::2]
    assert has_character(typeface, chr(int(first, 16)))
    assert has_character(typeface, chr(int(last or first, 16)))
    assert not has_character(typeface, chr(int(first, 16) - 1))
    assert not has_character(typeface, "\0")
    assert not has_character(typeface, MISSING)


@sweep(
    "text, typeface",
    [
        ("E", "NotoSans-Bold.ttf"),
        ("ж", "NotoSans-Bold.ttf"),
        ("ع", "NotoSansArabic-Bold.ttf"),
        ("ह", "NotoSansDevanagari-Bold.ttf"),
        ("한", "NotoSansCJK-Bold.otf"),
        ("海", "NotoSansCJK-Bold.otf"),
        ("ᠮ", None),
    ],
)
def test_each_script_has_its_typeface(text: str, typeface: str | None) -> None:
    assert choose_typeface(text) == typeface


def test_letters_are_joined_as_their_script_asks() -> None:
    """Shaped by HarfBuzz: three joined letters of Arabic are no row of three single ones."""
    face = load_font("NotoSansArabic-Bold.ttf", 40)
    single = sum(face.getlength(letter) for letter in "كتب")
    assert face.getlength("كتب", direction="rtl") < single * 0.9
    devanagari = load_font("NotoSansDevanagari-Bold.ttf", 40)
    assert devanagari.getlength("क्ष") < devanagari.getlength("क") + devanagari.getlength("ष")
