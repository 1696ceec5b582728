"""The facts of one text."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from claims.matching.facts import dates
from claims.matching.facts.lexicon import FoundMeaning, language_of, lexicon
from claims.matching.facts.names import Name, names
from claims.matching.facts.places import places
from claims.matching.facts.quantities import Quantity, numbered_names, quantities, with_plain_numbers
from claims.matching.facts.units import units
from claims.search.texts import UNSPACED, pairs
from claims.search.words import folded

_LONGEST = 2_000
#: In capitals a country, otherwise a pronoun.
_UNITED_STATES = re.compile(r"\b(?:US|U\.S\.(?:A\.)?)(?![\w$])")
_KEPT = 4_096


@dataclass(frozen=True)
class Facts:
    """What one text says that can be compared.

    Attributes:
        run: the folded text.
        words: of it, in order, numbers as digits; of scripts without spaces, overlapping pairs of letters.
        told: what its words tell, such as a negation.
        places: codes, with the places of the words that name them.
        days: of months; empty where none is named.
        numbered: names with a number, as `numbered_names` has them.
    """

    language: str
    text: str
    run: str
    words: tuple[str, ...]
    told: tuple[FoundMeaning, ...]
    quantities: tuple[Quantity, ...]
    years: frozenset[int]
    days: frozenset[dates.Day]
    weekdays: frozenset[int]
    places: dict[str, tuple[int, int]] = field(hash=False)
    names: tuple[Name, ...] = ()
    numbered: dict[str, dict[str, str]] = field(default_factory=dict, hash=False)

    @property
    def is_negated(self) -> bool:
        """Whether any word denies something."""
        return any(found.meaning.kind == "negation" and not found.meaning.is_weak for found in self.told)

    def written(self, found: FoundMeaning) -> str:
        """The words that tell something, as this text has them."""
        if lexicon(self.language).is_unspaced:
            return self.run.replace(" ", "")[found.start : found.end]
        return " ".join(self.run.split()[found.start : found.end])

    def places_written(self, code: str) -> str:
        """The words that name a place."""
        start, end = self.places[code]
        if lexicon(self.language).is_unspaced:
            return self.run.replace(" ", "")[start:end]
        return " ".join(self.run.split()[start:end]).title()

    def tells(self, kind: str) -> bool:
        """Whether any of its words has this kind of meaning."""
        return any(found.meaning.kind == kind for found in self.told)

    def values(self, kind: str) -> set[str]:
        """Of this kind of meaning: for `quantifier`, which ones."""
        return {found.meaning.value for found in self.told if found.meaning.kind == kind}


@lru_cache(maxsize=_KEPT)
def facts_of(text: str, language: str) -> Facts:
    """What a text says that can be compared; `language` as its tag, empty where it is unknown.

    The words of a language that has no data tell nothing; nor does anything that is not said.
    """
    language = language_of(language)
    known = lexicon(language)
    text = text[:_LONGEST]
    if not text.isupper():
        text = _UNITED_STATES.sub("USA ", text)
    plain, years = dates.with_common_years(text)
    plain = with_plain_numbers(plain)
    plain, days, more_years = dates.numeric_days(plain)
    run = folded(plain)
    words = run.split()
    named, weekdays, taken = dates.named_days(words, language)
    counted, bare_years = quantities(words, known, units(language), taken=taken)
    gazetteer = places(language)
    found = gazetteer.found_in_run(run.replace(" ", "")) if known.is_unspaced else gazetteer.found(words)
    return Facts(
        language=language,
        text=text,
        run=run,
        words=tuple(_split(words)),
        told=tuple(known.found(words, run)),
        quantities=tuple(counted),
        years=frozenset({*years, *more_years, *bare_years}),
        days=frozenset(days | named),
        weekdays=frozenset(weekdays),
        places=found,
        names=tuple(names(text, language)),
        numbered=numbered_names(text),
    )


def _split(words: list[str]) -> list[str]:
    if all(word.isascii() for word in words):
        return words
    return [part for word in words for part in (pairs(word).split() if UNSPACED.fullmatch(word) else (word,))]
