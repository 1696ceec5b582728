"""Files of JSON → the values in them, one after the other: a document, one value a line, or values strung together.

A small document is read as a whole, so that its nodes can refer to each other wherever they stand. A large one is
streamed: of its lists only one element is in memory at a time.
"""

import codecs
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import ijson

from claims.importers import repairing, schema_org
from claims.importers.beginning import beginning, encoding
from claims.importers.files import HEAD, File
from claims.importers.found import Place, Refusal
from claims.importers.schema_org import Graph, Node
from sources.extraction import ExtractionError
from sources.extraction.decoding import decode

#: What of a whole document is read into memory.
SMALL = 4 * 1024 * 1024
LONGEST_LINE = 16 * 1024 * 1024
#: How many values one record may consist of.
LARGEST_RECORD = 1_000_000
#: How much of what cannot be read a refusal shows.
SHOWN = 2000

#: Under these names in an object, a list is one of records.
LISTS = frozenset(
    [
        "@graph", "dataFeedElement", "itemListElement", "claims", "claimReviewMarkupPages", "data", "docs",
        "factChecks", "fact_checks", "factchecks", "hits", "items", "records", "results", "reviews", "rows",
    ]
)  # fmt: skip

_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Value:
    """One value in a file."""

    position: str
    value: Any
    graph: Graph = field(default_factory=dict)
    """The nodes that it may refer to."""
    is_record: bool = True
    """Whether it is expected to be one; a node of a graph, or what is left of an object, need not be."""


def looks_like_json(file: File) -> bool:
    """Whether a file begins as a JSON object or list does."""
    return beginning(file.head)[:1] in ("{", "[")


def sample(file: File) -> list[Any]:
    """The first records in the beginning of a file, as many as stand in it whole."""
    text = beginning(file.head)
    if text[:1] not in ("{", "["):
        return []
    if _one_a_line(text):
        return [one for line in text.splitlines()[:_SAMPLE] for one in _loaded(line)]
    found: list[Any] = []
    try:
        events = ijson.basic_parse(io.BytesIO(text.encode("utf-8", "replace")), **_AS_FOUND)
        for _position, one, is_record in _elements(events):
            if is_record:
                found.append(one)
            if len(found) == _SAMPLE:
                break
    except _UNREADABLE:
        pass
    return found


def values(file: File) -> Iterator[Value | Refusal]:
    """Every value in the file, elements of its lists one by one; and where it cannot be read, and why."""
    stream = _as_utf8(file)
    if _one_a_line(beginning(file.head)):
        return _lines(file.name, stream)
    return _document(file.name, stream)


# One value a line


def _one_a_line(text: str) -> bool:
    """Whether lines are values of their own; one that is broken does not matter."""
    lines = text.splitlines()
    if len(text) >= HEAD // 4 and lines:
        lines.pop()  # cut off by the end of what is looked at
    lines = [line for line in lines if line.strip()][:_SAMPLE]
    if len(lines) < 2:
        return False
    whole = [bool(_loaded(line)) for line in lines]
    return whole[0] or sum(whole) * 2 >= len(whole)


def _loaded(line: str) -> list[Any]:
    """The object or list on a line, as a list of one; nothing where it holds anything else."""
    try:
        one = repairing.strict(line.strip("\x1e \r\n\t"))
    except ValueError:
        return []
    return [one] if isinstance(one, dict | list) else []


def _lines(name: str, stream: io.BufferedIOBase) -> Iterator[Value | Refusal]:
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        place = Place(name, f"line {number}")
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
            yield Refusal(
                place, "", f"This line is longer than {LONGEST_LINE // 1024**2} MB.", "line too long"
            )
            continue
        try:
            text = line.decode().strip("\ufeff\x1e \r\n\t")
        except UnicodeDecodeError:
            yield Refusal(
                place,
                "",
                "This line is not UTF-8, as JSON must be. Convert the file to UTF-8 and import it again.",
                "not UTF-8",
                raw=line[:SHOWN].decode(errors="replace"),
            )
            continue
        if text:
            yield from _values_in(text, place)


def _values_in(text: str, place: Place) -> Iterator[Value | Refusal]:
    decoder = json.JSONDecoder(strict=False, parse_constant=lambda _name: None)
    at = 0
    while at < len(text):
        try:
            one, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield _broken(place, error, text)
            return
        graph: dict[str, Node] = {}
        schema_org.remember(one, graph)
        yield Value(place.position, one, graph)
        while at < len(text) and text[at].isspace():
            at += 1


def _broken(place: Place, error: Exception, text: str) -> Refusal:
    why = (
        f"{error.msg} at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else str(error)
    )
    return Refusal(place, "", f"This is not valid JSON: {why}.", "broken JSON", raw=text[:SHOWN])


# Documents

_AS_FOUND = {"multiple_values": True, "use_float": True}
_UNREADABLE = (ijson.JSONError, ValueError, RecursionError, OverflowError, StopIteration)


