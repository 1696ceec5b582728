"""Flat JSON objects: one on each line, or all of them in one array."""

import io
import json
from collections.abc import Iterator
from collections.abc import Mapping as Table
from typing import Any, Final

import orjson

from .choosing import chosen, conventions_of, dates_seen, refused
from .conventions import Conventions
from .files import HEAD, File
from .found import Found, Place, Refusal
from .mapping import Mapping
from .records import Records, Row
from .strict import MappingError

NAME: Final = "rows"
TITLE: Final = "Rows as JSON (an object on each line, or an array of objects)"

#: Bytes of one line, or characters of one object in an array.
LONGEST = 4_000_000

#: Our own export has these, even for a claim of which so little is left that its JSON is flat.
_OWN = frozenset({"statement", "appearances", "verdicts"})
_MARK = b"\xef\xbb\xbf"
_BETWEEN = " \t\r\n,"


def recognise(file: File) -> Table[str, Any] | None:
    """The mapping of flat rows; None for JSON with structure, which ClaimReview and our own export have."""
    rows = _sample(file.head)
    if not rows or not all(map(_is_flat, rows)):
        return None
    columns = _keys(rows)
    if _OWN.issubset(columns):
        return None
    mapping = chosen(columns, rows)
    if len(rows) == 1 and "statement" not in mapping.reading.fields:
        return None  # one object of any kind
    return _settings(rows, mapping)


def settings_for(file: File, mapping: Mapping) -> Table[str, Any]:
    """The settings for a file that a person has a mapping for."""
    return _settings(_sample(file.head), mapping)


def read(file: File, settings: Table[str, Any]) -> Iterator[Found | Refusal]:
    """The objects as records."""
    rows = _sample(file.head)
    try:
        mapping = (
            Mapping.from_json(settings["mapping"]) if "mapping" in settings else chosen(_keys(rows), rows)
        )
    except MappingError as error:
        yield Refusal(
            Place(file.name, "mapping"), "", f"The mapping cannot be followed. {error}", "wrong mapping"
        )
        return
    if refusal := refused(mapping, _keys(rows), file.name):
        yield refusal
        return
    records = Records(mapping, None)
    for place, row in _array(file) if _is_array(file.head) else _lines(file):
        if isinstance(row, Refusal):
            yield row
        elif isinstance(row, dict):
            yield records.record(row, place)
        else:
            reason = "It is no JSON object, so there are no names to find the fields by."
            yield Refusal(place, "", reason, "no object", raw=row)


def conventions(settings: Table[str, Any]) -> Conventions:
    return conventions_of(settings)


def _lines(file: File) -> Iterator[tuple[Place, Any]]:
    """What each line holds, or why it holds nothing."""
    name, number = file.name, 0
    while True:
        number += 1
        try:
            line = file.stream.readline(LONGEST)
        except (OSError, EOFError, ValueError) as error:
            yield _stopped(Place(name, f"line {number}"), error)
            return
        if not line:
            return
        if number == 1:
            line = line.removeprefix(_MARK)
        place = Place(name, f"line {number}")
        try:
            yield place, orjson.loads(line)
        except orjson.JSONDecodeError as error:
            if line.isspace():
                continue
            yield place, _broken(place, error, line)
            while len(line) == LONGEST and not line.endswith(b"\n"):
                line = file.stream.readline(LONGEST)  # the rest of a line that is too long


def _array(file: File) -> Iterator[tuple[Place, Any]]:
    """What the array holds, one element after the other."""
    text = io.TextIOWrapper(file.stream, "utf-8-sig")
    buffer, at, number, more = "", 0, 0, True
    decoder = json.JSONDecoder()
    size = HEAD
    while True:
        at = _skipped(buffer, at, _BETWEEN if number else _BETWEEN + "[")
        place = Place(file.name, f"object {number + 1}")
        try:
            if at < len(buffer) and buffer[at] == "]":
                return
            _, end = decoder.raw_decode(buffer, at)
            if end == len(buffer) and more:
                raise ValueError("it may go on")  # a number at the end of what has been read so far
            row: Any = orjson.loads(buffer[at:end])
        except (ValueError, RecursionError) as error:
            if not more or len(buffer) - at > LONGEST:
                yield place, _broken(place, error, buffer[at : at + 1000].encode())
                return
            try:
                piece = text.read(size)
            except (OSError, EOFError, ValueError) as problem:
                yield _stopped(place, problem)
                return
            more = bool(piece)
            buffer, at = buffer[at:] + piece, 0
            size = max(HEAD, len(buffer))  # doubling, so that a long object is not parsed over and over again
            continue
        number += 1
        yield place, row
        at = end


def _skipped(buffer: str, at: int, characters: str) -> int:
    while at < len(buffer) and buffer[at] in characters:
        at += 1
    return at


def _broken(place: Place, error: Exception, raw: bytes) -> Refusal:
    reason = f"It is not valid JSON: {error}. Correct it, or leave it out."
    return Refusal(place, "", reason, "not valid JSON", raw=raw[:1000].decode("utf-8", errors="replace"))


def _stopped(place: Place, error: Exception) -> tuple[Place, Refusal]:
    return place, Refusal(place, "", f"The file cannot be read any further: {error}.", "unreadable file")


def _is_array(head: bytes) -> bool:
    return head.removeprefix(_MARK).lstrip()[:1] == b"["


def _sample(head: bytes) -> list[Row]:
    """The whole objects in the first bytes; none where something else stands among them."""
    if _is_array(head):
        file = File("", io.BufferedReader(io.BytesIO(head)))
        found = [row for _, row in _array(file)]
    else:
        file = File(
            "", io.BufferedReader(io.BytesIO(head[: head.rfind(b"\n") + 1] if len(head) >= HEAD else head))
        )
        found = [row for _, row in _lines(file)]
    if found and isinstance(found[-1], Refusal) and len(head) >= HEAD:
        found.pop()
    return found if all(isinstance(row, dict) for row in found) else []


def _is_flat(row: Row) -> bool:
    """Whether it is a row such as a table has: no object in it, and nothing of linked data."""
    return not any(
        name.startswith("@")
        or isinstance(value, dict)
        or (isinstance(value, list) and any(isinstance(item, dict | list) for item in value))
        for name, value in row.items()
    )


def _keys(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _settings(rows: list[Row], mapping: Mapping) -> Table[str, Any]:
    return {"mapping": mapping.to_json(), "date_order": dates_seen(mapping, None, rows)}
