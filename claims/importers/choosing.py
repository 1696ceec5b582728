"""Which mapping a table has: one that is ready for it, or what the names of its columns say by themselves."""

import json
import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from functools import cache
from pathlib import Path
from typing import Any

from .conventions import NOTHING_KNOWN, Conventions
from .date_order import date_order_seen
from .found import Place, Refusal
from .mapping import DATES, Columns, Mapping, Reading, read_mapping
from .records import MissingColumn, Records, Row, conventions, fits, normalised

_FOLDER = Path(__file__).parent.parent / "data"

#: How many columns a refusal lists.
MOST_NAMED = 40


@cache
def ready_mappings() -> tuple[Mapping, ...]:
    """The mappings that come with the program."""
    return tuple(
        read_mapping(path.read_text("utf-8")) for path in sorted((_FOLDER / "mappings").glob("*.toml"))
    )


def ready_mapping(columns: Iterable[str]) -> Mapping | None:
    """The mapping for a table with these columns; the one that asks for the most, if it is ready for several."""
    present = frozenset(columns)
    fitting = [
        mapping for mapping in ready_mappings() if mapping.columns and present.issuperset(mapping.columns)
    ]
    return max(fitting, key=lambda mapping: len(mapping.columns), default=None)


def holds(mapping: Mapping, rows: Sequence[Sequence[str]]) -> bool:
    """Whether these rows without a header are those of the mapping: as many cells, and nothing but its values."""
    names = mapping.table.columns
    if not rows or not mapping.values or not mapping.values.keys() <= set(names):
        return False
    places = [(names.index(name), fits(wanted)) for name, wanted in mapping.values.items()]
    return all(len(row) == len(names) and all(fit(row[at]) for at, fit in places) for row in rows)


def proposed_mapping(columns: Sequence[str], sample_rows: Iterable[Row] = ()) -> Mapping:
    """What the names of the columns say. A name that is not known says nothing, whatever stands below it.

    Args:
        sample_rows: some rows; a column that is empty in all of them gives way to another of the same meaning.
    """
    rows = list(sample_rows)
    filled = {name for row in rows for name, value in row.items() if value not in (None, "", [])}
    ranks = _meanings()
    found: dict[str, list[str]] = {}
    for name in columns:
        if meaning := ranks.get(normalised(name)):
            found.setdefault(meaning[0], []).append(name)
    fields = {
        field: Columns(
            (min(names, key=lambda name: (bool(rows) and name not in filled, ranks[normalised(name)][1])),)
        )
        for field, names in found.items()
    }
    return Mapping("proposed by the names of the columns", Reading(fields=fields))


def chosen(columns: Sequence[str], rows: Iterable[Row]) -> Mapping:
    return ready_mapping(columns) or proposed_mapping(columns, rows)


def refused(mapping: Mapping, columns: Sequence[str], file: str) -> Refusal | None:
    """Why a file cannot be imported with this mapping at all: it does not say where the statement stands."""
    readings = (mapping.reading, *(variant.reading for variant in mapping.variants))
    if any("statement" in reading.fields for reading in readings):
        return None
    listed = ", ".join(columns[:MOST_NAMED]) + (", …" if len(columns) > MOST_NAMED else "")
    example = json.dumps(columns[0] if columns else "name of the column", ensure_ascii=False)
    reason = (
        "None of the columns is known to hold the statements. Write a mapping, a text file that says which one does: "
        f'name = "…", then [fields], then statement = {example}. The columns are: {listed}.'
    )
    return Refusal(Place(file, "header"), "statement", reason, "no column for the statement")


def dates_seen(mapping: Mapping, columns: Iterable[str] | None, rows: Iterable[Row]) -> dict[str, str]:
    """The order of dates of digits that the first rows prove, for each field with a date."""
    try:
        records = Records(mapping, columns)
    except MissingColumn:
        return {}
    fields = [records.fields(row) for row in rows]
    seen = {name: date_order_seen(found.get(name) for found in fields) for name in DATES}
    return {name: order for name, order in seen.items() if order}


def conventions_of(settings: Table[str, Any]) -> Conventions:
    """What settings say about the values of a file, whichever reader of tables they are for."""
    if "mapping" not in settings:
        return NOTHING_KNOWN
    return conventions(Mapping.from_json(settings["mapping"]), settings.get("date_order", {}))


@cache
def _meanings() -> dict[str, tuple[str, int]]:
    """Names of columns → the field that they mean, and how surely compared with its other names."""
    fields: dict[str, list[str]] = tomllib.loads((_FOLDER / "column_names.toml").read_text("utf-8"))
    return {
        normalised(name): (field, rank) for field, names in fields.items() for rank, name in enumerate(names)
    }
