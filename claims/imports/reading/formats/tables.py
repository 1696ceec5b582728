"""CSV and similar tables, with any delimiter and quoting."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
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
from claims.imports.reading.formats.mapped_records import (
    LocatedRow,
    build_mapping_settings,
    parse_stated_mapping,
    read_mapped_rows,
)
from claims.imports.reading.inputs.file import HEAD_BYTES, File
from claims.imports.reading.mappings.mapped_rows import Row
from claims.imports.reading.mappings.mapping import Mapping
from claims.imports.reading.mappings.mapping_choice import (
    choose_mapping,
    find_header_row,
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


def read(file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
    """Yield the rows of a table as records."""
    mapping = parse_stated_mapping(file, settings)
    if isinstance(mapping, Refusal):
        yield mapping
        return
    if "dialect" not in settings:
        settings |= build_settings_for_mapping(file, mapping) if mapping else recognise(file) or {}
        mapping = mapping or (Mapping.from_json(settings["mapping"]) if "mapping" in settings else None)
    dialect = Dialect.from_json(settings.get("dialect", {}))
    yield from _read_records(file, mapping.layout.override(dialect) if mapping else dialect, mapping)


def find_columns(header: Sequence[str]) -> list[str]:
    """Return unique column names: as in the header, numbered where they are repeated or empty."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        name = re.sub(r"\s+", " ", cell).strip() or f"column {number}"
        names.append(f"{name} (column {number})" if name in names else name)
    return names


def note_header(file: File, header: Sequence[str], number: int, *, is_below_others: bool) -> None:
    """Note which row contains the column names if rows above it are not read, and names shared by several columns."""
    if is_below_others:
        file.note(
            TranslatableMessage(
                "Row %(number)s contains the column names; the rows above it are not read.", number=number
            )
        )
    cells = [re.sub(r"\s+", " ", cell).strip() for cell in header]
    for name, count in Counter(filter(None, cells)).items():
        if count > 1:
            numbers = [str(number) for number, other_cell in enumerate(cells, 1) if other_cell == name]
            file.note(
                TranslatableMessage(
                    "Columns %(numbers)s have the same name, “%(name)s”. “%(name)s” refers to the first; "
                    "the others are called “%(name)s (column N)”.",
                    numbers=", ".join(numbers),
                    name=name,
                )
            )


def _read_records(file: File, dialect: Dialect, mapping: Mapping | None) -> Iterator[RawRecord | Refusal]:
    rows = TableRows(file, dialect)
    if dialect.encoding not in _USUAL_ENCODINGS:
        file.note(
            TranslatableMessage(
                "The file is not in UTF-8: it was read as %(encoding)s.", encoding=dialect.encoding
            )
        )
    columns, refusals = _read_header(file, rows, dialect.header_row) if dialect.header else ([], [])
    yield from refusals
    if dialect.header and not columns:
        yield build_refusal(
            RecordLocation(file.name, "header"), "empty table", "The table is empty: it has no header."
        )
        return
    sample = _read_sample(file, dialect)
    if not columns and mapping:
        columns = list(mapping.layout.columns)
    if len(columns) == 1 and (refusal := _find_wrong_delimiter(file, dialect)):
        yield refusal
        return
    columns = columns or find_columns([""] * len(next(iter(sample.rows), [])))
    sample_rows = [row for row in _build_rows(columns, sample.rows) if list(row.values()) != columns]
    mapping = mapping or choose_mapping(columns, sample_rows)
    yield from read_mapped_rows(file, mapping, columns, sample_rows, _locate_rows(file, rows, columns))


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


def _read_header(file: File, rows: TableRows, header_row: int) -> tuple[list[str], list[Refusal]]:
    """Return the column names, and a refusal for each unreadable row above them."""
    refusals: list[Refusal] = []
    has_rows_above = False
    for row in rows:
        if isinstance(row, Refusal):
            refusals.append(row)
        elif any(row) and rows.number < header_row:
            has_rows_above = True
        elif any(row):
            note_header(file, row, rows.number, is_below_others=has_rows_above)
            return find_columns(row), refusals
    return [], refusals


def _locate_rows(file: File, rows: TableRows, columns: list[str]) -> Iterator[LocatedRow | Refusal]:
    """Yield the rows that are not empty, and a refusal for each one that is damaged or does not fit the columns."""
    is_empty = True
    for row in rows:
        if isinstance(row, Refusal):
            yield row
        elif any(row):
            is_empty = False
            cells = row if len(row) == len(columns) else _trim_row(row, len(columns))
            if len(cells) != len(columns):
                yield build_refusal(
                    rows.get_location(),
                    "wrong number of cells",
                    "The row has %(row)s cells, but the table has %(columns)s columns, so the cells cannot be "
                    "assigned. Look for a missing or extra delimiter or quotation mark.",
                    row=len(cells),
                    columns=len(columns),
                    raw=cells,
                )
            else:
                yield rows.find_damage(cells) or LocatedRow(
                    dict(zip(columns, cells, strict=True)), rows.get_location()
                )
    if is_empty:
        file.note(TranslatableMessage("The table has column names but no rows."))


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
        **build_mapping_settings(mapping, columns, _build_rows(columns, rows)),
    }


def _build_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Row]:
    return [dict(zip(columns, row, strict=True)) for row in rows if len(row) == len(columns)]


def _is_markup(head: bytes) -> bool:
    """Return whether a file begins like a web page, XML or JSON."""
    return head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] in (b"<", b"{", b"[")


def _is_own_export(header: Sequence[str]) -> bool:
    return list(header[:5]) == list(OWN_COLUMNS)[:5]
