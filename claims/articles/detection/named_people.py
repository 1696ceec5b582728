"""Find the people and bodies that a text names in full, with their offices."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.articles.detection.grammar import Grammar
from claims.articles.detection.lexicon import Lexicon, tokenise
from claims.articles.detection.names import (
    HONORIFICS,
    PARTICLES,
    POSSESSIVE_PATTERN,
    find_gender,
    find_gender_of_roles,
    is_capital,
    is_given_name,
    is_plural_name,
    is_role,
    split_name,
)

_OPENING_MARKS = "(\"“„«‘'»「—–-*"
_CLOSING_MARKS = "…,;:!?\")”»“’'*"
_CLAUSE_ENDS = (".", ";", ":", "!", "?", "”", "»", ")", "“")
_MAX_NAME_WORDS = 4
_MAX_OFFICE_DISTANCE = 6
_AGE_PATTERN = re.compile(r"^\s*[,(]\s*\d{2}\b")
_APPOSITION_PATTERN = re.compile(r"^,\s*([^,.;:()“”«»\"]{3,90})")
_ADDRESS_PATTERN = re.compile(r"(?<!\w)(\w{1,5}\.?) ([^\W\d_][\w’'-]+)(?! [A-ZÀ-ÞА-Я])")


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A full name in the text, with its position and office."""

    name: str
    start: int
    office: str = ""
    is_person: bool = False
    is_feminine: bool | None = None


def find_names(text: str, language: Lexicon, grammar: Grammar) -> Iterator[NamedPerson]:
    """Yield every full name in the text, in order and with repetitions."""
    if not language.is_cased:
        for pattern in grammar.people:
            for match in pattern.finditer(text):
                yield NamedPerson(match["name"], match.start("name"), match["title"] or "", is_person=True)
        return
    start = 0
    for line in text.split("\n"):
        for first_index, last_index, tokens in _find_name_runs(line, language):
            yield _build_named_person(line, start, first_index, last_index, tokens, language)
        start += len(line) + 1


def find_addressed_surnames(text: str, language: Lexicon) -> Iterator[tuple[str, bool | None]]:
    """Yield (surname, is female) for people such as `Mr Trask` and `Frau Holm`, who may not be named otherwise."""
    for match in _ADDRESS_PATTERN.finditer(text):
        if match[1].lower().strip(".") in HONORIFICS and is_role(match[1], language):
            yield POSSESSIVE_PATTERN.sub("", match[2]), find_gender_of_roles([match[1]], language)


def _find_name_runs(line: str, language: Lexicon) -> Iterator[tuple[int, int, list[re.Match[str]]]]:
    """Yield runs of capitalised words that may be a name: first and last index, and the line's tokens."""
    tokens = list(re.finditer(r"\S+", line))
    sources = {phrase.split()[0] for phrase in language.get_attributions("according")}
    start: int | None = None
    for index, token in enumerate(tokens):
        word = token[0]
        plain_word = word.lstrip(_OPENING_MARKS).rstrip(_CLOSING_MARKS)
        is_initial = len(plain_word) == 2 and plain_word.endswith(".")
        name = plain_word if is_initial else POSSESSIVE_PATTERN.sub("", plain_word.rstrip("."))
        is_surname = (
            start is not None and tokens[index - 1][0].lower() in PARTICLES
        )  # "Els de Boer" is not a farmer
        is_role_word = is_role(name, language) and not is_surname
        is_small_word = name.lower() in language.common_words and not (
            index and is_given_name(name)
        )  # "Julio" and "julio"
        is_small_word |= language.has_capitalised_nouns and _is_figure(name, language)
        is_usable = (
            is_capital(name) and not is_role_word and not is_small_word and name.lower() not in sources
        )
        if is_role_word and is_capital(name):
            start = None  # "Example News Agency" is not a person's full name
        if start is not None and (word[:1] in _OPENING_MARKS or not (is_usable or name.lower() in PARTICLES)):
            yield start, index - 1, tokens
            start = None
        if not is_usable:
            if not (start is not None and name.lower() in PARTICLES):
                start = None
            continue
        if start is None:
            start = index
        if name != word.lstrip(_OPENING_MARKS):
            yield start, index, tokens
            start = None
    if start is not None:
        yield start, len(tokens) - 1, tokens


def _strip_marks(token: re.Match[str]) -> str:
    word = token[0].lstrip(_OPENING_MARKS).rstrip(_CLOSING_MARKS)
    return word if len(word) == 2 and word.endswith(".") else POSSESSIVE_PATTERN.sub("", word.rstrip("."))


