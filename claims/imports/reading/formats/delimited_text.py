"""Detect the dialect of a table: encoding, delimiter, quoting and header."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Self

from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage
from sources.extraction import encodings
from sources.extraction.document import ExtractionError

#: Names of delimiters, as the mapping file and people write them.
DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

#: "minimal": cells that contain a delimiter or line break are enclosed in quotation marks, which are doubled inside
#: (RFC 4180). "literal": quotation marks are ordinary characters, and every line is a row.
QUOTINGS: Final = ("minimal", "literal")

#: The size limit of a cell. In a larger cell, the line ends are missing or a quotation mark was never closed.
MAX_CELL_LENGTH = 4_000_000
csv.field_size_limit(MAX_CELL_LENGTH)

#: Replaces bytes that are invalid in the encoding. No encoding produces it otherwise.
LOST_CHARACTER: str = "\udcff"
codecs.register_error("claims.imports.reading.lost", lambda error: (LOST_CHARACTER, getattr(error, "end", 0)))

_SINGLE_BYTE_CODECS: Final = ("cp125", "iso8859", "koi8", "tis", "latin")
#: The maximum share of zero bytes in a text; rows that contain a zero byte are rejected.
MAX_NUL_SHARE: Final = 1 / 1000

#: The minimum share of rows with the most common number of cells, for a text to be a table with columns.
MIN_CONSISTENCY = 0.9


@dataclass(frozen=True, slots=True)
class Dialect:
    """The dialect of a delimited file. The importing user sees it and can correct it."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quoting: str = "minimal"
    header: bool = True
    header_row: int = 0
    """The number of the row with the column names, counted from 1; 0 for the first row that is not empty."""

    def to_json(self) -> dict[str, Any]:
        value = asdict(self)
        if not self.header_row:
            del value["header_row"]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{name: value[name] for name in cls.__slots__ if name in value})

    def build_reader(self, lines: Any) -> Any:
        """Return a reader of rows that raises an error for broken quoting instead of returning a damaged cell."""
        if self.quoting == "literal":
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, quotechar=None)
        return csv.reader(lines, delimiter=self.delimiter, strict=True)


@dataclass(frozen=True, slots=True)
class TableSample:
    """The first rows of a file, read in one dialect."""

    dialect: Dialect
    rows: list[list[str]]
    """The rows that are not empty."""
    fault_count: int
    """The number of rows with broken quoting."""
    row_numbers: list[int] = field(default_factory=list)
    """The number of each row, counted from 1."""

    @property
    def width(self) -> int:
        """Return the most common number of cells in a row."""
        return Counter(map(len, self.rows)).most_common(1)[0][0] if self.rows else 0

    @property
    def consistency(self) -> float:
        """Return the share of rows that have the most common number of cells."""
        if not self.rows:
            return 0.0
        return sum(len(row) == self.width for row in self.rows) / (len(self.rows) + self.fault_count)

    @property
    def title_row_count(self) -> int:
        """Return the number of title rows, which stand above the first row with the usual number of cells."""
        return next((number for number, row in enumerate(self.rows) if len(row) == self.width), 0)

    @property
    def consistency_below_titles(self) -> float:
        return replace(self, rows=self.rows[self.title_row_count :]).consistency


def detect_encoding(head: bytes) -> str:
    """Return the codec of a file from its first bytes, or "" if they are not text.

    Pure ASCII counts as UTF-8. If later rows are in another encoding, they are rejected for that reason.
    """
    for byte_order_mark, name in encodings.BYTE_ORDER_MARKS:
        if head.startswith(byte_order_mark):
            return {"utf-8": "utf-8-sig"}.get(
                name, name[:6]
            )  # "utf-16" and "utf-32" remove the byte order mark
    if wide_encoding := encodings.detect_unmarked_utf16(head):
        return wide_encoding
    if head.count(b"\x00") > MAX_NUL_SHARE * max(len(head), 2000) or encodings.detect_signature(head):
        return ""
    if _is_utf8(head):
        return "utf-8"
    lines = head[: head.rfind(b"\n") + 1] or head  # the head may end within a character
    try:
        encoding = encodings.detect_encoding(lines)
    except ExtractionError:
        return ""
    # A few letters do not distinguish Windows' Western encoding from similar ones, so the most common one is used.
    is_cp1252 = lines.decode(encoding, errors="replace") == lines.decode("cp1252", errors="replace")
    return "cp1252" if is_cp1252 else encoding


