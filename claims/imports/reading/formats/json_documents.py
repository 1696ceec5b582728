"""Read the values of a JSON file in order: from one document, one value per line, or concatenated values.

A small document is read as a whole, so that its nodes can refer to each other. A large one is streamed: only one
element of each list is in memory at a time.
"""

import codecs
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from claims.imports.reading.formats import broken_json, json_elements, schema_org
from claims.imports.reading.formats.delimited_text import detect_encoding
from claims.imports.reading.formats.json_elements import (
    LIST_KEYS,
    MAX_BYTES,
    QUOTED_CHARACTERS,
    Element,
    Fault,
)
from claims.imports.reading.formats.schema_org import Graph, Node
from claims.imports.reading.inputs.file import HEAD_BYTES, File
from claims.imports.reading.raw_record import RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage
from sources.extraction.encodings import decode_beginning, detect_unicode_encoding

#: The maximum size of a document that is read into memory as a whole.
SMALL_BYTES = 4 * 1024 * 1024
MAX_LINE_BYTES = MAX_BYTES

_SAMPLE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON value in a file, with a description of its position."""

    position: str
    value: Any
    graph: Graph = field(default_factory=dict)
    """The nodes that the value may refer to."""
    is_record: bool = True
    """Whether it should be a record. Nodes of a graph and the rest of an object need not be records."""


def looks_like_json(file: File) -> bool:
    """Return whether a file begins like a JSON object or list."""
    return decode_beginning(file.head)[:1] in ("{", "[")


def sample_values(file: File) -> list[Any]:
    """Return the complete records at the beginning of a file.

    If most records are objects, the other ones are left out, because they do not show the format.
    """
    text = decode_beginning(file.head)
    if text[:1] not in ("{", "["):
        return []
    if _has_value_per_line(text):
        records = [value for line in text.splitlines()[:_SAMPLE_SIZE] for value in _load_line(line)]
    else:
        elements = json_elements.read_elements(io.BytesIO(text.encode("utf-8", "replace")))
        found_values = (
            element.value for element in elements if isinstance(element, Element) and element.is_record
        )
        records = list(islice(found_values, _SAMPLE_SIZE))
    objects = [element for element in records if isinstance(element, dict)]
    return objects if 2 * len(objects) >= len(records) else records


def explain_unreadable(file: File) -> str:
    """Return the reason why the format of a JSON file is not recognised; "" if none is known."""
    text = decode_beginning(file.head)
    elements = json_elements.read_elements(io.BytesIO(text.encode("utf-8", "replace")))
    fault = next((element for element in elements if isinstance(element, Fault)), None)
    if fault is None or sample_values(file):
        return ""
    if fault.is_cut_off and len(file.head) >= HEAD_BYTES:
        return (
            f"This is JSON whose first record is longer than {HEAD_BYTES // 1024} KB, so the beginning of the file "
            "does not show its format. Name it with --format."
        )
    if fault.is_cut_off:
        return "This is JSON that breaks off within its first record. Get the whole file again."
    return f"This is JSON that cannot be read ({fault.position}: {fault.reason}). Correct it, or get the file again."


def read_values(file: File, *, is_linked: bool = True) -> Iterator[Value | Refusal]:
    """Yield every value in the file, each element of a list separately, and a refusal for each fault.

    Args:
        is_linked: whether the file's nodes may refer to each other.
    """
    stream = _convert_to_utf8(file)
    try:
        if _has_value_per_line(decode_beginning(file.head)):
            yield from _read_lines(file.name, stream, is_linked=is_linked)
        else:
            yield from _read_document(file.name, stream, is_linked=is_linked)
    except (OSError, EOFError, ValueError) as error:
        # Errors of the underlying stream, such as a damaged archive.
        yield build_refusal(
            RecordLocation(file.name, "the rest"),
            "unreadable file",
            "The rest of the file cannot be read: %(error)s.",
            error=error,
        )


# One value per line


def _has_value_per_line(text: str) -> bool:
    """Return whether each line is one value, judging by the first lines, some of which may be broken."""
    lines = text.splitlines()
    if len(text) >= HEAD_BYTES // 4 and lines:
        lines.pop()  # cut off at the end of the sample
    lines = [line for line in lines if line.strip()][:_SAMPLE_SIZE]
    if len(lines) < 2:
        return False
    whole_lines = [bool(_load_line(line)) for line in lines]
    return whole_lines[0] or sum(whole_lines) * 2 >= len(whole_lines)


def _load_line(line: str) -> list[Any]:
    """Return a list that contains the object or list on a line; an empty list if the line has anything else."""
    try:
        value = broken_json.parse_strict(line.strip("\x1e \r\n\t"))
    except ValueError:
        return []
    return [value] if isinstance(value, dict | list) else []


def _read_lines(name: str, stream: io.BufferedIOBase, *, is_linked: bool) -> Iterator[Value | Refusal]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        location = RecordLocation(name, f"line {number}")
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE_BYTES)
            yield build_refusal(
                location,
                "line too long",
                "This line is longer than %(longest_line)s MB.",
                longest_line=MAX_LINE_BYTES // 1024**2,
            )
            continue
        try:
            text = line.decode().strip("\ufeff\x1e \r\n\t")
        except UnicodeDecodeError:
            yield build_refusal(
                location,
                "not UTF-8",
                "This line is not UTF-8, as JSON must be. Convert the file to UTF-8 and import it again.",
                raw=line[:QUOTED_CHARACTERS].decode(errors="replace"),
            )
            continue
        if text:
            yield from _iterate_values(text, location, is_linked=is_linked)


def _iterate_values(text: str, location: RecordLocation, *, is_linked: bool) -> Iterator[Value | Refusal]:
    decoder = json.JSONDecoder(strict=False, parse_constant=lambda _name: None)
    offset = 0
    while offset < len(text):
        try:
            value, offset = decoder.raw_decode(text, offset)
        except (ValueError, RecursionError) as error:
            yield _report_broken(location, error, text)
            return
        graph: dict[str, Node] = {}
        if is_linked:
            schema_org.index_nodes(value, graph)
        yield Value(location.position, value, graph)
        while offset < len(text) and text[offset].isspace():
            offset += 1


def _report_broken(location: RecordLocation, error: Exception, text: str) -> Refusal:
    reason = (
        f"{error.msg} at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else str(error)
    )
    return build_refusal(
        location, "broken JSON", "This is not valid JSON: %(why)s.", why=reason, raw=text[:QUOTED_CHARACTERS]
    )


# Documents


def _read_document(name: str, stream: io.BufferedIOBase, *, is_linked: bool) -> Iterator[Value | Refusal]:
    content = stream.read(SMALL_BYTES + 1)
    if len(content) > SMALL_BYTES:
        yield from _read_stream(name, _JoinedStream(content, stream), is_linked=is_linked)
        return
    try:
        values_found = broken_json.parse_all(content.decode())
    except (UnicodeDecodeError, broken_json.BrokenJSON):
        # One by one, to read the values before and after the fault.
        yield from _read_stream(name, io.BytesIO(content), is_linked=is_linked)
        return
    graph: dict[str, Node] = {}
    if is_linked:
        schema_org.index_nodes(values_found, graph)
    for number, value in enumerate(values_found, 1):
        for position, element, is_record in _iterate_parts(value, number):
            yield Value(position, element, graph, is_record)


def _iterate_parts(value: Any, number: int) -> Iterator[tuple[str, Any, bool]]:
    """Yield the elements of a list, or the parts of an object, as (position, value, whether it should be a record)."""
    if isinstance(value, list):
        for position, element in enumerate(value, 1):
            yield f"item {position}", element, True
    elif isinstance(value, Mapping):
        other_members: dict[str, Any] = {}
        for key, member in value.items():
            if key in LIST_KEYS and isinstance(member, list):
                for position, element in enumerate(member, 1):
                    yield f"{key} {position}", element, key != "@graph"
            else:
                other_members[key] = member
        if other_members or not value:
            yield f"value {number}", other_members, len(other_members) == len(value)
    else:
        yield f"value {number}", value, True


def _read_stream(name: str, stream: json_elements.Readable, *, is_linked: bool) -> Iterator[Value | Refusal]:
    graph: dict[str, Node] = {}
    for element in json_elements.read_elements(stream):
        if isinstance(element, Fault):
            yield _report_fault(name, element)
        else:
            if is_linked:
                schema_org.index_nodes(element.value, graph)
            yield Value(element.position, element.value, graph, element.is_record)


def _report_fault(name: str, fault: Fault) -> Refusal:
    if fault.can_continue:
        consequence = f"{fault.size:,} bytes were left out, and reading went on behind them."
    else:
        consequence = (
            f"The {fault.size:,} bytes from here to the end of the file were not read; "
            "what stands before was."
        )
    return build_refusal(
        RecordLocation(name, fault.position),
        "broken JSON",
        "This is not valid JSON: %(why)s. %(rest)s",
        why=fault.reason,
        rest=consequence,
        raw=fault.text or None,
    )


# Bytes


class _JoinedStream:
    """A stream of bytes that were already read, followed by the rest of their source."""

    def __init__(self, beginning: bytes, remainder: io.BufferedIOBase) -> None:
        self._beginning = io.BytesIO(beginning)
        self._remainder = remainder

    def read(self, size: int = -1) -> bytes:
        return self._beginning.read(size) or self._remainder.read(size)


class _RecodedStream(io.RawIOBase):
    """A stream re-encoded as UTF-8. Undecodable characters become a byte that is never valid in UTF-8."""

    def __init__(self, stream: io.BufferedIOBase, name: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(name)(errors="claims.imports.reading.lost")
        self._remaining = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._remaining:
            chunk = self._stream.read(16 * 1024)
            self._remaining = self._decoder.decode(chunk, final=not chunk).encode("utf-8", "surrogateescape")
            if not chunk:
                break
        count = min(len(buffer), len(self._remaining))
        buffer[:count], self._remaining = self._remaining[:count], self._remaining[count:]
        return count


def _convert_to_utf8(file: File) -> io.BufferedIOBase:
    encoding, mark_length = detect_unicode_encoding(file.head)
    file.stream.read(mark_length)
    if encoding == "utf-8" and not mark_length:
        encoding = detect_encoding(file.head) or encoding
        if encoding != "utf-8":
            file.note(
                TranslatableMessage(
                    "The file is not in UTF-8: it was read as %(encoding)s.", encoding=encoding
                )
            )
    return file.stream if encoding == "utf-8" else io.BufferedReader(_RecodedStream(file.stream, encoding))
