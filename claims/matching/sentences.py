"""Split a long text into sentences with exact offsets, on top of the library `sentencex`.

For finding checked sentences, a surplus boundary does less harm than a missing one. Quotations are therefore split,
and overlong sentences are cut.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import sentencex

#: A longer "sentence" cannot be checked: it is a table, a list, or a text without punctuation.
MAX_LENGTH = 1_000

# Quotation marks keep whole quotations together in the library, and signs that no text has would end it.
_IGNORED_CHARACTERS = str.maketrans(
    dict.fromkeys('"“”„‟«»‹›「」『』＂\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\t\x00', " ")
    | {chr(code): "\ufffd" for code in range(0xD800, 0xE000)}
)
_BLOCK_PATTERN = re.compile(r"[^\r\n\x85\u2028\u2029]+")
_HARD_STOP = re.compile(r"[。！？｡।॥۔؟]+")
# Marks that close the sentence belong to it.
_CLOSERS_PATTERN = re.compile("[”»›」』＂）)]*")
# Where a run-on may be cut, if not at a space.
_SOFT_BREAK = re.compile(r"[;；,，、]\s*|\s[–—-]\s|\s")


class TextSpan(NamedTuple):
    """A part of a text, from one offset to another in Unicode code points."""

    start: int
    end: int


def split_sentences(text: str, language: str = "") -> Iterator[TextSpan]:
    """Split a text into sentences of at most `MAX_LENGTH`, in order, without the space between them."""
    for block in _BLOCK_PATTERN.finditer(text):
        sentence_block = block.group()
        plain_text = sentence_block.translate(_IGNORED_CHARACTERS)
        sentence_ends = {
            boundary["end_index"]
            for boundary in sentencex.get_sentence_boundaries(language or "en", plain_text)
        }
        sentence_ends |= {stop.end() for stop in _HARD_STOP.finditer(plain_text)}
        ends = {_skip_closers(sentence_block, len(plain_text[:end].rstrip())) for end in sentence_ends}
        for start, end in pairwise(sorted({0, len(sentence_block), *ends})):
            yield from _split_long_sentence(text, block.start() + start, block.start() + end)


def _skip_closers(block: str, end: int) -> int:
    closers = _CLOSERS_PATTERN.match(block, end)
    return closers.end() if closers else end


def trim_span(text: str, start: int, end: int) -> TextSpan:
    """Return the span without surrounding white space."""
    part = text[start:end]
    return (
        TextSpan(end - len(part.lstrip()), start + len(part.rstrip()))
        if part.strip()
        else TextSpan(start, start)
    )


def _split_long_sentence(text: str, start: int, end: int) -> Iterator[TextSpan]:
    """Return the sentence, or its parts if it is too long to check."""
    while end - start > MAX_LENGTH:
        cut = start + MAX_LENGTH
        for soft in _SOFT_BREAK.finditer(text, start + MAX_LENGTH // 2, cut):
            cut = soft.end()
        yield from _yield_nonblank(text, start, cut)
        start = cut
    yield from _yield_nonblank(text, start, end)


def _yield_nonblank(text: str, start: int, end: int) -> Iterator[TextSpan]:
    span = trim_span(text, start, end)
    if any(map(str.isalnum, text[span.start : span.end])):
        yield span
