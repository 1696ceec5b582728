"""Resolve a noun phrase to the speaker that it names: a person with a role, an organisation or an office."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.articles.detection.lexicon import Lexicon, tokenise
from claims.articles.detection.names import (
    ELISION_PATTERN,
    HONORIFICS,
    PARTICLES,
    POSSESSIVE_PATTERN,
    find_gender_of_roles,
    is_capital,
    is_given_name,
    is_role,
    split_name,
)

_MAX_PHRASE_WORDS = 16
_MAX_UNKNOWN_WORDS = 4
_ARTICLES = frozenset({"the", "la", "le", "les", "los", "las"})
_ELIDED_PATTERN = re.compile(r"^(?:d|dell|all|nell|dall|sull)['’](?=\w)")
_BELONGS_PATTERN = re.compile(r"^[Dd]['’](?=\w)")


@dataclass(frozen=True, slots=True)
class Speaker:
    """A speaker, worded as in the text. `is_office`: the speaker has no proper name ("a ministry official")."""

    name: str
    description: str | None = None
    is_person: bool = False
    is_office: bool = False
    is_feminine: bool | None = None


def read_speaker(phrase: str, description: str | None, language: Lexicon) -> Speaker | None:
    """Return the speaker that a noun phrase such as `US Secretary of State Mike Pompeo` names, with a description.

    Return None for a phrase that names no speaker ("it", "the report", "who").
    """
    if not language.is_cased:
        return _read_without_case(phrase, description, language)
    tokens = split_name(phrase)
    while tokens and tokens[0].lower() in language.leading_words:
        tokens = tokens[1:]
    tokens = _find_name_before_body(_find_document_source(tokens, language), language)
    only_word = tokens[0].lower() if len(tokens) == 1 else ""
    if only_word in language.he_words or only_word in language.she_words:
        return Speaker(only_word, is_person=True, is_feminine=only_word in language.she_words)
    if not tokens or len(tokens) > _MAX_PHRASE_WORDS or tokens[-1].lower() in language.vague_words:
        return None
    if all(token.lower() in language.determiners for token in tokens):
        return None
    if any(is_role(token, language) for token in tokens):
        return _read_with_role(tokens, description, language)
    return _read_without_role(tokens, description, language)


def _read_without_role(tokens: list[str], description: str | None, language: Lexicon) -> Speaker | None:
    name_index = _find_name_at_end(tokens, language)
    if any(token.lower() in language.inside_words for token in tokens[:name_index]) and is_known_speaker_kind(
        tokens[:1], language
    ):
        return _read_anonymous_speaker(tokens, description, language)  # "police in Carrow"
    words_before, name = tokens[:name_index], " ".join(tokens[name_index:])
    if not name or (language.has_capitalised_nouns and words_before):
        return _read_anonymous_speaker(tokens, description, language)
    if language.has_capitalised_nouns and len(tokens) == 3 and all(map(is_capital, tokens)):
        return Speaker(" ".join(tokens[1:]), tokens[0], is_person=True)  # "Dezernentin Katrin Vogel"
    if len(words_before) > 1 and (_is_joint(words_before[-1], language) or _BELONGS_PATTERN.match(name)):
        return _read_anonymous_speaker(tokens, description, language)  # "the brother of Ana Ruiz"
    if not words_before:
        is_joined = any(token.lower() in language.of_words for token in tokens)
        is_named = not is_joined and len(tokens) <= 4 and (len(tokens) > 1 or not name.isupper())
        name = ELISION_PATTERN.sub("", name) if name[:1].islower() else name  # l'Ansa
        if len(tokens) == 2 and tokens[0].lower() in language.definite_words and tokens[1].isupper():
            name = tokens[1]  # "La ONU", but "Le Monde"
        return Speaker(POSSESSIVE_PATTERN.sub("", name), description, is_person=is_named or bool(description))
    plain_tokens = remove_determiner(words_before, language)
    if len(plain_tokens) < len(words_before):
        return Speaker(POSSESSIVE_PATTERN.sub("", name), description or " ".join(plain_tokens) or None)
    if (
        " " in name
        and words_before[-1].islower()
        and len(words_before) <= _MAX_UNKNOWN_WORDS
        and not set(words_before) & language.of_words
    ):
        # Polish and Russian have no article: "starosta Piotr Zawada".
        return Speaker(name, description or " ".join(words_before), is_person=True)
    return Speaker(POSSESSIVE_PATTERN.sub("", name), description)


def _split_place(name: list[str], language: Lexicon) -> tuple[list[str], list[str]]:
    """Separate a name from a place before it, in languages without articles: "(Wójt) Krynek Jolanta Gudel". Return
    the words of the name, then of the place.

    Three or more words without a known given name contain no name.
    """
    if language.definite_words or len(name) < 2:
        return name, []
    given_index = next((index for index, word in enumerate(name[:-1]) if is_given_name(word)), None)
    if given_index is None and name[0].isupper() and len(name[0]) > 2 and not name[1].isupper():
        given_index = 1
    if given_index is None:
        return (name, []) if len(name) == 2 else ([], name)
    return name[given_index:], name[:given_index]


def is_complement(words_before: Sequence[str], language: Lexicon) -> bool:
    """Return whether a name depends on the words before: "a spokesman for President (Holt)"."""
    joints = [index for index, token in enumerate(words_before) if _is_joint(token, language)]
    joints = [index for index in joints if remove_determiner(words_before[:index], language)]
    if not joints:
        return False
    small_words = language.determiners | language.of_words
    words_after_joint = [
        token for token in words_before[joints[-1] + 1 :] if token.lower() not in small_words
    ]
    if not words_after_joint:
        return True
    last_word = words_after_joint[-1]
    is_genitive = (
        language.has_capitalised_nouns
        and last_word.endswith("s")
        and not is_body_word(last_word[:-1], language)
    )
    return (is_role(last_word, language) or is_genitive) and not is_body_word(last_word, language)


def _is_joint(token: str, language: Lexicon) -> bool:
    """Return whether the word joins two nouns, as "of" does. The lists of such words also contain articles."""
    is_joined = token in language.of_words | language.by_words and token not in language.get_attributions(
        "conjunctions"
    )
    return token.islower() and is_joined and token not in _ARTICLES


def _find_name_before_body(tokens: list[str], language: Lexicon) -> list[str]:
    """Return the words up to the end of a person's name before a body: "Dr Sarah Lund (of the Arctic Institute)"."""
    for index in range(2, len(tokens) - 1):
        token = tokens[index]
        is_joint = token.islower() and token in language.of_words | language.inside_words
        is_joint |= _ELIDED_PATTERN.match(token) is not None  # "Nadia Pinardo dell'Università"
        # "Barbara Baars van de Universiteit", but "Ursula von der Leyen"
        has_body_word = any(is_body_word(word, language) for word in tokens[index + 1 : index + 4])
        if is_joint and (has_body_word or token not in PARTICLES):
            name_start = index
            while (
                name_start > 0
                and is_capital(tokens[name_start - 1])
                and not is_given_name(tokens[name_start])
            ):
                name_start -= 1
            if index - name_start >= 2 and is_given_name(tokens[name_start]):
                return tokens[:index]
    return tokens


