"""Apply a mapping to a row: return its fields, or the reason to skip it."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Table
from datetime import date, datetime
from typing import Any

from claims.imports.reading.mappings.conventions import Conventions
from claims.imports.reading.mappings.mapping import (
    DATE_FIELDS,
    Column,
    ColumnRules,
    Columns,
    Dates,
    Mapping,
)
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage

Row = dict[str, Any]
#: A condition: a column, and a function that tests its value.
Condition = tuple[str, Callable[[str], bool]]
#: A function that returns the fields of a row.
RowParser = Callable[[Row], Row]

#: The number of values cached for distinguishing kinds of rows; a larger cache is slower.
MAX_PARSERS = 1000

SKIPPED_REASON = "skipped as the mapping says"


class MissingColumn(Exception):
    """A mapping names a column that the file does not have."""

    def __init__(self, purpose: str, column: Column, columns: tuple[str, ...]) -> None:
        super().__init__(
            TranslatableMessage(
                "The mapping takes %(use)s from column %(column)s, which is not in this file. Correct the "
                "mapping. The file has these columns: %(columns)s.",
                use=purpose,
                column=repr(column),
                columns=", ".join(columns),
            )
        )


def normalise_name(name: str) -> str:
    """Normalise a column name: lower case, with single spaces in place of punctuation."""
    return re.sub(r"[\s_./:()'’-]+", " ", unicodedata.normalize("NFC", name.casefold())).strip()


class RowReader:
    """A reader that builds a record from each row.

    Args:
        columns: the file's columns in order; None if rows are objects, each with its own keys.
    """

    def __init__(self, mapping: Mapping, columns: Iterable[str] | None) -> None:
        self._column_names = None if columns is None else tuple(columns)
        self.used_columns: set[str] = set()
        """The columns that the mapping reads."""
        self._mapping = mapping
        self._skip_conditions = [
            (self._use_column("what kind of row it is", name), match_any(values))
            for name, values in mapping.skip_conditions.items()
        ]
        self._variants = [
            (self._build_conditions(variant.conditions), variant.rules) for variant in mapping.variants
        ]
        self._selecting_columns = _find_selecting_columns(
            mapping, [conditions for conditions, _ in self._variants]
        )
        self._parsers: dict[tuple[str | None, ...], RowParser] = {}
        self._parsers_by_variant: dict[tuple[bool, ...], RowParser] = {}
        for rules in (ColumnRules(), *(variant.rules for variant in mapping.variants)):
            self._build_parser(
                rules.override(mapping.rules), rules
            )  # so that a missing column is reported before the first row

    def build_record(self, row: Row, location: RecordLocation, raw: Any = None) -> RawRecord | Refusal:
        """Return the record of a row.

        Args:
            raw: the row in its original format, if that differs from `row`.
        """
        raw = row if raw is None else raw
        for column, matches in self._skip_conditions:
            value = row.get(column)
            if value is not None and matches(_to_text(value)):
                return build_refusal(
                    location,
                    SKIPPED_REASON,
                    "The mapping skips rows with %(as_text)s in column %(column)s.",
                    as_text=f"{_to_text(value)!r}",
                    column=column,
                    raw=raw,
                )
        return RawRecord(location, self.read_fields(row), raw)

    def read_fields(self, row: Row) -> Row:
        """Return the fields of a row by name."""
        key = tuple(
            [
                value if values is None or value in values else None
                for column, values in self._selecting_columns
                for value in [_to_text(row.get(column))]
            ]
        )
        parse_row = self._parsers.get(key)
        if parse_row is None:
            parse_row = self._get_parser(row)
            if len(self._parsers) < MAX_PARSERS:
                self._parsers[key] = parse_row
        return parse_row(row)

    def _get_parser(self, row: Row) -> RowParser:
        variant_matches = tuple(
            all(matches(_to_text(row.get(column))) for column, matches in conditions)
            for conditions, _ in self._variants
        )
        if variant_matches not in self._parsers_by_variant:
            general_rules, variant_rules = self._mapping.rules, ColumnRules()
            for (_, rules), is_matching in zip(self._variants, variant_matches, strict=True):
                if is_matching:
                    variant_rules = rules.override(variant_rules)
            self._parsers_by_variant[variant_matches] = self._build_parser(
                variant_rules.override(general_rules), variant_rules
            )
        return self._parsers_by_variant[variant_matches]

    def _build_parser(self, rules: ColumnRules, variant_rules: ColumnRules) -> RowParser:
        """Return a function that reads the fields of a row by these rules.

        Args:
            variant_rules: the rules of variants alone, whose dates, codes and constants are applied here. Those of the
                whole file are its `Conventions`.
        """
        plain_columns: list[tuple[str, str]] = []
        value_readers: list[tuple[str, Callable[[Row], Any]]] = []
        for name, columns in rules.fields.items():
            columns_found = self._find_columns(name, columns)
            steps = _build_steps(name, rules, variant_rules)
            if len(columns_found) == 1 and not steps:
                plain_columns.append((name, columns_found[0]))
            elif columns_found:
                value_readers.append((name, _build_value_reader(columns_found, columns, steps)))
        constants = dict(variant_rules.constants)

        def parse_row(row: Row) -> Row:
            fields = {name: row.get(column) for name, column in plain_columns}
            for name, read_value in value_readers:
                fields[name] = read_value(row)
            for name, constant in constants.items():
                if fields.get(name) in (None, "", []):
                    fields[name] = constant
            return fields

        return parse_row

    def _build_conditions(self, values: Table[str, tuple[str, ...]]) -> list[Condition]:
        return [
            (self._use_column("what kind of row it is", name), match_any(wanted_values))
            for name, wanted_values in values.items()
        ]

    def _find_columns(self, field: str, columns: Columns) -> list[str]:
        """Return the existing columns of a field. If the field has several columns, some may be missing."""
        columns_found: list[str] = []
        errors: list[MissingColumn] = []
        for column in columns.columns:
            try:
                columns_found.append(self._use_column(field, column))
            except MissingColumn as error:
                errors.append(error)
        if errors and (not columns_found or columns.separator is not None):
            raise errors[0]
        return columns_found

    def _use_column(self, purpose: str, column: Column) -> str:
        """Return the column's name in this file, and mark it as read.

        Raises:
            MissingColumn: the file has no such column.
        """
        name = self._find_column(purpose, column)
        self.used_columns.add(name)
        return name

    def _find_column(self, purpose: str, column: Column) -> str:
        names = self._column_names
        if names is None:
            return str(column)
        if isinstance(column, int):
            if column > len(names):
                raise MissingColumn(purpose, column, names)
            return names[column - 1]
        if column in names:
            return column
        for name in names:
            if normalise_name(name) == normalise_name(column):
                return name
        raise MissingColumn(purpose, column, names)


def build_conventions(mapping: Mapping, date_order: Table[str, Table[str, str]]) -> Conventions:
    """Return the conventions of the file, from the mapping or, if it states none, from the first rows."""
    rules = mapping.rules
    stated_orders = {name: dates.order for name, dates in rules.dates.items() if dates.order}
    detected_orders = (
        {}
        if "" in stated_orders
        else {name: order for name, order in date_order.items() if name not in stated_orders}
    )
    return Conventions(
        constants=rules.constants,
        date_order={name: order for name, order in stated_orders.items() if order != "mixed"},
        detected_date_order=detected_orders,
        date_formats={name: dates.formats for name, dates in rules.dates.items() if dates.formats},
        ratings=rules.ratings,
        languages=rules.languages,
    )


def _build_steps(name: str, rules: ColumnRules, variant_rules: ColumnRules) -> list[Callable[[Any], Any]]:
    """Return the processing steps of a field's value, in order."""
    steps: list[Callable[[Any], Any]] = []
    if separators := rules.split.get(name):
        pattern = re.compile("|".join(map(re.escape, separators)))
        steps.append(lambda value: _split_parts(value, pattern))
    if transform := rules.transform.get(name):
        steps.append(_apply_to_each({"slug": _convert_slug, "strip_query": _remove_query}[transform]))
    dates = variant_rules.dates.get(name) or variant_rules.dates.get("")
    if name in DATE_FIELDS and dates:
        steps.append(lambda value: rewrite_date(value, dates))
    codes = {
        "rating": variant_rules.ratings,
        "language": variant_rules.languages,
        "review_language": variant_rules.languages,
    }.get(name)
    if codes:
        steps.append(lambda value: codes.get(_to_text(value), value))
    return steps


