"""Choose the mapping of a table: a built-in one, or one derived from its column names."""

import json
import statistics
import tomllib
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Mapping as Table
from functools import cache
from pathlib import Path
from typing import Any

from claims.imports.reading.inputs.file import File
from claims.imports.reading.mappings.claims_in_rows import ClaimsInRows
from claims.imports.reading.mappings.conventions import NO_CONVENTIONS, Conventions
from claims.imports.reading.mappings.mapped_rows import (
    MissingColumn,
    Row,
    build_conventions,
    detect_date_order,
    match_any,
    normalise_name,
)
from claims.imports.reading.mappings.mapping import DATE_FIELDS, ColumnRules, Columns, Mapping, read_mapping
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage

_FOLDER = Path(__file__).parent

#: The maximum number of columns that a refusal lists.
MAX_NAMED_COLUMNS = 40
#: A column with more words per text (median) contains articles, not statements.
MAX_SENTENCE_WORDS = 60
#: The maximum number of title rows above the column names.
MAX_TITLE_ROWS = 20

#: If a built-in mapping has columns for these fields, it fits only files in which they are filled.
REQUIRED_FIELDS = ("statement", "rating")
#: Fields that only a review has, and not an unchecked claim.
REVIEW_FIELDS = ("publisher", "publisher_url", "review_url", "summary", "reviewed_on", "review_language")


@cache
def list_ready_mappings() -> tuple[Mapping, ...]:
    """Return the built-in mappings."""
    return tuple(read_mapping(path.read_text("utf-8")) for path in sorted((_FOLDER / "ready").glob("*.toml")))


def find_ready_mapping(columns: Iterable[str], sample_rows: Iterable[Row] = ()) -> Mapping | None:
    """Return the built-in mapping that fits these columns; of several, the one with the most columns; None if none
    fits.

    Args:
        sample_rows: some rows; a mapping does not fit if its required columns are empty in all of them.
    """
    column_names, rows = frozenset(columns), list(sample_rows)
    fitting_mappings = [
        mapping
        for mapping in list_ready_mappings()
        if mapping.columns
        and column_names.issuperset(mapping.columns)
        and not find_missing_columns(mapping, rows)
    ]
    return max(fitting_mappings, key=lambda mapping: len(mapping.columns), default=None)


def find_missing_columns(mapping: Mapping, rows: Sequence[Row]) -> list[str]:
    """Return the columns of required fields (statement and rating) that are empty in all rows."""
    missing_columns: list[str] = []
    for name in REQUIRED_FIELDS:
        columns = [
            column
            for rules in _list_rules(mapping)
            for column in rules.fields.get(name, Columns()).columns
            if isinstance(column, str)
        ]
        if rows and columns and not any(row.get(column) for row in rows for column in columns):
            missing_columns.append(columns[0])
    return missing_columns


def is_fitting(mapping: Mapping, rows: Sequence[Sequence[str]]) -> bool:
    """Return whether rows without a header fit the mapping, judging by the number of cells and their values."""
    names = mapping.layout.columns
    if not rows or not mapping.values or not mapping.values.keys() <= set(names):
        return False
    tests = [(names.index(name), match_any(wanted_values)) for name, wanted_values in mapping.values.items()]
    return all(
        len(row) == len(names) and all(is_allowed(row[index]) for index, is_allowed in tests) for row in rows
    )


def propose_mapping(columns: Sequence[str], sample_rows: Iterable[Row] = ()) -> Mapping:
    """Return the mapping derived from known column names. Unknown names are ignored.

    Args:
        sample_rows: some rows; a column that is empty in all of them is replaced by another with the same meaning.
    """
    rows = list(sample_rows)
    filled_columns = {name for row in rows for name, value in row.items() if value not in (None, "", [])}
    ranks = _load_meanings()
    columns_by_field: dict[str, list[str]] = {}
    for name in columns:
        if meaning := ranks.get(normalise_name(name)):
            columns_by_field.setdefault(meaning[0], []).append(name)
    fields = {
        field: min(
            names,
            key=lambda name: (bool(rows) and name not in filled_columns, ranks[normalise_name(name)][1]),
        )
        for field, names in columns_by_field.items()
        # An empty column contains no statements; a mapping can override this.
        if field != "statement" or not rows or filled_columns.intersection(names)
    }
    return Mapping.from_json({"name": TranslatableMessage("suggested by the column names"), "fields": fields})


def choose_mapping(columns: Sequence[str], rows: Iterable[Row]) -> Mapping:
    rows = list(rows)
    return find_ready_mapping(columns, rows) or propose_mapping(columns, rows)


