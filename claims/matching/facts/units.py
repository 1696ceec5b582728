"""Units of measurement and currencies, as every language writes them: from CLDR, and what is said beside it."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.units import UnknownUnitError, format_unit

from claims.matching.facts.lexicon import DATA
from claims.search.words import folded

#: CLDR's name of a unit: what it measures, and how many of the first unit of that dimension it is.
_MEASURES = {
    "length-meter": ("length", 1.0),
    "length-kilometer": ("length", 1e3),
    "length-centimeter": ("length", 1e-2),
    "length-millimeter": ("length", 1e-3),
    "length-mile": ("length", 1609.344),
    "length-foot": ("length", 0.3048),
    "mass-kilogram": ("mass", 1.0),
    "mass-gram": ("mass", 1e-3),
    "mass-milligram": ("mass", 1e-6),
    "mass-tonne": ("mass", 1e3),
    "mass-pound": ("mass", 0.45359237),
    "volume-liter": ("volume", 1.0),
    "volume-milliliter": ("volume", 1e-3),
    "volume-cubic-meter": ("volume", 1e3),
    "area-square-kilometer": ("area", 1e6),
    "area-square-meter": ("area", 1.0),
    "area-hectare": ("area", 1e4),
    "temperature-celsius": ("celsius", 1.0),
    "temperature-fahrenheit": ("fahrenheit", 1.0),
    "duration-second": ("time", 1.0),
    "duration-minute": ("time", 60.0),
    "duration-hour": ("time", 3600.0),
    "duration-day": ("time", 86400.0),
    "duration-week": ("time", 604800.0),
    "duration-month": ("time", 2629746.0),
    "duration-year": ("time", 31556952.0),
    "power-watt": ("power", 1.0),
    "power-kilowatt": ("power", 1e3),
    "power-megawatt": ("power", 1e6),
    "power-gigawatt": ("power", 1e9),
    "energy-kilowatt-hour": ("energy", 1.0),
    "speed-kilometer-per-hour": ("speed", 1.0),
}
#: The same, by short names for data files.
DIMENSIONS = {
    "percent": ("percent", 1.0),
    "people": ("people", 1.0),
    "year": _MEASURES["duration-year"],
    "day": _MEASURES["duration-day"],
    "year_old": ("age", 1.0),
}
_COUNTS = (1, 2, 5, 100)
#: Signs that are letters elsewhere, and single letters that mean too much.
_TOO_SHORT = {"s", "d", "y", "w", "a", "j", "г", "т", "с", "д", "м", "л"}


@dataclass
class Units:
    """Names of units in one language; longer ones before those that begin them."""

    exact: dict[tuple[str, ...], tuple[str, float]] = field(default_factory=dict)
    prefixes: list[tuple[str, tuple[str, float]]] = field(default_factory=list)
    longest: int = 1

    def at(
        self, words: Sequence[str], place: int, *, is_joined: bool = False
    ) -> tuple[str, float, int] | None:
        """The unit that is named here: its dimension, its size, and how many words it takes."""
        for length in range(min(self.longest, len(words) - place), 0, -1):
            if unit := self.exact.get(tuple(words[place : place + length])):
                return *unit, length
        if place < len(words):
            word = words[place]
            for prefix, unit in self.prefixes:
                if word.startswith(prefix):
                    return *unit, 1
            if is_joined:  # 年に, 명이: what follows is not part of the unit
                for length in range(len(word) - 1, 0, -1):
                    if unit := self.exact.get((word[:length],)):
                        return *unit, 1
        return None

    def add(self, name: str, unit: tuple[str, float], *, starts: bool = False) -> None:
        """Keep one name of a unit."""
        parts = tuple(folded(name).split())
        if not parts:
            return
        if starts and len(parts) == 1:
            self.prefixes.append((parts[0], unit))
        else:
            self.exact.setdefault(parts, unit)
            self.longest = max(self.longest, len(parts))


@cache
def units(language: str) -> Units:
    """Those that texts of a language name: its own, and the signs that all languages use."""
    read = Units()
    for name, words in tomllib.loads((DATA / "units.toml").read_text(encoding="utf-8"))["words"].items():
        for word in words.split():
            unit = DIMENSIONS.get(name, (name, 1.0))
            read.add(word.strip("*").replace("_", " "), unit, starts=word.endswith("*"))
    for code in dict.fromkeys((language, "en", "en_GB", "pt_PT")):
        for name, unit in _names(code):
            read.add(name, unit)
    read.prefixes.sort(key=lambda entry: -len(entry[0]))
    return read


def _names(language: str) -> list[tuple[str, tuple[str, float]]]:
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return []
    names = []
    for measure, unit in _MEASURES.items():
        for length in ("long", "short"):
            for count in _COUNTS:
                name = _name(measure, count, length, locale)
                if name and name not in _TOO_SHORT:
                    names.append((name, unit))
    return names


def _name(measure: str, count: int, length: str, locale: Locale) -> str:
    try:
        written = format_unit(count, measure, length=length, locale=locale)  # type: ignore[arg-type]  # a str of its Literal
    except UnknownUnitError:
        return ""
    return "".join(sign for sign in folded(written) if not sign.isdigit()).strip(" .")
