"""Read a table of texts, and write the matching claims row by row."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import orjson
from django.utils.translation import gettext

from claims.matching.answers import Answer, Match, MatchOptions, match_published_texts
from claims.models import Publication
from factcheck.formulas import escape_formula

#: The usual names of a column with texts.
USUAL_COLUMNS = ("text", "claim", "statement", "post", "tweet", "content", "sentence", "headline", "title")
#: Formats by file extension; files with any other have one text per line.
FORMATS_BY_ENDING = {".csv": "csv", ".tsv": "tsv", ".ndjson": "ndjson", ".jsonl": "ndjson"}
FORMATS = ("csv", "tsv", "ndjson", "lines")
#: The number of rows matched and written at a time.
BATCH_SIZE = 50
_MAX_CELL_LENGTH = 10_000_000

#: The result columns of each row.
RESULT_COLUMNS = (
    *("answer", "confidence", "reasons", "only_in_text", "only_in_claim"),
    *("claim_id", "claim_url", "statement", "language"),
    *("publisher", "rating_label", "rating_class", "verdict_url"),
)


class TableError(Exception):
    """The table cannot be read or continued; `str()` is a sentence for a person."""


@dataclass(frozen=True)
class Row:
    """A text with the other cells of its row."""

    text: str
    cells: dict[str, Any]


# Reading --------------------------------------------------------------------------------------------------------------


def guess_format(path: str) -> str:
    """Return the table format that a file's extension indicates."""
    return FORMATS_BY_ENDING.get(Path(path).suffix.lower(), "lines")


def read_rows(file: IO[str], form: str, column: str = "") -> Iterator[Row]:
    """Yield the rows of a file.

    Raises:
        TableError: a row cannot be read, or no column holds the texts.
    """
    if form == "lines":
        for line in file:
            yield Row(line.rstrip("\r\n"), {"text": line.rstrip("\r\n")})
    elif form == "ndjson":
        yield from _read_ndjson(file, column)
    else:
        yield from _read_table(file, "\t" if form == "tsv" else ",", column)


def _read_ndjson(file: IO[str], column: str) -> Iterator[Row]:
    for line_number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as problem:
            raise TableError(
                gettext("Line %(number)s is not JSON: %(problem)s.")
                % {"number": line_number, "problem": problem}
            ) from None
        cells = value if isinstance(value, dict) else {"text": value}
        name = _find_column(list(cells), column, gettext("line %(number)s") % {"number": line_number})
        yield Row(str(cells[name] or ""), cells)


def _read_table(file: IO[str], delimiter: str, column: str) -> Iterator[Row]:
    csv.field_size_limit(_MAX_CELL_LENGTH)
    table = csv.DictReader(
        (line.replace("\0", "") for line in file), delimiter=delimiter, restkey="", strict=True
    )
    try:
        name = _find_column(list(table.fieldnames or []), column, gettext("the table"))
        for cells in table:
            cells.pop("", None)
            yield Row(cells[name] or "", dict(cells))
    except csv.Error as problem:
        raise TableError(
            gettext("Line %(line_num)s cannot be read: %(problem)s.")
            % {"line_num": table.reader.line_num, "problem": problem}
        ) from None


def _find_column(names: Sequence[str], wanted_name: str, location: str) -> str:
    names_by_key = {name.strip().lower(): name for name in names if name}
    for name in [wanted_name.lower()] if wanted_name else USUAL_COLUMNS:
        if name in names_by_key:
            return names_by_key[name]
    message = (
        gettext("%(place)s: there is no column “%(column)s”. Name one with --column: %(columns)s.")
        if wanted_name
        else gettext("%(place)s: no column was recognised as the text. Name one with --column: %(columns)s.")
    )
    raise TableError(
        message
        % {
            "place": location,
            "column": wanted_name,
            "columns": ", ".join(names_by_key.values()) or gettext("none"),
        }
    )


# Matching -------------------------------------------------------------------------------------------------------------


def match_rows(rows: Sequence[Row], options: MatchOptions) -> list[dict[str, Any]]:
    """Return the match results of these rows, each keyed by the names in `RESULT_COLUMNS`."""
    answers = match_published_texts([row.text for row in rows], options)
    first_matches = [_choose_first(row.text, answer) for row, answer in zip(rows, answers, strict=True)]
    claims = {match.claim for _passage, match in first_matches if match}
    claims_by_id = {
        entry.claim_id: entry.document for entry in Publication.objects.current().filter(claim_id__in=claims)
    }
    return [_build_result(passage, match, claims_by_id) for passage, match in first_matches]


def _choose_first(text: str, answer: Answer) -> tuple[str, Match | None]:
    """Return the text of the first passage with a match, and that match; "" and None if there is none."""
    pairs = ((passage, match) for passage in answer.passages for match in passage.matches)
    passage, match = next(pairs, (None, None))
    return text[passage.start : passage.end] if passage else "", match


