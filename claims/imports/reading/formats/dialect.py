"""Detect the dialect of a table: encoding, delimiter, quoting and header."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Self

from sources.extraction import encodings
from sources.extraction.document import ExtractionError

#: Names of delimiters, as the mapping file and people write them.
DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}

#: "minimal": a cell with a delimiter or line break in it stands in quotation marks, which are doubled inside
#: (RFC 4180). "literal": quotation marks are characters like any other, and every line is a row.
QUOTINGS: Final = ("minimal", "literal")

#: What a cell may hold. More would be a file without line ends, or a quotation mark that is never closed.
MAX_CELL_LENGTH = 4_000_000
csv.field_size_limit(MAX_CELL_LENGTH)

#: Stands in decoded text for bytes that the encoding does not have. No encoding yields it by itself.
LOST_CHARACTER: str = "\udcff"
codecs.register_error("claims.imports.reading.lost", lambda error: (LOST_CHARACTER, getattr(error, "end", 0)))

_SINGLE_BYTE_CODECS: Final = ("cp125", "iso8859", "koi8", "tis", "latin")
#: Share of the bytes that may be zero in what is text nevertheless; a row with one is refused.
MAX_NUL_SHARE: Final = 1 / 1000

#: Share of the rows that must have as many cells as most have, for text to be a table of columns.
MIN_CONSISTENCY = 0.9


@dataclass(frozen=True, slots=True)
class Dialect:
    """The dialect of a delimited file. The importing user sees it and can correct it."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quoting: str = "minimal"
    header: bool = True
    header_row: int = 0
    """The row with the names of the columns, as a spreadsheet counts; 0 for the first one that is not empty."""

    def to_json(self) -> dict[str, Any]:
        found = asdict(self)
        if not self.header_row:
            del found["header_row"]
        return found

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{name: value[name] for name in cls.__slots__ if name in value})

    def build_reader(self, lines: Any) -> Any:
        """Return a strict reader of rows, which treats broken quoting as an error instead of returning a damaged
        cell.
        """
        if self.quoting == "literal":
            return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, quotechar=None)
        return csv.reader(lines, delimiter=self.delimiter, strict=True)


@dataclass(frozen=True, slots=True)
class TableSample:
    """The first rows of a file, read in one dialect."""

    dialect: Dialect
    rows: list[list[str]]
    """Without those that are empty."""
    faults: int
    """How often the quotation was broken."""
    numbers: list[int] = field(default_factory=list)
    """Of the rows, as a spreadsheet counts."""

    @property
    def width(self) -> int:
        """Return the most common number of cells."""
        return Counter(map(len, self.rows)).most_common(1)[0][0] if self.rows else 0

    @property
    def consistency(self) -> float:
        """The share of rows that have the most common number of cells."""
        if not self.rows:
            return 0.0
        return sum(len(row) == self.width for row in self.rows) / (len(self.rows) + self.faults)

    @property
    def titles(self) -> int:
        """Return the number of title rows: those above the first row with the usual number of cells."""
        return next((number for number, row in enumerate(self.rows) if len(row) == self.width), 0)

    @property
    def consistency_below_titles(self) -> float:
        return replace(self, rows=self.rows[self.titles :]).consistency


def detect_encoding(head: bytes) -> str:
    """Return the codec of a file from its first bytes, or "" if they are not text.

    Pure ASCII counts as UTF-8. If another encoding appears later, its rows are rejected with that reason.
    """
    for mark, name in encodings.BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return {"utf-8": "utf-8-sig"}.get(name, name[:6])  # "utf-16" and "utf-32" take the mark away
    if wide := encodings.detect_unmarked_utf16(head):
        return wide
    if head.count(b"\x00") > MAX_NUL_SHARE * max(len(head), 2000) or encodings.detect_signature(head):
        return ""
    if _is_utf8(head):
        return "utf-8"
    lines = head[: head.rfind(b"\n") + 1] or head  # the last one may be cut off within a character
    try:
        encoding = encodings.detect_encoding(lines)
    except ExtractionError:
        return ""
    # Few letters tell Windows' Western encoding from its neighbours. Where they all agree so far, it is the usual one.
    same = lines.decode(encoding, errors="replace") == lines.decode("cp1252", errors="replace")
    return "cp1252" if same else encoding


