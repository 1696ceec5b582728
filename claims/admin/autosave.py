"""An autosaved form as the page sends it, read with limits, because the input is untrusted."""

import json
import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from claims.models.desk_state import DAYS, LARGEST

_MAX_FIELDS = 2000
_MAX_NAME_LENGTH = 200
_MAX_PAGE_LENGTH = 500
_MAX_VERSION_LENGTH = 64
_MAX_REPLACED = 50
_MAX_SEQUENCE = 2**53
#: Fields that hold no typed text; browsers do not send them.
_NEVER_STORED = ("csrf", "password", "passwd")

FieldValue = str | list[str] | list[list[str]]


class InvalidAutosave(ValueError):
    """The request is not one that a page sends."""


class TooLarge(InvalidAutosave):
    """The text is larger than the limit."""


@dataclass(frozen=True, slots=True)
class AutosaveMessage:
    """The current content of a form, as `UnsavedForm` stores it."""

    writer: UUID
    sequence: int
    page: str
    form: str
    version: str
    values: dict[str, FieldValue]
    started: dict[str, FieldValue]
    age: float
    replaces: dict[UUID, int | None]


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise TooLarge
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise InvalidAutosave from None
    if not isinstance(body, dict):
        raise InvalidAutosave
    return body


def parse_message(body: dict[str, Any]) -> AutosaveMessage:
    page = _parse_text(body.get("page"), most=_MAX_PAGE_LENGTH)
    if not page.startswith("/admin/"):
        raise InvalidAutosave
    return AutosaveMessage(
        writer=_parse_writer(body.get("writer")),
        sequence=_parse_sequence(body.get("sequence")),
        page=page,
        form=_parse_text(body.get("form"), most=_MAX_NAME_LENGTH),
        version=_parse_text(body.get("version"), most=_MAX_VERSION_LENGTH),
        values=_parse_values(body.get("values")),
        started=_parse_values(body.get("started", {})),
        age=_parse_age(body.get("age", 0)),
        replaces=parse_writers(body.get("replaces", {})),
    )


def parse_writers(named: Any) -> dict[UUID, int | None]:
    """Return the writers, each with its latest relevant request."""
    if not isinstance(named, dict) or len(named) > _MAX_REPLACED:
        raise InvalidAutosave
    return {_parse_writer(writer): _parse_sequence(sequence) for writer, sequence in named.items()}


def _parse_writer(value: Any) -> UUID:
    if not isinstance(value, str):
        raise InvalidAutosave
    try:
        return UUID(value)
    except ValueError:
        raise InvalidAutosave from None


def _parse_sequence(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_SEQUENCE:
        raise InvalidAutosave
    return value


def _parse_age(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        raise InvalidAutosave
    return float(min(value, DAYS * 86_400))


def _parse_text(value: Any, *, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise InvalidAutosave
    return _make_storable(value)


def _make_storable(text: str) -> str:
    """The text without what no database keeps: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _parse_values(value: Any) -> dict[str, FieldValue]:
    if not isinstance(value, dict) or len(value) > _MAX_FIELDS:
        raise InvalidAutosave
    return {
        _parse_text(name, most=_MAX_NAME_LENGTH): _parse_value(stated)
        for name, stated in value.items()
        if not any(word in name.lower() for word in _NEVER_STORED)
    }


def _parse_value(value: Any) -> FieldValue:
    """A text; what is ticked; or what is chosen, each with its label."""
    if isinstance(value, str):
        return _make_storable(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [_make_storable(each) for each in value]
    if isinstance(value, list) and all(_is_choice(each) for each in value):
        return [[_make_storable(part) for part in each] for each in value]
    raise InvalidAutosave


def _is_choice(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)
