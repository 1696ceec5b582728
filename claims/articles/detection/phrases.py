"""Read the noun phrases around a verb of saying: the subject before it, the speaker after it, and appositions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from claims.articles.detection.lexicon import Lexicon, tokenise
from claims.articles.detection.names import (
    PARTICLES,
    is_capital,
    is_given_name,
    is_name,
    is_role,
    split_name,
)
from claims.articles.detection.speakers import is_known_speaker_kind, read_speaker

_PHRASE_END = re.compile(r"[,;:()\[\]—–\ufffc]|\s-\s|[.!?…](?=\s|$)")
_SHORT_FORM = re.compile(r"(?:^|\s)(?:[^\W\d_]|[DdMm]rs?|Prof|St|dott|Sr|Sra)$")
_MAX_PHRASE_WORDS = 14
_MAX_APPOSITION_WORDS = 18


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase that may name a speaker, with its apposition and its end in the sentence."""

    text: str
    description: str | None = None
    end: int = 0


def can_name_speaker(phrase: str, language: Lexicon) -> bool:
    """Return whether the phrase can name a speaker."""
    speaker = read_speaker(phrase, None, language)
    if speaker is None or not (speaker.is_office and language.is_cased):
        return speaker is not None
    tokens = split_name(phrase)
    return is_known_speaker_kind(tokens, language) or any(is_capital(token) for token in tokens)


def read_subject_before(text_before: str, language: Lexicon) -> Phrase | None:
    """Return the subject before the verb, with its apposition: `Ana Ruiz, head of the agency, (said)`."""
    clause_parts = [clause_part.strip() for clause_part in text_before.split(",")]
    last_part = remove_adverbs(clause_parts[-1], language)
    if last_part is None:
        return None
    if last_part:
        phrase = _find_closing_phrase(last_part, language)
        return Phrase(phrase) if phrase and can_name_speaker(phrase, language) else None
    named_parts = [clause_part for clause_part in clause_parts[:-1] if clause_part]
    adjunct_words = language.relatives | (language.of_words & language.stops) | language.by_words
    if len(named_parts) >= 2 and named_parts[-1].split()[0].lower() in adjunct_words:
        # "Dr Ana Ruiz, of the institute, who was not involved, said"
        while (
            len(named_parts) > 2 and named_parts[-2].split()[0].lower() in adjunct_words | language.of_words
        ):
            named_parts.pop()
        phrase = _find_closing_phrase(named_parts[-2], language)
        return (
            Phrase(phrase)
            if phrase and is_capital(split_name(phrase)[-1]) and can_name_speaker(phrase, language)
            else None
        )
    for first_index in range(len(named_parts) - 1, max(len(named_parts) - 4, 0), -1):
        subject = _add_apposition(
            _find_closing_phrase(named_parts[first_index - 1], language),
            ", ".join(named_parts[first_index:]),
            language,
        )
        if subject:
            return subject
    return None


def _add_apposition(phrase: str, apposition: str, language: Lexicon) -> Phrase | None:
    if not phrase:
        return None
    if is_name(apposition, language) and _is_office_alone(phrase, language):
        return Phrase(apposition, _strip_article(phrase, language))  # "the head of the agency, Ana Ruiz,"
    if not is_capital(split_name(phrase)[-1]) or not can_name_speaker(phrase, language):
        return None
    skipped_words = (language.leading_words | language.stops | language.inside_words) - language.determiners
    if apposition.split(maxsplit=1)[0].lower() in skipped_words:
        return Phrase(phrase)  # "La Cruz Roja, por su parte,"
    speaker = read_speaker(phrase, None, language)
    is_full_name = speaker is not None and speaker.is_person and " " in speaker.name
    can_be_apposition = is_full_name or apposition.split(maxsplit=1)[0].lower() in language.determiners
    if _is_apposition(apposition, language) or (can_be_apposition and not _has_verb(apposition, language)):
        return Phrase(phrase, _strip_article(apposition, language))
    return None


def _strip_article(phrase: str, language: Lexicon) -> str:
    tokens = phrase.split()
    return " ".join(tokens[1:]) if tokens and tokens[0].lower() in language.definite_words else phrase


def _is_apposition(text: str, language: Lexicon, *, token_limit: int = 6) -> bool:
    tokens = split_name(text)
    if not tokens or len(tokens) > _MAX_APPOSITION_WORDS or tokens[0].lower() in language.relatives:
        return False
    return tokens[0].isdigit() or any(
        is_role(token_part, language) for token in tokens[:token_limit] for token_part in token.split("-")
    )


