"""Read a stream of JSON: yield its values and list elements in order, and continue after broken parts.

Only one element of a list is in memory at a time. After a broken element, reading continues at the end of that
element if its brackets and quotation marks show the end. Otherwise it continues at the next complete object that has
the names of earlier elements and is followed by valid JSON. The skipped part is counted and reported.
"""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple, Protocol

from claims.imports.reading.formats import broken_json

#: The maximum size of a record.
MAX_BYTES = 16 * 1024 * 1024
#: The number of bytes after a fault that are searched for the next element at a time.
SEARCHED_BYTES = 1024 * 1024
#: The number of objects after a fault that are compared if nothing was read before it.
MAX_CANDIDATES = 100
#: The maximum number of characters of an unreadable part in an error.
QUOTED_CHARACTERS = 2000

#: Keys of lists that contain records.
LIST_KEYS = frozenset(
    [
        "@graph", "dataFeedElement", "itemListElement", "claims", "claimReviewMarkupPages", "data", "docs",
        "factChecks", "fact_checks", "factchecks", "hits", "items", "records", "results", "reviews", "rows",
    ]
)  # fmt: skip

_PIECE_BYTES = 64 * 1024
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _read_name: None)
_SPACE_PATTERN = re.compile(r"[\s\ufeff\x1e]*")
_BETWEEN_PATTERN = re.compile(r"[\s\ufeff\x1e,;]*")
_MARK_PATTERN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]]', re.DOTALL)
_FIRST_NAME = re.compile(r'\{\s*("(?:[^"\\]|\\.)*")\s*:', re.DOTALL)
_LIST_KEYS_PATTERN = "|".join(map(re.escape, sorted(LIST_KEYS)))
_LIST_START = re.compile(rf'"(?:{_LIST_KEYS_PATTERN})"\s*:\s*(?=\[)')
# Endings of a text that is incomplete but otherwise valid.
_CUT_OFF_CHARACTERS = 16
# Bytes that are not UTF-8, as decoded with `surrogateescape`.
_STRAY_PATTERN = re.compile("[\udc80-\udcff]")
# What may follow an element of a list, and a value outside a list.
_ELEMENT_END = re.compile(r"\s*(?:,\s*\{|\])")
_VALUE_END = re.compile(r"[\s\x1e,;]*(?:\{|$)")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Element(NamedTuple):
    """One value."""

    position: str
    value: Any
    is_record: bool = True
    """Whether it should be a record. Nodes of a graph and the rest of an object need not be records."""


class Fault(NamedTuple):
    """A part that could not be parsed."""

    position: str
    why: str
    text: str
    """The beginning of the part."""
    size: int
    """The number of bytes left out."""
    goes_on: bool
    """Whether reading continues after it."""
    is_cut_off: bool = False
    """Whether its only fault is that it ends too early."""


def read_elements(stream: Readable, *, item: str = "item") -> Iterator[Element | Fault]:
    """Yield every element in a UTF-8 stream.

    Args:
        item: the name for an element of a top-level list.
    """
    yield from _Reader(stream).read_all(item)


class _InvalidJSON(ValueError):
    """Raised for a part that is not valid JSON."""

    def __init__(self, reason: str, *, is_cut_off: bool = False) -> None:
        super().__init__(reason)
        self.is_cut_off = is_cut_off


