"""The conventions of a file that its records do not state: date order and meaning of labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Conventions:
    """The conventions for the records of a file. Without conventions, ambiguous values stay ambiguous."""

    constants: Mapping[str, Any] = field(default_factory=dict)
    """The default values, by name of a field in `raw_record.FIELDS`."""
    date_order: Mapping[str, str] = field(default_factory=dict)
    """The order of dates in digits ("dmy", "mdy" or "ymd") for each date field; the key "" is for all."""
    detected_date_order: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The order that the dates in the file prove ("dmy" or "mdy"), by date field and separator ("/", "." or "-").
    Used if no order is stated."""
    date_formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The formats of dates, as for `strptime`, by date field; the key "" is for all. They are tried first."""
    ratings: Mapping[str, str] = field(default_factory=dict)
    """The publisher's labels, by the codes that the file uses for them, such as "0" → "False"."""
    languages: Mapping[str, str] = field(default_factory=dict)
    """The languages, by the codes that the file uses, such as "1" → "en"; "" for a code without meaning ("mul")."""
    language: str = ""
    """The language of most statements, detected from the first ones."""


NO_CONVENTIONS = Conventions()
