"""Data about a language for the detector: signal phrases and orthography.

Each language has a file in `languages/`, and one in `speech/` about reported speech. Commas separate phrases.
`increas*` matches the beginning of a word, `*ieron` the end, and `!hundred` excludes a word from both kinds of pattern
in its group. `^may` matches only a capitalised word inside a sentence: the month.

In Korean and in languages without spaces, phrases match anywhere in a sentence. Months, weekdays and countries come
from CLDR through Babel, so a language without a file still has these, besides numbers, quotations and capitals.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError

# A word is a run without spaces and punctuation; combining marks and joiners belong to it.
_WORD_PATTERN = re.compile(
    r"[^\s!-/:-@\[-`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u2010-\u205e\u3001-\u3004\u3008-\u3020"
    r"\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u060c\u061b\u061f\u06d4\u0964\u0965\ufffc]+"
)
_ARABIC_MARKS = re.compile("[\u0640\u064b-\u0652\u0670]")
_ARABIC_LETTERS = str.maketrans("أإآٱى", "ااااي")
_OPENING_MARKS = "\"“„«»”‘'(¿¡"
_LANGUAGES_FOLDER = files("claims.articles.detection") / "languages"
_SPEECH_FOLDER = files("claims.articles.detection") / "speech"
UNDETERMINED = "und"


def split_words(text: str) -> list[str]:
    return _WORD_PATTERN.findall(text)


@dataclass(frozen=True, slots=True)
class Token:
    start: int
    end: int
    text: str
    key: str  # as phrases are stored: in lower case and composed


def _fold(text: str) -> str:
    folded_text = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    if "\u0600" <= folded_text[:1] <= "\u06ff":
        return _ARABIC_MARKS.sub("", folded_text).translate(_ARABIC_LETTERS)
    return folded_text


def tokenise(text: str) -> list[Token]:
    return [Token(*match.span(), match[0], _fold(match[0])) for match in _WORD_PATTERN.finditer(text)]


class Phrases:
    """Groups of phrases, all found in one pass over the words of a sentence."""

    def __init__(
        self, groups: Mapping[str, Iterable[str]], *, is_spaced: bool, has_capitalised_names: bool = False
    ) -> None:
        """Prepare the phrases.

        Args:
            is_spaced: whether phrases are whole words; otherwise they may stand anywhere in the sentence.
            has_capitalised_names: whether a word with a capital inside a sentence is a name, which is not compared with
                beginnings and endings: "Salvini" is not "sal-", "Jared" is not a past tense.
        """
        self._is_spaced = is_spaced
        self._has_capitalised_names = has_capitalised_names
        self._unspaced_phrases: list[tuple[str, str]] = []
        self._excluded_words: dict[str, list[str]] = {}
        self._words: dict[str, set[str]] = {}
        self._beginnings: dict[str, set[str]] = {}
        self._endings: dict[str, set[str]] = {}
        self._excepted_words: dict[str, set[str]] = {}
        self._capitalised_words: dict[str, set[str]] = {}
        self._longer_phrases: dict[str, list[tuple[list[str], str]]] = {}
        for group, phrases in groups.items():
            for phrase in phrases:
                self._add(phrase, group)
        self._max_length = max(map(len, [*self._beginnings, *self._endings]), default=0)

    def _add(self, phrase: str, group: str) -> None:
        if phrase.startswith("!"):
            if self._is_spaced:
                self._excepted_words.setdefault(_fold(phrase[1:]), set()).add(group)
            else:
                self._excluded_words.setdefault(group, []).append(_fold(phrase[1:]))
        elif not self._is_spaced:
            self._unspaced_phrases.append((_fold(phrase), group))
        elif phrase.startswith("^"):
            self._capitalised_words.setdefault(_fold(phrase[1:]), set()).add(group)
        elif phrase.startswith("*"):
            self._endings.setdefault(_fold(phrase[1:]), set()).add(group)
        elif len(phrase_words := split_words(_fold(phrase.removesuffix("*")))) > 1:
            self._longer_phrases.setdefault(phrase_words[0], []).append((phrase_words[1:], group))
        elif phrase.endswith("*"):
            self._beginnings.setdefault(phrase_words[0], set()).add(group)
        elif phrase_words:
            self._words.setdefault(phrase_words[0], set()).add(group)

    def find(self, text: str, tokens: Sequence[Token]) -> dict[str, list[int]]:
        """Return, for each matching group, the indexes of the words at which its phrases begin.

        In a language without spaces, the indexes are the offsets of the phrases.
        """
        matches: dict[str, list[int]] = {}
        if self._is_spaced:
            for group, first_index, _ in self._find_in_words(text, tokens):
                matches.setdefault(group, []).append(first_index)
        else:
            for group, start, _ in self._find_in_text(text):
                matches.setdefault(group, []).append(start)
        return matches

    def find_spans(self, text: str, tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
        """Yield the group, the start and the end of each phrase in the text."""
        if self._is_spaced:
            for group, first_index, last_index in self._find_in_words(text, tokens):
                yield group, tokens[first_index].start, tokens[last_index].end
        else:
            yield from self._find_in_text(text)

    def _find_in_text(self, text: str) -> Iterator[tuple[str, int, int]]:
        folded_text = _fold(text)
        if len(folded_text) != len(text):
            folded_text = text.lower() if len(text.lower()) == len(text) else text
        for phrase, group in self._unspaced_phrases:
            position = folded_text.find(phrase)
            while position >= 0 and self._is_inside(folded_text, position, len(phrase), group):
                position = folded_text.find(phrase, position + 1)
            if position >= 0:
                yield group, position, position + len(phrase)

    def _is_inside(self, folded_text: str, position: int, length: int, group: str) -> bool:
        """Return whether the phrase is part of a word that its group excludes."""
        for word in self._excluded_words.get(group, ()):
            word_start = folded_text.find(word, max(0, position + length - len(word)), position + len(word))
            if 0 <= word_start <= position and position + length <= word_start + len(word):
                return True
        return False

    def _find_in_words(self, text: str, tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
        for index, token in enumerate(tokens):
            if index and token.key in self._capitalised_words and token.text[0].isupper():
                yield from ((group, index, index) for group in self._capitalised_words[token.key])
                continue
            name = (
                self._has_capitalised_names
                and index > 0
                and token.text[0].isupper()
                and text[token.start - 1] not in _OPENING_MARKS
            )
            excepted_groups = self._excepted_words.get(token.key, set())
            for key in _iterate_variants(token.key):
                groups = self._words.get(key, set()) if name else self._list_groups_of_word(key)
                yield from ((group, index, index) for group in groups - excepted_groups)
                for further_words, group in self._longer_phrases.get(key, ()):
                    last_index = index + len(further_words)
                    if [word.key for word in tokens[index + 1 : last_index + 1]] == further_words:
                        yield group, index, last_index

    def _list_groups_of_word(self, key: str) -> set[str]:
        groups = set(self._words.get(key, ()))
        for length in range(1, min(len(key), self._max_length) + 1):
            groups |= self._beginnings.get(key[:length], set())
            if length < len(key):
                groups |= self._endings.get(key[-length:], set())
        return groups


def _iterate_variants(key: str) -> Iterable[str]:
    """Yield the word and, for Arabic, also the word without its attached particles and article."""
    yield key
    if "\u0600" <= key[:1] <= "\u06ff":  # nothing is left of a word that consists of marks
        variant = key
        if len(variant) > 3 and variant[0] in "وفبكل":
            variant = variant[1:]
            yield variant
        if len(variant) > 4 and variant.startswith("ال"):
            yield variant[2:]
        elif len(variant) > 4 and key.startswith("لل"):
            yield key[2:]


class Lexicon:
    """One language's data, ready for matching."""

    def __init__(self, code: str) -> None:
        resource = _LANGUAGES_FOLDER / f"{code}.toml"
        content = tomllib.loads(resource.read_text("utf-8")) if resource.is_file() else {}
        writing = content.get("writing", {})
        self.code = code
        self.is_known = bool(content)
        self.is_spaced: bool = writing.get("spaced", code not in {"th", "lo", "km", "my", "bo", "yue", "wuu"})
        self.is_cased: bool = writing.get("cased", True)
        self.has_capitalised_nouns: bool = writing.get("nouns_capitalised", False)
        self.has_ordinal_dot: bool = writing.get("ordinal_dot", False)
        self.is_verb_second: bool = writing.get("verb_second", False)
        self.drops_subjects: bool = writing.get("drops_subjects", False)
        self.continuations: tuple[str, ...] = tuple(_split_phrases(writing.get("continuations", ""))) or (
            "\ufffe",
        )
        self.abbreviations = frozenset(map(_fold, _split_phrases(writing.get("abbreviations", ""))))
        speech = _SPEECH_FOLDER / f"{code}.toml"
        self.attribution: Mapping[str, str | list[str]] = (
            tomllib.loads(speech.read_text("utf-8")) if speech.is_file() else {}
        )
        boilerplate: Mapping[str, str] = content.get("furniture", {})
        self.boilerplate_phrases = tuple(
            phrase.lower() for phrase in _split_phrases(boilerplate.get("holds", ""))
        )
        openings = sorted(
            (re.escape(phrase.lower()) for phrase in _split_phrases(boilerplate.get("opens", ""))),
            key=len,
            reverse=True,
        )
        word_end = r"(?!\w)" if self.is_spaced else ""
        self.boilerplate_openings = re.compile(f"(?:{'|'.join(openings)}){word_end}" if openings else r"(?!)")
        calendar = _list_calendar_names(code)
        self._date_words = frozenset(_fold(word) for word in calendar)
        self._months = _list_month_names(code)
        groups = {name: _split_phrases(phrases) for name, phrases in content.get("signals", {}).items()}
        groups["date"] = [*groups.get("date", ()), *calendar]
        groups["country"] = [*groups.get("country", ()), *_list_country_names(code)]
        for name in ("says", "states", "according", "follows"):
            groups[name] = self.get_attributions(name)
        self.signals = Phrases(
            groups,
            is_spaced=self.is_spaced and writing.get("inflected", "") != "anywhere",
            has_capitalised_names=self.is_cased and not self.has_capitalised_nouns,
        )
        self._read_grammar()

    def _read_grammar(self) -> None:
        """Prepare the closed word classes needed to read noun phrases."""
        self.determiners = self._get_words("determiners")
        self.definite_words = self._get_words("definite")
        self.words_before_verb = self._get_words("before_verb")
        self.negations = self._get_words("negations")
        self.stops = self._get_words("stops")
        self.of_words = self._get_words("of")
        self.by_words, self.documents = self._get_words("by"), self._get_words("documents")
        self.inside_words = self._get_words("inside")
        self.relatives = self._get_words("relatives")
        self.complementizers = self._get_words("complementizers")
        self.name_joints = self._get_words("name_joints")
        self.vague_words = self._get_words("vague")
        self.he_words, self.she_words = self._get_words("he"), self._get_words("she")
        self.bodies = self._get_words("bodies")
        self.no_inversion = self._get_words("no_inversion")
        self.feminine_endings = tuple(self.get_attributions("feminine"))
        self.masculine_endings = tuple(self.get_attributions("masculine"))
        self.leading_words = self._get_words("leading") | (self.stops - self.determiners)
        self.common_words = (
            self.leading_words
            | self.determiners
            | self.words_before_verb
            | self.vague_words
            | self.he_words
            | self.she_words
            | self._date_words
        )
        roles = self.get_attributions("roles")
        self.roles = frozenset(role.lower() for role in roles if not role.startswith("*"))
        self.role_endings = tuple(role[1:].lower() for role in roles if role.startswith("*"))
        self.role_phrases = [
            tuple(phrase.lower().split()) for phrase in self.get_attributions("role_phrases")
        ]
        self.patterns, self.resume_patterns, self.speaker_patterns = (
            [re.compile(pattern) for pattern in self.get_attributions(name)]
            for name in ("patterns", "resumes", "speakers")
        )
        self.reported_speech = self._get_words("reported_speech")

    def _get_words(self, name: str) -> frozenset[str]:
        return frozenset(word.lower() for word in self.get_attributions(name))

    def get_attributions(self, name: str) -> list[str]:
        value = self.attribution.get(name, "")
        return _split_phrases(value) if isinstance(value, str) else value

    def is_month(self, word: str) -> bool:
        return _fold(word) in self._months

    def is_date_word(self, word: str) -> bool:
        return _fold(word) in self._date_words

    def has_speech_verb(self, text: str) -> bool:
        """Return whether a verb of saying occurs in the text."""
        return not {"says", "states"}.isdisjoint(self.signals.find(text, tokenise(text)))


