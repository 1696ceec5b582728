"""Align two statements word by word, and return the words that differ."""

import re
import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from claims.matching.typos import is_swap, is_typo
from claims.quotes.statements import MILLI_PATTERN
from claims.search.texts import UNSPACED_PATTERN, compile_word_pattern, fold_text

#: Only this many words of a text are aligned.
MAX_WORDS = 300
_MAX_CHARACTERS = 40 * MAX_WORDS
#: Inflection seldom reaches the first letters of a word.
_PREFIX_LENGTH = 5
#: Shorter words are too similar for typing errors to be distinguished from other words: dead, deaf.
_MIN_TYPO_LENGTH = 6

#: Words that do not change the meaning of a statement.
_ARTICLES = {
    "en": "a an the", "de": "der die das den dem des ein eine einen einem einer eines",
    "fr": "le la les l un une des", "es": "el la los las un una unos unas", "pt": "o a os as um uma",
    "it": "il lo la i gli l un uno una", "nl": "de het een", "el": "ο η το οι τα τον την των", "sv": "en ett",
    "da": "en et", "no": "en et", "hu": "a az egy",
}  # fmt: skip
# As folded by `fold_text`, by language: a negation in one language is an ordinary word in another.
_NEGATIONS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "not never no", "de": "nicht nie niemals kein keine keinen keinem keiner",
        "fr": "ne pas jamais", "es": "no nunca jamas", "pt": "nao nunca jamais", "it": "non mai",
        "nl": "niet geen nooit", "ru": "не ни никогда нет", "uk": "не ні ніколи", "pl": "nie nigdy",
        "tr": "degil", "id": "tidak bukan", "hi": "नहीं", "ar": "لا لم لن ليس ليست", "he": "לא אין",
        "zh": "不 没 沒 未", "ja": "不 未", "el": "δεν μην", "sv": "inte aldrig", "da": "ikke aldrig",
        "no": "ikke aldri", "hu": "nem",
    }.items()
}  # fmt: skip
# Signs that are meaningful next to a number, letters with their marks, and digits.
_SIGNS_PATTERN = re.compile(r"[%‰°$€£¥₩₹₽₺<>=+]|(?<![\w)])[-−–](?=\d)")

_NUMBER_PATTERN = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Word(NamedTuple):
    """A word, number or distinctive sign at its position in a text, with a key for comparison."""

    start: int
    end: int
    text: str
    key: str

    @property
    def is_number(self) -> bool:
        return self.key[:1].isdigit()

    @property
    def is_name(self) -> bool:
        return self.text[:1].isupper()


#: The start and end of a part of a text, in Unicode code points.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class WordAlignment:
    """The words that two texts have in common, and the words of only one of them.

    Attributes:
        same_words: whether the texts have the same words in the same order, except for articles and typing errors.
        only_in_text, only_in_claim: the words of each text without a counterpart in the other, in order; for texts in
            two languages, only numbers.
        is_denial: whether the only difference is one negation.
    """

    same_words: bool
    only_in_text: tuple[Word, ...]
    only_in_claim: tuple[Word, ...]
    is_denial: bool


def align(
    text: str, claim_text: str, languages: tuple[str, str], unknown_words: Set[str] = frozenset()
) -> WordAlignment:
    """Align a text with a claim.

    Args:
        languages: the languages of both (ISO 639-1); empty if unknown.
        unknown_words: the folded words of the text that no claim contains; only these can be typing errors.
    """
    text_words, claim_words = split_words(text), split_words(claim_text)
    are_whole = _is_whole(text, text_words) and _is_whole(claim_text, claim_words)
    corrected = _correct_typos(text_words, claim_words, unknown_words)
    same_language = languages[0] == languages[1] or not all(languages)
    one, other = (
        drop_articles(words, languages[1]) if same_language else list(words)
        for words in (corrected, claim_words)
    )
    # Many people type without accents. If a text has some accents, they all count.
    accents_count = not text.isascii() and not claim_text.isascii()
    same_words = (
        are_whole
        and bool(one)
        and len(one) == len(other)
        and all(
            word.key == claim_word.key and not (accents_count and _differ_in_accents(word, claim_word))
            for word, claim_word in zip(one, other, strict=True)
        )
    )
    if same_words:
        return WordAlignment(same_words=True, only_in_text=(), only_in_claim=(), is_denial=False)
    if are_whole and (difference := _find_only_difference(one, other)):
        # One text may contain the other's word in a different place.
        left, right = difference
        negations = _NEGATIONS.get(languages[1], ())
        is_denial = not (left and right) and (left or right)[0].key in negations
        return WordAlignment(same_words=False, only_in_text=left, only_in_claim=right, is_denial=is_denial)
    return WordAlignment(
        same_words=False,
        only_in_text=tuple(_find_unmatched_words(one, other, same_language)),
        only_in_claim=tuple(_find_unmatched_words(other, one, same_language)),
        is_denial=False,
    )


def drop_articles(words: Sequence[Word], language: str) -> list[Word]:
    """Return the words without articles, unless all are articles. The A of "hepatitis A" does not count as one."""
    articles = frozenset(_ARTICLES.get(language, "").split())
    shouted = all(word.text.isupper() for word in words if word.text.isalpha())
    return [
        word
        for place, word in enumerate(words)
        if word.key not in articles
        or (place > 0 and not shouted and len(word.text) == 1 and word.text.isupper())
    ] or list(words)


