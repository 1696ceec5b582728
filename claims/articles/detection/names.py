"""Recognise proper names and words for offices, and remember the full names that a text gives."""

import re
from collections import Counter
from collections.abc import Iterable

from claims.articles.detection.lexicon import Lexicon

_TOKEN = re.compile(r"[^\s,;:()\[\]\"“”„«»\ufffc]+")
# Small words inside names: Ursula von der Leyen, Luis de la Torre, Khalid bin Walid.
_SMALL = (
    "de del della di da dal dos das do du van von der den ter ten zu zur bin ibn ben al el la le abu e y i"
)
PARTICLES = frozenset(_SMALL.split())
ELISION = re.compile(r"^(?:l|d|dell|all|un|nell|dall|sull|qu)['’](?=\w)", re.IGNORECASE)
POSSESSIVE = re.compile(r"['’]s?$")
_OPENING_MARKS = "(\"“„«‘'"
_CLOSING_MARKS = "…,;:!?\")”»“’'"
_LONGEST_NAME = 5


def name_tokens(text: str) -> list[str]:
    """Split a phrase at white space and punctuation; hyphens and apostrophes stay within a word."""
    return _TOKEN.findall(text)


def is_capital(token: str) -> bool:
    bare = ELISION.sub("", token).lstrip("'’‘-")
    return bare[:1].isupper() or (bare[:3].lower() in {"al-", "el-"} and bare[3:4].isupper())


def is_name(text: str, language: Lexicon) -> bool:
    """Tell whether the whole phrase is a proper name of one to five words."""
    tokens = name_tokens(text)
    if not 1 <= len(tokens) <= _LONGEST_NAME or not is_capital(tokens[0]) or not is_capital(tokens[-1]):
        return False
    if tokens[0].lower() in language.determiners or any(is_role(token, language) for token in tokens):
        return False
    return all(is_capital(token) or token.lower() in PARTICLES for token in tokens)


def is_role(token: str, language: Lexicon) -> bool:
    """Tell whether the word names an office, a profession or a kind of source."""
    key = ELISION.sub("", token).lower().strip(".-")
    if key in language.roles or any(
        key.endswith(ending) and key != ending for ending in language.role_endings
    ):
        return True
    return key.removesuffix("s") in language.roles or key.removesuffix("es") in language.roles


class NameRegister:
    """The full names that a text gives, to read a later surname by."""

    def __init__(self, text: str, language: Lexicon) -> None:
        self._language = language
        self._count: Counter[str] = Counter()
        self._with_office: set[str] = set()
        if language.cased:
            self._collect(text)
        self._by_last = self._index(-1)
        self._by_first = self._index(0)

    def full(self, name: str) -> str | None:
        """Return the full name that the text gives most often for a bare surname; None if two are as frequent."""
        if " " in name or not is_capital(name):
            return None
        # Family names come first in Korean, Chinese and Hungarian: Park Ji-hoon.
        return self._by_last.get(name) if name in self._by_last else self._by_first.get(name)

    def person_at_start(self, sentence: str) -> str | None:
        """Return the full name of the person with whom the sentence begins, if the text names an office with it."""
        opening = self._person_among(sentence.split(maxsplit=7)[:7])
        if opening is None and "," in sentence:
            # "Asked about the price of water, Birch shrugged."
            opening = self._person_among(sentence.rpartition(",")[2].split(maxsplit=2)[:2])
        return opening

    def _person_among(self, tokens: list[str]) -> str | None:
        tokens = [token.strip(",.") for token in tokens]
        for index, token in enumerate(tokens[:5]):
            if index and tokens[index - 1].lower() in self._language.of:
                return None
            names = " ".join(tokens[index : index + 3]), " ".join(tokens[index : index + 2]), self.full(token)
            for name in names:
                if name in self._with_office:
                    return name
        return None

    def _collect(self, text: str) -> None:
        run: list[str] = []
        after_role = False
        for token in [*text.split(), ""]:
            bare = token.lstrip(_OPENING_MARKS).rstrip(_CLOSING_MARKS)
            initial = len(bare) == 2 and bare.endswith(".")
            name = bare if initial else POSSESSIVE.sub("", bare.rstrip("."))
            role = is_role(name, self._language)
            usable = is_capital(name) and not role and name.lower() not in self._language.common
            particle = bool(run) and name.lower() in PARTICLES
            if role and is_capital(name):
                run = []  # "Example News Agency" is no person's full name
            if token[:1] in _OPENING_MARKS or not (usable or particle):
                self._add(run, after_role=after_role)
                run = []
            if not (usable or particle):
                after_role = role
                continue
            run.append(name)
            if name != token:
                self._add(run, after_role=after_role)
                run, after_role = [], False

    def _add(self, run: list[str], *, after_role: bool) -> None:
        while run and not is_capital(run[-1]):
            run = run[:-1]
        if 2 <= len(run) <= _LONGEST_NAME - 1:
            name = " ".join(run)
            self._count[name] += 1
            if after_role:
                self._with_office.add(name)

    def _index(self, place: int) -> dict[str, str | None]:
        """Map a first or last word to its most frequent full name, None where that is undecided."""
        index: dict[str, str | None] = {}
        most: dict[str, int] = {}
        for name, count in _by_frequency(self._count):
            word = name.split()[place]
            if word not in index:
                index[word], most[word] = name, count
            elif count == most[word]:
                index[word] = None
        return index


def _by_frequency(count: Counter[str]) -> Iterable[tuple[str, int]]:
    return sorted(count.items(), key=lambda item: (-item[1], item[0]))
