"""Split a block into sentences with exact offsets, using the library `sentencex`.

The library keeps a quotation of several sentences in one piece and knows few abbreviations outside English. One claim
is one sentence, so this module splits quotations, and removes boundaries after abbreviations, initials and ordinals.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sentencex

from claims.articles.detection.lexicon import Lexicon, split_words
from claims.articles.detection.quotations import QUOTATION_MARKS, Quotations

# A "sentence" of two pages cannot be checked: it is a table, a list or a text without punctuation.
MAX_SENTENCE_LENGTH = 1_000

_HARD_STOPS = "。！？｡।॥۔"
_CLOSERS = frozenset(")]}）】》〉’'") | QUOTATION_MARKS
_TRANSLATION_TABLE = {ord(mark): " " for mark in QUOTATION_MARKS} | dict.fromkeys(
    map(ord, "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029\t\0"), " "
)
_SURROGATE_PATTERN = re.compile("[\ud800-\udfff]")
_HARD_STOP = re.compile(rf"[{_HARD_STOPS}]+")
_INITIAL_PATTERN = re.compile(r"(?:^|[\s(.\-«„“\"'’])[^\W\d_]\.$")
_ACRONYM_PATTERN = re.compile(r"(?:[^\W\d_]\.){2,}$")
# The library mistakes "on 3 May." for an abbreviation.
_WORD_AND_STOP = re.compile(r"(?<![^\W_])([^\W\d_]{3,})\.(?=\s+[^\W\d_])")
_LAST_WORD = re.compile(r"(?:^|[\s(«„“\"'’\-/])([^\s(«„“\"'’\-/]+)\.$")
_SOFT_BREAK = re.compile(r"[;；；,，、]\s*|\s[–—]\s")
_MIN_WORDS_IN_QUOTATION = 4
_MIN_CHARACTERS_IN_QUOTATION = 10


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a block, as offsets in the block."""

    start: int
    end: int
    text: str


def split_sentences(block: str, language: Lexicon, quotations: Quotations) -> list[Sentence]:
    """Return the sentences of one block in order; the white space between them is excluded."""
    sentences: list[Sentence] = []
    start = 0
    for stop in _find_boundaries(block, language, quotations):
        sentences.extend(_trim_sentence(block, start, stop))
        start = stop
    sentences.extend(_trim_sentence(block, start, len(block)))
    return sentences


def _find_boundaries(block: str, language: Lexicon, quotations: Quotations) -> Iterator[int]:
    """Yield the positions where a sentence ends, after its closing marks."""
    # The library rejects surrogates. Each is replaced by one code point, so offsets stay valid.
    plain_text = _SURROGATE_PATTERN.sub("\ufffd", block.translate(_TRANSLATION_TABLE))
    stops = {match.end() for match in _HARD_STOP.finditer(plain_text)}
    for boundary in sentencex.get_sentence_boundaries(language.code, plain_text):
        end = boundary["end_index"]
        while end > boundary["start_index"] and plain_text[end - 1].isspace():
            end -= 1
        stops.add(end)
    stops |= {match.end() for match in _WORD_AND_STOP.finditer(plain_text) if language.is_month(match[1])}
    start = 0
    for stop in sorted(stops):
        end = _skip_closers(block, stop, quotations)
        if end >= len(block):
            return
        if end > start and _is_boundary(block, start, stop, end, language, quotations):
            yield end
            start = end


def _skip_closers(block: str, stop: int, quotations: Quotations) -> int:
    """Return the position after closing marks, as in `….”)`, even after a French thin space."""
    end = stop
    while end < len(block):
        if block[end] in _CLOSERS:
            quotation = quotations.find_at(end)
            if quotation is not None and quotation.start == end:
                return end
            end += 1
        elif block[end] in " \u00a0\u202f" and end + 1 < len(block) and block[end + 1] in "»”“":
            quotation = quotations.find_at(end + 1)
            if quotation is None or quotation.end != end + 2:
                return end
            end += 2
        else:
            return end
    return end