def remove_adverbs(text: str, language: Lexicon) -> str | None:
    """Return the text without adverbs between subject and verb; None if one of them negates the verb."""
    tokens = text.split()
    while tokens:
        key = tokens[-1].lower()
        if key in language.negations or key.endswith("n't"):
            return None
        if key not in language.words_before_verb and not language.is_date_word(key):
            break
        tokens.pop()
    return " ".join(tokens)


def _find_closing_phrase(text: str, language: Lexicon) -> str:
    """Return the noun phrase at the end of the text: the words after a conjunction, a verb or an adjunct."""
    tokens = text.split()
    start = len(tokens)
    while start > 0 and len(tokens) - start < _MAX_PHRASE_WORDS:
        token = tokens[start - 1]
        key = token.lower().strip("\"“”'")
        if key in language.stops and key not in language.of_words | language.inside_words:
            break
        if (
            start < len(tokens)
            and not is_capital(token)
            and _is_verb(token, language)
            and key not in language.of_words
        ):
            break
        start -= 1
    phrase = tokens[start:]
    if language.drops_subjects and phrase and phrase[0].lower() in language.of_words & language.leading_words:
        return ""  # "W serwisie Truth Social (podkreślił)"
    while phrase and (
        phrase[0].lower() in language.leading_words or language.is_date_word(phrase[0]) or phrase[0].isdigit()
    ):
        phrase = phrase[1:]
    return "" if phrase and phrase[-1].endswith(("'s", "’s")) else " ".join(phrase)


@lru_cache(maxsize=20_000)
def _has_verb(text: str, language: Lexicon) -> bool:
    signals = language.signals.find(text, tokenise(text))
    return "past" in signals or "state" in signals


@lru_cache(maxsize=20_000)
def _is_verb(token: str, language: Lexicon) -> bool:
    signals = language.signals.find(token, tokenise(token))
    return "past" in signals and "-" not in token


def read_speaker_after(
    narration: str, start: int, language: Lexicon, *, is_opening: bool = False
) -> Phrase | None:
    """Return the speaker after the verb or the preposition: `(…, said) Ana Ruiz, head of the agency.`

    If the source opens the sentence, an apposition after its comma must end at a second comma.
    """
    phrase, end = _find_opening_phrase(narration, start, language)
    if not phrase:
        return None
    if not can_name_speaker(phrase, language):
        return _read_named_aside(phrase, narration, end, language)
    if narration[end : end + 1] != ",":
        return Phrase(phrase, None, end)
    phrase_end = _PHRASE_END.search(narration, end + 1)
    phrase_limit = phrase_end.start() if phrase_end else len(narration)
    apposition = narration[end + 1 : phrase_limit].strip()
    if is_opening and narration[phrase_limit : phrase_limit + 1] != ",":
        return Phrase(phrase, None, end)
    if is_name(apposition, language) and (
        _is_office_alone(phrase, language) or (" " in apposition and _is_office_and_place(phrase, language))
    ):
        return Phrase(apposition, _strip_article(phrase, language), phrase_limit)
    if _is_apposition(apposition, language, token_limit=3) and is_capital(split_name(phrase)[-1]):
        return Phrase(phrase, _strip_article(apposition, language), phrase_limit)
    return Phrase(phrase, None, end)


def _read_named_aside(phrase: str, narration: str, end: int, language: Lexicon) -> Phrase | None:
    """Return the full name that follows an article, a noun and a comma: "(disse) a ouvidora, Cláudia Silva"."""
    if phrase.split(maxsplit=1)[0].lower() not in language.determiners or narration[end : end + 1] != ",":
        return None
    phrase_end = _PHRASE_END.search(narration, end + 1)
    phrase_limit = phrase_end.start() if phrase_end else len(narration)
    name = narration[end + 1 : phrase_limit].strip()
    if " " in name and is_name(name, language) and is_given_name(name.split()[0]):
        return Phrase(name, _strip_article(phrase, language), phrase_limit)
    return None


def _is_office_alone(phrase: str, language: Lexicon) -> bool:
    """Return whether the phrase names only an office: "the head of the agency", not "Senator Ana Ruiz"."""
    speaker = read_speaker(phrase, None, language)
    return any(_is_office(token, language) for token in split_name(phrase)) and not (
        speaker and speaker.is_person
    )


