"""Read a stream of JSON: yield its values and list elements in order, and continue after broken parts.

Only one element of a list is in memory at a time. After a broken element, reading continues at the end of that
element if its brackets and quotation marks show the end. Otherwise it continues at the next complete object that has
the same keys as earlier elements and is followed by valid JSON. The skipped part is counted and reported.
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

_CHUNK_BYTES = 64 * 1024
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _read_name: None)
_SPACE_PATTERN = re.compile(r"[\s\ufeff\x1e]*")
_GAP_PATTERN = re.compile(r"[\s\ufeff\x1e,;]*")
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
    """A parsed value, with a description of its position."""

    position: str
    value: Any
    is_record: bool = True
    """Whether it should be a record. Nodes of a graph and the rest of an object need not be records."""


class Fault(NamedTuple):
    """A part of the stream that could not be parsed."""

    position: str
    reason: str
    text: str
    """The beginning of the part."""
    size: int
    """The number of bytes left out."""
    can_continue: bool
    """Whether reading continues after it."""
    is_cut_off: bool = False
    """Whether its only fault is that it ends too early."""


def read_elements(stream: Readable) -> Iterator[Element | Fault]:
    """Yield every element in a UTF-8 stream."""
    yield from _Reader(stream).read_all()


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
        self._position = 0
        self._is_ended = False
        # The keys of the last complete element, by which similar ones are recognised.
        self._names: frozenset[str] = frozenset()

    # Values

    def read_all(self) -> Iterator[Element | Fault]:
        number = 0
        while self._skip(_GAP_PATTERN):
            number += 1
            position = f"value {number}"
            match self._peek():
                case "[":
                    self._position += 1
                    yield from self._read_list("item")
                case "{":
                    yield from self._read_object(position)
                case _:
                    try:
                        yield Element(position, self._read_value())
                    except _InvalidJSON as error:
                        yield self._skip_fault(position, error, _VALUE_END)

    def _read_object(self, position: str) -> Iterator[Element | Fault]:
        """Read an object, and yield the records of its lists separately."""
        other_members: dict[str, Any] = {}
        has_lists = False
        self._position += 1
        while self._skip(_GAP_PATTERN) and self._peek() != "}":
            try:
                name = self._read_name()
                if name not in LIST_KEYS or self._peek() != "[":
                    other_members[name] = self._read_value()
                    continue
            except _InvalidJSON as error:
                yield self._skip_fault(position, error, _VALUE_END, in_object=True)
                if not _LIST_START.match(self._text, self._position):
                    return
                other_members.clear()  # the object is incomplete
                has_lists = True
                continue
            has_lists = True
            self._position += 1
            yield from self._read_list(name)
        if not self._peek():
            yield self._skip_fault(position, _InvalidJSON("it breaks off", is_cut_off=True), _VALUE_END)
            return
        self._position += 1
        if other_members or not has_lists:
            self._names = frozenset(other_members)
            yield Element(position, other_members, not has_lists)

    def _read_list(self, key: str) -> Iterator[Element | Fault]:
        number = 0
        self._names = frozenset()
        while self._skip(_GAP_PATTERN):
            if self._peek() == "]":
                self._position += 1
                return
            number += 1
            position = f"{key} {number}"
            try:
                value = self._read_or_repair_value()
            except _InvalidJSON as error:
                yield (fault := self._skip_fault(position, error, _ELEMENT_END))
                if not fault.can_continue:
                    return
                continue
            if isinstance(value, dict):
                self._names = frozenset(value)
            yield Element(position, value, key != "@graph")
        yield Fault(f"{key} {number + 1}", "the list breaks off", "", 0, can_continue=False, is_cut_off=True)

    def _read_name(self) -> str:
        name = self._read_value()
        if not isinstance(name, str) or not self._skip(_SPACE_PATTERN) or self._peek() != ":":
            raise _InvalidJSON(
                "a name in quotation marks and a colon are missing", is_cut_off=not self._peek()
            )
        self._position += 1
        self._skip(_SPACE_PATTERN)
        return name

    def _read_or_repair_value(self) -> Any:
        try:
            return self._read_value()
        except _InvalidJSON as error:
            self._buffer_more_than(SEARCHED_BYTES)
            end = self._find_broken_object_end()
            if end is None or _STRAY_PATTERN.search(self._text, self._position, end):
                raise
            try:
                (value,) = broken_json.parse_all(self._text[self._position : end])
            except ValueError:  # which includes `_InvalidJSON`
                raise error from None
            self._position = end
            return value

    def _read_value(self) -> Any:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._position)
            except RecursionError:
                raise _InvalidJSON("it is nested too deeply") from None
            except json.JSONDecodeError as error:
                is_cut_off = self._may_be_cut_off(error)
                if self._is_ended or not is_cut_off:
                    raise _InvalidJSON(error.msg[:1].lower() + error.msg[1:], is_cut_off=is_cut_off) from None
            except ValueError as error:  # a number of thousands of digits
                raise _InvalidJSON(str(error).partition(";")[0]) from None
            else:
                if end < len(self._text) or self._is_ended or self._text[end - 1] in '}]"':
                    return self._accept_value(value, end)
            if len(self._text) - self._position > MAX_BYTES:
                raise _InvalidJSON(f"one record is longer than {MAX_BYTES // 1024**2} MB")
            if not self._read_more(max(_CHUNK_BYTES, len(self._text) - self._position)):
                self._is_ended = True

    def _may_be_cut_off(self, error: json.JSONDecodeError) -> bool:
        """Return whether an error may only mean that the rest of the text is missing or not read yet."""
        return (
            error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _CUT_OFF_CHARACTERS
        )

    def _accept_value(self, value: Any, end: int) -> Any:
        if not self._text.isascii() and _STRAY_PATTERN.search(self._text, self._position, end):
            raise _InvalidJSON("it has bytes that are not UTF-8")
        self._position = end
        return value

    # Faults

    def _skip_fault(
        self, position: str, error: _InvalidJSON, follow_pattern: re.Pattern[str], *, in_object: bool = False
    ) -> Fault:
        """Skip to the next position at which reading can continue, and report the skipped part."""
        shown_text = (
            self._text[self._position : self._position + QUOTED_CHARACTERS].encode(errors="replace").decode()
        )
        size, is_found = 0, False
        while True:
            self._buffer_more_than(SEARCHED_BYTES)
            end = self._find_broken_object_end() if not size else None
            if end is None:
                end = self._find_next_similar(follow_pattern, in_object=in_object, may_start_here=bool(size))
            if end is not None:
                is_found = True
            else:
                # An object in the last part may turn out to be complete when more has been read.
                end = len(self._text) if self._is_ended else len(self._text) - SEARCHED_BYTES // 2
            size += len(self._text[self._position : end].encode("utf-8", "surrogateescape"))
            self._position = end
            if is_found or self._is_ended:
                return Fault(
                    position, str(error), shown_text, size, is_found, error.is_cut_off and not is_found
                )

    def _find_broken_object_end(self) -> int | None:
        """Return the end of a broken object if its brackets close and valid JSON follows; otherwise None."""
        if self._peek() != "{":
            return None
        open_brackets: list[str] = []
        for bracket in _MARK_PATTERN.finditer(self._text, self._position):
            if bracket[0] in "{[":
                open_brackets.append(bracket[0])
            elif bracket[0] in "}]":
                if {"}": "{", "]": "["}[bracket[0]] != open_brackets.pop():
                    return None
                if not open_brackets:
                    return bracket.end() if self._is_followed_by_json(bracket.end()) else None
        return None

    def _is_followed_by_json(self, end: int) -> bool:
        """Return whether a new object, the end of the list or the end of the text follows at this position."""
        gap = _GAP_PATTERN.match(self._text, end)
        position = gap.end() if gap else end
        match self._text[position : position + 1]:
            case "{":
                return self._parse_object(position) is not None or bool(
                    _FIRST_NAME.match(self._text, position)
                )
            case "]":
                return True
            case character:
                return not character and self._is_ended

    def _find_next_similar(
        self, follow_pattern: re.Pattern[str], *, in_object: bool, may_start_here: bool
    ) -> int | None:
        """Return the position of the next object that has the same keys as earlier elements; None if there is none."""
        start = self._position if may_start_here else self._position + 1
        next_list = _LIST_START.search(self._text, start) if in_object else None
        candidates = self._iterate_candidates(
            start, next_list.start() if next_list else len(self._text), follow_pattern
        )
        if self._names:
            known_names = self._names
        else:
            # No similar element is known. Assume that the object with the most keys is not nested in another one.
            first_candidates = list(islice(candidates, MAX_CANDIDATES))
            known_names = max((names for _position, names in first_candidates), key=len, default=frozenset())
            candidates = iter(first_candidates)
        for position, names in candidates:
            if known_names <= names or 2 * len(names & known_names) > len(names):
                return position
        return next_list.start() if next_list else None

    def _iterate_candidates(
        self, start: int, end: int, follow_pattern: re.Pattern[str]
    ) -> Iterator[tuple[int, frozenset[str]]]:
        """Yield the position and the keys of each complete object that may be an element."""
        for opening in _FIRST_NAME.finditer(self._text, start, end):
            parsed_object = self._parse_object(opening.start())
            if parsed_object is not None and follow_pattern.match(self._text, parsed_object[1]):
                yield opening.start(), frozenset(parsed_object[0])

    def _parse_object(self, start: int) -> tuple[Any, int] | None:
        try:
            return _DECODER.raw_decode(self._text, start)
        except (ValueError, RecursionError):
            return None

    # Text

    def _peek(self) -> str:
        return self._text[self._position : self._position + 1]

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Skip text that matches the pattern, such as white space; return False at the end of the stream."""
        while True:
            if match := pattern.match(self._text, self._position):
                self._position = match.end()
            if self._position < len(self._text):
                return True
            if not self._read_more(_CHUNK_BYTES):
                self._is_ended = True
                return False

    def _read_more(self, size: int) -> bool:
        """Read the next part of the stream, and drop the text that is already parsed; return False at the end."""
        if self._is_ended:
            return False
        chunk = self._stream.read(size)
        text_read = self._decoder.decode(chunk, final=not chunk)
        self._text, self._position = self._text[self._position :] + text_read, 0
        return bool(chunk)

    def _buffer_more_than(self, size: int) -> None:
        while len(self._text) - self._position <= size and not self._is_ended:
            if not self._read_more(size):
                self._is_ended = True
