"""Align two statements word by word despite typing errors, and return the words that differ."""

import re
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from claims.search.texts import MILLI_PATTERN, UNSPACED_PATTERN, compile_word_pattern, fold_text

#: The number of words of a text that are aligned; the rest is ignored.
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
# Negations by language, folded by `fold_text`. A negation in one language is an ordinary word in another.
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
        languages: the languages of the text and the claim (ISO 639-1); empty if unknown.
        unknown_words: the folded words of the text that no claim contains; only these words can be typing errors.
    """
    text_words, claim_words = split_words(text), split_words(claim_text)
    are_whole = _is_untruncated(text, text_words) and _is_untruncated(claim_text, claim_words)
    corrected_words = _correct_typos(text_words, claim_words, unknown_words)
    same_language = languages[0] == languages[1] or not all(languages)
    unmatched_in_text, unmatched_in_claim = (
        drop_articles(words, languages[1]) if same_language else list(words)
        for words in (corrected_words, claim_words)
    )
    # Many people type without accents. If a text has some accents, they all count.
    accents_count = not text.isascii() and not claim_text.isascii()
    same_words = (
        are_whole
        and bool(unmatched_in_text)
        and len(unmatched_in_text) == len(unmatched_in_claim)
        and all(
            word.key == claim_word.key and not (accents_count and _differ_in_accents(word, claim_word))
            for word, claim_word in zip(unmatched_in_text, unmatched_in_claim, strict=True)
        )
    )
    if same_words:
        return WordAlignment(same_words=True, only_in_text=(), only_in_claim=(), is_denial=False)
    if are_whole and (difference := _find_only_difference(unmatched_in_text, unmatched_in_claim)):
        # The word may occur elsewhere in the other text: then only its position differs.
        text_words_only, claim_words_only = difference
        negations = _NEGATIONS.get(languages[1], ())
        is_denial = (
            not (text_words_only and claim_words_only)
            and (text_words_only or claim_words_only)[0].key in negations
        )
        return WordAlignment(
            same_words=False,
            only_in_text=text_words_only,
            only_in_claim=claim_words_only,
            is_denial=is_denial,
        )
    return WordAlignment(
        same_words=False,
        only_in_text=tuple(_find_unmatched_words(unmatched_in_text, unmatched_in_claim, same_language)),
        only_in_claim=tuple(_find_unmatched_words(unmatched_in_claim, unmatched_in_text, same_language)),
        is_denial=False,
    )


def drop_articles(words: Sequence[Word], language: str) -> list[Word]:
    """Return the words without articles, unless all are articles. The A of "hepatitis A" is no article."""
    articles = frozenset(_ARTICLES.get(language, "").split())
    is_upper_case = all(word.text.isupper() for word in words if word.text.isalpha())
    return [
        word
        for index, word in enumerate(words)
        if word.key not in articles
        or (index > 0 and not is_upper_case and len(word.text) == 1 and word.text.isupper())
    ] or list(words)


@lru_cache(maxsize=4_096)
def split_words(text: str) -> tuple[Word, ...]:
    """Return the words of a text; in scripts without spaces, each letter counts as a word."""
    matches = sorted(
        [match.span() for match in compile_word_pattern().finditer(text[:_MAX_CHARACTERS])]
        + [match.span() for match in _SIGNS_PATTERN.finditer(text[:_MAX_CHARACTERS])]
    )
    words: list[Word] = []
    prefixes = {prefix.end() - 1 for prefix in MILLI_PATTERN.finditer(text[:_MAX_CHARACTERS])}
    for start, end in matches[:MAX_WORDS]:
        if UNSPACED_PATTERN.search(text, start, end):
            words += [
                Word(index, index + 1, text[index], fold_text(text[index]).strip())
                for index in range(start, end)
            ]
        else:
            key = fold_text(text[start:end]).strip() or text[start:end]
            words.append(Word(start, end, text[start:end], f"milli{key}" if start in prefixes else key))
    return tuple(words[:MAX_WORDS])


def _is_untruncated(text: str, words: Sequence[Word]) -> bool:
    """Return whether these are all words of the text. Words left out might change the text's meaning."""
    return len(words) < MAX_WORDS and len(text) <= _MAX_CHARACTERS


def build_spans(words: Sequence[Word], text: str) -> list[Span]:
    """Return the spans of these words. Neighbouring words separated only by spaces or punctuation form one span."""
    spans: list[Span] = []
    for word in words:
        if spans and not any(map(str.isalnum, text[spans[-1][1] : word.start])):
            spans[-1] = (spans[-1][0], word.end)
        else:
            spans.append((word.start, word.end))
    return spans