def _split_phrases(phrases: str) -> list[str]:
    return [phrase for item in phrases.split(",") if (phrase := " ".join(item.split()))]


def _parse_locale(code: str) -> Locale | None:
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError, TypeError):
        return None


def _list_calendar_names(code: str) -> list[str]:
    """Return month and weekday names, except short ones that are also other words ("mar", "do")."""
    locale = _parse_locale(code)
    if locale is None:
        return []
    names: set[str] = set()
    for table in (locale.months, locale.days):
        for context in ("format", "stand-alone"):
            names.update(table[context]["wide"].values())
    names -= {"May", "may"} if code == "en" else set()
    return [
        name
        for name in names
        if len(name) > 2 or "\u3040" <= name[0] <= "\u9fff" or "\uac00" <= name[0] <= "\ud7a3"
    ]


def _list_month_names(code: str) -> frozenset[str]:
    """Return the full names of the months in a language."""
    locale = _parse_locale(code)
    if locale is None:
        return frozenset()
    tables = locale.months.values()
    return frozenset(_fold(name) for table in tables for name in table["wide"].values())


def _list_country_names(code: str) -> list[str]:
    locale = _parse_locale(code)
    return (
        [name for key, name in locale.territories.items() if key.isalpha() and len(name) > 1]
        if locale
        else []
    )


@lru_cache(maxsize=32)
def _load_lexicon(code: str) -> Lexicon:
    return Lexicon(code)


def load_lexicon(tag: str) -> Lexicon:
    """Return the lexicon for a BCP 47 tag. For an unknown tag, return the lexicon of `und`."""
    code = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    return _load_lexicon(code if re.fullmatch(r"[a-z]{2,3}", code) else UNDETERMINED)
