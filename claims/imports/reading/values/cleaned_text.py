"""Clean text: remove the remains of file formats, and fold it for comparison."""

import html
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from sources.extraction.clean_text import clean_characters, clean_line

#: Placeholders for missing values. The whole text is compared, in lower case.
EMPTY_WORDS: Final = frozenset(
    ["n/a", "n.a.", "na", "nan", "nil", "none", "null", "undefined", "(null)", "<na>", "#n/a", "-", "--", "—", "–", "?"]
)  # fmt: skip

# The keys under which objects store text: JSON-LD, schema.org, and converted XML.
_TEXT_KEYS: Final = (
    "@value",
    "name",
    "text",
    "value",
    "#text",
    "headline",
    "alternateName",
    "title",
    "label",
)
_MAX_DEPTH: Final = 6
#: Longer texts are cut before cleaning: nothing of this size can be stored.
MAX_LENGTH: Final = 100_000

_ENTITY_PATTERN = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Only HTML tags: "<3", "a < b" and "<unknown>" are text.
_ATTRIBUTES = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*\s*/?>"""
_BLOCK_PATTERN = re.compile(
    r"</?(?:address|article|aside|blockquote|br|center|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|main"
    r"|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul)" + _ATTRIBUTES,
    re.IGNORECASE,
)
_INLINE_PATTERN = re.compile(
    r"</?(?:a|abbr|acronym|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|iframe|img|ins|kbd|mark|nobr|q|s|samp|small|span"
    r"|strike|strong|sub|sup|time|tt|u|var|wbr)" + _ATTRIBUTES,
    re.IGNORECASE,
)
# Content that browsers do not show, by its beginning and end.
_INVISIBLE_ELEMENTS: Final = (
    (re.compile("<!--"), re.compile("-->")),
    (re.compile(r"<script\b[^<>]*>", re.IGNORECASE), re.compile(r"</script\s*>", re.IGNORECASE)),
    (re.compile(r"<style\b[^<>]*>", re.IGNORECASE), re.compile(r"</style\s*>", re.IGNORECASE)),
)
# "\u2019", from JSON encoded twice.
_UNICODE_ESCAPE = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
# "\xe2\x80\x99", from bytes written as text.
_BYTE_ESCAPES = re.compile(r"(?:\\x[89a-fA-F][0-9a-fA-F]){2,}")

# UTF-8 that was read as Latin-1, windows-1252 or windows-1251 looks like this, and little else does. ftfy then decides,
# which takes fifty times longer. The first character is separate, so that texts without it are skipped quickly.
_MOJIBAKE_PATTERN = re.compile(
    "[\x80-\x9f\u00c2-\u00f4РС]"
    "(?:(?<=[\x80-\x9f])|(?<=[\u00c2-\u00f4])[\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
    "|(?<=[РС])[\u0400-\u045f\u00a0-\u00bf\u2010-\u2122](?:[РС][\u0400-\u045f\u00a0-\u00bf\u2010-\u2122]){3})"
)
_UNCLEAN_PATTERN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
    "\ufff0-\uffff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")
_UNSTORABLE_PATTERN = re.compile("[\x00\ud800-\udfff]")
# Marks that are often omitted: accents, Arabic vowels and hamza, the nukta of Indian scripts.
_MARKS_PATTERN = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670\u093c\u09bc\u0a3c\u200b-\u200f\ufeff]")
_LETTERS = str.maketrans({"ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك"})


def iterate_texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield every text in a value, in order: each entry of a list, and the name of an object."""
    if isinstance(value, str):
        if value:
            yield value[:MAX_LENGTH]
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, int | float):
        yield from _iterate_number(value)
    elif depth < _MAX_DEPTH:
        if isinstance(value, Mapping):
            yield from next(
                (texts for key in _TEXT_KEYS if (texts := list(iterate_texts(value.get(key), depth + 1)))), []
            )
        elif isinstance(value, list | tuple):
            for entry in value:
                yield from iterate_texts(entry, depth + 1)


def _iterate_number(value: float) -> Iterator[str]:
    # Python refuses to format integers of more than 4,300 digits, which are never intended.
    if isinstance(value, int):
        if abs(value) < 10**30:
            yield str(value)
    elif math.isfinite(value):
        yield str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def read_line(value: Any) -> str:
    """Return the first text in a value on one line; "" if there is none."""
    if isinstance(value, str):
        return clean(value[:MAX_LENGTH])
    return next(filter(None, map(clean, iterate_texts(value))), "")