def _read_with_role(tokens: list[str], description: str | None, language: Lexicon) -> Speaker | None:
    if _is_body_by_name(tokens, language):
        return _read_anonymous_speaker(tokens, description, language)
    name, words_after = _split_name(_find_after_role(tokens, language), language)
    if not name or (words_after and words_after[0].lower() not in language.of_words | language.inside_words):
        return _read_anonymous_speaker(tokens, description, language)
    words_before = tokens[: len(tokens) - len(name) - len(words_after)]
    if is_complement(words_before, language):
        return _read_anonymous_speaker(tokens[: len(tokens) - len(words_after)], description, language)
    is_acronym = len(name) == 1 and name[0].isupper() and len(name[0]) > 1
    if is_acronym and not is_body_word(_find_offices(words_before, language)[-1], language):
        return _read_anonymous_speaker(tokens, description, language)  # "Prezydent USA"
    name, place_name = _split_place(name, language)
    if not name:
        return None
    office_words = remove_determiner([*words_before, *place_name], language)
    title = [token for token in [*office_words, *words_after] if token.lower().strip(".") not in HONORIFICS]
    return Speaker(
        POSSESSIVE_PATTERN.sub("", " ".join(name)),
        ", ".join(text for text in (" ".join(title), description) if text) or None,
        is_person=not any(
            ELISION_PATTERN.sub("", token).lower() in language.bodies
            for token in _find_offices(office_words, language)[-1:]
        ),
        is_feminine=find_gender_of_roles(_find_offices(office_words, language), language),
    )


