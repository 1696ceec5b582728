"""Others' words: everything in them can be seen, and no string ends before its end."""

import json
import re
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from claims.features.assistants.claim_documents import clean_web_url
from claims.features.assistants.text_rendering import (
    INVISIBLE_CHARACTER_MARKER,
    quote_detail,
    quote_text,
    show_invisible_characters,
)
from tests.helpers.hostile_words import HOSTILE, TAGS
from tests.helpers.sweeps import sweep


@sweep(
    "text",
    [
        "The bridge cost 90 million euros.",
        "Die Brücke ist “sicher”, sagt er.",
        "نمی‌خواهم",  # a joiner between letters
        "क्‍ष",
        "水は安全です。",
        "👩‍🔬 says so ❤️",
        "One line\nand another\tone",
        "السنة ٢٠٢٦",
    ],
)
def test_words_of_every_script_stay(text: str) -> None:
    assert show_invisible_characters(text) == text
    assert json.loads(quote_text(text)) == text


@sweep(
    "text, seen",
    [
        (f"It is false.{TAGS}", f"It is false.{INVISIBLE_CHARACTER_MARKER}"),
        ("a\u202eb\u2066c", f"a{INVISIBLE_CHARACTER_MARKER}b{INVISIBLE_CHARACTER_MARKER}c"),
        ("fal\u200bse", f"fal{INVISIBLE_CHARACTER_MARKER}se"),
        ("\ufeffx\u2060", f"{INVISIBLE_CHARACTER_MARKER}x{INVISIBLE_CHARACTER_MARKER}"),
        ("\x1b[31mred\x1b[0m", f"{INVISIBLE_CHARACTER_MARKER}[31mred{INVISIBLE_CHARACTER_MARKER}[0m"),
        (
            "a\u2028b\u2029c\x85d",
            f"a{INVISIBLE_CHARACTER_MARKER}b{INVISIBLE_CHARACTER_MARKER}c{INVISIBLE_CHARACTER_MARKER}d",
        ),
        ("a" + "\U000e0100" * 40, f"a{INVISIBLE_CHARACTER_MARKER}"),
        ("a\u3164\u2800b", f"a{INVISIBLE_CHARACTER_MARKER}b"),
        ("\u200c\u200d\u200c", INVISIBLE_CHARACTER_MARKER),
        ("a\u200d\u200d\u200db", f"a{INVISIBLE_CHARACTER_MARKER}b"),
        ("\ue000\U000f0000", INVISIBLE_CHARACTER_MARKER),
    ],
)
def test_invisible_characters_are_made_visible(text: str, seen: str) -> None:
    assert show_invisible_characters(text) == seen


def test_long_texts_are_shortened() -> None:
    assert show_invisible_characters("a" * 3000, 10) == "a" * 9 + "…"
    assert show_invisible_characters("a" * 10, 10) == "a" * 10


_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))*"')


@given(st.text(max_size=300))
@example("".join(HOSTILE))
@example('"\\"\\\\')
def test_any_text_becomes_one_string_on_one_line(text: str) -> None:
    said = quote_text(text, 10_000)
    assert _STRING.fullmatch(said)
    assert json.loads(said) == show_invisible_characters(text, 10_000)
    assert len(said.splitlines()) == 1
    assert not set("[]<>`") & set(said)
    hidden = {"Cc", "Cs", "Co", "Zl", "Zp"}
    assert not [sign for sign in said if unicodedata.category(sign) in hidden]
    assert not [sign for sign in said if 0xE0000 <= ord(sign) <= 0xE0FFF]


def test_nothing_is_no_text() -> None:
    assert quote_text(None) == "null"
    assert quote_text("null") == '"null"'


@sweep(
    "url, told",
    [
        ("https://example.org/a", "https://example.org/a"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("", ""),
        ("https://example.org/\u202ea", f"https://example.org/{INVISIBLE_CHARACTER_MARKER}a"),
    ],
)
def test_addresses_are_those_of_the_web(url: str, told: str) -> None:
    assert clean_web_url(url) == told


def test_only_names_keep_their_backticks() -> None:
    expected = {
        "`If-Match` is missing.": '"`If-Match` is missing."',
        "`page_size`: “`”.": r'"`page_size`: “\u0060”."',
        "“`rm -rf`”": r'"“\u0060rm -rf\u0060”"',
        "\\`x`": r'"\\\u0060x\u0060"',
    }
    found = {detail: quote_detail(detail, 500) for detail in expected}
    assert found == expected
    assert [detail for detail, written in found.items() if json.loads(written) != detail] == []
