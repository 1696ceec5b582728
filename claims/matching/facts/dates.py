"""Years, months and days of the week that a text names, in every language: names from CLDR."""

import re
from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError

from claims.search.words import folded

#: Verbs and the like, unless a day stands beside them.
_NEED_A_DAY = {"en": {"may", "march"}, "id": {"mei"}, "tr": {"ocak"}, "pl": {"maj"}}
_FULL = re.compile(r"\b(\d{1,2})([./-])(\d{1,2})\2((?:19|20)\d\d)\b")
_ISO = re.compile(r"\b((?:19|20)\d\d)([/-])(\d{1,2})\2(\d{1,2})\b")
_EAST_ASIAN = re.compile(r"(?:(\d{1,2})\s?[月월]\s?)?(\d{1,2})\s?[日일](?!間)|(\d{1,2})\s?[月월]")
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA = re.compile(rf"({'|'.join(_ERAS)})(\d{{1,2}}|元)年")
_BUDDHIST = re.compile(r"(?:พ\.ศ\.|ปี)\s?(2[45]\d\d)")


@dataclass(frozen=True)
class Day:
    """A month, and the day of it where one is named."""

    month: int
    day: int | None = None


@cache
def _months(language: str) -> dict[str, int]:
    return _calendar_names(language, "months", "wide") | {
        name: number
        for name, number in _calendar_names(language, "months", "abbreviated").items()
        if len(name) > 2
    }


@cache
def _weekdays(language: str) -> dict[str, int]:
    return _calendar_names(language, "days", "wide")


def is_calendar_name(word: str, language: str) -> bool:
    """Whether a folded word names a month or a day of the week."""
    return word in _months(language) or word in _weekdays(language)


def _calendar_names(language: str, what: str, width: str) -> dict[str, int]:
    try:
        locale = Locale(language)
    except (UnknownLocaleError, ValueError):
        return {}
    tables = getattr(locale, what)
    return {
        folded(name).strip(): number
        for context in ("format", "stand-alone")
        for number, name in tables.get(context, {}).get(width, {}).items()
        if " " not in folded(name).strip() and not folded(name).strip().isdigit()
    }


def with_common_years(text: str) -> tuple[str, list[int]]:
    """Without years of Japanese eras and of the Buddhist calendar, and those as everybody counts them."""
    years: list[int] = []

    def era(match: re.Match[str]) -> str:
        years.append(_ERAS[match[1]] + (1 if match[2] == "元" else int(match[2])))
        return " "

    def buddhist(match: re.Match[str]) -> str:
        years.append(int(match[1]) - 543)
        return " "

    return _BUDDHIST.sub(buddhist, _ERA.sub(era, text)), years


def numeric_days(text: str) -> tuple[str, set[Day], list[int]]:
    """Without dates such as 03/04/2019, and their days (both, where it could be either) and years."""
    days: set[Day] = set()
    years: list[int] = []

    def full(match: re.Match[str]) -> str:
        one, other = int(match[1]), int(match[3])
        days.update(
            Day(month, day) for day, month in ((one, other), (other, one)) if month <= 12 and day <= 31
        )
        years.append(int(match[4]))
        return " "

    def iso(match: re.Match[str]) -> str:
        days.add(Day(int(match[3]), int(match[4])))
        years.append(int(match[1]))
        return " "

    def east_asian(match: re.Match[str]) -> str:
        if month := match[1] or match[3]:
            days.add(Day(int(month), int(match[2]) if match[2] else None))
        return " "

    text = _ISO.sub(iso, _FULL.sub(full, text))
    return _EAST_ASIAN.sub(east_asian, text), days, years


def named_days(words: list[str], language: str) -> tuple[set[Day], set[int], set[int]]:
    """Days of months that are named, weekdays, and the places of words that are taken up by them."""
    months, weekdays = _months(language), _weekdays(language)
    days: set[Day] = set()
    taken: set[int] = set()
    for place, word in enumerate(words):
        month = months.get(word)
        if month is None:
            continue
        day = next((beside for beside in _beside(words, place) if beside not in taken), None)
        if day is not None:
            taken.add(day)
            days.add(Day(month, int(words[day])))
        elif word not in _NEED_A_DAY.get(language, ()) or _is_year(words[place + 1 : place + 2]):
            days.add(Day(month))
    return days, {weekdays[word] for word in words if word in weekdays}, taken


def _is_year(behind: list[str]) -> bool:
    """Whether a year stands behind a month: May 2018 is one, whoever may."""
    return bool(behind) and behind[0].isascii() and behind[0].isdigit() and len(behind[0]) == 4


def _beside(words: list[str], month: int) -> list[int]:
    """Places of a day of this month: 3 March, March 3rd, 3 de marzo."""
    return [
        place
        for place in (month - 1, month - 2, month + 1)
        if 0 <= place < len(words)
        and words[place].isascii()
        and words[place].isdigit()
        and 1 <= int(words[place]) <= 31
        and (place != month - 2 or len(words[month - 1]) <= 3)
    ]