def decode_head(head: bytes, encoding: str, *, is_whole: bool) -> str:
    """Return the first bytes of a file as text, without the last line if it may be cut off."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = decoder.decode(head, final=is_whole)
    if is_whole:
        return text
    end = max(text.rfind("\n"), text.rfind("\r")) + 1
    return text[:end] or text


def sample_rows(text: str, dialect: Dialect, *, is_whole: bool) -> TableSample:
    """Return the rows in the first part of a file, without a last row that may be incomplete."""
    rows: list[list[str]] = []
    row_numbers: list[int] = []
    number = fault_count = 0
    lines = io.StringIO(text, newline="").readlines()
    reader = dialect.build_reader(lines)
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return TableSample(dialect, rows, fault_count, row_numbers)
        except csv.Error:
            if reader.line_num >= len(lines) and not is_whole:
                return TableSample(dialect, rows, fault_count, row_numbers)
            fault_count += 1
        else:
            if any(row):
                rows.append(row)
                row_numbers.append(number)


def detect_dialect(head: bytes, *, is_whole: bool, allows_titles: bool = False) -> TableSample | None:
    """Return the first rows in the dialect that gives the most regular table; None if no dialect fits.

    Args:
        allows_titles: whether rows of a different width may precede the table.
    """
    encoding = detect_encoding(head)
    if not encoding:
        return None
    text = decode_head(head, encoding, is_whole=is_whole)
    tables = [
        _choose_quoting(
            *(
                sample_rows(text, Dialect(encoding, delimiter, quoting), is_whole=is_whole)
                for quoting in QUOTINGS
            )
        )
        for delimiter in DELIMITERS.values()
        if delimiter in text
    ]
    # Commas also occur within texts, so the wider of two regular tables is the right one.
    best_sample = max(
        (table for table in tables if table.width > 1 and table.consistency >= MIN_CONSISTENCY),
        key=lambda table: (round(table.consistency, 2), table.width),
        default=None,
    )
    if best_sample or not allows_titles:
        return best_sample
    return max(
        (table for table in tables if table.width > 1 and table.consistency_below_titles >= MIN_CONSISTENCY),
        key=lambda table: (round(table.consistency_below_titles, 2), table.width),
        default=None,
    )


def _choose_quoting(minimal_sample: TableSample, literal_sample: TableSample) -> TableSample:
    """Return the sample whose quoting style gives the more consistent rows.

    In minimal quoting, a cell that contains a quotation mark is enclosed in quotation marks, and the mark inside is
    doubled. Marks that break this rule, or rows that end up inside a cell of another row, show that the marks are
    ordinary characters.
    """
    if literal_sample.consistency < max(MIN_CONSISTENCY, minimal_sample.consistency - 0.01):
        return minimal_sample
    # Names such as "Vogt, Anke" in every row give rows of equal width either way; only one width fits the header.
    header_index = minimal_sample.title_row_count
    if (
        minimal_sample.consistency >= MIN_CONSISTENCY
        and len(literal_sample.rows[header_index]) != literal_sample.width
    ):
        return minimal_sample
    if (
        len(literal_sample.rows) > len(minimal_sample.rows) + minimal_sample.fault_count
        and literal_sample.consistency == 1
    ):
        return literal_sample
    quoted_cells = [cell for row in literal_sample.rows for cell in row if '"' in cell]
    bare_count = sum(not cell.startswith('"') or not cell.endswith('"') for cell in quoted_cells)
    doubled_count = sum(cell.startswith('"') and '""' in cell[1:-1] for cell in quoted_cells)
    return literal_sample if bare_count > doubled_count else minimal_sample


def _is_utf8(head: bytes) -> bool:
    """Return whether the bytes are UTF-8, except for a few lines.

    Text in another encoding is hardly ever valid UTF-8, so a file that contains both was combined from several files.
    Its lines in other encodings are rejected later.
    """
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(head)
    stray_count = text.count("\ufffd")
    if stray_count == 0 or sum(character > "\x7f" for character in text) >= 11 * stray_count:
        return True
    lines = [line for line in text.splitlines() if not line.isascii()]
    return 5 * sum("\ufffd" not in line for line in lines) >= len(lines)


def is_unrecognised_utf8(text: str, encoding: str) -> bool:
    """Return whether text that was decoded from a single-byte encoding is really UTF-8."""
    if text.isascii() or not encoding.startswith(_SINGLE_BYTE_CODECS):
        return False
    try:
        text.encode(encoding).decode("utf-8")
    except UnicodeError:
        return False
    return True


#: The maximum number of lines in a row; more mean that a quotation mark is never closed.
MAX_ROW_LINES = 2_000
#: How often reading may go back to the second line of a row whose quoting is broken.
MAX_RETRIES = 1_000


class TableRows:
    """The rows of a file with their positions. Broken rows are rejected, and reading continues on the next line."""

    def __init__(self, file: File, dialect: Dialect) -> None:
        self._file = file.name
        self._dialect = dialect
        self._text = io.TextIOWrapper(
            file.stream, dialect.encoding, errors="claims.imports.reading.lost", newline=""
        )
        self.number = 0
        """The number of the current row, counted from 1."""
        self._line_number = 0  # of the first line of the row
        self._next_line_number = 1
        self._lines: list[str] = []  # of the current row
        self._size = 0
        self._lines_to_reread: list[str] = []  # lines to read again; the last one comes next
        self._retries = 0
        self.has_lost_bytes = False
        """Whether the current row has bytes that are invalid in the file's encoding."""

    def get_location(self) -> RecordLocation:
        line_note = "" if self._line_number == self.number else f" (line {self._line_number})"
        return RecordLocation(self._file, f"row {self.number}{line_note}")

    def find_damage(self, row: list[str]) -> Refusal | None:
        """Return a refusal if the text of a row looks damaged; otherwise None."""
        text = "".join(row)
        if "\x00" in text:
            shown_cells = [cell.replace("\x00", "\N{SYMBOL FOR NULL}") for cell in row]
            return build_refusal(
                self.get_location(),
                "contains NUL",
                "The row contains a NUL character, which never occurs in text. The file was damaged when it "
                "was written.",
                raw=shown_cells,
            )
        if is_unrecognised_utf8(text, self._dialect.encoding):
            return build_refusal(
                self.get_location(),
                "mixed encodings",
                "The row is in UTF-8, but the rest of the file is in %(encoding)s: the file combines several "
                "encodings. Import the original files one by one, or convert the row.",
                encoding=self._dialect.encoding,
                raw=row,
            )
        if not self.has_lost_bytes:
            return None
        reason = TranslatableMessage(
            "The row contains bytes that do not exist in %(encoding)s. Correct it, or if many rows are "
            'affected, name the encoding in the mapping: [table], then encoding = "cp1252" or the right one.',
            encoding=self._dialect.encoding,
        )
        shown_cells = [cell.replace(LOST_CHARACTER, "\ufffd") for cell in row]
        return Refusal(self.get_location(), "", reason, "undecodable characters", raw=shown_cells)

    def __iter__(self) -> Iterator[list[str] | Refusal]:
        reader = self._dialect.build_reader(self._iterate_lines())
        while True:
            self.number += 1
            self._line_number = self._next_line_number
            self._lines.clear()
            self._size = 0
            self.has_lost_bytes = False
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._reject_row(str(error))
                reader = self._dialect.build_reader(
                    self._iterate_lines()
                )  # the previous reader ended with the error
            except (UnicodeError, OSError, ValueError, EOFError) as error:
                # Errors of the underlying stream: a damaged archive, or invalid byte order marks.
                yield build_refusal(
                    self.get_location(),
                    "unreadable file",
                    "The rest of the file cannot be read: %(error)s.",
                    error=error,
                )
                return
            else:
                yield row

    def _iterate_lines(self) -> Iterator[str]:
        """Yield the lines of the file for the reader of rows."""
        while True:
            line = (
                self._lines_to_reread.pop() if self._lines_to_reread else self._text.readline(MAX_CELL_LENGTH)
            )
            if not line:
                return
            self._lines.append(line)
            self._size += len(line)
            self._next_line_number += 1
            if LOST_CHARACTER in line:
                self.has_lost_bytes = True
            if len(self._lines) > MAX_ROW_LINES or self._size >= MAX_CELL_LENGTH:
                raise csv.Error("a quotation that begins here is never closed, or its line never ends")
            yield line

    def _reject_row(self, problem_text: str) -> Refusal:
        """Reject the first line of a broken row, and read the following lines as separate rows."""
        first_line, *other_lines = self._lines
        line_end = self._lines[-1]
        while len(line_end) == MAX_CELL_LENGTH and not line_end.endswith(("\n", "\r")):
            line_end = self._text.readline(MAX_CELL_LENGTH)
        if other_lines and self._retries == MAX_RETRIES:
            count = len(other_lines)
            problem_text += (
                f"; the {count} lines behind it are left out with it, after so many that were broken"
            )
        elif other_lines:
            self._retries += 1
            self._lines_to_reread.extend(reversed(other_lines))
            self._next_line_number -= len(other_lines)
        return build_refusal(
            self.get_location(),
            "broken row",
            "The row cannot be separated from its neighbours: %(why)s. Check the quotation marks in it. If "
            'they do not enclose cells, say so in the mapping: [table], then quoting = "literal".',
            why=problem_text,
            raw=first_line[:10_000].replace(LOST_CHARACTER, "\ufffd"),
        )
