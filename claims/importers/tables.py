"""CSV and its relatives: rows of cells, with anything between them and any way of quoting."""

import re
from collections.abc import Generator, Iterator, Sequence
from collections.abc import Mapping as Table
from typing import Any, Final

from claims.exporters.csv import COLUMNS as OWN_COLUMNS

from .choosing import chosen, conventions_of, dates_seen, holds, ready_mappings, refused
from .conventions import Conventions
from .delimited import Rows
from .dialect import Dialect, Sample, detected, encoding_of, sample, text_of
from .files import HEAD, File
from .found import Found, Place, Refusal
from .mapping import Mapping
from .records import MissingColumn, Records, Row
from .strict import MappingError

NAME: Final = "csv"
TITLE: Final = "Table (CSV, TSV)"

#: Names of files that are tables even where one has a single column or a single row.
_SUFFIXES = (".csv", ".tsv", ".tab", ".psv")


def recognise(file: File) -> Table[str, Any] | None:
    """The dialect, the mapping and the order of dates of a table; None for what is none, or our own export."""
    if _is_markup(file.head):
        return None
    for mapping in ready_mappings():
        if mapping.table.header is False and (found := _headerless(file, mapping)):
            return _settings(found, mapping)
    found = _table(file)
    if found is None or not found.rows or _is_own(found.rows[0]):
        return None
    columns = columns_of(found.rows[0])
    return _settings(found, chosen(columns, _rows(columns, found.rows[1:])))


def settings_for(file: File, mapping: Mapping) -> Table[str, Any]:
    """The settings for a file that a person has a mapping for."""
    found = _table(file)
    dialect = mapping.table.over(found.dialect if found else Dialect(encoding_of(file.head) or "utf-8"))
    return _settings(_sample(file, dialect), mapping)


def read(file: File, settings: Table[str, Any]) -> Iterator[Found | Refusal]:
    """The rows of a table as records."""
    try:
        mapping = Mapping.from_json(settings["mapping"]) if "mapping" in settings else None
        if "dialect" not in settings:
            settings = settings_for(file, mapping) if mapping else recognise(file) or settings
        dialect = Dialect.from_json(settings.get("dialect", {}))
        if mapping is None and "mapping" in settings:
            mapping = Mapping.from_json(settings["mapping"])
    except MappingError as error:
        yield Refusal(
            Place(file.name, "mapping"), "", f"The mapping cannot be followed. {error}", "wrong mapping"
        )
        return
    if mapping:
        dialect = mapping.table.over(dialect)
    yield from _records(file, dialect, mapping)


def conventions(settings: Table[str, Any]) -> Conventions:
    return conventions_of(settings)


def columns_of(header: Sequence[str]) -> list[str]:
    """Names for columns: as the header has them, made different where two are the same or one is empty."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        name = re.sub(r"\s+", " ", cell).strip() or f"column {number}"
        names.append(f"{name} (column {number})" if name in names else name)
    return names


def _records(file: File, dialect: Dialect, mapping: Mapping | None) -> Iterator[Found | Refusal]:
    rows = Rows(file, dialect)
    columns = list(mapping.table.columns) if mapping else []
    if dialect.header:
        columns = yield from _header(rows)
        if not columns:
            yield Refusal(
                Place(file.name, "header"), "", "The table is empty: it has no header.", "empty table"
            )
            return
    mapping = mapping or chosen(columns, ())
    if refusal := refused(mapping, columns, file.name):
        yield refusal
        return
    records: Records | None = None
    for row in rows:
        if isinstance(row, Refusal):
            yield row
        elif any(row):  # an empty line says nothing
            columns = columns or [f"column {number}" for number in range(1, len(row) + 1)]
            try:
                records = records or Records(mapping, columns)
            except MissingColumn as error:
                yield Refusal(Place(file.name, "header"), "", str(error), "column not in the file")
                return
            yield _record(row, columns, records, rows)


def _header(rows: Rows) -> Generator[Refusal, None, list[str]]:
    """The names of the columns; before them what cannot be read."""
    for row in rows:
        if isinstance(row, Refusal):
            yield row
        elif any(row):
            return columns_of(row)
    return []


def _record(row: list[str], columns: list[str], records: Records, rows: Rows) -> Found | Refusal:
    if len(row) != len(columns) and (row := _trimmed(row, len(columns))) and len(row) != len(columns):
        reason = (
            f"The row has {len(row)} cells, but the table has {len(columns)} columns, so what belongs where is not "
            "certain. Look for a delimiter or quotation mark that is missing or too many."
        )
        return Refusal(rows.place(), "", reason, "wrong number of cells", raw=row)
    if rows.lost and (refusal := rows.damaged(row)):
        return refusal
    return records.record(dict(zip(columns, row, strict=True)), rows.place())


def _trimmed(row: list[str], width: int) -> list[str]:
    """The row without the empty cells behind the last column."""
    return row[:width] if len(row) > width and not any(row[width:]) else row


def _table(file: File) -> Sample | None:
    """The first rows, where the file looks like a table."""
    whole = len(file.head) < HEAD
    named = file.name.lower().endswith(_SUFFIXES)
    found = detected(file.head, whole=whole)
    if found and (named or (found.consistency == 1 and len(found.rows) > 1)):
        return found
    if named and (encoding := encoding_of(file.head)):
        return sample(text_of(file.head, encoding, whole=whole), Dialect(encoding), whole=whole)
    return None


def _headerless(file: File, mapping: Mapping) -> Sample | None:
    """The first rows, where the mapping of a table without a header fits them."""
    encoding = encoding_of(file.head)
    found = _sample(file, mapping.table.over(Dialect(encoding))) if encoding else None
    return found if found and holds(mapping, found.rows) else None


def _sample(file: File, dialect: Dialect) -> Sample:
    whole = len(file.head) < HEAD
    return sample(text_of(file.head, dialect.encoding, whole=whole), dialect, whole=whole)


def _settings(found: Sample, mapping: Mapping) -> Table[str, Any]:
    dialect = mapping.table.over(found.dialect)
    header, rows = (found.rows[0], found.rows[1:]) if dialect.header and found.rows else ([], found.rows)
    columns = columns_of(header) or list(mapping.table.columns)
    return {
        "dialect": dialect.to_json(),
        "mapping": mapping.to_json(),
        "date_order": dates_seen(mapping, columns, _rows(columns, rows)),
    }


def _rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Row]:
    return [dict(zip(columns, row, strict=True)) for row in rows if len(row) == len(columns)]


def _is_markup(head: bytes) -> bool:
    """Whether it begins like a web page, XML or JSON, which no table does."""
    return head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] in (b"<", b"{", b"[")


def _is_own(header: Sequence[str]) -> bool:
    return list(header[:5]) == list(OWN_COLUMNS)[:5]
