"""Spreadsheet workbooks: the first sheet that is not empty, or the one that the mapping names."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from collections.abc import Mapping as Table
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from claims.imports.reading.formats.mapped_records import (
    LocatedRow,
    build_mapping_settings,
    parse_stated_mapping,
    read_mapped_rows,
)
from claims.imports.reading.formats.tables import find_columns, note_header
from claims.imports.reading.inputs.file import File
from claims.imports.reading.mappings.mapped_rows import Row
from claims.imports.reading.mappings.mapping import Mapping
from claims.imports.reading.mappings.mapping_choice import choose_mapping, find_header_row
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableError, TranslatableMessage

NAME: Final = "xlsx"
TITLE: Final = TranslatableMessage("Spreadsheet (Excel)")

#: A workbook must be in memory as a whole, so its size and its unpacked size are limited.
MAX_BYTES = 100_000_000
MAX_UNPACKED_BYTES = 1_000_000_000
#: The library stores a sheet as a full rectangle: used cells in two opposite corners would need 17 billion cells.
MAX_CELLS = 20_000_000

#: The number of rows to sample before reading.
SAMPLE_SIZE = 100

_DAMAGE_ERRORS = (
    CalamineError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError,
    RuntimeError,  # zipfile's message about encryption
)  # fmt: skip

_ZIP_SIGNATURE, _OLD_SIGNATURE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET_PATH = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CELL_PATTERN = re.compile(rb'[\s:"]r\s*=\s*["\']([A-Za-z]{1,3})?(\d{1,7})["\']')


def recognise(file: File) -> Table[str, Any] | None:
    """Return empty settings for a workbook, whose columns are known only after reading it; None for other files."""
    name = file.name.lower()
    if file.head.startswith(_ZIP_SIGNATURE) and (
        name.endswith((".xlsx", ".xlsm")) or b"xl/work" in file.head
    ):
        return {}
    return {} if file.head.startswith(_OLD_SIGNATURE) and name.endswith(".xls") else None


def inspect_workbook(file: File, name: str = "") -> dict[str, Any]:
    """Return the settings that depend on the workbook's content; empty if it is unusable.

    Args:
        name: the name of the sheet; "" for the first sheet that is not empty.
    """
    try:
        return _SheetRows(file, _open_sheet(file, name), None).settings
    except _UnusableWorkbook:
        return {}


def build_settings_for_mapping(file: File, mapping: Mapping) -> Table[str, Any]:
    """Return the settings for a file with this mapping."""
    return {"mapping": mapping.to_json()}


def read(file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
    """Yield the rows of one sheet as records, and add what the sheet shows to the settings."""
    mapping = parse_stated_mapping(file, settings)
    if isinstance(mapping, Refusal):
        yield mapping
        return
    try:
        sheet = _open_sheet(file, mapping.layout.sheet if mapping else settings.get("sheet", ""))
    except _UnusableWorkbook as error:
        yield Refusal(RecordLocation(file.name, "workbook"), "", error.args[0], "unusable workbook")
        return
    rows = _SheetRows(file, sheet, mapping)
    mapping = rows.mapping.with_constants(settings.get("constants", {}))
    settings |= rows.settings
    yield from read_mapped_rows(file, mapping, rows.columns, rows.sample, rows)


_NumberedRow = tuple[int, list[str]]


class _UnusableWorkbook(TranslatableError):
    """A workbook from which nothing can be read; the message says why."""


def _open_sheet(file: File, name: str) -> CalamineSheet:
    try:
        content = file.stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise _UnusableWorkbook(
                "The workbook is larger than %(most)s bytes. Save the sheet as CSV.", most=f"{MAX_BYTES:,}"
            )
        if content.startswith(_ZIP_SIGNATURE):
            _check_size(content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [name] if name else workbook.sheet_names
        if name and name not in workbook.sheet_names:
            sheets = ", ".join(workbook.sheet_names)
            raise _UnusableWorkbook(
                "There is no sheet “%(name)s”. Name one of these in the mapping: %(sheets)s.",
                name=name,
                sheets=sheets,
            )
        for number, sheet in enumerate(map(workbook.get_sheet_by_name, names), 1):
            if sheet.height:
                if unread_names := [
                    other_name
                    for other_name in names[number:]
                    if workbook.get_sheet_by_name(other_name).height
                ]:
                    file.note(
                        TranslatableMessage(
                            "Sheets not read: %(sheets)s. To read one, name it in a mapping.",
                            sheets=", ".join(unread_names),
                        )
                    )
                return sheet
    except _DAMAGE_ERRORS as error:
        raise _UnusableWorkbook(
            "The workbook cannot be opened: %(error)s. Save it again, or save the sheet as CSV.", error=error
        ) from None
    except BaseException as error:
        # The library is written in Rust, and a panic in it is not a subclass of Exception.
        if type(error).__name__ == "PanicException":
            raise _UnusableWorkbook(
                "The workbook is damaged. Save it again, or save the sheet as CSV."
            ) from None
        raise
    raise _UnusableWorkbook("The workbook is empty.")


def _check_size(content: bytes) -> None:
    """Check the size of a workbook before unpacking it.

    Raises:
        _UnusableWorkbook: the workbook would need too much memory.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise _UnusableWorkbook(
                "The workbook unpacks to more than a spreadsheet can hold. Save the sheet as CSV."
            )
        for member in archive.infolist():
            if _SHEET_PATH.fullmatch(member.filename):
                with archive.open(member) as sheet:
                    rows, columns = _measure_sheet(sheet)
                if rows * columns > MAX_CELLS:
                    raise _UnusableWorkbook(
                        "A sheet extends to row %(rows)s and column %(columns)s, and is mostly empty. "
                        "Delete the cells far from the table, or save the sheet as CSV.",
                        rows=f"{rows:,}",
                        columns=f"{columns:,}",
                    )