def _build_named_person(
    line: str, offset: int, first_index: int, last_index: int, tokens: list[re.Match[str]], language: Lexicon
) -> NamedPerson:
    while last_index > first_index and not is_capital(_strip_marks(tokens[last_index])):
        last_index -= 1
    words = [_strip_marks(token) for token in tokens[first_index : last_index + 1]]
    given_index = next((index for index, word in enumerate(words[:-1]) if is_given_name(word)), 0)
    words_before = " ".join(words[:given_index])  # "Der Imker Paul Rieger"
    words, first_index = words[given_index:], first_index + given_index
    name = " ".join(words)
    if not 2 <= len(words) <= _MAX_NAME_WORDS:
        return NamedPerson("", offset)
    end = tokens[last_index].start() + tokens[last_index][0].find(words[-1]) + len(words[-1])
    office = (
        words_before
        or _find_office_before(tokens, first_index, language)
        or _find_office_after(line[end:], language)
    )
    has_body_word = any(_is_body(word, language) for word in words)
    is_person = not has_body_word and bool(
        office or is_given_name(words[0]) or _AGE_PATTERN.match(line[end : end + 8])
    )
    roles = [word for word in split_name(office) if is_role(word, language)]
    is_person = is_person and not (roles and all(word.lower() in language.bodies for word in roles))
    return NamedPerson(
        name,
        offset + tokens[first_index].start(),
        office if is_person else "",
        is_person,
        _find_gender(office, name, language) if is_person else None,
    )


def find_speaking_surnames(text: str, language: Lexicon) -> Iterator[str]:
    """Yield single capitalised words next to a verb of saying: "Osei said", "dijo Paz"."""
    verbs = {
        verb.lower() for verb in language.get_attributions("says") if " " not in verb and "*" not in verb
    }
    tokens = re.findall(r"[\w’'-]+|[^\w\s]", text)
    for index, token in enumerate(tokens[1:-1], start=1):
        if not is_capital(token):
            continue
        token_before, token_after = tokens[index - 1], tokens[index + 1]
        is_single = not is_capital(token_before) and not is_capital(token_after)
        if (
            is_single
            and token_before.lower() not in language.determiners
            and verbs & {token_before.lower(), token_after.lower()}
        ):
            yield token


@lru_cache(maxsize=20_000)
def _is_body(word: str, language: Lexicon) -> bool:
    return word.lower() in language.bodies or "institution" in language.signals.find(word, tokenise(word))


@lru_cache(maxsize=20_000)
def _is_figure(word: str, language: Lexicon) -> bool:
    """Return whether the word is a number, as in "Zwei Jahre"."""
    return not {"number", "duration", "date"}.isdisjoint(language.signals.find(word, tokenise(word)))


def _find_gender(office: str, name: str, language: Lexicon) -> bool | None:
    roles = [token for token in split_name(office) if is_role(token, language)]
    gender = find_gender_of_roles(roles, language)
    return find_gender(name) if gender is None else gender


def _find_office_before(tokens: Sequence[re.Match[str]], first_index: int, language: Lexicon) -> str:
    """Return the office in front of the name: "Water Minister", "The leader of the opposition,", "Secretary (Mr"."""
    words: list[str] = []
    is_apposed = is_whole = False
    if (
        first_index
        and tokens[first_index - 1][0].lower()
        in (language.of_words | language.inside_words) - language.definite_words
    ):
        return ""  # "the governor of São Paulo"
    for index in range(first_index - 1, max(first_index - 1 - _MAX_OFFICE_DISTANCE, -1), -1):
        word = tokens[index][0]
        if word.endswith(_CLAUSE_ENDS) and not is_role(word.rstrip("."), language):
            break
        if word.endswith(","):
            if words:
                break
            is_apposed = True
        plain_word = word.strip(_OPENING_MARKS + _CLOSING_MARKS)
        words.insert(0, plain_word)
        office = is_role(plain_word, language) and plain_word.lower() not in language.bodies
        if office and not is_apposed and not _is_part_of_office(tokens, index, language):
            break
        if plain_word.lower() in language.determiners - language.of_words:
            is_whole = True
            break
    while words and (words[0].lower() in language.determiners or words[0].lower() in language.stops):
        words.pop(0)
    indexes = [index for index, word in enumerate(words) if is_role(word, language)]
    farthest = 4 if is_whole else 2  # "The North Korean foreign minister,"
    if not indexes or (is_apposed and indexes[0] > farthest) or is_plural_name(words[indexes[-1]], language):
        return ""
    return " ".join(words)


def _is_part_of_office(tokens: Sequence[re.Match[str]], index: int, language: Lexicon) -> bool:
    """Return whether the preceding word belongs to the office: "Foreign Minister", "finance minister"."""
    if not index:
        return False
    word = tokens[index - 1][0]
    return word[-1].isalnum() and (is_capital(word) or is_role(word, language)) and word[0].isalpha()


def _find_office_after(text_after: str, language: Lexicon) -> str:
    match = _APPOSITION_PATTERN.match(text_after)
    if match is None:
        return ""
    words = match[1].split()
    if words[0].lower() in language.relatives:
        return ""
    # "a former captain", "head of the agency", but not "Ana Ruiz, said the minister".
    for word in words[:4]:
        if is_role(word, language):
            return match[1].strip()
        if word.lower() in language.words_before_verb or "says" in language.signals.find(
            word, tokenise(word)
        ):
            return ""
    return ""