def join_texts(value: Any) -> str:
    """Join the distinct texts of a value on one line."""
    if isinstance(value, str):
        return clean(value[:MAX_LENGTH])
    return ", ".join(dict.fromkeys(filter(None, map(clean, iterate_texts(value)))))


def read_paragraphs(value: Any) -> str:
    """Join the distinct texts of a value, keeping paragraphs."""
    if isinstance(value, str):
        return clean_paragraphs(value[:MAX_LENGTH])
    return "\n\n".join(dict.fromkeys(filter(None, map(clean_paragraphs, iterate_texts(value)))))


def is_empty_value(text: str) -> bool:
    return not text or text.lower() in EMPTY_WORDS


def clean(text: str) -> str:
    """Return one line in NFC without markup, escapes and invisible characters. Quotation marks are kept."""
    # Most texts; the speed of this module depends on it. The only white space allowed is the space.
    if text.isprintable() and not ("<" in text or "&" in text or "\\" in text) and _is_clean(text):
        text = text.strip()
        return " ".join(text.split()) if "  " in text else text
    return _repeat_until_stable(text, _join_lines)


def clean_paragraphs(text: str) -> str:
    """Clean text like `clean`, but keep line breaks; a blank line ends a paragraph."""
    return _repeat_until_stable(text, _tidy_lines)


def make_storable(text: str) -> str:
    """Return the text without the characters that PostgreSQL cannot store."""
    return _UNSTORABLE_PATTERN.sub("", text)


@lru_cache(maxsize=4096)
def clean_short(text: str) -> str:
    """Clean a short text like `clean`. Results are cached, because labels and names recur."""
    return clean(text)


def fold(text: str) -> str:
    """Fold a text for comparison: lower case, no diacritics, digits as 0 to 9."""
    if text.isascii():
        return text.lower()
    text = _MARKS_PATTERN.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_LETTERS)
    return "".join(
        str(unicodedata.digit(character)) if character.isdigit() and not character.isascii() else character
        for character in text
    )


def _is_clean(text: str) -> bool:
    """Return whether the text needs no cleaning."""
    return text.isascii() or not (
        _MOJIBAKE_PATTERN.search(text)
        or _UNCLEAN_PATTERN.search(text)
        or not unicodedata.is_normalized("NFC", text)
    )


def _repeat_until_stable(text: str, step: Callable[[str], str]) -> str:
    # Removing something may reveal something else: "&amp;lt;b&amp;gt;". Every step except a repair shortens the text,
    # so this ends; the limit is for malicious texts.
    for _round in range(10):
        if (cleaned := step(text)) == text:
            break
        text = cleaned
    return text


def _join_lines(text: str) -> str:
    text = _strip_markup(text)
    if not text.isascii():
        if _MOJIBAKE_PATTERN.search(text):
            return clean_line(text)
        text = clean_characters(text) if _UNCLEAN_PATTERN.search(text) else unicodedata.normalize("NFC", text)
    elif not text.isprintable():
        text = clean_characters(_LINE_ENDS.sub("\n", text))
    return " ".join(text.split())


def _tidy_lines(text: str) -> str:
    lines = _LINE_ENDS.sub("\n", _strip_markup(text, line_end="\n")).split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join(map(_join_lines, lines))).strip()


def _strip_markup(text: str, line_end: str = " ") -> str:
    if "\\" in text:
        text = _BYTE_ESCAPES.sub(_decode_bytes, _UNICODE_ESCAPE.sub(_unescape_unicode, text))
    if "&" in text:
        text = _ENTITY_PATTERN.sub(_unescape_entity, text)
    if "<" in text:
        for beginning, end in _INVISIBLE_ELEMENTS:
            text = _strip_sections(text, beginning, end)
        text = _INLINE_PATTERN.sub("", _BLOCK_PATTERN.sub(line_end, text))
    return text


def _strip_sections(text: str, beginning: re.Pattern[str], end: re.Pattern[str]) -> str:
    # Without a regular expression: `.*?` would search to the end of the text for each opening tag without an end.
    kept_parts, position = [], 0
    while (opening := beginning.search(text, position)) and (closing := end.search(text, opening.end())):
        kept_parts.append(text[position : opening.start()])
        position = closing.end()
    return "".join([*kept_parts, text[position:]]) if kept_parts else text


def _unescape_entity(match: re.Match[str]) -> str:
    return html.unescape(match[0])


def _unescape_unicode(match: re.Match[str]) -> str:
    # Two surrogates form a character; a single one is dropped.
    return json.loads(f'"{match[0]}"').encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _decode_bytes(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(match[0].replace("\\x", "")).decode()
    except UnicodeDecodeError:
        return match[0]
