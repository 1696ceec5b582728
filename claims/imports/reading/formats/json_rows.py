"""JSON objects as rows: one per line, or in one array. Nested values are named by their path."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from itertools import chain, islice
from typing import Any, Final

from claims.imports.reading.formats import json_documents
from claims.imports.reading.formats.json_documents import Value
from claims.imports.reading.formats.mapped_records import (
    LocatedRow,
    build_mapping_settings,
    parse_stated_mapping,
    read_mapped_rows,
)
from claims.imports.reading.inputs.file import File
from claims.imports.reading.mappings.mapped_rows import Row
from claims.imports.reading.mappings.mapping import Mapping
from claims.imports.reading.mappings.mapping_choice import choose_mapping
from claims.imports.reading.mappings.nested_values import NestedRow, list_paths
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage

NAME: Final = "rows"
TITLE: Final = TranslatableMessage("Rows as JSON (an object on each line, or an array of objects)")

#: The number of objects to sample before reading.
SAMPLE_SIZE: Final = 20


def recognise(file: File) -> Table[str, Any] | None:
    """Return the settings for reading objects as rows; None for linked data and for our own exports."""
    rows = _sample_rows(file)
    if not rows or any(name.startswith("@") for row in rows for name in row):
        return None
    if any("statement" in row and isinstance(row.get("verdicts"), list) for row in rows):
        return None  # our own export has these keys, even for a withdrawn claim
    mapping = choose_mapping(list_paths(rows), rows)
    if len(rows) == 1 and "statement" not in mapping.rules.fields:
        return None  # one object of any kind
    return _build_settings(rows, mapping)


def build_settings_for_mapping(file: File, mapping: Mapping) -> Table[str, Any]:
    """Return the settings for a file that has a mapping."""
    return _build_settings(_sample_rows(file), mapping)


def read(file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
    """Yield the objects as records."""
    values = json_documents.read_values(file, is_linked=False)
    first_values = list(islice(values, SAMPLE_SIZE))
    rows = [value.value for value in first_values if isinstance(value, Value) and _is_row(value)]
    columns = list_paths(rows)
    mapping = parse_stated_mapping(file, settings) or choose_mapping(columns, rows)
    if isinstance(mapping, Refusal):
        yield mapping
        return
    yield from read_mapped_rows(
        file,
        mapping,
        columns,
        [NestedRow(row) for row in rows],
        _locate_rows(file, chain(first_values, values)),
        is_nested=True,
    )


def _locate_rows(file: File, values: Iterator[Value | Refusal]) -> Iterator[LocatedRow | Refusal]:
    for value in values:
        if isinstance(value, Refusal):
            yield value
        elif _is_row(value):
            yield LocatedRow(NestedRow(value.value), RecordLocation(file.name, value.position), value.value)
        elif not isinstance(value.value, dict):
            yield build_refusal(
                RecordLocation(file.name, value.position),
                "not an object",
                "This is not a JSON object, so its fields have no names.",
                raw=value.value,
            )


def _is_row(value: Value) -> bool:
    return value.is_record and isinstance(value.value, dict)


def _sample_rows(file: File) -> list[Row]:
    """Return the complete objects at the beginning of a file; an empty list if it also contains other values."""
    samples = json_documents.sample_values(file)
    return samples if all(isinstance(row, dict) for row in samples) else []


def _build_settings(rows: list[Row], mapping: Mapping) -> Table[str, Any]:
    return build_mapping_settings(mapping, None, [NestedRow(row) for row in rows])
