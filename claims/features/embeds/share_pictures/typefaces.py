"""The typefaces of share pictures, and the characters in each.

The font files are included (`fonts/`), so that pictures look the same on every machine and do not depend on
installed fonts. `fonts/README.md` has their origin, and how to make `coverage.json`.
"""

import json
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

FONTS_FOLDER = Path(__file__).parent / "fonts"


@cache
def load_coverage() -> dict[str, tuple[list[int], list[int]]]:
    """Return the first and the last code points of each typeface's ranges; the preferred typeface comes first."""
    ranges = json.loads((FONTS_FOLDER / "coverage.json").read_text())
    return {name: _parse_ranges(text) for name, text in ranges.items()}


def _parse_ranges(text: str) -> tuple[list[int], list[int]]:
    range_bounds = [range_text.partition("-") for range_text in text.split()]
    return [int(range_start, 16) for range_start, _separator, _separator in range_bounds], [
        int(range_end or range_start, 16) for range_start, _separator, range_end in range_bounds
    ]


@lru_cache(maxsize=20_000)
def has_character(typeface: str, character: str) -> bool:
    """Return whether the typeface has a glyph for the character."""
    range_starts, range_ends = load_coverage()[typeface]
    index = bisect_right(range_starts, ord(character)) - 1
    return index >= 0 and ord(character) <= range_ends[index]


@lru_cache(maxsize=20_000)
def choose_typeface(cluster: str) -> str | None:
    """Return the first typeface that has all characters of this grapheme cluster, or None."""
    for name in load_coverage():
        if all(has_character(name, character) for character in cluster):
            return name
    return None


@lru_cache(maxsize=200)
def load_font(typeface: str, size: int) -> ImageFont.FreeTypeFont:
    """Load the typeface at a size in pixels, with HarfBuzz shaping as the script requires."""
    return ImageFont.truetype(str(FONTS_FOLDER / typeface), size, layout_engine=ImageFont.Layout.RAQM)
