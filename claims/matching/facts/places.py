"""Countries, and the cities that time zones are named for, in every language: from CLDR, and what is said beside it."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from claims.matching.facts.lexicon import DATA, lexicon
from claims.search.words import folded

#: Adjectives of countries are mostly the names of their languages.
_TERRITORIES_OF_LANGUAGES = {
    "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "pl": "PL", "ru": "RU", "uk": "UA", "tr": "TR", "ja": "JP",
    "ko": "KR", "zh": "CN", "el": "GR", "nl": "NL", "sv": "SE", "da": "DK", "no": "NO", "fi": "FI", "hu": "HU",
    "cs": "CZ", "ro": "RO", "bg": "BG", "hr": "HR", "sr": "RS", "sk": "SK", "et": "EE", "lv": "LV", "lt": "LT",
    "th": "TH", "vi": "VN", "id": "ID", "is": "IS", "sq": "AL", "ka": "GE", "hy": "AM", "pt": "PT",
}  # fmt: skip
#: Names that are words of another meaning, too.
_AMBIGUOUS = {
    "center", "troll", "vincennes", "knox", "nice", "easter", "mawson", "south pole", "tel", "casey", "winamac", "man",
    "us", "bar", "of", "i", "ha",
}  # fmt: skip

#: Shortest stem of a name that other letters may follow: `Norwegen` and `Norwegens`, not `Mali` and `Malice`.
_SHORTEST_STEM = 4
_SHORTEST_INFLECTED = 5
_LONGEST_ENDING = 4
_WORDS_KEPT = 30_000


@dataclass
class NamedPlaces:
    """Names of one language and the codes that they stand for: `NO`, or `NO:Europe/Oslo` for a city."""

    language: str
    exact: dict[tuple[str, ...], str] = field(default_factory=dict)
    stems: dict[str, tuple[str, int]] = field(default_factory=dict)
    clitics: tuple[str, ...] = ()
    particles: tuple[str, ...] = ()
    unspaced: re.Pattern[str] | None = None
    longest: dict[str, int] = field(default_factory=dict)

    def found(self, words: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Codes, with the words that name them."""
        found: dict[str, tuple[int, int]] = {}
        place = 0
        while place < len(words):
            code, length = self._at(words, place)
            if code:
                found.setdefault(code, (place, place + length))
            place += length
        return found

    def found_in_run(self, text: str) -> dict[str, tuple[int, int]]:
        """The same in scripts without spaces; by letters."""
        if self.unspaced is None:
            return {}
        return {self.exact[(match.group(),)]: match.span() for match in self.unspaced.finditer(text)}

    def _at(self, words: Sequence[str], place: int) -> tuple[str, int]:
        for length in range(min(self.longest.get(words[place], 1), len(words) - place), 0, -1):
            if code := self.exact.get(tuple(words[place : place + length])):
                return code, length
        return _code_of_word(self.language, words[place]), 1

    def code_of(self, word: str) -> str:
        """Of one word by itself, inflected or not; empty where it names no place."""
        for bare in self._bare(word):
            if code := self.exact.get((bare,)):
                return code
            for length in range(len(bare), _SHORTEST_STEM - 1, -1):
                code, longest = self.stems.get(bare[:length], ("", 0))
                if code and len(bare) <= longest:
                    return code
        return ""

    def _bare(self, word: str) -> Iterable[str]:
        yield word
        for clitic in self.clitics:
            if word.startswith(clitic) and len(word) > len(clitic) + 2:
                yield word[len(clitic) :]
        for particle in self.particles:
            if word.endswith(particle) and len(word) > len(particle) + 1:
                yield word[: -len(particle)]

    def add(self, name: str, code: str, *, starts: bool = False) -> None:
        """Keep one name of a place."""
        parts = tuple(folded(name).split())
        if not parts or (len(parts[0]) < 3 and parts[0].isascii() and len(parts) == 1 and not starts):
            return
        self.exact.setdefault(parts, code)
        self.longest[parts[0]] = max(self.longest.get(parts[0], 1), len(parts))
        if len(parts) == 1 and len(parts[0]) >= (_SHORTEST_STEM if starts else _SHORTEST_INFLECTED):
            self._add_stem(parts[0], code, starts=starts)

    def _add_stem(self, word: str, code: str, *, starts: bool) -> None:
        shortest = max(_SHORTEST_STEM, len(word) - (2 if len(word) > 6 else 1))
        stem = word if starts else word[:shortest]
        self.stems.setdefault(stem, (code, len(word) + _LONGEST_ENDING))


@lru_cache(maxsize=_WORDS_KEPT)
def _code_of_word(language: str, word: str) -> str:
    return places(language).code_of(word)


@cache
def places(language: str) -> NamedPlaces:
    """Those that texts of a language name, in it or in English."""
    read = NamedPlaces(language, clitics=lexicon(language).clitics, particles=lexicon(language).particles)
    for code, names in tomllib.loads((DATA / "places.toml").read_text(encoding="utf-8")).items():
        for name in names.split():
            read.add(name.strip("*").replace("_", " "), code, starts=name.endswith("*"))
    for tag in dict.fromkeys((language, "en")):
        for name, code in _names(tag):
            if name.lower() not in _AMBIGUOUS:
                read.add(name, code)
    if lexicon(language).is_unspaced:
        names = sorted(
            (name for (name, *more) in read.exact if not more and len(name) > 1 and not name.isascii()),
            key=len,
        )
        read.unspaced = re.compile("|".join(map(re.escape, reversed(names))))
    return read


def _names(language: str) -> Iterable[tuple[str, str]]:
    try:
        locale = Locale(language)
    except (UnknownLocaleError, ValueError):
        return
    for code, name in locale.territories.items():
        if code.isalpha():
            yield name, code
    for tag, code in _TERRITORIES_OF_LANGUAGES.items():
        if tag in locale.languages:
            yield locale.languages[tag], code
    for zone, code in get_global("zone_territories").items():
        if not zone.startswith("Etc/") and len(code) == 2:
            city = locale.time_zones.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
            yield city, f"{code}:{zone}"