def _is_body_by_name(tokens: list[str], language: Lexicon) -> bool:
    """Return whether the kind of body is part of its name: "Comitato Pendolari", not "news agency Coastal"."""
    last_role = max(index for index, token in enumerate(tokens) if is_role(token, language))
    word = tokens[last_role]
    if last_role == 0 and len(tokens) > 1 and is_capital(word) and word.lower() not in language.roles:
        return word.endswith("s") and is_capital(tokens[-1])  # "Doctors Across Borders"
    return is_capital(word) and is_body_word(word, language) and (last_role > 0 or len(tokens) > 1)


def is_body_word(word: str, language: Lexicon) -> bool:
    """Return whether the word is a word for an organisation or, in German and Dutch, a compound ending in one."""
    key = ELISION_PATTERN.sub("", word).lower()
    plain_key = key.removesuffix("s") if language.is_verb_second else key  # des Verbands
    return not {key, plain_key}.isdisjoint(language.bodies) or (
        language.is_verb_second and any(plain_key.endswith(body) for body in language.bodies if len(body) > 3)
    )


def _find_after_role(tokens: list[str], language: Lexicon) -> list[str]:
    """Return the name after an office; empty if there is only the office."""
    words_after = tokens[max(index for index, token in enumerate(tokens) if is_role(token, language)) + 1 :]
    for role in language.role_phrases:
        for index in range(len(tokens) - len(role) + 1):
            if tuple(token.lower() for token in tokens[index : index + len(role)]) == role:
                words_after = tokens[index + len(role) :]
    if words_after and (
        ELISION_PATTERN.match(words_after[0])
        or words_after[0].lower() in language.of_words | language.determiners | language.inside_words
    ):
        # "Governor of Texas Greg Abbott" names a person, "governor of New York" does not.
        name_length = 0
        for token in reversed(words_after):
            if not (is_capital(token) or token.lower() in PARTICLES - language.of_words):
                break
            name_length += 1
        words_after = words_after[-2:] if name_length >= 3 else []
    while words_after and not is_capital(words_after[0]):
        words_after = words_after[1:]
    return words_after


def _split_name(tokens: list[str], language: Lexicon) -> tuple[list[str], list[str]]:
    """Return the name and the words after it: "Laura Bellini", "of the University of Carrow"."""
    end = 0
    while end < len(tokens) and (is_capital(tokens[end]) or tokens[end].lower() in PARTICLES):
        if language.has_capitalised_nouns and end >= 2 and not is_capital(tokens[end]):
            break  # "Martin Feld von der Hochschule", but "Ursula von der Leyen"
        end += 1
    while end and not is_capital(tokens[end - 1]):
        end -= 1
    return tokens[:end], tokens[end:]


def _find_offices(words: Iterable[str], language: Lexicon) -> list[str]:
    return [ELISION_PATTERN.sub("", token) for token in words if is_role(token, language)]


def _find_document_source(tokens: list[str], language: Lexicon) -> list[str]:
    """Return the words for the source of a document: the ministry in "the figures of the Interior Ministry"."""
    plain_tokens = remove_determiner(tokens, language)
    for index, token in enumerate(plain_tokens[:4]):
        is_noun = token.islower() or index == 0 or language.has_capitalised_nouns
        if token.lower() in language.documents and is_noun:
            words_after = plain_tokens[index + 1 :]
            while words_after and words_after[0].lower() not in language.of_words | language.by_words:
                words_after = words_after[1:]
            return (
                remove_determiner(words_after[1:], language)
                if words_after and words_after[0].lower() in language.by_words
                else []
            )
    return tokens


