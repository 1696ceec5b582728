"""What single words tell in each language: that something is denied, counted, how much of it, which way it goes.

The words are in `data/<language>.toml`: `word`, `begin*`, `*end`, `*within*`, `two_words`; `~weak` ones tell something
only where the rest of two texts is the same. Languages without a file are compared by digits, names and vectors alone.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from claims.search.words import folded

DATA = Path(__file__).parent / "data"

#: Languages that read the words of another one.
_READ_AS = {"ms": "id", "nb": "no", "nn": "no", "be": "ru", "gl": "pt"}

_SHORTEST_PREFIX = 2
_WORDS_KEPT = 30_000


@dataclass(frozen=True)
class WordMeaning:
    """What a word tells: `negation`, `all`, or a side of an opposite such as `rise-fall` and `+`."""

    kind: str
    value: str = ""
    is_weak: bool = False


@dataclass(frozen=True)
class FoundMeaning:
    """A meaning, and the words (or for scripts without spaces the letters) that tell it."""

    meaning: WordMeaning
    start: int
    end: int


@dataclass
class FactLexicon:
    """The words of one language."""

    language: str
    is_unspaced: bool = False
    marks_cases: bool = False
    exact: dict[str, list[WordMeaning]] = field(default_factory=dict)
    prefixes: dict[str, list[WordMeaning]] = field(default_factory=dict)
    suffixes: dict[str, list[WordMeaning]] = field(default_factory=dict)
    within: dict[str, list[WordMeaning]] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[str, ...], WordMeaning]]] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    ordinals: dict[str, float] = field(default_factory=dict)
    one: frozenset[str] = frozenset()
    units: dict[str, tuple[float, str]] = field(default_factory=dict)
    ratio: frozenset[str] = frozenset()
    joins: tuple[str, ...] = ()
    conjunctions: frozenset[str] = frozenset()
    particles: tuple[str, ...] = ()
    clitics: tuple[str, ...] = ()
    case_words: dict[str, str] = field(default_factory=dict)
    opposites: frozenset[str] = frozenset()
    _within: re.Pattern[str] | None = None
    _unspaced: re.Pattern[str] | None = None

    def found(self, words: Sequence[str], text: str) -> list[FoundMeaning]:
        """What is told, in the order of the text; `text` is the folded one, for scripts without spaces."""
        if self.is_unspaced:
            return list(self._found_in_run(text.replace(" ", "")))
        found: list[FoundMeaning] = []
        for place, word in enumerate(words):
            found += (
                FoundMeaning(meaning, place, place + len(phrase))
                for phrase, meaning in self._phrases_at(words, place)
            )
            found += (FoundMeaning(meaning, place, place + 1) for meaning in _meanings(self.language, word))
        return found

    def _phrases_at(self, words: Sequence[str], place: int) -> Iterator[tuple[tuple[str, ...], WordMeaning]]:
        for phrase, meaning in self.phrases.get(words[place], ()):
            if tuple(words[place : place + len(phrase)]) == phrase:
                yield phrase, meaning

    def meanings(self, word: str) -> list[WordMeaning]:
        """Of one word by itself."""
        meanings = list(self.exact.get(word, ()))
        if any(meaning.kind == "neutral" for meaning in meanings):
            return []
        for bare in self._bare(word):
            meanings += self.exact.get(bare, ())
        for end in range(_SHORTEST_PREFIX, len(word) + 1):
            meanings += self.prefixes.get(word[:end], ())
            if self.suffixes:
                meanings += self.suffixes.get(word[-end:], ())
        if self._within:
            for match in self._within.finditer(word):
                meanings += self.within[match.group()]
        return meanings

    def _bare(self, word: str) -> Iterator[str]:
        for clitic in self.clitics:
            if word.startswith(clitic) and len(word) > len(clitic) + 1:
                yield word[len(clitic) :]

    def _found_in_run(self, text: str) -> Iterator[FoundMeaning]:
        if self._unspaced is None:
            return
        for match in self._unspaced.finditer(text):
            for meaning in self.exact[match.group()]:
                if meaning.kind != "neutral":
                    yield FoundMeaning(meaning, *match.span())

    def finish(self) -> None:
        """Prepare what is searched for inside words."""
        if self.within:
            self._within = _one_of(self.within)
        if self.is_unspaced and self.exact:
            self._unspaced = _one_of(self.exact)


@lru_cache(maxsize=_WORDS_KEPT)
def _meanings(language: str, word: str) -> list[WordMeaning]:
    return lexicon(language).meanings(word)


def _one_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


def language_of(tag: str) -> str:
    """`pt-BR` → `pt`."""
    primary = tag.partition("-")[0].lower()
    return _READ_AS.get(primary, primary)


@cache
def lexicon(language: str) -> FactLexicon:
    """Of a language by its code; an empty one where nothing is known of it."""
    path = DATA / f"{language}.toml"
    read = FactLexicon(language)
    if not (language.isalpha() and path.is_file()):
        return read
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    read.is_unspaced = content.get("unspaced", False)
    read.marks_cases = content.get("case_marking", False)
    read.particles = tuple(content.get("particles", "").split())
    read.clitics = tuple(folded(word).strip() for word in content.get("clitics", "").split())
    read.case_words = {
        folded(word).strip(): case
        for case, words in content.get("case_words", {}).items()
        for word in words.split()
    }
    for kind in ("negation", "denied", "passive", "said", "about"):
        _add(read, content.get(kind, ""), WordMeaning(kind))
    read.conjunctions = frozenset(folded(word).strip() for word in content.get("conjunctions", "").split())
    _add(read, content.get("not_negation", ""), WordMeaning("neutral"))
    for value, words in content.get("quantifiers", {}).items():
        _add(read, words, WordMeaning("quantifier", value))
    for name, (one, other) in content.get("opposites", {}).items():
        _add(read, one, WordMeaning(name, "+"))
        _add(read, other, WordMeaning(name, "-"))
    read.opposites = frozenset(content.get("opposites", {}))
    _add_numbers(read, content.get("numbers", {}))
    read.finish()
    return read


def _add(read: FactLexicon, words: str, meaning: WordMeaning) -> None:
    for written in words.split():
        meant = WordMeaning(meaning.kind, meaning.value, is_weak=True) if written.startswith("~") else meaning
        word = folded(written.strip("~*").replace("_", " ")).strip()
        parts = tuple(word.split())
        if read.is_unspaced:
            read.exact.setdefault(word.replace(" ", ""), []).append(meant)
        elif len(parts) > 1:
            read.phrases.setdefault(parts[0], []).append((parts, meant))
        else:
            kept = {
                (False, False): read.exact,
                (False, True): read.prefixes,
                (True, False): read.suffixes,
                (True, True): read.within,
            }[written.strip("~").startswith("*"), written.endswith("*")]
            kept.setdefault(word, []).append(meant)


def _add_numbers(read: FactLexicon, content: dict[str, str]) -> None:
    for word, value in _pairs(content.get("words", "")):
        read.numbers[word] = float(value)
    read.one = frozenset(folded(word).strip() for word in content.get("one", "").split())
    for word, value in _pairs(content.get("ordinals", "")):
        read.ordinals[word] = float(value)
    for word, value in _pairs(content.get("units", "")):
        factor, _, unit = value.partition(":")
        read.units[word] = float(factor), unit
    for word in content.get("people", "").split():
        read.units[folded(word).strip()] = 1.0, "people"
    read.ratio = frozenset(
        folded(word.replace("_", " ")).strip() for word in content.get("ratio", "").split()
    )
    read.joins = tuple((content.get("joined", "") + " " + content.get("joined_words", "")).split())


def _pairs(words: str) -> Iterator[tuple[str, str]]:
    for pair in words.split():
        word, _, value = pair.partition("=")
        yield folded(word.replace("_", " ")).strip(), value
