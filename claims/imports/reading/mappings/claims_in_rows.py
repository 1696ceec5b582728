"""Read several claims from one row. `*` in a column name of the mapping stands for 1, 2, 3 ….

`Claim *` and `Verdict *` are the columns Claim 1, Verdict 1, Claim 2, Verdict 2; `fact_checks.*.verdict` are the
verdicts in a list of a JSON object.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table
from dataclasses import replace
from typing import Any

from claims.imports.reading.mappings.mapped_rows import MissingColumn, Row, RowReader, normalise_name
from claims.imports.reading.mappings.mapping import Column, ColumnReading, Columns, Mapping
from claims.imports.reading.mappings.nested_values import get_length
from claims.imports.reading.raw_record import RawRecord, RecordPlace, Refusal

#: The maximum number of claims in one row.
MAX_CLAIMS = 1000


class ClaimsInRows:
    """Build records from rows that contain several claims.

    Args:
        columns: the file's columns in order; None if rows are objects, each with its own keys.
        is_settled: as for `RowReader`.

    Raises:
        MissingColumn: the mapping names a column that the file does not have.
    """

    def __init__(self, mapping: Mapping, columns: Iterable[str] | None, *, is_settled: bool = False) -> None:
        self._mapping = mapping
        self._names = None if columns is None else tuple(columns)
        self._settled = is_settled
        self._starred = _find_starred(mapping, self._names)
        self._by_number: dict[str, RowReader] = {}
        self._own_fields = {
            name
            for reading in _list_readings(mapping)
            for name, where in reading.fields.items()
            if any(column in self._starred for column in where.columns)
        }
        if not self._starred:
            self._one = RowReader(mapping, self._names, is_settled=is_settled)
        elif self._names is not None:
            for number in self._find_numbers({}):
                self._get_records(number)

    @property
    def used_columns(self) -> frozenset[str]:
        """Return the columns that the mapping reads."""
        if not self._starred:
            return frozenset(self._one.used_columns)
        return (
            frozenset(name for records in self._by_number.values() for name in records.used_columns)
            | self._starred
        )

    def __call__(self, row: Row, place: RecordPlace, raw: Any = None) -> Iterator[RawRecord | Refusal]:
        """Yield the records of a row."""
        raw = row if raw is None else raw
        if not self._starred:
            yield self._one.build_record(row, place, raw)
            return
        empty_record: RawRecord | None = None
        found_any = False
        for number in self._find_numbers(row):
            at = RecordPlace(place.file, f"{place.position}, claim {number}")
            one = self._get_records(number).build_record(row, at, raw)
            if isinstance(one, Refusal):
                yield one  # from the mapping, for the whole row
                return
            if all(one.fields.get(name) in (None, "", []) for name in self._own_fields):
                empty_record = empty_record or one
                continue
            found_any = True
            yield self._add_number(one, number)
        if not found_any:
            yield (empty_record or RawRecord(place, {}, raw))._replace(place=place)

    def _add_number(self, one: RawRecord, number: str) -> RawRecord:
        """Add a number to the id of each claim in a row."""
        if "id" in self._own_fields or one.fields.get("id") in (None, "", []):
            return one
        return one._replace(fields={**one.fields, "id": f"{one.fields['id']}#{number}"})

    def _find_numbers(self, row: Row) -> list[str]:
        numbers: set[int] = set()
        for column in self._starred:
            before, after = column.split("*", 1)
            if self._names is None and before.endswith("."):
                numbers.update(range(min(get_length(row, before[:-1]), MAX_CLAIMS)))
                continue
            numbered = re.compile(
                rf"{re.escape(normalise_name(before))} ?(\d{{1,4}}) ?{re.escape(normalise_name(after))}"
            )
            for name in row if self._names is None else self._names:
                if match := numbered.fullmatch(normalise_name(name)):
                    numbers.add(int(match[1]))
        if not numbers and self._names is not None:
            raise MissingColumn("several claims", min(self._starred), self._names)
        return [str(number) for number in sorted(numbers)[:MAX_CLAIMS]]

    def _get_records(self, number: str) -> RowReader:
        """Return the readers for the claims with this number in a row."""
        if number not in self._by_number:
            mapping = replace(
                self._mapping,
                reading=self._number_columns(self._mapping.reading, number),
                variants=tuple(
                    replace(one, reading=self._number_columns(one.reading, number))
                    for one in self._mapping.variants
                ),
            )
            self._by_number[number] = RowReader(mapping, self._names, is_settled=self._settled)
        return self._by_number[number]

    def _number_columns(self, reading: ColumnReading, number: str) -> ColumnReading:
        fields: dict[str, Columns] = {}
        for name, where in reading.fields.items():
            columns = [
                column.replace("*", number) if column in self._starred else column for column in where.columns
            ]
            present = tuple(column for column in columns if self._is_column(column, where.columns))
            if present or not columns:
                fields[name] = replace(where, columns=present)
        return replace(reading, fields=fields)

    def _is_column(self, column: Column, columns: tuple[Column, ...]) -> bool:
        """Return whether the file has this column. Later claims of a row may lack columns that the first has."""
        return (
            column in columns
            or self._names is None
            or normalise_name(str(column)) in {normalise_name(name) for name in self._names}
        )


def _list_readings(mapping: Mapping) -> list[ColumnReading]:
    return [mapping.reading, *(variant.reading for variant in mapping.variants)]


def _find_starred(mapping: Mapping, names: tuple[str, ...] | None) -> frozenset[str]:
    """Return the columns of the mapping in which * stands for a number, except those whose real name contains it."""
    real = {normalise_name(name) for name in names or ()}
    fields: list[Table[str, Columns]] = [reading.fields for reading in _list_readings(mapping)]
    return frozenset(
        column
        for section in fields
        for where in section.values()
        for column in where.columns
        if isinstance(column, str) and "*" in column and normalise_name(column) not in real
    )