@lru_cache(maxsize=4_096)
def split_words(text: str) -> tuple[Word, ...]:
    """Return the words of a text; in scripts without spaces, return the letters."""
    matches = sorted(
        [match.span() for match in compile_word_pattern().finditer(text[:_MAX_CHARACTERS])]
        + [match.span() for match in _SIGNS_PATTERN.finditer(text[:_MAX_CHARACTERS])]
    )
    words: list[Word] = []
    prefixes = {prefix.end() - 1 for prefix in MILLI_PATTERN.finditer(text[:_MAX_CHARACTERS])}
    for start, end in matches[:MAX_WORDS]:
        if UNSPACED_PATTERN.search(text, start, end):
            words += [Word(at, at + 1, text[at], fold_text(text[at]).strip()) for at in range(start, end)]
        else:
            key = fold_text(text[start:end]).strip() or text[start:end]
            words.append(Word(start, end, text[start:end], f"milli{key}" if start in prefixes else key))
    return tuple(words[:MAX_WORDS])


def _is_whole(text: str, words: Sequence[Word]) -> bool:
    """Return whether the words are all that the text contains. If not, the remaining characters may change its
    meaning.
    """
    return len(words) < MAX_WORDS and len(text) <= _MAX_CHARACTERS


def build_spans(words: Sequence[Word], text: str) -> list[Span]:
    """Return the spans of these words. Neighbouring words separated only by spaces or punctuation form one span."""
    parts: list[Span] = []
    for word in words:
        if parts and not any(map(str.isalnum, text[parts[-1][1] : word.start])):
            parts[-1] = (parts[-1][0], word.end)
        else:
            parts.append((word.start, word.end))
    return parts


def _differ_in_accents(word: Word, other: Word) -> bool:
    """Return whether two Latin or Greek words differ only in accents: papa, papá."""
    return (
        word.key.isalpha()
        and word.text < "\u0400"
        and _normalise_spelling(word.text) != _normalise_spelling(other.text)
    )


def _normalise_spelling(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _correct_typos(
    text_words: Sequence[Word], claim_words: Sequence[Word], unknown_words: Set[str]
) -> list[Word]:
    """Replace typing errors in the text's words by the claim's spelling. Names and numbers stay the same."""
    known_keys = {word.key for word in text_words}
    others = [
        word
        for word in claim_words
        if not word.is_name
        and word.key.isalpha()
        and len(word.key) >= _MIN_TYPO_LENGTH
        and word.key not in known_keys
    ]
    return [
        _correct_typo(word, others) if word.key in unknown_words and not word.is_name else word
        for word in text_words
    ]


def _correct_typo(word: Word, others: Sequence[Word]) -> Word:
    if len(word.key) < _MIN_TYPO_LENGTH or not word.key.isalpha():
        return word
    # The first letter of a word is seldom mistyped, and distinguishes many words.
    corrections = {
        other.key: other
        for other in others
        if is_swap(word.key, other.key) or (word.key[0] == other.key[0] and is_typo(word.key, other.key))
    }
    [(key, other)] = corrections.items() if len(corrections) == 1 else [(word.key, word)]
    return word._replace(key=key, text=other.text)


def _find_unmatched_words(words: Sequence[Word], others: Sequence[Word], same_language: bool) -> list[Word]:
    keys = [word.key for word in others]
    other_keys = set(keys)
    pairs = set(pairwise(keys))
    beginnings = {key[:_PREFIX_LENGTH] for key in keys if len(key) > _PREFIX_LENGTH}

    def is_there(place: int) -> bool:
        word = words[place]
        if not same_language:
            return word.key in other_keys or not word.is_number
        if UNSPACED_PATTERN.match(word.key):
            # In such scripts a single letter is hardly ever a word.
            beside = [tuple(each.key for each in words[at : at + 2]) for at in (place - 1, place) if at >= 0]
            return word.key in other_keys and (len(words) < 2 or any(pair in pairs for pair in beside))
        if word.key in other_keys:
            return True
        if word.is_number:
            return False
        return len(word.key) > _PREFIX_LENGTH and word.key[:_PREFIX_LENGTH] in beginnings and not word.is_name

    return [words[place] for place in range(len(words)) if not is_there(place)]


def _find_only_difference(
    one: Sequence[Word], other: Sequence[Word]
) -> tuple[tuple[Word, ...], tuple[Word, ...]] | None:
    """Return the words at the only place where two texts differ: one word on each side, or on one side only."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    if len(longer) - len(shorter) > 1 or len(shorter) < 3:
        return None
    at = next((at for at, word in enumerate(shorter) if word.key != longer[at].key), len(shorter))
    if at == len(longer):
        return None
    rest = at + 1 if len(longer) == len(shorter) else at
    if [word.key for word in longer[at + 1 :]] != [word.key for word in shorter[rest:]]:
        return None
    replaced_words = tuple(shorter[at:rest])
    return ((longer[at],), replaced_words) if longer is one else (replaced_words, (longer[at],))
