"""JSON objects as rows: one per line, or in one array. Nested values are named by their path."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from itertools import chain, islice
from typing import Any, Final

from claims.imports.reading.formats import json_documents
from claims.imports.reading.formats.json_documents import Value
from claims.imports.reading.inputs.file import File
from claims.imports.reading.mappings.checked_values import MappingError
from claims.imports.reading.mappings.claims_in_rows import ClaimsInRows
from claims.imports.reading.mappings.conventions import Conventions
from claims.imports.reading.mappings.mapped_rows import Row
from claims.imports.reading.mappings.mapping import Mapping
from claims.imports.reading.mappings.mapping_choice import (
    choose_mapping,
    detect_date_orders,
    find_conventions,
    find_refusal,
    find_unread_columns,
)
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


def read(file: File, settings: Table[str, Any]) -> Iterator[RawRecord | Refusal]:
    """Yield the objects as records."""
    values = json_documents.read_values(file, is_linked=False)
    first_values = list(islice(values, SAMPLE_SIZE))
    rows = [value.value for value in first_values if isinstance(value, Value) and _is_row(value)]
    columns = list_paths(rows)
    try:
        mapping = (
            Mapping.from_json(settings["mapping"]) if "mapping" in settings else choose_mapping(columns, rows)
        )
    except MappingError as error:
        yield build_refusal(
            RecordLocation(file.name, "mapping"),
            "wrong mapping",
            "The mapping cannot be used. %(error)s",
            error=error,
        )
        return
    if refusal := find_refusal(mapping, columns, file, rows):
        yield from (value for value in first_values if isinstance(value, Refusal))
        yield refusal
        return
    row_reader = ClaimsInRows(mapping, None)
    for row in rows:
        list(row_reader(NestedRow(row), RecordLocation(file.name, "")))  # so that the columns are known
    if unread_columns := find_unread_columns(columns, _expand_paths(row_reader.used_columns, columns)):
        file.note(unread_columns)
    for value in chain(first_values, values):
        if isinstance(value, Refusal):
            yield value
            continue
        location = RecordLocation(file.name, value.position)
        if isinstance(value.value, dict):
            if value.is_record:
                yield from row_reader(NestedRow(value.value), location, value.value)
        else:
            yield build_refusal(
                location,
                "not an object",
                "This is not a JSON object, so its fields have no names.",
                raw=value.value,
            )


def get_conventions(settings: Table[str, Any]) -> Conventions:
    return find_conventions(settings)


def _is_row(value: Value) -> bool:
    return value.is_record and isinstance(value.value, dict)


def _sample_rows(file: File) -> list[Row]:
    """Return the complete objects at the beginning of a file; an empty list if it also contains other values."""
    samples = json_documents.sample_values(file)
    return samples if all(isinstance(row, dict) for row in samples) else []


def _expand_paths(used_columns: frozenset[str], columns: list[str]) -> set[str]:
    """Return the columns that are in `used_columns`, or that differ from one of these only in a list index."""
    general_paths = {
        tuple("*" if step.isdigit() else step for step in path.split(".")) for path in used_columns
    }
    return {path for path in columns if path in used_columns or tuple(path.split(".")) in general_paths}


def _build_settings(rows: list[Row], mapping: Mapping) -> Table[str, Any]:
    return {
        "mapping": mapping.to_json(),
        "date_order": detect_date_orders(mapping, None, [NestedRow(row) for row in rows]),
    }
