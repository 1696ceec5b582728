"""The conventions of a file that its records do not state: date order and meaning of labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Conventions:
    """The conventions for the records of a file. Without conventions, ambiguous values stay ambiguous."""

    constants: Mapping[str, Any] = field(default_factory=dict)
    """Names of `found.FIELDS` → the value of records that have none themselves."""
    date_order: Mapping[str, str] = field(default_factory=dict)
    """Name of a date field → "dmy", "mdy" or "ymd": how this file writes dates of digits. The key "" is for all."""
    date_order_seen: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Name of a date field → "/", "." or "-" → "dmy" or "mdy": what the file itself proves, where nobody said."""
    date_formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name of a date field → formats as for `strptime`, tried before anything else. The key "" is for all."""
    ratings: Mapping[str, str] = field(default_factory=dict)
    """The file's own codes → the publisher's labels that they stand for, such as "0" → "False"."""
    languages: Mapping[str, str] = field(default_factory=dict)
    """The file's own codes → languages, such as "1" → "en"; "" → "" marks a code that says nothing ("mul")."""
    language: str = ""
    """What most statements of the file are in, as far as its first ones show."""


NO_CONVENTIONS = Conventions()
