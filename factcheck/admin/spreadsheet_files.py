"""Write rows as spreadsheet files, streamed."""

import csv
import html
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from factcheck.formulas import escape_formula, is_formula

Cell = str | int | float | datetime | date | None

#: Excel's limits: characters of a cell, and rows of a sheet including the heading.
MAX_CELL_LENGTH: Final = 32_767
MAX_ROWS: Final = 1_048_576

_PART_SIZE = 1 << 16
_TAG_PATTERN = re.compile(r"<[^>]*>")
_BREAK_PATTERN = re.compile(r"<(?:br|/p|/li|/div)\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SpreadsheetFile:
    """A spreadsheet file that is sent in parts."""

    media_type: str
    parts: Iterator[bytes]


def strip_markup(value: Any) -> str:
    """Return the text of a list cell without markup; "" for a dash."""
    text = str(value)
    if isinstance(value, SafeString):
        text = html.unescape(_TAG_PATTERN.sub("", _BREAK_PATTERN.sub("\n", text)))
        text = "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))
    return "" if text == "–" else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> SpreadsheetFile:
    """Return rows as CSV (RFC 4180), with the byte order mark that Excel needs for UTF-8."""
    return SpreadsheetFile("text/csv; charset=utf-8", _iterate_csv(header, rows))


def write_xlsx(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> SpreadsheetFile:
    """Return a workbook with one sheet. It is compressed, so all of it is written before its first part is sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed when it was sent
    try:
        _write_xlsx(file, header, rows)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return SpreadsheetFile(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _iterate_parts(file)
    )


FORMATS: Final[dict[str, Callable[[Sequence[str], Iterable[Sequence[Cell]]], SpreadsheetFile]]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
}


def _iterate_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([escape_formula(name) for name in header])
    for row in rows:
        writer.writerow([escape_formula(_to_text(cell)) for cell in row])
        if buffer.tell() >= _PART_SIZE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _to_text(cell: Cell) -> str | int | float:
    if isinstance(cell, datetime):
        return _to_local(cell).isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else cell


def _to_local(moment: datetime) -> datetime:
    """Return the local time as a naive datetime, because spreadsheets have no time zones."""
    return localtime(moment).replace(tzinfo=None) if is_aware(moment) else moment


def _write_xlsx(file: Any, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    import xlsxwriter  # noqa: PLC0415  only for downloads; every command loads the desk

    with tempfile.TemporaryDirectory() as folder:
        workbook = xlsxwriter.Workbook(
            file, {"constant_memory": True, "tmpdir": folder, "remove_timezone": True, "use_zip64": True}
        )
        bold = workbook.add_format({"bold": True})
        formats = {
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            # Like a cell typed with an apostrophe, it stays a text when it is edited.
            "quoted": workbook.add_format({"quote_prefix": True}),
        }
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(0, len(header) - 1), 24)
        for column, name in enumerate(header):
            sheet.write_string(0, column, name, bold)
        for row_number, row in enumerate(rows, 1):
            if row_number == MAX_ROWS - 1:
                sheet.write_string(
                    row_number, 0, _("A sheet cannot hold more rows. The CSV file contains them all.")
                )
                break
            for column, cell in enumerate(row):
                _write_cell(sheet, row_number, column, cell, formats)
        workbook.close()


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    """Write a cell. Text is never interpreted as a formula or link."""
    if cell is None or cell == "":
        return
    if isinstance(cell, datetime):
        cell = _to_local(cell)
    if isinstance(cell, date):
        if cell.year >= 1900:
            sheet.write_datetime(
                row, column, cell, formats["moment" if isinstance(cell, datetime) else "date"]
            )
        else:  # Excel's days begin in 1900
            sheet.write_string(row, column, str(_to_text(cell)))
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, _truncate_text(cell), formats["quoted"] if is_formula(cell) else None)


def _truncate_text(text: str) -> str:
    """Cut a text to the length that Excel allows, and add a note if it was cut."""
    if len(text) <= MAX_CELL_LENGTH:
        return text
    note = _("… (Excel allows no more characters in a cell. The CSV file contains them all.)")
    return text[: MAX_CELL_LENGTH - len(note)] + note


def _iterate_parts(file: Any) -> Iterator[bytes]:
    with file:
        while part := file.read(_PART_SIZE):
            yield part