def find_header_row(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the row with the column names: the first, or the one below a title.

    A later row is used only if it has known names, including one for the statements, and the first row has none.
    """

    def count_known_names(row: Sequence[str]) -> set[str]:
        names = (_load_meanings().get(normalise_name(cell)) for cell in row)
        return {meaning[0] for meaning in names if meaning}

    if not rows or count_known_names(rows[0]):
        return 0
    return next(
        (
            index
            for index, row in enumerate(rows[:MAX_TITLE_ROWS])
            if "statement" in (fields := count_known_names(row)) and len(fields) > 1
        ),
        0,
    )


def find_refusal(mapping: Mapping, columns: Sequence[str], file: File, rows: Sequence[Row]) -> Refusal | None:
    """Return a refusal if the column of statements or ratings is missing; otherwise None.

    Args:
        rows: some rows of the file.
    """
    if not _has_field(mapping, "statement"):
        return _refuse_without_statement(columns, file.name, rows)
    if (
        _has_field(mapping, "rating", "rating_value")
        or not _has_field(mapping, *REVIEW_FIELDS)
        or file.allows_unrated()
    ):
        return None
    return build_refusal(
        RecordLocation(file.name, "header"),
        "no column for the rating",
        "No column was recognised as the rating, so all of these reviews would become unrated claims for "
        'triage. Name the column in a mapping: [fields], then rating = "…". If they really have no ratings, '
        "use --unrated, or tick the box in the form. The columns are: %(listed)s.",
        field="rating",
        listed=_list_columns(columns),
    )


def find_unread_columns(columns: Sequence[str], used_columns: Collection[str]) -> str:
    """Return a sentence that names the columns that are not read; "" if all are read."""
    unread_columns = [name for name in columns if name not in used_columns]
    return (
        TranslatableMessage("Columns not read: %(columns)s.", columns=", ".join(unread_columns))
        if unread_columns
        else ""
    )


def _has_field(mapping: Mapping, *names: str) -> bool:
    """Return whether the mapping has a column or a constant for one of these fields."""
    rule_sets = _list_rules(mapping)
    return any(name in rules.fields or name in rules.constants for rules in rule_sets for name in names)


def _list_rules(mapping: Mapping) -> tuple[ColumnRules, ...]:
    return (mapping.rules, *(variant.rules for variant in mapping.variants))


def _list_columns(columns: Sequence[str]) -> str:
    return ", ".join(columns[:MAX_NAMED_COLUMNS]) + (", …" if len(columns) > MAX_NAMED_COLUMNS else "")


def _refuse_without_statement(columns: Sequence[str], file: str, rows: Sequence[Row]) -> Refusal:
    column_list = _list_columns(columns)
    column_names = frozenset(columns)
    for ready_mapping in list_ready_mappings():
        if (
            ready_mapping.columns
            and column_names.issuperset(ready_mapping.columns)
            and (empty_columns := find_missing_columns(ready_mapping, rows))
        ):
            return build_refusal(
                RecordLocation(file, "header"),
                "no column for the statement",
                "This looks like “%(ready)s”, but column “%(empty)s” is empty in the first %(rows)s rows of "
                "this file, so there are no statements. Get a file in which it is filled, or write a mapping "
                "that uses another column. The columns are: %(listed)s.",
                field="statement",
                ready=ready_mapping.name,
                empty=empty_columns[0],
                rows=len(rows),
                listed=column_list,
            )
    example = json.dumps(find_wordiest_column(columns, rows) or "name of the column", ensure_ascii=False)
    return build_refusal(
        RecordLocation(file, "header"),
        "no column for the statement",
        'No column was recognised as the statement. Write a mapping, a text file that names it: name = "…", '
        "then [fields], then statement = %(example)s. The columns are: %(listed)s.",
        field="statement",
        example=example,
        listed=column_list,
    )


def find_wordiest_column(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Return the column that most probably contains statements: the one with the most words, but not whole articles."""
    word_counts = {
        name: statistics.median(len(str(row.get(name) or "").split()) for row in rows) if rows else 0
        for name in columns
    }
    candidates = [name for name in columns if word_counts[name] <= MAX_SENTENCE_WORDS]
    return max(candidates or columns, key=word_counts.__getitem__, default="")


def detect_date_orders(
    mapping: Mapping, columns: Iterable[str] | None, rows: Iterable[Row]
) -> dict[str, dict[str, str]]:
    """Return the date order proved by the first rows, for each date field and separator."""
    try:
        read_rows = ClaimsInRows(mapping, columns)
        no_location = RecordLocation("", "")
        fields = [
            record.fields
            for row in rows
            for record in read_rows(row, no_location)
            if isinstance(record, RawRecord)
        ]
    except MissingColumn:
        return {}
    date_orders = {
        name: detect_date_order(row_fields.get(name) for row_fields in fields) for name in DATE_FIELDS
    }
    return {name: order for name, order in date_orders.items() if order}


def find_conventions(settings: Table[str, Any]) -> Conventions:
    """Return the conventions in the settings of any table reader."""
    if "mapping" not in settings:
        return NO_CONVENTIONS
    return build_conventions(Mapping.from_json(settings["mapping"]), settings.get("date_order", {}))


@cache
def _load_meanings() -> dict[str, tuple[str, int]]:
    """Map each known column name to its field, and to its priority among the names of that field."""
    fields: dict[str, list[str]] = tomllib.loads((_FOLDER / "column_names.toml").read_text("utf-8"))
    return {
        normalise_name(name): (field, rank)
        for field, names in fields.items()
        for rank, name in enumerate(names)
    }