def _document(name: str, stream: io.BufferedIOBase) -> Iterator[Value | Refusal]:
    content = stream.read(SMALL + 1)
    if len(content) > SMALL:
        yield from _streamed(name, _Joined(content, stream))
        return
    try:
        whole = repairing.loads(decode(content, charset=None, markup=False))
    except (ExtractionError, repairing.Broken):
        # As a stream, for what stands before the fault.
        yield from _streamed(name, io.BytesIO(content))
        return
    graph: dict[str, Node] = {}
    schema_org.remember(whole, graph)
    for number, one in enumerate(whole, 1):
        for position, element, is_record in _parts(one, number):
            yield Value(position, element, graph, is_record)


def _parts(one: Any, number: int) -> Iterator[tuple[str, Any, bool]]:
    """As `_elements`, of a value that is in memory."""
    if isinstance(one, list):
        for position, element in enumerate(one, 1):
            yield f"item {position}", element, True
    elif isinstance(one, Mapping):
        rest: dict[str, Any] = {}
        for key, member in one.items():
            if key in LISTS and isinstance(member, list):
                for position, element in enumerate(member, 1):
                    yield f"{key} {position}", element, key != "@graph"
            else:
                rest[key] = member
        if rest:
            yield f"value {number}", rest, len(rest) == len(one)
    else:
        yield f"value {number}", one, True


def _streamed(name: str, stream: Any) -> Iterator[Value | Refusal]:
    graph: dict[str, Node] = {}
    last = ""
    try:
        for position, one, is_record in _elements(ijson.basic_parse(stream, **_AS_FOUND)):
            schema_org.remember(one, graph)
            yield Value(position, one, graph, is_record)
            last = position
    except _UNREADABLE as error:
        why = " ".join(str(error).split("\n")[0].split())
        yield Refusal(
            Place(name, f"after {last}" if last else "its beginning"),
            "",
            f"From here on this is not valid JSON: {why or 'it breaks off'}. What stands before was read.",
            "broken JSON",
        )


def _elements(events: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any, bool]]:
    """Position, value, and whether it is expected to be a record."""
    events = iter(events)
    for number, (event, one) in enumerate(events, 1):
        if event == "start_array":
            yield from _list("item", events)
        elif event == "start_map":
            rest: dict[str, Any] = {}
            had_lists = False
            for event, key in events:
                if event == "end_map":
                    break
                event, one = _next(events)
                if event == "start_array" and key in LISTS:
                    had_lists = True
                    yield from _list(key, events)
                else:
                    rest[key] = _built(event, one, events)
            if rest:
                yield f"value {number}", rest, not had_lists
        else:
            yield f"value {number}", one, True


def _list(key: str, events: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any, bool]]:
    for number, (event, one) in enumerate(events, 1):
        if event == "end_array":
            return
        yield f"{key} {number}", _built(event, one, events), key != "@graph"


def _next(events: Iterator[tuple[str, Any]]) -> tuple[str, Any]:
    for event in events:
        return event
    raise ValueError("it breaks off")


def _built(event: str, one: Any, events: Iterator[tuple[str, Any]]) -> Any:
    """The value that begins with this event."""
    if event not in ("start_map", "start_array"):
        return one
    root: Any = {} if event == "start_map" else []
    inside: list[Any] = [root]
    keys: list[str] = [""]
    for number, (event, one) in enumerate(events):
        if number > LARGEST_RECORD or len(inside) > repairing.DEEPEST:
            raise ValueError("one record is too large")
        if event == "map_key":
            keys[-1] = one
            continue
        if event in ("end_map", "end_array"):
            inside.pop()
            keys.pop()
            if not inside:
                break
            continue
        value = {} if event == "start_map" else [] if event == "start_array" else one
        if isinstance(inside[-1], dict):
            inside[-1][keys[-1]] = value
        else:
            inside[-1].append(value)
        if event in ("start_map", "start_array"):
            inside.append(value)
            keys.append("")
    return root


# Bytes


class _Joined:
    """What was read already, and then the rest."""

    def __init__(self, beginning: bytes, rest: io.BufferedIOBase) -> None:
        self._beginning = io.BytesIO(beginning)
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        return self._beginning.read(size) or self._rest.read(size)


class _Recoded(io.RawIOBase):
    """A stream in another Unicode encoding as UTF-8; what is none becomes a replacement character."""

    def __init__(self, stream: io.BufferedIOBase, name: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(name)(errors="replace")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = self._stream.read(16 * 1024)
            self._left = self._decoder.decode(piece, final=not piece).encode("utf-8", "replace")
            if not piece:
                break
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


def _as_utf8(file: File) -> io.BufferedIOBase:
    name, mark = encoding(file.head)
    file.stream.read(mark)
    return file.stream if name == "utf-8" else io.BufferedReader(_Recoded(file.stream, name))
