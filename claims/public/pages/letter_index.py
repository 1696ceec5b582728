"""The first letters of names in any script, for an alphabetical index.

Letters with and without accents are combined. Chinese characters form one group, because an index of hundreds is
useless. Korean syllables are grouped by first consonant, as in dictionaries. All other names are under `#`.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Left, Lower

from factcheck.database.read_connections import fetch_rows

OTHER_LETTERS = "#"

#: Sorts after all other characters, by code points and in ICU collations.
_LAST_CHARACTER = chr(0x10FFFF)
_CHINESE, _FIRST_CHINESE, _LAST_CHINESE = "漢", 0x4E00, 0x9FFF
_CONSONANTS, _FIRST_KOREAN, _LAST_KOREAN = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", 0xAC00, 0xD7A3
#: The number of Korean syllables that begin with the same consonant.
_SYLLABLES = 588

_FIRST_NAME = """
    SELECT lower(thing.name) FROM {table} AS thing
    JOIN claims_mention AS known ON known.kind = %s AND known.thing_id = thing.id
"""
# ICU ignores invisible characters at the beginning of a name, so the next name after one of them is found by the whole
# name rather than by its first character.
_SKIP_SCAN_SQL = f"""
    WITH RECURSIVE first (name) AS (
        ({_FIRST_NAME} ORDER BY lower(thing.name) LIMIT 1)
        UNION ALL
        SELECT ({_FIRST_NAME} WHERE lower(thing.name) > greatest(first.name, CASE
            WHEN ascii(first.name) BETWEEN {0x2000} AND {0x206F} THEN first.name
            WHEN ascii(first.name) BETWEEN {_FIRST_CHINESE} AND {_LAST_CHINESE} THEN chr({_LAST_CHINESE})
            WHEN ascii(first.name) BETWEEN {_FIRST_KOREAN} AND {_LAST_KOREAN} THEN chr(
                ascii(first.name) + {_SYLLABLES - 1} - (ascii(first.name) - {_FIRST_KOREAN}) %% {_SYLLABLES}
            )
            ELSE left(first.name, 1)
        END || chr({ord(_LAST_CHARACTER)})) ORDER BY lower(thing.name) LIMIT 1)
        FROM first WHERE first.name IS NOT NULL
    )
    SELECT left(name, 1)::varchar FROM first WHERE name IS NOT NULL
"""  # noqa: S608  our own numbers


class Letter(NamedTuple):
    """A letter of the index, with the lower-case range of names that begin with it."""

    name: str
    ranges: tuple[tuple[str, str], ...]

    def build_condition(self) -> Q:
        """Return the condition that `lower_name`, the name in lower case, begins with the letter."""
        condition = Q()
        for range_start, range_end in self.ranges:
            condition |= Q(lower_name__gte=range_start, lower_name__lt=range_end)
        return condition


def group_letters(initials: Iterable[str]) -> list[Letter]:
    """Group initials by letter; other characters come last."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for initial in initials:
        first, last = _find_equivalent_range(ord(initial))
        ranges = groups.setdefault(_get_letter_name(initial), [])
        if (chr(first), chr(last) + _LAST_CHARACTER) not in ranges:
            ranges.append((chr(first), chr(last) + _LAST_CHARACTER))
    return [
        Letter(name, tuple(groups[name]))
        for name in sorted(groups, key=lambda name: (name == OTHER_LETTERS, name))
    ]


def find_initials(named_rows: QuerySet[Any]) -> list[str]:
    """Return the initials of these names by reading all of them; only for small numbers of names."""
    initials = named_rows.order_by().values_list(Left(Lower("name"), 1), flat=True)
    return list(initials.distinct())


def find_indexed_initials(table: str, kind: str) -> list[str]:
    """Return the distinct initials of mentioned names from an index, without reading every name.

    The query jumps from each initial straight to the next, so the cost depends on the number of initials.
    """
    rows = fetch_rows(_SKIP_SCAN_SQL.replace("{table}", table), [kind, kind], prepare=True)
    return [initial for (initial,) in rows]


def _find_equivalent_range(code: int) -> tuple[int, int]:
    """Return the first and last code points of the characters listed under the same letter as this character."""
    if _FIRST_CHINESE <= code <= _LAST_CHINESE:
        return _FIRST_CHINESE, _LAST_CHINESE
    if _FIRST_KOREAN <= code <= _LAST_KOREAN:
        first_code = code - (code - _FIRST_KOREAN) % _SYLLABLES
        return first_code, first_code + _SYLLABLES - 1
    return code, code


def _get_letter_name(initial: str) -> str:
    code = ord(initial)
    if _FIRST_CHINESE <= code <= _LAST_CHINESE:
        return _CHINESE
    if _FIRST_KOREAN <= code <= _LAST_KOREAN:
        return _CONSONANTS[(code - _FIRST_KOREAN) // _SYLLABLES]
    base_character = unicodedata.normalize("NFD", initial)[0]
    return base_character.upper()[0] if base_character.isalpha() else OTHER_LETTERS
