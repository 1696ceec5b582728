"""Strict readers of query values. Their errors name the allowed values.

A reader parses the text of one value. Its `schema` describes the accepted texts in JSON Schema, so that the OpenAPI
document cannot contradict it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import Any, ClassVar, Protocol

from django.utils.translation import gettext

from factcheck.database.model_fields import LANGUAGE_TAG

#: The largest id that PostgreSQL's bigint holds.
MAX_ID = 2**63 - 1

_DIGITS_PATTERN = re.compile(r"[0-9]+", re.ASCII)
_SHARE_PATTERN = re.compile(r"0(\.[0-9]{1,17})?|1(\.0{1,17})?|\.[0-9]{1,17}", re.ASCII)
_DAY_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9:]+)", re.ASCII)
_SLUG_PATTERN = r"^(?!-?[0-9]+$)[\w-]+$"
_LANGUAGE_PATTERN = re.compile(LANGUAGE_TAG, re.ASCII | re.IGNORECASE)


class InvalidValue(ValueError):
    """The text is not a valid value; the message completes "`name` is “text”: …"."""


class Reader(Protocol):
    @property
    def schema(self) -> dict[str, Any]: ...

    #: The PostgreSQL type of the value.
    sql_type: ClassVar[str]

    def __call__(self, text: str) -> Any: ...


@dataclass(frozen=True)
class WholeNumber:
    """A reader of whole numbers between `minimum` and `maximum`, both included."""

    sql_type: ClassVar[str] = "bigint"
    minimum: int = 1
    maximum: int = MAX_ID

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}

    def __call__(self, text: str) -> int:
        # The length is checked first, because Python refuses to convert numbers of thousands of digits.
        if (
            _DIGITS_PATTERN.fullmatch(text)
            and len(text) <= len(str(self.maximum))
            and self.minimum <= int(text) <= self.maximum
        ):
            return int(text)
        raise InvalidValue(
            gettext("give a whole number from %(least)s to %(most)s.")
            % {"least": self.minimum, "most": self.maximum}
        )


@dataclass(frozen=True)
class Share:
    """A reader of shares: decimal numbers from 0 to 1."""

    sql_type: ClassVar[str] = "double precision"
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "number", "minimum": 0, "maximum": 1})

    def __call__(self, text: str) -> float:
        if _SHARE_PATTERN.fullmatch(text):
            return float(text)
        raise InvalidValue(gettext("give a number from 0 to 1, such as 0.8."))


@dataclass(frozen=True)
class Keyword:
    """A reader of words from a fixed set."""

    sql_type: ClassVar[str] = "text"
    words: tuple[str, ...]

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}

    def __call__(self, text: str) -> str:
        if text in self.words:
            return text
        raise InvalidValue(
            add_suggestion(
                gettext("give one of %(words)s.") % {"words": ", ".join(self.words)}, text, self.words
            )
        )


@dataclass(frozen=True)
class Words:
    """A reader of free text."""

    sql_type: ClassVar[str] = "text"
    maximum: int = 500

    @property
    def schema(self) -> dict[str, Any]:
        no_nul = r"[^\u0000]*"
        return {"type": "string", "maxLength": self.maximum, "pattern": rf"^{no_nul}[^\s\u0000]{no_nul}$"}

    def __call__(self, text: str) -> str:
        if "\0" in text:
            raise InvalidValue(gettext("the value must not contain a NUL character."))
        if len(text) > self.maximum:
            raise InvalidValue(
                gettext("it has %(text)s characters; the limit is %(most)s.")
                % {"text": len(text), "most": self.maximum}
            )
        return text


@dataclass(frozen=True)
class DayValue:
    """A reader of calendar days in ISO 8601 format."""

    sql_type: ClassVar[str] = "date"
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string", "format": "date"})

    def __call__(self, text: str) -> date:
        try:
            if _DAY_PATTERN.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:  # a day that no calendar has
            pass
        raise InvalidValue(gettext("give a date such as 2026-05-01."))


@dataclass(frozen=True)
class Moment:
    """A reader of moments with a time zone; a day alone means its start or end in UTC."""

    sql_type: ClassVar[str] = "timestamptz"
    end_of_day: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        return {
            "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}],
            "example": "2026-05-01",
        }

    def __call__(self, text: str) -> datetime:
        try:
            if _DAY_PATTERN.fullmatch(text):
                return datetime.combine(
                    date.fromisoformat(text), time.max if self.end_of_day else time.min, UTC
                )
            # "+" means a space in a query string, and most people forget to write it as %2B.
            text = re.sub(r" (?=[0-9]{2}:?[0-9]{2}$)", "+", text)
            if _MOMENT_PATTERN.fullmatch(text):
                return _to_utc(datetime.fromisoformat(text.upper()))
        except ValueError:  # the day or time does not exist
            pass
        raise InvalidValue(
            gettext("give a date such as 2026-05-01, or a time with its zone such as 2026-05-01T12:00:00Z.")
        )


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # in UTC it is outside the calendar
        first, last = datetime(1, 1, 1, tzinfo=UTC), datetime.combine(date.max, time.max, UTC)
        return first if moment.year == 1 else last


@dataclass(frozen=True)
class LanguageRange:
    """A reader of language tags (BCP 47) as ranges: `pt` also means `pt-BR` (RFC 4647, basic filtering)."""

    sql_type: ClassVar[str] = "text"
    schema: dict[str, Any] = field(
        default_factory=lambda: {
            "type": "string",
            "pattern": r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
            "maxLength": 35,
        }
    )

    def __call__(self, text: str) -> str:
        if _LANGUAGE_PATTERN.fullmatch(text) and len(text) <= 35:
            return text.lower()
        raise InvalidValue(gettext("give a language tag such as en, pt-BR or ko."))


@dataclass(frozen=True)
class Country:
    """A reader of country codes of two letters (ISO 3166-1 alpha-2), in either case."""

    sql_type: ClassVar[str] = "text"
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string", "pattern": "^[A-Za-z]{2}$"})

    def __call__(self, text: str) -> str:
        if re.fullmatch(r"[A-Za-z]{2}", text):
            return text.upper()
        raise InvalidValue(gettext("give a country code of two letters such as DE."))


@dataclass(frozen=True)
class Slug:
    """A parser of slugs: letters and digits of any script, hyphens and underscores.

    A whole number is never accepted as a slug, even one too large to be an id, because an id was meant.
    """

    sql_type: ClassVar[str] = "text"
    schema: dict[str, Any] = field(
        default_factory=lambda: {"type": "string", "pattern": _SLUG_PATTERN, "maxLength": 100}
    )

    def __call__(self, text: str) -> str:
        if len(text) <= 100 and re.fullmatch(_SLUG_PATTERN, text):
            return text
        raise InvalidValue(
            gettext("use only letters, digits, hyphens and underscores; a number alone is not allowed.")
        )


@dataclass(frozen=True)
class IdOrName:
    """A reader of values that are an object's id or name. A value that could be an id is read as an id."""

    sql_type: ClassVar[str] = "bigint"  # names are resolved to ids
    other_name: str
    name_reader: Reader

    @property
    def schema(self) -> dict[str, Any]:
        return {"anyOf": [WholeNumber().schema, self.name_reader.schema]}

    def __call__(self, text: str) -> int | str:
        try:
            return WholeNumber()(text)
        except InvalidValue:
            pass
        try:
            name: str = self.name_reader(text)
        except InvalidValue:
            raise InvalidValue(gettext("give an id or a %(what)s.") % {"what": self.other_name}) from None
        return name


def add_suggestion(message: str, word: str, known_words: Iterable[str]) -> str:
    """Add “Did you mean …?” to a message about an unknown word if one of the known words is similar."""
    nearest = get_close_matches(word[:100], list(known_words), n=1)
    return f"{message} {gettext('Did you mean %(name)s?') % {'name': nearest[0]}}" if nearest else message
