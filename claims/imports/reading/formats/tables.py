"""CSV and similar tables, with any delimiter and quoting."""

import re
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import replace
from typing import Any, Final

from claims.exports.formats.csv import COLUMNS as OWN_COLUMNS
from claims.imports.reading.formats.delimited_text import (
    DELIMITERS,
    Dialect,
    TableRows,
    TableSample,
    decode_head,
    detect_dialect,
    detect_encoding,
    sample_rows,
)
from claims.imports.reading.inputs.file import HEAD_BYTES, File
from claims.imports.reading.mappings.checked_values import MappingError
from claims.imports.reading.mappings.claims_in_rows import ClaimsInRows
from claims.imports.reading.mappings.conventions import Conventions
from claims.imports.reading.mappings.mapped_rows import MissingColumn, Row
from claims.imports.reading.mappings.mapping import Mapping
from claims.imports.reading.mappings.mapping_choice import (
    choose_mapping,
    detect_date_orders,
    find_conventions,
    find_header_row,
    find_refusal,
    find_unread_columns,
    is_fitting,
    list_ready_mappings,
)
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage

NAME: Final = "csv"
TITLE: Final = TranslatableMessage("Table (CSV, TSV)")

#: Suffixes of files that are tables even if they have a single column or a single row.
_SUFFIXES = (".csv", ".tsv", ".tab", ".psv")
#: Delimiters that some programs write, but that are not supported here.
_UNUSUAL_DELIMITERS = ("^", "~", "¦", "#", ":")
#: Encodings that need no warning.
_USUAL_ENCODINGS = ("utf-8", "utf-8-sig")


def recognise(file: File) -> Table[str, Any] | None:
    """Return the dialect, mapping and date order of a table; None for our own exports and other kinds of files."""
    if _is_markup(file.head):
        return None
    for mapping in list_ready_mappings():
        if mapping.layout.header is False and (table := _detect_headerless(file, mapping)):
            return _build_settings(table, mapping)
    table = _detect_table(file)
    if table is None or not table.rows or _is_own_export(table.rows[0]):
        return None
    table = _skip_titles(table)
    columns = find_columns(table.rows[0])
    return _build_settings(table, choose_mapping(columns, _build_rows(columns, table.rows[1:])))


def build_settings_for_mapping(file: File, mapping: Mapping) -> Table[str, Any]:
    """Return the settings for a file that has a mapping."""
    table = _detect_table(file)
    dialect = mapping.layout.override(
        table.dialect if table else Dialect(detect_encoding(file.head) or "utf-8")
    )
    sample = _read_sample(file, dialect)
    return _build_settings(sample if mapping.layout.header_row else _skip_titles(sample), mapping)


def read(file: File, settings: Table[str, Any]) -> Iterator[RawRecord | Refusal]:
    """Yield the rows of a table as records."""
    try:
        mapping = Mapping.from_json(settings["mapping"]) if "mapping" in settings else None
        if "dialect" not in settings:
            settings = build_settings_for_mapping(file, mapping) if mapping else recognise(file) or settings
        dialect = Dialect.from_json(settings.get("dialect", {}))
        if mapping is None and "mapping" in settings:
            mapping = Mapping.from_json(settings["mapping"])
    except MappingError as error:
        yield build_refusal(
            RecordLocation(file.name, "mapping"),
            "wrong mapping",
            "The mapping cannot be used. %(error)s",
            error=error,
        )
        return
    if mapping:
        dialect = mapping.layout.override(dialect)
    yield from _read_records(file, dialect, mapping)


def get_conventions(settings: Table[str, Any]) -> Conventions:
    return find_conventions(settings)


