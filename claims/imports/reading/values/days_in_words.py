"""Dates in words: "3 de mayo de 2019", "May 3rd, 2019, updated June 4", "14 سبتمبر، 2021".

Callers fold the texts with `months.fold` first.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from claims.imports.reading.values.months import find_month, fold
from claims.imports.reading.values.problem import Problem


class NamedDay(NamedTuple):
    """The position of a date in a text, with the date or the reason why it is not usable."""

    start: int
    end: int
    found: date | Problem


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


def was_updated(words: str) -> bool:
    """Return whether the words before a date mark it as the date of an update."""
    return bool(_UPDATED_PATTERN.search(words))


def was_published(words: str) -> bool:
    """Return whether the words before a date mark it as the date of publication."""
    return bool(_PUBLISHED_PATTERN.search(words))


def find_days(folded_text: str, language: str) -> Iterator[tuple[int, int, tuple[int, int, int] | None]]:
    """Yield the start and the end of each date in the text, with its year, month and day, or with None for a range."""
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
