"""Find direct quotations in any style of quotation marks."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

# The marks that may close a quotation, by its opening mark. „…“ is German, “…” English, »…« German and Danish, «…»
# Romance and Russian, ”…” Swedish and Finnish, 「…」 Japanese and traditional Chinese.
_CLOSING_MARKS = {
    '"': '"', "“": '”"', "„": '“”"', "«": "»", "»": "«»", "”": "”", "「": "」", "『": "』",
    "‟": "”", "＂": "＂", "〝": "〞〟",
}  # fmt: skip
QUOTATION_MARKS = frozenset('"“”„«»「」『』‟＂〝〞〟‹›')
_SINGLE_MARKS = {"'": "'’", "‘": "’", "‚": "‘’"}
_MAX_SINGLE_LENGTH = 600
_DASH_PATTERN = re.compile(r"(?P<stop>[,.!?…»”]?)(?P<before>\s?)[—–](?P<after>[,.]?\s?)(?=(?P<next>\S))")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation with its marks: `start` is the offset of the opening mark, `end` the offset after the closing mark.

    `is_closed` is false if the paragraph ends without a closing mark: by convention, the same speaker continues in the
    next paragraph.
    """

    start: int
    end: int
    is_closed: bool


class Quotations:
    """The quotations of one block, searchable by position."""

    def __init__(self, text: str, *, is_dashed: bool = False, is_introduced: bool = False) -> None:
        """Find the quotations of a block.

        Args:
            is_dashed: whether a dash precedes the block, as it does before speech in many languages.
            is_introduced: whether the preceding block ends in a colon.
        """
        spoken_spans = list(_find_spoken_after_dash(text)) if is_dashed else []
        #: Whether the spoken parts are set off by dashes instead of quotation marks.
        self.are_dashed = bool(spoken_spans) and (is_introduced or spoken_spans[0].end < len(text))
        self.spans = spoken_spans if self.are_dashed else _find_quotations(text)
        self._starts = [span.start for span in self.spans]

    def find_at(self, position: int) -> Quotation | None:
        """Return the quotation that contains the character at `position`, including its marks."""
        index = bisect_right(self._starts, position) - 1
        if index >= 0 and position < self.spans[index].end:
            return self.spans[index]
        return None

    def find_overlapping(self, start: int, end: int) -> list[Quotation]:
        """Return the quotations that overlap the span."""
        index = max(bisect_right(self._starts, start) - 1, 0)
        quotations = []
        while index < len(self.spans) and self.spans[index].start < end:
            if self.spans[index].end > start:
                quotations.append(self.spans[index])
            index += 1
        return quotations


def _find_spoken_after_dash(text: str) -> Iterator[Quotation]:
    """Yield the spoken parts of a block that begins with a dash: “We are late,— said Ruiz.— Very late.”"""
    start: int | None = 0
    for dash in _DASH_PATTERN.finditer(text):
        if start is not None:
            # "—dijo Ruiz—" or ", — said Ruiz"; any other dash is the speaker's own.
            is_opening = bool(dash["stop"]) or (bool(dash["before"]) and not dash["after"])
            if is_opening and dash["next"].islower() and dash.start() > start:
                yield Quotation(start, dash.start() + len(dash["stop"]), is_closed=True)
                start = None
        elif dash["stop"] or not dash["before"]:
            start = dash.end()
    if start is not None:
        yield Quotation(start, len(text), is_closed=True)


def _find_quotations(text: str) -> list[Quotation]:
    spans: list[Quotation] = []
    opening: int | None = None
    closers = ""
    for position, character in enumerate(text):
        if opening is not None:
            if character in closers:
                spans.append(Quotation(opening, position + 1, is_closed=True))
                opening = None
        elif character in _CLOSING_MARKS and not (
            character == '"' and _is_word_end(text[position - 1 : position])
        ):
            opening, closers = position, _CLOSING_MARKS[character]
    if opening is not None and opening < len(text) - 1:
        spans.append(Quotation(opening, len(text), is_closed=False))
    return _add_single_quotations(text, spans)


def _is_word_end(character_before: str) -> bool:
    """Return whether a straight mark after this character opens no quotation: it means inches or gershayim."""
    return (
        character_before.isdigit()
        or character_before.lower() != character_before.upper()
        or "\u0590" <= character_before <= "\u05ff"
    )


def _add_single_quotations(text: str, spans: list[Quotation]) -> list[Quotation]:
    """Add quotations in ‘…’ and '…' if the text has no other marks, ignoring apostrophes."""
    if spans:
        return spans
    opening: int | None = None
    closers = ""
    for position, character in enumerate(text):
        character_before = text[position - 1] if position else " "
        character_after = text[position + 1] if position + 1 < len(text) else " "
        if opening is not None and position - opening > _MAX_SINGLE_LENGTH:
            opening = None
        if (
            opening is not None
            and character in closers
            and not character_after.isalnum()
            and not character_before.isspace()
        ):
            spans.append(Quotation(opening, position + 1, is_closed=True))
            opening = None
        elif (
            opening is None
            and character in _SINGLE_MARKS
            and character_after.isalnum()
            and (character_before.isspace() or character_before in "([—–:")
        ):
            opening, closers = position, _SINGLE_MARKS[character]
    return spans
