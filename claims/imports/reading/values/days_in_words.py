"""Dates in words: "3 de mayo de 2019", "May 3rd, 2019, updated June 4", "14 سبتمبر، 2021".

Callers fold the texts with `cleaned_text.fold` first. The month names cover the languages in which fact checks are
published. A name that means different months is ignored.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from claims.imports.reading.values.cleaned_text import fold
from claims.imports.reading.values.problem import Problem
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


class NamedDay(NamedTuple):
    """The position of a date in a text, with the date or the reason why it is not usable."""

    start: int
    end: int
    value: date | Problem


_WORD: Final = r"[^\W\d_][^\s\d,،./()\[\]|:;_'\"‘’“”–-]*"
# A name of two words, as in the Levant: تشرين الأول.
_NAME: Final = rf"({_WORD})(?:\s+(?!(?:de|del|of)\b)({_WORD}))?"
_ORDINAL: Final = r"(?:st|nd|rd|th|er|re|\.?[oa]\b|°|\.)?"
# A time before the month ("12:30 May 2018") and a word that ends in a number ("Covid-19 May 2020") are not days.
_DAY_FIRST = re.compile(
    rf"(?<!\d)(?<!\d[:.])(?<![^\W\d_]-)(?:(\d{{1,2}}){_ORDINAL}\s?[-–]\s?)?(?<!\d)(\d{{1,2}}){_ORDINAL}[\s,/-]*"
    rf"(?:de\s+|of\s+|d['’]\s?)?{_NAME}[.,،]?[\s/-]*(?:de\s+|del\s+|of\s+)?(\d{{4}})(?!\d)"
)
# There may be a time between day and year, as in the output of the Unix `date` command.
_MONTH_FIRST = re.compile(
    rf"(?<![^\W_]){_NAME}[.,]?[\s/-]*(?<!\d)(\d{{1,2}})(?:\s?[-–]\s?(\d{{1,2}}))?{_ORDINAL}(?:[,،/-]\s*|\s+)(?:de\s+)?"
    r"(?:\d\d:\d\d:\d\d\s+(?:[a-z]{3,4}\s+|[+-]\d{4}\s+)?)?(\d{4})(?!\d|:\d)"
)
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}})[.,]?[\s/-]*({_WORD})[.,]?[\s/-]*(\d{{1,2}})(?!\d)")
_WORDS_PATTERN = re.compile(_WORD)


def _compile_beginnings(*beginnings: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(fold(beginning)) for beginning in beginnings))


_UPDATED_PATTERN = _compile_beginnings(
    "updat", "modifi", "edited", "revised", "aktualisiert", "geändert", "actualiz", "atualiza", "mis à jour",
    "mise à jour", "aggiornat", "zaktualiz", "güncel", "diperbarui", "обновл", "تحديث", "수정", "更新",
)  # fmt: skip
_PUBLISHED_PATTERN = _compile_beginnings(
    "publi", "pubbl", "post", "created", "stated", "said", "claimed", "veröffentlicht", "erstellt", "opublik", "yayın",
    "diterbitkan", "опублик", "نشر", "등록", "입력", "게시", "发布", "發布", "公開",
)  # fmt: skip


def marks_update(words: str) -> bool:
    """Return whether the words before a date mark it as the date of an update."""
    return bool(_UPDATED_PATTERN.search(words))


def marks_publication(words: str) -> bool:
    """Return whether the words before a date mark it as the date of publication."""
    return bool(_PUBLISHED_PATTERN.search(words))


def find_days(folded_text: str, language: str) -> Iterator[tuple[int, int, tuple[int, int, int] | None]]:
    """Yield (start, end, (year, month, day)) for each date in the text, with None as the date for a range of days."""
    is_found = False
    for match in _DAY_FIRST.finditer(folded_text):
        last_day, day, first_word, second_word, year = match.groups()
        if month := find_month(f"{first_word} {second_word}" if second_word else first_word, language):
            is_found = True
            yield match.start(), match.end(), None if last_day else (int(year), month, int(day))
    for match in _MONTH_FIRST.finditer(folded_text):
        first_word, second_word, day, last_day, year = match.groups()
        month = (second_word and find_month(f"{first_word} {second_word}", language)) or find_month(
            second_word or first_word, language
        )
        if month:
            is_found = True
            yield match.start(), match.end(), None if last_day else (int(year), month, int(day))
    if not is_found:
        for match in _YEAR_FIRST.finditer(folded_text):
            if month := find_month(match[2], language):
                yield match.start(), match.end(), (int(match[1]), month, int(match[3]))


def is_incomplete(folded_text: str, language: str) -> bool:
    """Return whether a text is an incomplete date: "May 2019", "3 May", "2019"."""
    return bool(re.fullmatch(r"\d{4}(?:[-/.]\d{1,2})?", folded_text)) or any(
        find_month(word, language) for word in _WORDS_PATTERN.findall(folded_text)
    )


def find_month(name: str, language: str) -> int | None:
    """Return the number of the month with this name in `language`, English or any other; None if unknown."""
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