def _measure_sheet(sheet: Any) -> tuple[int, int]:
    """Return the numbers of the last row and the last column used in a sheet."""
    rows = columns = 1
    chunk_end = b""
    while chunk := sheet.read(1 << 20):
        for letters, number in _CELL_PATTERN.findall(chunk_end + chunk):
            rows = max(rows, int(number))
            columns = max(columns, _parse_column_number(letters))
        chunk_end = chunk[-40:]
    return rows, columns


def _parse_column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


class _SheetRows:
    """The rows of a sheet below its header, with the columns and the mapping."""

    def __init__(self, file: File, sheet: CalamineSheet, stated_mapping: Mapping | None) -> None:
        self._file, self._sheet_name = file.name, f"sheet {sheet.name}, " if sheet.name else ""
        self._filled_rows = _iterate_filled_rows(sheet)
        first_rows = list(islice(self._filled_rows, SAMPLE_SIZE))
        self.columns, self._rows_below = _read_header(file, first_rows, sheet.width, stated_mapping)
        self.sample = [_build_row(row, self.columns) for _number, row in self._rows_below]
        self.mapping = stated_mapping or choose_mapping(self.columns, self.sample)
        self.settings = build_mapping_settings(self.mapping, self.columns, self.sample)

    def __iter__(self) -> Iterator[LocatedRow | Refusal]:
        for number, row in chain(self._rows_below, self._filled_rows):
            location = RecordLocation(self._file, f"{self._sheet_name}row {number}")
            if any(row[len(self.columns) :]):
                yield build_refusal(
                    location,
                    "wrong number of cells",
                    "The row has %(row)s cells, but the table has %(columns)s columns.",
                    row=len(row),
                    columns=len(self.columns),
                    raw=row,
                )
            else:
                yield LocatedRow(_build_row(row, self.columns), location)


def _iterate_filled_rows(sheet: CalamineSheet) -> Iterator[_NumberedRow]:
    """Yield the rows that are not empty, with their numbers."""
    rows = ((number, [_format_cell(cell) for cell in row]) for number, row in enumerate(sheet.iter_rows(), 1))
    return ((number, row) for number, row in rows if any(row))


def _read_header(
    file: File, first_rows: list[_NumberedRow], width: int, mapping: Mapping | None
) -> tuple[list[str], list[_NumberedRow]]:
    """Return the column names, and the first rows below them."""
    if mapping and mapping.layout.header is False:
        return list(mapping.layout.columns) or [
            f"column {number}" for number in range(1, width + 1)
        ], first_rows
    if mapping and (wanted_row := mapping.layout.header_row):
        index = next(
            (index for index, (number, _row) in enumerate(first_rows) if number >= wanted_row),
            len(first_rows),
        )
    else:
        index = find_header_row([row for _number, row in first_rows])
    if index >= len(first_rows):
        return [], []
    number, header = first_rows[index]
    note_header(file, header, number, is_below_others=index > 0)
    return find_columns(_trim_header(header)), first_rows[index + 1 :]


def _trim_header(header: list[str]) -> list[str]:
    """Return the header without empty cells at its end."""
    width = max((number for number, cell in enumerate(header, 1) if cell), default=0)
    return header[:width]


def _build_row(row: list[str], columns: list[str]) -> Row:
    return dict(zip(columns, row + [""] * (len(columns) - len(row)), strict=False))


def _format_cell(cell: Any) -> str:
    """Return a cell as the sheet displays it: a date as YYYY-MM-DD, a whole number without decimals."""
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == datetime.min.time():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