def _is_boundary(
    block: str, start: int, stop: int, end: int, language: Lexicon, quotations: Quotations
) -> bool:
    text_before = block[max(start, stop - 24) : stop]
    text_after = block[end : end + 80].lstrip()
    next_text = text_after.lstrip("\"“”„«»‘’'(‹› \u00a0\u202f")
    if next_text[:1].islower() and text_before[-1:] not in _HARD_STOPS:
        return False
    if text_after.startswith(language.continuations):
        return False
    if text_before.endswith(".") and _is_abbreviation(text_before, next_text, language):
        return False
    return not _is_inside_short_quotation(
        block, start, stop, quotations, language
    ) and not _is_attribution_tail(block, end, text_after, quotations, language)


def _is_abbreviation(text_before: str, next_text: str, language: Lexicon) -> bool:
    if _ACRONYM_PATTERN.search(text_before):
        return language.is_date_word(next_text.split(maxsplit=1)[0].strip(".,")) if next_text else False
    if _INITIAL_PATTERN.search(text_before):
        return True
    match = _LAST_WORD.search(text_before)
    if match is None:
        return False
    word = match[1].lower()
    if word.isdigit():
        return language.has_ordinal_dot and len(word) <= 2 and not next_text[:1].isdigit()
    return word in language.abbreviations


def _is_inside_short_quotation(
    block: str, start: int, stop: int, quotations: Quotations, language: Lexicon
) -> bool:
    """Return whether a boundary is inside a short quotation, as in `"It is over. Done," she said`."""
    quotation = quotations.find_at(stop - 1)
    if quotation is None or stop >= quotation.end - 1 or not quotation.is_closed:
        return False
    text_after = block[stop : min(quotation.end, stop + 200)]
    text_before = block[max(start, quotation.start) : stop]
    if not language.is_spaced:
        return min(len(text_after), len(text_before)) < _MIN_CHARACTERS_IN_QUOTATION
    return min(len(split_words(text_after)), len(split_words(text_before[-200:]))) < _MIN_WORDS_IN_QUOTATION


def _is_attribution_tail(
    block: str, end: int, text_after: str, quotations: Quotations, language: Lexicon
) -> bool:
    """Return whether the text after a quotation only attributes it: `"Is it over?" Weber asked.`"""
    quotation = quotations.find_at(end - 1)
    if quotation is None or quotation.end != end or not quotation.is_closed:
        return False
    words_after = re.split(r"[.。!?！？…\n]", text_after, maxsplit=1)[0]
    if QUOTATION_MARKS & set(words_after):
        return False
    if not language.is_spaced:
        return len(words_after) <= 12 and language.has_speech_verb(words_after)
    return len(split_words(words_after)) <= 5 and language.has_speech_verb(words_after)


def _trim_sentence(block: str, start: int, end: int) -> Iterator[Sentence]:
    while start < end and block[start].isspace():
        start += 1
    while end > start and block[end - 1].isspace():
        end -= 1
    if end - start > MAX_SENTENCE_LENGTH:
        yield from _split_long_sentence(block, start, end)
    elif start < end:
        yield Sentence(start, end, block[start:end])


def _split_long_sentence(block: str, start: int, end: int) -> Iterator[Sentence]:
    """Yield the parts of a run-on sentence, split at semicolons, commas and dashes after half the limit. Parts that
    are still too long are dropped.
    """
    piece_start = start
    for soft_break in _SOFT_BREAK.finditer(block, start, end):
        if soft_break.end() - piece_start > MAX_SENTENCE_LENGTH // 2:
            if soft_break.end() - piece_start <= MAX_SENTENCE_LENGTH:
                yield from _trim_sentence(block, piece_start, soft_break.end())
            piece_start = soft_break.end()
    if end - piece_start <= MAX_SENTENCE_LENGTH:
        yield from _trim_sentence(block, piece_start, end)
