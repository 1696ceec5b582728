"""Read claims from rows pasted from a spreadsheet, by the same rules as files. Pure.

Spreadsheet programs put tabs between cells, and quotation marks around cells with line breaks; other programs paste
CSV. The first row may be a header or a record.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from claims.imports.reading.formats import tables
from claims.imports.reading.inputs.file import File
from claims.imports.reading.interpretation import read_review
from claims.imports.reading.mappings.mapping_choice import find_conventions, find_wordiest_column
from claims.imports.reading.raw_record import RawRecord, Refusal
from claims.imports.reading.review_record import Review

#: The limits of a pasted text; larger ones are imported as files.
MAX_ROWS: Final = 2_000
MAX_BYTES: Final = 2_000_000

#: The fields of a proposed claim. Verdicts are not pasted: reviews are imported as files.
FIELDS: Final = (
    "statement",
    "claimant",
    "claimed_on",
    "language",
    "appearances",
    "topics",
    "context",
    "claimant_title",
)

Settings = dict[str, Any]
#: A pasted row, and the parsed proposal or the reason for rejecting it.
PastedRow = tuple[RawRecord | Refusal, Review | Refusal]


def clean_pasted_text(text: str) -> str:
    """Return the text without null characters or the byte order mark that spreadsheet programs add."""
    return text.replace("\ufeff", "").replace("\x00", "").lstrip("\r\n")


def detect_settings(text: str) -> Settings:
    """Return the settings for reading a pasted text: its delimiter, header and column mapping."""
    file = _build_file(text)
    table_settings = dict(tables.recognise(file) or {})
    dialect = {"encoding": "utf-8", "quoting": "minimal", **table_settings.get("dialect", {})}
    if "\t" in text:
        dialect["delimiter"] = "\t"
    elif not table_settings or not _find_named_fields(table_settings):
        # Sentences contain commas, so without column names a line is one cell.
        dialect["delimiter"] = (
            "\t" if _looks_like_punctuation(text, dialect.get("delimiter", ",")) else dialect["delimiter"]
        )
    settings: Settings = {**table_settings, "dialect": dialect}
    fields = _find_named_fields(table_settings)
    dialect["header"] = bool(fields)
    settings["mapping"] = {"name": "pasted", "fields": fields}
    if "statement" not in fields:
        settings["mapping"]["fields"] = {**fields, "statement": _find_statement_column(text, settings)}
    return settings


def list_columns(text: str, settings: Settings) -> dict[str, str]:
    """Return the columns in order, each with its first value."""
    columns: dict[str, str] = {}
    for record in _read_records(text, _build_trial_settings(settings)):
        raw = record.raw
        for name, value in raw.items() if isinstance(raw, Mapping) else ():
            cell_text = " ".join(str(value or "").split())
            columns[name] = columns.get(name) or (cell_text if len(cell_text) <= 40 else f"{cell_text[:39]}…")
    return columns


def iterate_rows(text: str, settings: Settings) -> Iterator[PastedRow]:
    """Yield each row with its parsed review, or with the reason why the row cannot be stored."""
    conventions = find_conventions(settings)
    for record in _read_records(text, settings):
        yield record, record if isinstance(record, Refusal) else read_review(record, conventions)


def _read_records(text: str, settings: Settings) -> Iterator[RawRecord | Refusal]:
    return tables.read(_build_file(text), dict(settings))


def _build_file(text: str) -> File:
    file = File.from_stream("pasted.tsv", io.BytesIO(text.encode("utf-8", "replace")))
    file.allows_unrated = lambda: True
    return file


def _find_named_fields(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the column of each field that was recognised by a column name."""
    fields = settings.get("mapping", {}).get("fields", {})
    return {name: column for name, column in fields.items() if name in FIELDS}


def _build_trial_settings(settings: Settings) -> Settings:
    return {**settings, "mapping": {"name": "columns", "fields": {"statement": 1}}}


def _find_statement_column(text: str, settings: Settings) -> str:
    """Return the column with the most words, if no column name refers to the statement."""
    sample_rows = [
        record.raw
        for record in _read_records(text, _build_trial_settings(settings))
        if isinstance(record, RawRecord)
    ]
    names = list(dict.fromkeys(name for row in sample_rows for name in row))
    return find_wordiest_column(names, sample_rows[:100]) if names else "column 1"


def _looks_like_punctuation(text: str, delimiter: str) -> bool:
    """Return whether the delimiter looks like punctuation: its count varies by line, or a space always follows it."""
    lines = [line for line in text.splitlines() if line.strip()]
    numbers = {line.count(delimiter) for line in lines}
    return len(numbers) > 1 or len(lines) < 2 or all(f"{delimiter} " in line for line in lines)
