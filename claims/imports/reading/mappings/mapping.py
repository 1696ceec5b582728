"""The column mapping of a table: a small TOML file written by an editor, or a form in the admin.

`docs/importing.md` describes its keys. A mapping is data and runs no code: it can only use a fixed set of
conversions. Its JSON form has the same keys.
"""

import io
import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any, Final, Self

from claims.imports.reading.formats.delimited_text import DELIMITERS, QUOTINGS, Dialect
from claims.imports.reading.mappings.checked_values import (
    MappingError,
    require_codes,
    require_each,
    require_flag,
    require_known,
    require_number,
    require_only,
    require_table,
    require_text,
    require_texts,
)
from claims.imports.reading.raw_record import FIELDS

#: Fields with several values, whose cells can be split.
LIST_FIELDS: Final = ("appearances", "claimant_same_as", "topics")
DATE_FIELDS: Final = ("claimed_on", "reviewed_on")
DATE_ORDERS: Final = {
    "dmy": "25/12/2019",
    "mdy": "12/25/2019",
    "ymd": "2019/12/25",
    "mixed": "the file uses both orders, so an ambiguous date is not stored",
}
TRANSFORMS: Final = {
    "slug": "grace-hopper → Grace Hopper",
    "strip_query": "an address without the query string (? and everything after it)",
}

_SECTIONS = ("fields", "constants", "ratings", "dates", "split", "languages", "transform")
_KEYS = ("name", "recognise", "table", "skip", "variants", *_SECTIONS)

#: The name of a column, or its number counted from 1.
Column = str | int


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a field. The field's value is the first that is not empty, or all values joined."""

    columns: tuple[Column, ...] = ()
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """The date formats of a file."""

    order: str = ""
    """One of `DATE_ORDERS`, or "" if not stated."""
    formats: tuple[str, ...] = ()
    """As for `strptime`."""


@dataclass(frozen=True, slots=True)
class ColumnRules:
    """The rules for reading columns, for all rows of a file or for one variant."""

    fields: Table[str, Columns] = field(default_factory=dict)
    constants: Table[str, str] = field(default_factory=dict)
    ratings: Table[str, str] = field(default_factory=dict)
    dates: Table[str, Dates] = field(default_factory=dict)
    split: Table[str, tuple[str, ...]] = field(default_factory=dict)
    languages: Table[str, str] = field(default_factory=dict)
    transform: Table[str, str] = field(default_factory=dict)

    def override(self, base: "ColumnRules") -> "ColumnRules":
        """Return the rules of `base`, overridden by these rules."""
        return ColumnRules(**{name: {**getattr(base, name), **getattr(self, name)} for name in _SECTIONS})


@dataclass(frozen=True, slots=True)
class Variant:
    """Different rules for rows whose columns contain certain values."""

    conditions: Table[str, tuple[str, ...]]
    rules: ColumnRules


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a file's layout that cannot be detected from its first rows."""

    encoding: str = ""
    delimiter: str = ""
    quoting: str = ""
    header: bool | None = None
    header_row: int = 0
    """The number of the row with the column names, counted from 1; rows above it are not read. 0 means that it is
    detected."""
    columns: tuple[str, ...] = ()
    """Names for the columns of a file without a header."""
    sheet: str = ""

    def override(self, dialect: Dialect) -> Dialect:
        return Dialect(
            self.encoding or dialect.encoding,
            self.delimiter or dialect.delimiter,
            self.quoting or dialect.quoting,
            dialect.header if self.header is None else self.header,
            self.header_row or dialect.header_row,
        )


