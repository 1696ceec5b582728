"""Lines of text → rows of cells, tolerating broken rows."""

import csv
import io
from collections.abc import Iterator

from claims.imports.reading.formats.dialect import (
    LOST_CHARACTER,
    MAX_CELL_LENGTH,
    Dialect,
    is_unrecognised_utf8,
)
from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import RecordPlace, Refusal
from factcheck.sentences import SpokenSentence

#: So many lines at most may be one row; more are a quotation mark that was never closed.
MAX_ROW_LINES = 2_000
#: Maximum times that a row is restarted at its second line, after its quotation proved broken.
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
        """Of the row, as a spreadsheet counts."""
        self._line = 0  # on which the row begins
        self._next_line = 1
        self._lines: list[str] = []  # of the row that is being read
        self._size = 0
        self._again: list[str] = []  # lines that are to be read once more, the next one last
        self._retries = 0
        self.lost = False
        """Whether the present row has bytes that are not in the file's encoding."""

    def get_place(self) -> RecordPlace:
        moved = "" if self._line == self.number else f" (line {self._line})"
        return RecordPlace(self._file, f"row {self.number}{moved}")

    def find_damage(self, row: list[str]) -> Refusal | None:
        """Return a refusal if the text of a row looks damaged; otherwise None."""
        text = "".join(row)
        if "\x00" in text:
            shown = [cell.replace("\x00", "\N{SYMBOL FOR NULL}") for cell in row]
            reason = SpokenSentence(
                "The row contains a NUL character, which never occurs in text. The file was damaged when it "
                "was written."
            )
            return Refusal(self.get_place(), "", reason, "contains NUL", raw=shown)
        if is_unrecognised_utf8(text, self._dialect.encoding):
            reason = SpokenSentence(
                "The row is in UTF-8, but the rest of the file is in %(encoding)s: the file combines several "
                "encodings. Import the original files one by one, or convert the row.",
                encoding=self._dialect.encoding,
            )
            return Refusal(self.get_place(), "", reason, "mixed encodings", raw=row)
        if not self.lost:
            return None
        reason = SpokenSentence(
            "The row contains bytes that do not exist in %(encoding)s. Correct it, or if many rows are "
            'affected, name the encoding in the mapping: [table], then encoding = "cp1252" or the right one.',
            encoding=self._dialect.encoding,
        )
        shown = [cell.replace(LOST_CHARACTER, "\ufffd") for cell in row]
        return Refusal(self.get_place(), "", reason, "undecodable characters", raw=shown)

    def __iter__(self) -> Iterator[list[str] | Refusal]:
        reader = self._dialect.build_reader(self._iterate_lines())
        while True:
            self.number += 1
            self._line = self._next_line
            self._lines.clear()
            self._size = 0
            self.lost = False
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._reject_row(str(error))
                reader = self._dialect.build_reader(
                    self._iterate_lines()
                )  # the old one has ended with the error
            except (UnicodeError, OSError, ValueError, EOFError) as error:
                # What the stream below says: a damaged archive, an encoding that stumbles over its own marks.
                reason = SpokenSentence("The rest of the file cannot be read: %(error)s.", error=error)
                yield Refusal(self.get_place(), "", reason, "unreadable file")
                return
            else:
                yield row

    def _iterate_lines(self) -> Iterator[str]:
        """Yield physical lines for the reader of rows."""
        while True:
            line = self._again.pop() if self._again else self._text.readline(MAX_CELL_LENGTH)
            if not line:
                return
            self._lines.append(line)
            self._size += len(line)
            self._next_line += 1
            if LOST_CHARACTER in line:
                self.lost = True
            if len(self._lines) > MAX_ROW_LINES or self._size >= MAX_CELL_LENGTH:
                raise csv.Error("a quotation that begins here is never closed, or its line never ends")
            yield line

    def _reject_row(self, why: str) -> Refusal:
        """Reject the first line of a broken row, and read the following lines as separate rows."""
        first, *others = self._lines
        rest = self._lines[-1]
        while len(rest) == MAX_CELL_LENGTH and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(MAX_CELL_LENGTH)
        if others and self._retries == MAX_RETRIES:
            why += f"; the {len(others)} lines behind it are left out with it, after so many that were broken"
        elif others:
            self._retries += 1
            self._again.extend(reversed(others))
            self._next_line -= len(others)
        reason = SpokenSentence(
            "The row cannot be separated from its neighbours: %(why)s. Check the quotation marks in it. If "
            'they do not enclose cells, say so in the mapping: [table], then quoting = "literal".',
            why=why,
        )
        return Refusal(
            self.get_place(), "", reason, "broken row", raw=first[:10_000].replace(LOST_CHARACTER, "\ufffd")
        )