def _find_selecting_columns(
    mapping: Mapping, conditions: list[list[Condition]]
) -> list[tuple[str, frozenset[str] | None]]:
    """Return each column that selects variants with the selecting values, or with None if any of them is a pattern."""
    values: dict[str, set[str]] = {}
    for variant, columns in zip(mapping.variants, conditions, strict=True):
        for (column, _), wanted_values in zip(columns, variant.conditions.values(), strict=True):
            values.setdefault(column, set()).update(wanted_values)
    return [
        (column, None if any("*" in value for value in wanted_values) else frozenset(wanted_values))
        for column, wanted_values in values.items()
    ]


def _build_value_reader(
    columns_found: list[str], columns: Columns, steps: list[Callable[[Any], Any]]
) -> Callable[[Row], Any]:
    def join_values(row: Row) -> Any:
        return (columns.separator or "").join(
            _to_text(row[name]) for name in columns_found if row.get(name) not in (None, "")
        )

    def find_first(row: Row) -> Any:
        return next((row[name] for name in columns_found if row.get(name) not in (None, "", [])), None)

    get_value = find_first if columns.separator is None else join_values

    def read_value(row: Row) -> Any:
        result = get_value(row)
        for step in steps:
            result = step(result)
        return result

    return read_value


def match_any(values: tuple[str, ...]) -> Callable[[str], bool]:
    """Return a function that tests whether a value matches any of these patterns; * stands for any text."""
    plain_values = frozenset(value for value in values if "*" not in value)
    patterns = [value.split("*") for value in values if "*" in value]
    return lambda value: value in plain_values or any(_matches_parts(value, parts) for parts in patterns)