def _read_anonymous_speaker(tokens: list[str], description: str | None, language: Lexicon) -> Speaker | None:
    """Return an anonymous speaker (an office or a group), worded as in the text: `a Foreign Ministry official`."""
    if len(tokens) > _MAX_UNKNOWN_WORDS and not is_known_speaker_kind(tokens, language):
        return None
    first_token, other_tokens = tokens[0], tokens[1:]
    if first_token.lower() in language.definite_words and (not other_tokens or is_capital(other_tokens[0])):
        tokens = other_tokens
    elif first_token.lower() in language.determiners:
        tokens = [first_token.lower(), *other_tokens]
    elif ELISION_PATTERN.match(first_token) and is_capital(first_token):
        tokens = [ELISION_PATTERN.sub("", first_token), *other_tokens]
    elif (
        is_role(first_token, language)
        and not is_body_word(first_token, language)
        and not language.has_capitalised_nouns
        and first_token.istitle()
        and not (other_tokens and is_capital(other_tokens[0]))
    ):
        tokens = [first_token.lower(), *other_tokens]  # "Officials" at the start of a sentence
    return Speaker(" ".join(tokens), description, is_office=True) if tokens else None


def is_known_speaker_kind(tokens: Sequence[str], language: Lexicon) -> bool:
    """Return whether a word of the phrase is an office, a body or another kind of source."""
    if any(is_role(token, language) or is_body_word(token, language) for token in tokens):
        return True
    return _is_institution(" ".join(tokens), language)


@lru_cache(maxsize=20_000)
def _is_institution(phrase: str, language: Lexicon) -> bool:
    return "institution" in language.signals.find(phrase, tokenise(phrase))


def remove_determiner(tokens: Sequence[str], language: Lexicon) -> list[str]:
    remaining_tokens = list(tokens)
    while remaining_tokens and remaining_tokens[0].lower() in language.determiners:
        remaining_tokens = remaining_tokens[1:]
    if remaining_tokens:
        remaining_tokens[0] = ELISION_PATTERN.sub("", remaining_tokens[0])
    return remaining_tokens


def _find_name_at_end(tokens: list[str], language: Lexicon) -> int:
    """Return the index at which the capitalised words at the end begin, or `len(tokens)`."""
    start = len(tokens)
    while start > 0:
        key = tokens[start - 1].lower()
        is_found = start < len(tokens)
        if is_found and POSSESSIVE_PATTERN.search(tokens[start - 1]):
            break  # "Northfield Hospital's Okafor"
        if key in language.determiners and not (is_found and key in PARTICLES):
            break
        if not is_capital(tokens[start - 1]) and not (is_found and key in PARTICLES | language.name_joints):
            break
        start -= 1
    while start < len(tokens) and not is_capital(tokens[start]):
        start += 1
    return start


def _read_without_case(phrase: str, description: str | None, language: Lexicon) -> Speaker | None:
    """Return the speaker in scripts without capitals, by the language's patterns for the order of name and office."""
    phrase = " ".join(phrase.split()).strip(" ,、，،")
    if phrase in language.he_words or phrase in language.she_words:
        return Speaker(phrase, is_person=True, is_feminine=phrase in language.she_words)
    first_word = phrase.split(maxsplit=1)[0] if phrase else ""
    if (
        not phrase
        or phrase in language.vague_words
        or (len(first_word) > 1 and first_word in language.vague_words)
    ):
        return None
    if not language.is_spaced and any(
        len(word) > 1 and phrase.endswith(word) for word in language.vague_words
    ):
        return None
    for pattern in language.speaker_patterns:
        match = pattern.match(phrase)
        if match:
            groups = match.groupdict()
            office = f"{groups['description'] or ''}{groups.get('title') or ''}".strip(" のは的")
            return Speaker(match["name"], description or office or None, is_person=True)
    return Speaker(phrase, description)