def _build_result(passage: str, match: Match | None, claims: dict[int, dict[str, Any]]) -> dict[str, Any]:
    claim = claims.get(match.claim) if match else None
    if match is None or claim is None:
        return dict.fromkeys(RESULT_COLUMNS) | {"answer": "nothing"}
    verdict = claim["verdicts"][0]
    return {
        "answer": match.kind,
        "confidence": round(match.confidence, 3),
        "reasons": "; ".join(match.reasons),
        "only_in_text": "; ".join(match.list_words_only_in_text(passage)),
        "only_in_claim": "; ".join(match.words_only_in_claim),
        "claim_id": claim["id"],
        "claim_url": claim["url"],
        "statement": claim["statement"],
        "language": claim["language"],
        "publisher": verdict["publisher"]["name"],
        "rating_label": verdict["rating"]["label"],
        "rating_class": verdict["rating"]["rating_class"],
        "verdict_url": verdict["url"],
    }


# Writing --------------------------------------------------------------------------------------------------------------


class RowOutput(Protocol):
    """An output that receives rows in batches."""

    #: The number of rows written earlier.
    row_count: int

    def write(self, lines: str, row_count: int) -> None:
        """Write these lines, which contain this many rows."""


class RowStream:
    """Standard output, as an output for rows."""

    row_count = 0

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def write(self, lines: str, row_count: int) -> None:
        self.stream.write(lines)
        self.stream.flush()


class PartialFile:
    """A file that gets its final name when it is complete, with a second file that records the progress."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        self.path, self.part_path = path, path.with_name(f"{path.name}.part")
        self.progress_path = path.with_name(f"{path.name}.part.json")
        self.row_count, self._size = self._read_progress() if resume else (0, 0)
        self.part_path.touch()
        self._file = self.part_path.open("r+b")
        # Remove an incomplete row at the end.
        self._file.truncate(self._size)
        self._file.seek(self._size)

    def _read_progress(self) -> tuple[int, int]:
        try:
            state = json.loads(self.progress_path.read_text(encoding="utf-8"))
            row_count, size = int(state["rows"]), int(state["bytes"])
        except FileNotFoundError:
            raise TableError(
                gettext("There is nothing to continue in %(part)s. Start again without --resume.")
                % {"part": self.part_path}
            ) from None
        except (ValueError, KeyError, TypeError):
            raise TableError(
                gettext("%(noted)s cannot be read. Delete it, and start again without --resume.")
                % {"noted": self.progress_path}
            ) from None
        if not self.part_path.exists() or self.part_path.stat().st_size < size:
            raise TableError(
                gettext("%(part)s is shorter than %(noted)s says. Start again without --resume.")
                % {"part": self.part_path, "noted": self.progress_path}
            )
        return row_count, size

    def write(self, lines: str, row_count: int) -> None:
        self._file.write(lines.encode(errors="replace"))
        self._file.flush()
        self._size += len(lines.encode(errors="replace"))
        self.row_count += row_count
        self.progress_path.write_text(
            json.dumps({"rows": self.row_count, "bytes": self._size}), encoding="utf-8"
        )

    def finish(self) -> None:
        """Give the file its final name."""
        self._file.close()
        self.part_path.replace(self.path)
        self.progress_path.unlink(missing_ok=True)


@contextmanager
def open_partial_file(path: Path, *, resume: bool) -> Iterator[PartialFile]:
    """Open a file that gets its final name when it is complete."""
    output = PartialFile(path, resume=resume)
    try:
        yield output
        output.finish()
    finally:
        output._file.close()


def write_matches(rows: Iterable[Row], output: RowOutput, form: str, options: MatchOptions) -> Iterator[int]:
    """Match rows and write them with their results in batches; yield the number of rows in each batch."""
    is_begun = output.row_count > 0
    for batch in _split_batches(_skip_rows(rows, output.row_count)):
        results = match_rows(batch, options)
        lines = (
            _format_ndjson(batch, results)
            if form == "ndjson"
            else _format_table(batch, results, form, with_header=not is_begun)
        )
        output.write(lines, len(batch))
        is_begun = True
        yield len(batch)


def _skip_rows(rows: Iterable[Row], count: int) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number >= count:
            yield row


def _split_batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch


def _format_ndjson(rows: Sequence[Row], results: Sequence[dict[str, Any]]) -> str:
    lines = (
        orjson.dumps({**row.cells, "match": result}).decode()
        for row, result in zip(rows, results, strict=True)
    )
    return "".join(f"{line}\n" for line in lines)


def _format_table(
    rows: Sequence[Row], results: Sequence[dict[str, Any]], form: str, *, with_header: bool
) -> str:
    lines = _Lines()
    table = csv.writer(lines, delimiter="\t" if form == "tsv" else ",")
    if with_header:
        table.writerow([*rows[0].cells, *(f"match_{name}" for name in RESULT_COLUMNS)])
    for row, result in zip(rows, results, strict=True):
        table.writerow(map(escape_formula, [*row.cells.values(), *(result[name] for name in RESULT_COLUMNS)]))
    return "".join(lines)


class _Lines(list[str]):
    """A file-like object that collects the lines of a table writer."""

    def write(self, line: str) -> None:
        self.append(line)