@dataclass(frozen=True, slots=True)
class Mapping:
    """The rules for reading a table's columns, with the settings for recognising and opening the table."""

    name: str
    rules: ColumnRules = field(default_factory=ColumnRules)
    columns: tuple[str, ...] = ()
    """The columns, or keys of an object, by which files of this kind are recognised."""
    values: Table[str, tuple[str, ...]] = field(default_factory=dict)
    """The values of columns by which files of this kind are recognised."""
    skip_conditions: Table[str, tuple[str, ...]] = field(default_factory=dict)
    layout: Layout = field(default_factory=Layout)
    variants: tuple[Variant, ...] = ()
    source: Table[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The JSON or TOML from which it was built."""

    def to_json(self) -> dict[str, Any]:
        return dict(self.source)

    def with_constants(self, constants: Table[str, str]) -> Self:
        """Return a copy of the mapping with these default values added."""
        return self.from_json({**self.source, "constants": {**self.source.get("constants", {}), **constants}})

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Build the mapping described by JSON or TOML.

        Raises:
            MappingError: the mapping is not valid; the message names the key, the value and the remedy.
        """
        table = require_only("", value, _KEYS)
        recognition = require_only("recognise", table.get("recognise", {}), ("columns", "values"))
        variants = table.get("variants", [])
        if not isinstance(variants, list):
            raise MappingError(
                "variants", "it is a single table. Write [[variants]] with two brackets for each variant."
            )
        mapping = cls(
            name=require_text("name", table.get("name", "")) if "name" in table else _reject_missing_name(),
            rules=_parse_rules("", {name: table[name] for name in _SECTIONS if name in table}),
            columns=require_texts("recognise.columns", recognition.get("columns", [])),
            values=_parse_conditions("recognise.values", recognition.get("values", {})),
            skip_conditions=_parse_conditions("skip", table.get("skip", {})),
            layout=_parse_layout(table.get("table", {})),
            variants=tuple(
                _parse_variant(f"variants[{number}]", item) for number, item in enumerate(variants, 1)
            ),
            source=table,
        )
        if mapping.layout.header is False and mapping.layout.header_row:
            raise MappingError(
                "table.header_row", "a file without a header (header = false) has no header row."
            )
        if mapping.layout.columns and mapping.layout.header:
            raise MappingError(
                "table.columns", "column names are only for files without a header (header = false)."
            )
        return mapping


def read_mapping(text: str) -> Mapping:
    """Read the mapping in a TOML file.

    Raises:
        MappingError: the file is not TOML, or the mapping is not valid.
    """
    try:
        return Mapping.from_json(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingError(
            "", f"This is not TOML: {error}. Write texts in quotation marks, and section names in [ ]."
        ) from None


def _reject_missing_name() -> str:
    raise MappingError("name", 'a mapping needs a name, such as name = "Our spreadsheet of 2024".')


def _parse_conditions(key: str, value: Any) -> dict[str, tuple[str, ...]]:
    return {
        column: require_texts(f"{key}.{column}", values, allow_empty=True)
        for column, values in require_table(key, value).items()
    }


def _parse_variant(key: str, value: Any) -> Variant:
    table = require_only(key, value, ("when", *_SECTIONS))
    conditions = _parse_conditions(f"{key}.when", table.pop("when", {}))
    if not conditions:
        raise MappingError(
            f"{key}.when", 'give the rows that it applies to: when = { source = ["archive"] }.'
        )
    return Variant(conditions, _parse_rules(f"{key}.", table))


def _parse_rules(prefix: str, table: dict[str, Any]) -> ColumnRules:
    def get_section(name: str) -> Any:
        return table.get(name, {})

    return ColumnRules(
        fields=require_each(f"{prefix}fields", get_section("fields"), FIELDS, "field", _parse_columns),
        constants=require_each(f"{prefix}constants", get_section("constants"), FIELDS, "field", require_text),
        ratings=require_codes(f"{prefix}ratings", get_section("ratings")),
        dates=require_each(
            f"{prefix}dates",
            get_section("dates"),
            (*DATE_FIELDS, ""),
            'date field, or "" for all',
            _parse_dates,
        ),
        split=require_each(
            f"{prefix}split", get_section("split"), LIST_FIELDS, "field of several values", _parse_separators
        ),
        languages=require_codes(f"{prefix}languages", get_section("languages")),
        transform=require_each(
            f"{prefix}transform", get_section("transform"), FIELDS, "field", _parse_transform
        ),
    )


def _parse_columns(key: str, value: Any) -> Columns:
    separator = None
    if isinstance(value, Table):
        table = require_only(key, value, ("columns", "join"))
        value = table.get("columns", [])
        separator = require_text(f"{key}.join", table["join"], allow_empty=True) if "join" in table else None
    names = value if isinstance(value, list | tuple) else [value]
    for name in names:
        if isinstance(name, bool) or not isinstance(name, str | int) or name == "":
            raise MappingError(key, f'{name!r} is not a column. Write its name, "verdict", or its number, 3.')
        if isinstance(name, int) and name < 1:
            raise MappingError(key, f"{name} is not a column. The first column is number 1.")
    return Columns(tuple(names), separator)


def _parse_dates(key: str, value: Any) -> Dates:
    table = require_only(key, value, ("order", "formats"))
    order = (
        require_known(f"{key}.order", table["order"], DATE_ORDERS, "order of day and month")
        if "order" in table
        else ""
    )
    formats = require_texts(f"{key}.formats", table.get("formats", []))
    for item in formats:
        if "%" not in item:
            raise MappingError(f"{key}.formats", f'"{item}" is not a date format. Write it like "%d %B %Y".')
    return Dates(order, formats)


def _parse_separators(key: str, value: Any) -> tuple[str, ...]:
    texts = require_texts(key, value)
    if not texts:
        raise MappingError(key, 'give the separator between the values, such as ";" or "\\n".')
    return texts


def _parse_transform(key: str, value: Any) -> str:
    return require_known(key, value, TRANSFORMS, "way to transform a value")


def _parse_layout(value: Any) -> Layout:
    table = require_only("table", value, Layout.__slots__)
    delimiter = require_text("table.delimiter", table["delimiter"]) if "delimiter" in table else ""
    if delimiter not in ("", *DELIMITERS.values()):
        delimiter = DELIMITERS[require_known("table.delimiter", delimiter, DELIMITERS, "delimiter")]
    return Layout(
        encoding=_parse_encoding(require_text("table.encoding", table["encoding"]))
        if "encoding" in table
        else "",
        delimiter=delimiter,
        quoting=require_known("table.quoting", table["quoting"], QUOTINGS, "quoting")
        if "quoting" in table
        else "",
        header=require_flag("table.header", table["header"]) if "header" in table else None,
        header_row=require_number("table.header_row", table["header_row"]) if "header_row" in table else 0,
        columns=require_texts("table.columns", table.get("columns", [])),
        sheet=require_text("table.sheet", table["sheet"]) if "sheet" in table else "",
    )


def _parse_encoding(name: str) -> str:
    try:
        io.TextIOWrapper(io.BytesIO(), name)  # rejects "hex", which is a codec but not a text encoding
    except (LookupError, ValueError):
        problem = f'"{name}" is not a known encoding. Common ones are utf-8, cp1252, gb18030.'
        raise MappingError("table.encoding", problem) from None
    return name