def decode_head(head: bytes, encoding: str, *, whole: bool) -> str:
    """Return the head as text, without the last line if it may be cut off."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = decoder.decode(head, final=whole)
    if whole:
        return text
    end = max(text.rfind("\n"), text.rfind("\r")) + 1
    return text[:end] or text


def sample_rows(text: str, dialect: Dialect, *, whole: bool) -> TableSample:
    """Return the rows of the head, without a last row that may be incomplete."""
    rows: list[list[str]] = []
    numbers: list[int] = []
    number = faults = 0
    lines = io.StringIO(text, newline="").readlines()
    reader = dialect.build_reader(lines)
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return TableSample(dialect, rows, faults, numbers)
        except csv.Error:
            if reader.line_num >= len(lines) and not whole:
                return TableSample(dialect, rows, faults, numbers)
            faults += 1
        else:
            if any(row):
                rows.append(row)
                numbers.append(number)


def detect_dialect(head: bytes, *, whole: bool, titles: bool = False) -> TableSample | None:
    """Return the first rows in the dialect that gives the most regular table; None if no dialect fits.

    Args:
        titles: whether rows of a different width may precede the table.
    """
    encoding = detect_encoding(head)
    if not encoding:
        return None
    text = decode_head(head, encoding, whole=whole)
    tables = [
        _choose_quoting(
            *(sample_rows(text, Dialect(encoding, delimiter, quoting), whole=whole) for quoting in QUOTINGS)
        )
        for delimiter in DELIMITERS.values()
        if delimiter in text
    ]
    # A comma stands within texts too, so the wider of two regular tables is the real one.
    best = max(
        (table for table in tables if table.width > 1 and table.consistency >= MIN_CONSISTENCY),
        key=lambda table: (round(table.consistency, 2), table.width),
        default=None,
    )
    if best or not titles:
        return best
    return max(
        (table for table in tables if table.width > 1 and table.consistency_below_titles >= MIN_CONSISTENCY),
        key=lambda table: (round(table.consistency_below_titles, 2), table.width),
        default=None,
    )


def _choose_quoting(minimal: TableSample, literal: TableSample) -> TableSample:
    """Return the sample whose quoting style gives the more consistent rows.

    Minimal quoting quotes every cell that contains a quotation mark, and doubles the mark. Other quotation marks, or
    rows that are swallowed by others, show that the marks are ordinary characters.
    """
    if literal.consistency < max(MIN_CONSISTENCY, minimal.consistency - 0.01):
        return minimal
    # Names such as "Vogt, Anke" in every row make rows of one width both ways; only one of the two is the header's.
    header = minimal.titles
    if minimal.consistency >= MIN_CONSISTENCY and len(literal.rows[header]) != literal.width:
        return minimal
    if len(literal.rows) > len(minimal.rows) + minimal.faults and literal.consistency == 1:
        return literal
    marked = [cell for row in literal.rows for cell in row if '"' in cell]
    bare = sum(not cell.startswith('"') or not cell.endswith('"') for cell in marked)
    doubled = sum(cell.startswith('"') and '""' in cell[1:-1] for cell in marked)
    return literal if bare > doubled else minimal


def _is_utf8(head: bytes) -> bool:
    """Return whether the bytes are UTF-8, ignoring a few stray bytes.

    Some lines may be in another encoding: no other encoding yields valid UTF-8 lines by chance, so the file was
    combined from several. Its lines in other encodings are rejected.
    """
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(head)
    stray = text.count("\ufffd")
    if stray == 0 or sum(character > "\x7f" for character in text) >= 11 * stray:
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