def find_columns(header: Sequence[str]) -> list[str]:
    """Return unique column names: as in the header, numbered where they are repeated or empty."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        name = re.sub(r"\s+", " ", cell).strip() or f"column {number}"
        names.append(f"{name} (column {number})" if name in names else name)
    return names


def describe_header_position(number: int) -> str:
    """Return a note that this row contains the column names and that the rows above it are not read."""
    return TranslatableMessage(
        "Row %(number)s contains the column names; the rows above it are not read.", number=number
    )


def describe_repeated_columns(header: Sequence[str]) -> list[str]:
    """Return a sentence about each name shared by several columns."""
    cells = [re.sub(r"\s+", " ", cell).strip() for cell in header]
    return [
        TranslatableMessage(
            "Columns %(numbers)s have the same name, “%(name)s”. “%(name)s” refers to the first; "
            "the others are called “%(name)s (column N)”.",
            numbers=", ".join(
                str(number) for number, other_cell in enumerate(cells, 1) if other_cell == name
            ),
            name=name,
        )
        for name, count in Counter(filter(None, cells)).items()
        if count > 1
    ]


def _read_records(file: File, dialect: Dialect, mapping: Mapping | None) -> Iterator[RawRecord | Refusal]:
    rows = TableRows(file, dialect)
    columns = list(mapping.layout.columns) if mapping else []
    if dialect.encoding not in _USUAL_ENCODINGS:
        file.note(
            TranslatableMessage(
                "The file is not in UTF-8: it was read as %(encoding)s.", encoding=dialect.encoding
            )
        )
    if dialect.header:
        columns = yield from _read_header(file, rows, dialect.header_row)
        if not columns:
            yield build_refusal(
                RecordLocation(file.name, "header"), "empty table", "The table is empty: it has no header."
            )
            return
    if len(columns) == 1 and (refusal := _find_wrong_delimiter(file, dialect)):
        yield refusal
        return
    sample_rows = _sample_below_header(file, dialect, columns)
    mapping = mapping or choose_mapping(columns, sample_rows)
    if refusal := find_refusal(mapping, columns, file, sample_rows):
        yield refusal
        return
    row_reader: ClaimsInRows | None = None
    for row in rows:
        if isinstance(row, Refusal):
            yield row
        elif any(row):  # empty lines are ignored
            columns = columns or [f"column {number}" for number in range(1, len(row) + 1)]
            try:
                row_reader = row_reader or _build_row_reader(file, mapping, columns)
            except MissingColumn as error:
                yield Refusal(
                    RecordLocation(file.name, "header"), "", error.args[0], "column not in the file"
                )
                return
            yield from _read_row(row, columns, row_reader, rows)
    _note_emptiness(file, row_reader)


def _note_emptiness(file: File, row_reader: ClaimsInRows | None) -> None:
    if row_reader is None:
        file.note(TranslatableMessage("The table has column names but no rows."))


def _find_wrong_delimiter(file: File, dialect: Dialect) -> Refusal | None:
    """Return a refusal if a table seems to have only one column because its cells use another delimiter."""
    for delimiter in (*DELIMITERS.values(), *_UNUSUAL_DELIMITERS):
        sample = _read_sample(file, replace(dialect, delimiter=delimiter))
        if sample.width < 2 or len(sample.rows[0]) != sample.width or sample.consistency < 0.5:
            continue
        if delimiter in _UNUSUAL_DELIMITERS:
            reason = TranslatableMessage(
                "The cells of this table are separated by “%(delimiter)s”, which cannot be read. Save the "
                "table with commas, semicolons, tabs or | as the separator.",
                delimiter=delimiter,
            )
        else:
            names = {character: name for name, character in DELIMITERS.items()}
            reason = TranslatableMessage(
                "The cells of this table seem to be separated by %(found)s, not by %(stated)s. Say so in the mapping: "
                '[table], then delimiter = "%(found)s".',
                found=names[delimiter],
                stated=names.get(dialect.delimiter, dialect.delimiter),
            )
        return Refusal(RecordLocation(file.name, "header"), "", reason, "wrong delimiter")
    return None


def _build_row_reader(file: File, mapping: Mapping, columns: list[str]) -> ClaimsInRows:
    row_reader = ClaimsInRows(mapping, columns)
    if unread_columns := find_unread_columns(columns, row_reader.used_columns):
        file.note(unread_columns)
    return row_reader


def _sample_below_header(file: File, dialect: Dialect, columns: Sequence[str]) -> list[Row]:
    """Return the first rows below the header."""
    sample = _read_sample(file, dialect)
    return [row for row in _build_rows(columns, sample.rows) if list(row.values()) != list(columns)]


def _read_header(file: File, rows: TableRows, header_row: int) -> Generator[Refusal, None, list[str]]:
    """Return the column names, after yielding a refusal for each unreadable row above the header."""
    rows_above = 0
    for row in rows:
        if isinstance(row, Refusal):
            yield row
        elif any(row) and rows.number < header_row:
            rows_above += 1
        elif any(row):
            if rows_above:
                file.note(describe_header_position(rows.number))
            for sentence in describe_repeated_columns(row):
                file.note(sentence)
            return find_columns(row)
    return []


def _read_row(
    row: list[str], columns: list[str], row_reader: ClaimsInRows, rows: TableRows
) -> Iterator[RawRecord | Refusal]:
    if len(row) != len(columns) and (row := _trim_row(row, len(columns))) and len(row) != len(columns):
        yield build_refusal(
            rows.get_location(),
            "wrong number of cells",
            "The row has %(row)s cells, but the table has %(columns)s columns, so the cells cannot be "
            "assigned. Look for a missing or extra delimiter or quotation mark.",
            row=len(row),
            columns=len(columns),
            raw=row,
        )
    elif refusal := rows.find_damage(row):
        yield refusal
    else:
        yield from row_reader(dict(zip(columns, row, strict=True)), rows.get_location())


def _trim_row(row: list[str], width: int) -> list[str]:
    """Return the row without empty cells after the last column."""
    return row[:width] if len(row) > width and not any(row[width:]) else row


def _detect_table(file: File) -> TableSample | None:
    """Return the first rows if the file looks like a table; otherwise None."""
    is_whole = len(file.head) < HEAD_BYTES
    has_table_suffix = file.name.lower().endswith(_SUFFIXES)
    dialect_found = detect_dialect(file.head, is_whole=is_whole, allows_titles=has_table_suffix)
    if dialect_found and (
        has_table_suffix or (dialect_found.consistency == 1 and len(dialect_found.rows) > 1)
    ):
        return dialect_found
    if has_table_suffix and (encoding := detect_encoding(file.head)):
        return sample_rows(
            decode_head(file.head, encoding, is_whole=is_whole), Dialect(encoding), is_whole=is_whole
        )
    return None


def _skip_titles(sample: TableSample) -> TableSample:
    """Return the table without the title rows above its header; unchanged if there are none."""
    if not sample.dialect.header or not (index := find_header_row(sample.rows)):
        return sample
    return replace(
        sample,
        dialect=replace(sample.dialect, header_row=sample.row_numbers[index]),
        rows=sample.rows[index:],
        row_numbers=sample.row_numbers[index:],
    )


def _detect_headerless(file: File, mapping: Mapping) -> TableSample | None:
    """Return the first rows if they fit a mapping for tables without a header; otherwise None."""
    encoding = detect_encoding(file.head)
    sample = _read_sample(file, mapping.layout.override(Dialect(encoding))) if encoding else None
    return sample if sample and is_fitting(mapping, sample.rows) else None


def _read_sample(file: File, dialect: Dialect) -> TableSample:
    is_whole = len(file.head) < HEAD_BYTES
    return sample_rows(
        decode_head(file.head, dialect.encoding, is_whole=is_whole), dialect, is_whole=is_whole
    )


def _build_settings(sample: TableSample, mapping: Mapping) -> Table[str, Any]:
    dialect = mapping.layout.override(sample.dialect)
    if dialect.header_row:
        sample = replace(
            sample,
            rows=[
                row
                for row, number in zip(sample.rows, sample.row_numbers, strict=True)
                if number >= dialect.header_row
            ],
        )
    header, rows = (sample.rows[0], sample.rows[1:]) if dialect.header and sample.rows else ([], sample.rows)
    columns = find_columns(header) or list(mapping.layout.columns)
    return {
        "dialect": dialect.to_json(),
        "mapping": mapping.to_json(),
        "date_order": detect_date_orders(mapping, columns, _build_rows(columns, rows)),
    }


def _build_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Row]:
    return [dict(zip(columns, row, strict=True)) for row in rows if len(row) == len(columns)]


def _is_markup(head: bytes) -> bool:
    """Return whether a file begins like a web page, XML or JSON."""
    return head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] in (b"<", b"{", b"[")


def _is_own_export(header: Sequence[str]) -> bool:
    return list(header[:5]) == list(OWN_COLUMNS)[:5]