def _differ_in_accents(word: Word, other_word: Word) -> bool:
    """Return whether two Latin or Greek words differ only in accents: papa, papá."""
    return (
        word.key.isalpha()
        and word.text < "\u0400"
        and _normalise_spelling(word.text) != _normalise_spelling(other_word.text)
    )


def _normalise_spelling(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _correct_typos(
    text_words: Sequence[Word], claim_words: Sequence[Word], unknown_words: Set[str]
) -> list[Word]:
    """Replace typing errors in the text's words with the claim's spelling. Names and numbers stay the same."""
    known_keys = {word.key for word in text_words}
    unmatched_words = [
        word
        for word in claim_words
        if not word.is_name
        and word.key.isalpha()
        and len(word.key) >= _MIN_TYPO_LENGTH
        and word.key not in known_keys
    ]
    return [
        _correct_typo(word, unmatched_words) if word.key in unknown_words and not word.is_name else word
        for word in text_words
    ]


def _correct_typo(word: Word, candidates: Sequence[Word]) -> Word:
    if len(word.key) < _MIN_TYPO_LENGTH or not word.key.isalpha():
        return word
    # The first letter of a word is seldom mistyped, and distinguishes many words.
    corrections = {
        candidate.key: candidate
        for candidate in candidates
        if is_swap(word.key, candidate.key)
        or (word.key[0] == candidate.key[0] and is_typo(word.key, candidate.key))
    }
    [(key, candidate)] = corrections.items() if len(corrections) == 1 else [(word.key, word)]
    return word._replace(key=key, text=candidate.text)


def _find_unmatched_words(
    words: Sequence[Word], other_words: Sequence[Word], same_language: bool
) -> list[Word]:
    keys = [word.key for word in other_words]
    other_keys = set(keys)
    pairs = set(pairwise(keys))
    beginnings = {key[:_PREFIX_LENGTH] for key in keys if len(key) > _PREFIX_LENGTH}

    def has_counterpart(index: int) -> bool:
        word = words[index]
        if not same_language:
            return word.key in other_keys or not word.is_number
        if UNSPACED_PATTERN.match(word.key):
            # In scripts with spaces, a single letter is hardly ever a word.
            adjacent_pairs = [
                tuple(pair_word.key for pair_word in words[pair_start : pair_start + 2])
                for pair_start in (index - 1, index)
                if pair_start >= 0
            ]
            return word.key in other_keys and (
                len(words) < 2 or any(pair in pairs for pair in adjacent_pairs)
            )
        if word.key in other_keys:
            return True
        if word.is_number:
            return False
        return len(word.key) > _PREFIX_LENGTH and word.key[:_PREFIX_LENGTH] in beginnings and not word.is_name

    return [words[index] for index in range(len(words)) if not has_counterpart(index)]


def _find_only_difference(
    words: Sequence[Word], other_words: Sequence[Word]
) -> tuple[tuple[Word, ...], tuple[Word, ...]] | None:
    """Return the words at the only place where two texts differ: one word on each side, or on one side only."""
    longer_words, shorter_words = (
        (words, other_words) if len(words) >= len(other_words) else (other_words, words)
    )
    if len(longer_words) - len(shorter_words) > 1 or len(shorter_words) < 3:
        return None
    index = next(
        (index for index, word in enumerate(shorter_words) if word.key != longer_words[index].key),
        len(shorter_words),
    )
    if index == len(longer_words):
        return None
    rest_start = index + 1 if len(longer_words) == len(shorter_words) else index
    if [word.key for word in longer_words[index + 1 :]] != [word.key for word in shorter_words[rest_start:]]:
        return None
    replaced_words = tuple(shorter_words[index:rest_start])
    return (
        ((longer_words[index],), replaced_words)
        if longer_words is words
        else (replaced_words, (longer_words[index],))
    )


def is_typo(word: str, other_word: str) -> bool:
    """Return whether two folded words differ by one letter, or by two swapped neighbouring letters."""
    if word == other_word or abs(len(word) - len(other_word)) > 1:
        return False
    if is_swap(word, other_word):
        return True
    shorter_word, longer_word = sorted((word, other_word), key=len)
    index = next(
        (position for position, letter in enumerate(shorter_word) if letter != longer_word[position]),
        len(shorter_word),
    )
    rest_start = index + 1 if len(shorter_word) == len(longer_word) else index
    return shorter_word[rest_start:] == longer_word[index + 1 :]


def is_swap(word: str, other_word: str) -> bool:
    """Return whether the words differ by two swapped neighbouring letters."""
    return (
        word != other_word
        and len(word) == len(other_word)
        and any(variant == other_word for variant in _swap_letters(word))
    )


def _swap_letters(word: str) -> Iterator[str]:
    return (
        word[:index] + word[index + 1] + word[index] + word[index + 2 :] for index in range(len(word) - 1)
    )
