"""Read several claims from one row. `*` in a column name of the mapping stands for 1, 2, 3 ….

`Claim *` and `Verdict *` stand for the columns Claim 1, Verdict 1, Claim 2, Verdict 2; `fact_checks.*.verdict` are the
verdicts in a list of a JSON object.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import replace
from typing import Any

from claims.imports.reading.mappings.mapped_rows import MissingColumn, Row, RowReader, normalise_name
from claims.imports.reading.mappings.mapping import Column, ColumnRules, Columns, Mapping
from claims.imports.reading.mappings.nested_values import get_length
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal

#: The maximum number of claims in one row.
MAX_CLAIMS = 1000


class ClaimsInRows:
    """A reader that builds records from rows that contain several claims.

    Args:
        columns: the file's columns in order; None if rows are objects, each with its own keys.

    Raises:
        MissingColumn: the mapping names a column that the file does not have.
    """

    def __init__(self, mapping: Mapping, columns: Iterable[str] | None) -> None:
        self._mapping = mapping
        self._names = None if columns is None else tuple(columns)
        self._numbered_columns = _find_numbered_columns(mapping, self._names)
        self._readers_by_number: dict[str, RowReader] = {}
        self._own_fields = {
            name
            for rules in _list_rules(mapping)
            for name, field_columns in rules.fields.items()
            if any(column in self._numbered_columns for column in field_columns.columns)
        }
        if not self._numbered_columns:
            self._single_reader = RowReader(mapping, self._names)
        elif self._names is not None:
            for number in self._find_numbers({}):
                self._get_reader(number)

    @property
    def used_columns(self) -> frozenset[str]:
        """Return the columns that the mapping reads."""
        if not self._numbered_columns:
            return frozenset(self._single_reader.used_columns)
        return (
            frozenset(name for records in self._readers_by_number.values() for name in records.used_columns)
            | self._numbered_columns
        )

    def __call__(self, row: Row, location: RecordLocation, raw: Any = None) -> Iterator[RawRecord | Refusal]:
        """Yield the records of a row."""
        raw = row if raw is None else raw
        if not self._numbered_columns:
            yield self._single_reader.build_record(row, location, raw)
            return
        empty_record: RawRecord | None = None
        has_records = False
        for number in self._find_numbers(row):
            claim_location = RecordLocation(location.file, f"{location.position}, claim {number}")
            record = self._get_reader(number).build_record(row, claim_location, raw)
            if isinstance(record, Refusal):
                yield record  # from the mapping, for the whole row
                return
            if all(record.fields.get(name) in (None, "", []) for name in self._own_fields):
                empty_record = empty_record or record
                continue
            has_records = True
            yield self._add_number(record, number)
        if not has_records:
            yield (empty_record or RawRecord(location, {}, raw))._replace(location=location)

    def _add_number(self, record: RawRecord, number: str) -> RawRecord:
        """Return the record with the number of its claim in the row added to its id."""
        if "id" in self._own_fields or record.fields.get("id") in (None, "", []):
            return record
        return record._replace(fields={**record.fields, "id": f"{record.fields['id']}#{number}"})

    def _find_numbers(self, row: Row) -> list[str]:
        numbers: set[int] = set()
        for column in self._numbered_columns:
            prefix, suffix = column.split("*", 1)
            if self._names is None and prefix.endswith("."):
                numbers.update(range(min(get_length(row, prefix[:-1]), MAX_CLAIMS)))
                continue
            name_pattern = re.compile(
                rf"{re.escape(normalise_name(prefix))} ?(\d{{1,4}}) ?{re.escape(normalise_name(suffix))}"
            )
            for name in row if self._names is None else self._names:
                if match := name_pattern.fullmatch(normalise_name(name)):
                    numbers.add(int(match[1]))
        if not numbers and self._names is not None:
            raise MissingColumn("several claims", min(self._numbered_columns), self._names)
        return [str(number) for number in sorted(numbers)[:MAX_CLAIMS]]

    def _get_reader(self, number: str) -> RowReader:
        """Return the reader for the claim with this number in each row."""
        if number not in self._readers_by_number:
            mapping = replace(
                self._mapping,
                rules=self._number_columns(self._mapping.rules, number),
                variants=tuple(
                    replace(variant, rules=self._number_columns(variant.rules, number))
                    for variant in self._mapping.variants
                ),
            )
            self._readers_by_number[number] = RowReader(mapping, self._names)
        return self._readers_by_number[number]

    def _number_columns(self, rules: ColumnRules, number: str) -> ColumnRules:
        fields: dict[str, Columns] = {}
        for name, field_columns in rules.fields.items():
            columns = [
                column.replace("*", number) if column in self._numbered_columns else column
                for column in field_columns.columns
            ]
            existing_columns = tuple(
                column for column in columns if self._is_column(column, field_columns.columns)
            )
            if existing_columns or not columns:
                fields[name] = replace(field_columns, columns=existing_columns)
        return replace(rules, fields=fields)

    def _is_column(self, column: Column, columns: tuple[Column, ...]) -> bool:
        """Return whether the file has this column. Columns of the second and later claims in a row may be missing."""
        return (
            column in columns
            or self._names is None
            or normalise_name(str(column)) in {normalise_name(name) for name in self._names}
        )


def _list_rules(mapping: Mapping) -> list[ColumnRules]:
    return [mapping.rules, *(variant.rules for variant in mapping.variants)]


def _find_numbered_columns(mapping: Mapping, names: tuple[str, ...] | None) -> frozenset[str]:
    """Return the columns of the mapping in which * stands for a number, except columns whose real name contains *."""
    real_names = {normalise_name(name) for name in names or ()}
    fields: list[Table[str, Columns]] = [rules.fields for rules in _list_rules(mapping)]
    return frozenset(
        column
        for section in fields
        for conditions in section.values()
        for column in conditions.columns
        if isinstance(column, str) and "*" in column and normalise_name(column) not in real_names
    )