def _matches_parts(value: str, parts: list[str]) -> bool:
    """Return whether the value begins with the first part, ends with the last, and has the others between in order."""
    first_part, *middle_parts, last_part = parts
    if not value.startswith(first_part):
        return False
    search_start = len(first_part)
    for part in middle_parts:
        position = value.find(part, search_start)
        if position < 0:
            return False
        search_start = position + len(part)
    return len(value) - search_start >= len(last_part) and value.endswith(last_part)


def _split_parts(value: Any, pattern: re.Pattern[str]) -> Any:
    if not isinstance(value, str):
        return value
    return [text for part in pattern.split(value) if (text := part.strip())]


def _apply_to_each(convert: Callable[[str], str]) -> Callable[[Any], Any]:
    def convert_values(value: Any) -> Any:
        if isinstance(value, list):
            return [convert_values(item) for item in value]
        return convert(value) if isinstance(value, str) else value

    return convert_values


def _convert_slug(value: str) -> str:
    """Turn "grace-hopper" into "Grace Hopper". A value with a space is already a name and stays the same."""
    if len(value.split()) != 1:
        return value
    words = value.strip().replace("_", "-").split("-")
    return " ".join(word.capitalize() if word.islower() else word for word in words if word)


def _remove_query(value: str) -> str:
    return re.split("[?#]", value, maxsplit=1)[0]


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


#: Day, month and year as digits, the year last and in full.
_DIGITS_PATTERN = re.compile(r"(?<![\d.,/-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")


def detect_date_order(values: Iterable[object]) -> dict[str, str]:
    """Map separators to "dmy" or "mdy", if a date proves this order and none proves the opposite.

    25/12/2019 proves that days come first, 12/25/2019 that months do; 03/04/2019 proves nothing. A file with both
    orders was combined from several, so its ambiguous dates stay ambiguous. A day that exists in neither order
    (31/02/2020) proves nothing, and dates with dots prove nothing about dates with slashes.
    """
    proved_orders: dict[str, set[str]] = {}
    for value in values:
        if isinstance(value, str):
            for match in _DIGITS_PATTERN.finditer(value):
                proved_orders.setdefault(match[2], set()).update(_iterate_proofs(match))
    return {separator: orders.pop() for separator, orders in proved_orders.items() if len(orders) == 1}


def rewrite_date(value: object, dates: Dates) -> object:
    """Return an unambiguous date as YYYY-MM-DD; anything else unchanged."""
    if not isinstance(value, str):
        return value
    for date_format in dates.formats:
        try:
            return datetime.strptime(value.strip(), date_format).date().isoformat()  # noqa: DTZ007 — only the day is used
        except ValueError:
            continue
    match = _DIGITS_PATTERN.search(value) if dates.order in {"dmy", "mdy"} else None
    if not match:
        return value
    first_number, second_number, year = int(match[1]), int(match[3]), match[4]
    day, month = (first_number, second_number) if dates.order == "dmy" else (second_number, first_number)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return value
    return f"{value[: match.start()]}{year}-{month:02}-{day:02}{value[match.end() :]}"


def _iterate_proofs(match: re.Match[str]) -> Iterable[str]:
    first_number, second_number, year = int(match[1]), int(match[3]), int(match[4])
    is_day_first, is_month_first = (
        _is_date(year, second_number, first_number),
        _is_date(year, first_number, second_number),
    )
    if is_day_first != is_month_first:
        yield "dmy" if is_day_first else "mdy"


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
