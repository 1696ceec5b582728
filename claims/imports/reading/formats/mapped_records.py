"""What the readers of all tables share: a mapping is checked against the columns, then turns each row into records."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Table
from typing import Any, NamedTuple

from claims.imports.reading.inputs.file import File
from claims.imports.reading.mappings.checked_values import MappingError
from claims.imports.reading.mappings.claims_in_rows import ClaimsInRows
from claims.imports.reading.mappings.mapped_rows import MissingColumn, Row
from claims.imports.reading.mappings.mapping import Mapping
from claims.imports.reading.mappings.mapping_choice import (
    detect_date_orders,
    find_refusal,
    find_unread_columns,
)
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal


class LocatedRow(NamedTuple):
    """A row with its position, and with its original form if that differs from the row."""

    row: Row
    location: RecordLocation
    raw: Any = None


def build_mapping_settings(
    mapping: Mapping, columns: Sequence[str] | None, rows: Iterable[Row]
) -> dict[str, Any]:
    """Return the settings that state a mapping, with the date orders that the first rows prove."""
    return {"mapping": mapping.to_json(), "date_order": detect_date_orders(mapping, columns, rows)}


def parse_stated_mapping(file: File, settings: Table[str, Any]) -> Mapping | Refusal | None:
    """Return the mapping in the settings, or the reason why it cannot be used; None if there is none."""
    try:
        return Mapping.from_json(settings["mapping"]) if "mapping" in settings else None
    except MappingError as error:
        return build_refusal(
            RecordLocation(file.name, "mapping"),
            "wrong mapping",
            "The mapping cannot be used. %(error)s",
            error=error,
        )


def read_mapped_rows(
    file: File,
    mapping: Mapping,
    columns: Sequence[str],
    sample: Sequence[Row],
    rows: Iterable[LocatedRow | Refusal],
    *,
    is_nested: bool = False,
) -> Iterator[RawRecord | Refusal]:
    """Yield the records of a table, or the reason why the mapping does not fit it.

    Args:
        sample: the first rows, as the mapping sees them.
        is_nested: whether rows are objects, each with its own keys.
    """
    if refusal := find_refusal(mapping, columns, file, sample):
        yield refusal
        return
    try:
        row_reader = ClaimsInRows(mapping, None if is_nested else columns)
    except MissingColumn as error:
        yield Refusal(RecordLocation(file.name, "header"), "", error.args[0], "column not in the file")
        return
    if is_nested:
        for row in sample:
            list(row_reader(row, RecordLocation(file.name, "")))  # so that the columns are known
    if unread_columns := find_unread_columns(columns, _expand_paths(row_reader.used_columns, columns)):
        file.note(unread_columns)
    for item in rows:
        if isinstance(item, Refusal):
            yield item
        else:
            yield from row_reader(*item)


def _expand_paths(used_columns: frozenset[str], columns: Sequence[str]) -> set[str]:
    """Return the columns that are in `used_columns`, or that differ from one of these only in a list index."""
    general_paths = {
        tuple("*" if step.isdigit() else step for step in path.split(".")) for path in used_columns
    }
    return {path for path in columns if path in used_columns or tuple(path.split(".")) in general_paths}
