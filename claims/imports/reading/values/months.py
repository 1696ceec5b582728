"""Month names in the languages of fact-checking; ambiguous names are ignored."""

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import Final

from sources.extraction.dates import load_month_names

# Locales whose month names CLDR provides. Arabic has three sets: Gulf and Egypt, Levant, Maghreb.
_LOCALES: Final = (
    "af", "am", "ar", "ar_DZ", "ar_LB", "ar_MA", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "de_AT",
    "el", "es", "et", "eu", "fa", "fi", "fil", "fr", "ga", "gl", "gu", "ha", "he", "hi", "hr", "hu", "hy", "id", "is",
    "it", "ka", "kk", "km", "kn", "ku", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "my", "nb", "ne", "nl", "or", "pa",
    "pl", "ps", "pt", "ro", "ru", "si", "sk", "sl", "so", "sq", "sr", "sr_Latn", "sv", "sw", "ta", "te", "th", "tr",
    "uk", "ur", "uz", "zu",
)  # fmt: skip
# Other common spellings.
_ADDITIONAL_NAMES: Final = {
    1: "জানুয়ারি জানুয়ারী",
    2: "ফেব্রুয়ারি ফেব্রুয়ারী",
    5: "می",
    7: "جولای يوليوز",
    8: "آگوست اوغسطس",
    9: "sept setiembre",
    12: "disember",
}
# Marks that are often omitted: accents, Arabic vowels and hamza, the nukta of Indian scripts.
_MARKS_PATTERN = re.compile("[\u0300-\u036f\u0640\u064b-\u065f\u0670\u093c\u09bc\u0a3c\u200b-\u200f\ufeff]")
_LETTERS = str.maketrans({"ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك"})


def fold(text: str) -> str:
    """Fold a text for comparison: lower case, no diacritics, digits as 0 to 9."""
    if text.isascii():
        return text.lower()
    text = _MARKS_PATTERN.sub("", unicodedata.normalize("NFKD", text.casefold())).translate(_LETTERS)
    return "".join(
        str(unicodedata.digit(character)) if character.isdigit() and not character.isascii() else character
        for character in text
    )


def find_month(name: str, language: str) -> int | None:
    """Return the number of the month with this name in `language`, in English or in any other language; None if
    unknown.
    """
    if language and (number := _load_months(language).get(name)):
        return number
    return _load_months("en").get(name) or _load_all_months().get(name)


@lru_cache(maxsize=64)
def _load_months(language: str) -> dict[str, int]:
    return {fold(name): number for name, number in load_month_names(language.replace("-", "_")).items()}


@lru_cache(maxsize=1)
def _load_all_months() -> dict[str, int]:
    meanings = defaultdict(set)
    for locale in _LOCALES:
        for name, number in _load_months(locale).items():
            meanings[name].add(number)
    for number, names in _ADDITIONAL_NAMES.items():
        for name in names.split():
            meanings[fold(name)].add(number)
    return {name: numbers.pop() for name, numbers in meanings.items() if len(numbers) == 1}
