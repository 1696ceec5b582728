"""Split a text into paragraphs and sentences.

The split does not depend on the language. An extra split, such as one after an abbreviation, does no harm, because
neighbouring parts are joined again. The functions are pure and take linear time.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property  # noqa: TID251  no Django here; computing is all that its lock stops
from itertools import chain, islice, pairwise

from claims.quotes.folded_text import FoldedText, fold

_PARAGRAPH_PATTERN = re.compile(r"\S(?:[^\n]|\n(?![^\S\n]*\n))*")
_CLOSERS = "\"'”’“‘»«›‹」』）)\\]"
_CLOSING_ONLY = "”’»」』）)"
_THAI = "\u0e00-\u0eff"
# Repetitions are possessive or short, so that long runs are read only once.
_SENTENCE_END = re.compile(
    # A stop followed by white space. The text after that is ignored, so that a part is always cut in the same way.
    rf"[.!?…؟]++[{_CLOSERS}]*+\s++"
    # Full stops of scripts without a space after them.
    rf"|[。！？｡।॥۔։៕።]++[{_CLOSING_ONLY}]*+\s*+"
    # The end of a line that ends a sentence or introduces one, and the beginning of the next item of a list.
    r"|(?<=[.!?:;…。！？：।])[^\S\n]{0,9}\n\s*+|[^\S\n]{0,9}\n\s*+(?=[-–—•*·▪‣]|\d{1,3}[.)]\s)"
    # Scripts that write a space instead of a full stop.
    rf"|(?<=[{_THAI}])\s++(?=[{_THAI}“\"])"
)
#: Quotation marks; inside a Hebrew word, `"` marks an abbreviation instead.
_SPEECH_MARK = re.compile(r"[“”„‟«»「」『』＂]|(?<![\u0590-\u05ff])\"|\"(?![\u0590-\u05ff])")
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_QUOTATION_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957"
    "\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0b82\u0bbe-\u0bcd\u0c00-\u0c03\u0c3e-\u0c4d"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200c\u200d"
)
_WORD_PATTERN = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[^\W_]|[{_QUOTATION_MARKS}])+")
#: The maximum number of parts of a text, plus one per paragraph; the rest of a paragraph is one part.
_MAX_PARTS = 50_000
#: The number of parts examined on each side in a long paragraph.
_PARTS_AROUND = 20
#: The number of words by which long parts are compared.
_MAX_WORDS = 2_000


def split_words(text: str) -> list[str]:
    """Return words and numbers; in Korean and in scripts without spaces, return each character."""
    return _WORD_PATTERN.findall(text)


@dataclass(frozen=True, eq=False)
class TextPart:
    """A sentence of a text, or a similar unit such as a heading or a list item."""

    text: str
    start: int
    end: int
    #: The index of its paragraph.
    paragraph: int
    #: Whether its beginning and its end are inside direct speech.
    is_quoted_at_start: bool
    is_quoted_at_end: bool

    @cached_property
    def key(self) -> str:
        """Return the key that parts with the same words share."""
        return fold(self.text)

    @cached_property
    def folded_text(self) -> FoldedText:
        """Return the text of the part, folded for comparison."""
        return FoldedText(self.text)

    @cached_property
    def shingles(self) -> Counter[str]:
        """Return shingles for finding similar parts: words or, in scripts without spaces, pairs of characters."""
        words = split_words(self.key[: 20 * _MAX_WORDS].casefold())[:_MAX_WORDS]
        counts: Counter[str] = Counter()
        for word, next_word in pairwise([*words, ""]):
            counts[word + next_word if len(word) == 1 == len(next_word) else word] += 1
        return counts

    @property
    def is_speech(self) -> bool:
        return self.is_quoted_at_start or self.is_quoted_at_end or bool(_SPEECH_MARK.search(self.text))

    @cached_property
    def outside_speech(self) -> str:
        """Return the words outside quotation marks, such as the speaker and the verb."""
        segments = _SPEECH_MARK.split(self.text)
        return " ".join(segments[1 if self.is_quoted_at_start else 0 :: 2])


def split_text(text: str) -> list[TextPart]:
    """Split a text into parts in order. Pieces without letters or digits, such as a rule, are left out."""
    parts: list[TextPart] = []
    for number, paragraph in enumerate(_PARAGRAPH_PATTERN.finditer(text)):
        part_limit = max(_MAX_PARTS - len(parts), 0)
        parts.extend(_iterate_parts(paragraph.group(), paragraph.start(), number, part_limit))
    return parts


def find_paragraph(parts: Sequence[TextPart], number: int) -> range:
    """Return the numbers of all parts in the paragraph of part `number`."""
    first_index = last_index = number
    while (
        first_index
        and number - first_index < _PARTS_AROUND
        and parts[first_index - 1].paragraph == parts[number].paragraph
    ):
        first_index -= 1
    while (
        last_index + 1 < len(parts)
        and last_index - number < _PARTS_AROUND
        and parts[last_index + 1].paragraph == parts[number].paragraph
    ):
        last_index += 1
    return range(first_index, last_index + 1)


def _iterate_parts(paragraph: str, offset: int, number: int, part_limit: int) -> Iterator[TextPart]:
    is_quoted, start = False, 0
    # Emails and Markdown mark a quoted paragraph with ">".
    is_block = paragraph.startswith(">")
    opening, closing = _find_speech_marks(paragraph)

    def build_part(first: int, last: int, is_quoted_at_start: bool, *, is_quoted_at_end: bool) -> TextPart:
        span = offset + first, offset + last
        return TextPart(
            paragraph[first:last], *span, number, is_quoted_at_start or is_block, is_quoted_at_end or is_block
        )

    stops = (stop.end() for stop in islice(_SENTENCE_END.finditer(paragraph), part_limit))
    pending_part: tuple[int, int, bool] | None = None
    for end in chain(stops, [len(paragraph)]):
        sentence = paragraph[start:end].rstrip()
        was_quoted = is_quoted
        for speech_mark in _SPEECH_MARK.findall(sentence):
            is_quoted = speech_mark in opening or (speech_mark not in closing and not is_quoted)
        if any(map(str.isalnum, sentence)):
            if pending_part:
                yield build_part(*pending_part, is_quoted_at_end=was_quoted)
            pending_part = start, start + len(sentence), was_quoted
        elif pending_part and sentence:
            # A closing quotation mark after a space, as in French.
            pending_part = pending_part[0], start + len(sentence), pending_part[2]
        start = end
    if pending_part:
        yield build_part(*pending_part, is_quoted_at_end=is_quoted)


def _find_speech_marks(paragraph: str) -> tuple[str, str]:
    """Return the marks that open and the marks that close direct speech in a paragraph. Other marks may do either."""
    opening, closing = "„‟「『", "」』"
    if "„" in paragraph:
        closing += "“”"
    elif "“" in paragraph:
        opening, closing = opening + "“", closing + "”"
    first_mark = min((position for mark in "«»" if (position := paragraph.find(mark)) >= 0), default=-1)
    if first_mark >= 0:
        points_inward = paragraph[first_mark] == "«"
        opening, closing = (
            opening + ("«" if points_inward else "»"),
            closing + ("»" if points_inward else "«"),
        )
    return opening, closing
