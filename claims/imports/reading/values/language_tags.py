"""Convert tags, codes and names of languages to BCP 47 tags."""

import re
from functools import lru_cache
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from claims.imports.reading.values.cleaned_text import read_line
from sources.extraction.language import REPLACED_CODES

#: Codes that mean that there is no language (ISO 639-2, and some found in files).
NO_LANGUAGE: Final = frozenset(
    {"mul", "und", "mis", "zxx", "xx", "other", "unknown", "multiple", "various", "all"}
)
MAX_LENGTH: Final = 35

_TAG_PATTERN = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
# Languages with known names in the language itself: "Deutsch", "한국어".
_AUTONYMS: Final = (
    "af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "es", "et", "eu", "fa", "fi",
    "fil", "fr", "ga", "gl", "gu", "ha", "he", "hi", "hr", "hu", "hy", "id", "ig", "is", "it", "ja", "ka", "kk", "km",
    "kn", "ko", "ku", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "nb", "ne", "nl", "or", "pa", "pl", "ps",
    "pt", "ro", "ru", "si", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "uz", "vi",
    "yo", "zh", "zu",
)  # fmt: skip


def read_language(value: Any) -> str:
    """Return the tag of a language, such as `pt-BR`; "" if the value names none."""
    text = read_line(value)
    return _find_tag(text) if 2 <= len(text) <= 100 else ""


@lru_cache(maxsize=2048)
def _find_tag(text: str) -> str:
    text = text.partition(".")[0].partition("@")[0].strip()  # "en_US.UTF-8"
    if text.casefold() in NO_LANGUAGE:
        return ""
    if _TAG_PATTERN.fullmatch(text) and len(text) <= MAX_LENGTH:
        primary, *subtags = re.split("[-_]", text)
        if language := _shorten_code(primary.lower()):
            return "-".join([language, *map(_format_subtag, subtags)])
    return _load_names().get(_fold(text)) or _load_names().get(_fold(text.partition("(")[0]), "")


def _shorten_code(code: str) -> str:
    """Return the shortest code of a language: "en" for "eng", "he" for "iw"; "" if it is not a language."""
    if code in NO_LANGUAGE:
        return ""
    if code in REPLACED_CODES:
        return REPLACED_CODES[code]
    if code != "tl":  # CLDR calls it Filipino, but the detector does not
        code = (get_global("language_aliases").get(code) or code).partition("_")[0]
    return code if code in _get_names("en") else ""


def _format_subtag(subtag: str) -> str:
    """Return a subtag in its usual case: region upper, script capitalised, others lower (RFC 5646, 2.1.1)."""
    if len(subtag) == 2:
        return subtag.upper()
    return subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag.lower()


@lru_cache(maxsize=1)
def _load_names() -> dict[str, str]:
    names = {_fold(_get_names(code).get(code, "")): code for code in _AUTONYMS}
    names |= {_fold(name): code.replace("_", "-") for code, name in _get_names("en").items()}
    names |= {
        "punjabi": "pa",
        "farsi": "fa",
        "tagalog": "tl",
        "mandarin": "zh",
        "castilian": "es",
        "castellano": "es",
    }
    names.pop("", None)
    return names


@lru_cache(maxsize=128)
def _get_names(code: str) -> dict[str, str]:
    try:
        return dict(Locale.parse(code).languages)
    except (UnknownLocaleError, ValueError):
        return {}


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