class _Reader:
    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._at = 0
        self._ended = False
        # The keys of the last complete element, by which similar ones are recognised.
        self._names: frozenset[str] = frozenset()

    # Values

    def read_all(self, item: str) -> Iterator[Element | Fault]:
        number = 0
        while self._skip(_BETWEEN_PATTERN):
            number += 1
            position = f"value {number}"
            match self._peek():
                case "[":
                    self._at += 1
                    yield from self._read_list(item)
                case "{":
                    yield from self._read_object(position)
                case _:
                    try:
                        yield Element(position, self._read_value())
                    except _InvalidJSON as broken:
                        yield self._skip_fault(position, broken, _VALUE_END)

    def _read_object(self, position: str) -> Iterator[Element | Fault]:
        """Read an object, and yield the records of its lists separately."""
        rest: dict[str, Any] = {}
        had_lists = False
        self._at += 1
        while self._skip(_BETWEEN_PATTERN) and self._peek() != "}":
            try:
                name = self._read_name()
                if name not in LIST_KEYS or self._peek() != "[":
                    rest[name] = self._read_value()
                    continue
            except _InvalidJSON as broken:
                yield self._skip_fault(position, broken, _VALUE_END, in_object=True)
                if not _LIST_START.match(self._text, self._at):
                    return
                rest.clear()  # the object is incomplete
                had_lists = True
                continue
            had_lists = True
            self._at += 1
            yield from self._read_list(name)
        if not self._peek():
            yield self._skip_fault(position, _InvalidJSON("it breaks off", is_cut_off=True), _VALUE_END)
            return
        self._at += 1
        if rest or not had_lists:
            self._names = frozenset(rest)
            yield Element(position, rest, not had_lists)

    def _read_list(self, key: str) -> Iterator[Element | Fault]:
        number = 0
        self._names = frozenset()
        while self._skip(_BETWEEN_PATTERN):
            if self._peek() == "]":
                self._at += 1
                return
            number += 1
            position = f"{key} {number}"
            try:
                one = self._read_or_repair_value()
            except _InvalidJSON as broken:
                yield (fault := self._skip_fault(position, broken, _ELEMENT_END))
                if not fault.goes_on:
                    return
                continue
            if isinstance(one, dict):
                self._names = frozenset(one)
            yield Element(position, one, key != "@graph")
        yield Fault(f"{key} {number + 1}", "the list breaks off", "", 0, goes_on=False, is_cut_off=True)

    def _read_name(self) -> str:
        name = self._read_value()
        if not isinstance(name, str) or not self._skip(_SPACE_PATTERN) or self._peek() != ":":
            raise _InvalidJSON(
                "a name in quotation marks and a colon are missing", is_cut_off=not self._peek()
            )
        self._at += 1
        self._skip(_SPACE_PATTERN)
        return name

    def _read_or_repair_value(self) -> Any:
        try:
            return self._read_value()
        except _InvalidJSON as broken:
            self._buffer_more_than(SEARCHED_BYTES)
            end = self._find_end_of_broken()
            if end is None or _STRAY_PATTERN.search(self._text, self._at, end):
                raise
            try:
                (one,) = broken_json.parse_all(self._text[self._at : end])
            except ValueError:  # which includes `_InvalidJSON`
                raise broken from None
            self._at = end
            return one

    def _read_value(self) -> Any:
        while True:
            try:
                one, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise _InvalidJSON("it is nested too deeply") from None
            except json.JSONDecodeError as error:
                breaks_off = self._may_be_cut_off(error)
                if self._ended or not breaks_off:
                    raise _InvalidJSON(error.msg[:1].lower() + error.msg[1:], is_cut_off=breaks_off) from None
            except ValueError as error:  # a number of thousands of digits
                raise _InvalidJSON(str(error).partition(";")[0]) from None
            else:
                if end < len(self._text) or self._ended or self._text[end - 1] in '}]"':
                    return self._accept(one, end)
            if len(self._text) - self._at > MAX_BYTES:
                raise _InvalidJSON(f"one record is longer than {MAX_BYTES // 1024**2} MB")
            if not self._read_more(max(_PIECE_BYTES, len(self._text) - self._at)):
                self._ended = True

    def _may_be_cut_off(self, error: json.JSONDecodeError) -> bool:
        """Return whether an error may only mean that the text ends too early, because the rest is missing or not
        read yet.
        """
        return (
            error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _CUT_OFF_CHARACTERS
        )

    def _accept(self, one: Any, end: int) -> Any:
        if not self._text.isascii() and _STRAY_PATTERN.search(self._text, self._at, end):
            raise _InvalidJSON("it has bytes that are not UTF-8")
        self._at = end
        return one

    # Faults

    def _skip_fault(
        self, position: str, broken: _InvalidJSON, after: re.Pattern[str], *, in_object: bool = False
    ) -> Fault:
        """Skip to the next position at which reading can continue, and report the skipped part."""
        shown_text = self._text[self._at : self._at + QUOTED_CHARACTERS].encode(errors="replace").decode()
        size, is_found = 0, False
        while True:
            self._buffer_more_than(SEARCHED_BYTES)
            end = self._find_end_of_broken() if not size else None
            if end is None:
                end = self._find_next_like(after, in_object=in_object, may_be_here=bool(size))
            if end is not None:
                is_found = True
            else:
                # An object in the last part may turn out to be complete when more has been read.
                end = len(self._text) if self._ended else len(self._text) - SEARCHED_BYTES // 2
            size += len(self._text[self._at : end].encode("utf-8", "surrogateescape"))
            self._at = end
            if is_found or self._ended:
                return Fault(
                    position, str(broken), shown_text, size, is_found, broken.is_cut_off and not is_found
                )

    def _find_end_of_broken(self) -> int | None:
        """Return the end of an object whose brackets close and are followed by valid JSON."""
        if self._peek() != "{":
            return None
        open_brackets: list[str] = []
        for mark in _MARK_PATTERN.finditer(self._text, self._at):
            if mark[0] in "{[":
                open_brackets.append(mark[0])
            elif mark[0] in "}]":
                if {"}": "{", "]": "["}[mark[0]] != open_brackets.pop():
                    return None
                if not open_brackets:
                    return mark.end() if self._is_followed_by_json(mark.end()) else None
        return None

    def _is_followed_by_json(self, at: int) -> bool:
        """Return whether a new object, the end of the list or the end of the text follows at this position."""
        gap = _BETWEEN_PATTERN.match(self._text, at)
        position = gap.end() if gap else at
        match self._text[position : position + 1]:
            case "{":
                return self._parse_whole(position) is not None or bool(
                    _FIRST_NAME.match(self._text, position)
                )
            case "]":
                return True
            case character:
                return not character and self._ended

    def _find_next_like(self, after: re.Pattern[str], *, in_object: bool, may_be_here: bool) -> int | None:
        """Return the position of the next object that has the names of earlier elements."""
        start = self._at if may_be_here else self._at + 1
        a_list = _LIST_START.search(self._text, start) if in_object else None
        candidates = self._iterate_candidates(start, a_list.start() if a_list else len(self._text), after)
        if self._names:
            known_names = self._names
        else:
            # No similar element is known. The object with the most keys is not part of another one.
            first = list(islice(candidates, MAX_CANDIDATES))
            known_names = max((names for _at, names in first), key=len, default=frozenset())
            candidates = iter(first)
        for at, names in candidates:
            if known_names <= names or 2 * len(names & known_names) > len(names):
                return at
        return a_list.start() if a_list else None

    def _iterate_candidates(
        self, start: int, end: int, after: re.Pattern[str]
    ) -> Iterator[tuple[int, frozenset[str]]]:
        """Yield the positions of complete objects where elements may begin, with the names in each."""
        for opening in _FIRST_NAME.finditer(self._text, start, end):
            whole_value = self._parse_whole(opening.start())
            if whole_value is not None and after.match(self._text, whole_value[1]):
                yield opening.start(), frozenset(whole_value[0])

    def _parse_whole(self, at: int) -> tuple[Any, int] | None:
        try:
            return _DECODER.raw_decode(self._text, at)
        except (ValueError, RecursionError):
            return None

    # Text

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, gap: re.Pattern[str]) -> bool:
        """Skip white space; return False at the end."""
        while True:
            if match := gap.match(self._text, self._at):
                self._at = match.end()
            if self._at < len(self._text):
                return True
            if not self._read_more(_PIECE_BYTES):
                self._ended = True
                return False

    def _read_more(self, size: int) -> bool:
        """Read the next piece of the stream, and drop the text that is already parsed."""
        if self._ended:
            return False
        piece = self._stream.read(size)
        text_read = self._decoder.decode(piece, final=not piece)
        self._text, self._at = self._text[self._at :] + text_read, 0
        return bool(piece)

    def _buffer_more_than(self, size: int) -> None:
        while len(self._text) - self._at <= size and not self._ended:
            if not self._read_more(size):
                self._ended = True