def _is_office_and_place(phrase: str, language: Lexicon) -> bool:
    """Return whether the phrase is an office and its place without an article ("Bupati Sirna"), and not a person."""
    tokens = split_name(phrase)
    return (
        len(tokens) == 2
        and is_role(tokens[0], language)
        and is_capital(tokens[1])
        and not language.definite_words
    )


def _is_office(token: str, language: Lexicon) -> bool:
    return token.lower() in language.determiners or is_role(token, language)


def _find_opening_phrase(narration: str, start: int, language: Lexicon) -> tuple[str, int]:
    """Return the noun phrase that begins at `start`, and its end."""
    matches = list(re.finditer(r"\S+", narration[start : _find_phrase_limit(narration, start)][:300]))
    if (
        matches
        and matches[0][0].lower() in language.he_words | language.she_words
        and _is_standing_alone(matches, language)
    ):
        return matches[0][0], start + matches[0].end()
    while matches and _is_time(matches, language):
        matches.pop(0)
    end = start
    phrase: list[str] = []
    for match in matches:
        if len(phrase) >= _MAX_PHRASE_WORDS or _is_phrase_end(match[0], phrase, language):
            break
        phrase.append(match[0])
        end = start + match.end()
    while phrase and phrase[-1].lower() in language.of_words | language.determiners:
        phrase.pop()
    text = " ".join(phrase)
    for aside in language.get_attributions("asides"):
        text = text.removesuffix(f" {aside}")  # "die Kanzlerin im Gespräch"
    return text, end


def _find_phrase_limit(narration: str, start: int) -> int:
    """Return the position of the next punctuation mark, ignoring the full stops of initials and titles."""
    for mark in _PHRASE_END.finditer(narration, start):
        if mark[0] != "." or not _SHORT_FORM.search(narration[max(start, mark.start() - 6) : mark.start()]):
            return mark.start()
    return len(narration)


def _is_phrase_end(token: str, phrase: Sequence[str], language: Lexicon) -> bool:
    """Return whether the noun phrase ends before this word."""
    key = token.lower()
    is_joint = key in language.of_words
    if key in language.by_words and any(word.lower() in language.documents for word in phrase):
        return False  # "a report by the commission"
    if (
        (key in language.stops and not is_joint)
        or key in language.words_before_verb
        or language.is_date_word(token)
        or token[0].isdigit()
    ):
        return True
    if not phrase:
        return False
    if is_joint:
        if len(phrase) > 1 and is_given_name(phrase[-2]) and is_capital(phrase[-1]):
            return True  # "sagte Anja Thoms der Zeitung"
        # "said Weber at a press conference" ends, "said a researcher at the university" does not.
        return key not in language.name_joints and not any(_is_office(word, language) for word in phrase)
    if key in language.determiners:
        return phrase[-1].lower() not in language.of_words | language.determiners | language.by_words
    return (
        token[0].islower()
        and not is_known_speaker_kind([token], language)
        and _can_only_follow_name(token, phrase, language)
    )


def _can_only_follow_name(token: str, phrase: Sequence[str], language: Lexicon) -> bool:
    """Return whether a small word can only follow a complete name: "dijo Ferrán este lunes", "sagte Weber gestern"."""
    if is_capital(phrase[-1]):
        if language.has_capitalised_nouns:
            return True
        is_named = not _is_office(phrase[-1], language) and (
            is_capital(phrase[0]) or not language.definite_words
        )
        if token not in PARTICLES and (is_named or not language.is_known):
            return True
    return any(word.lower() not in language.determiners for word in phrase) and _has_verb(token, language)


def _is_standing_alone(matches: Sequence[re.Match[str]], language: Lexicon) -> bool:
    """Return whether a pronoun is not possessive: "volgens haar is", not "volgens haar broer"."""
    key = matches[0][0].lower()
    if key not in language.determiners or len(matches) == 1:
        return True
    next_word = matches[1][0]
    return next_word.lower() in language.stops | language.words_before_verb or _is_verb(next_word, language)


def _is_time(matches: Sequence[re.Match[str]], language: Lexicon) -> bool:
    """Return whether the words begin with a time expression: `on Friday`, `este lunes`."""
    first_word, second_word = matches[0][0], matches[1][0] if len(matches) > 1 else ""
    if language.is_date_word(first_word):
        return True
    small_words = first_word.lower() in language.stops | language.determiners | language.words_before_verb
    return (small_words or first_word[0].isdigit()) and language.is_date_word(second_word)
