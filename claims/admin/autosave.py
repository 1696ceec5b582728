"""An autosaved form as the page sends it, read with limits, because the input is untrusted."""

import json
import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from claims.models.unsaved_form import DAYS, LARGEST

_MOST_FIELDS = 2000
_LONGEST_NAME = 200
_LONGEST_PAGE = 500
_LONGEST_VERSION = 64
_MOST_REPLACED = 50
_LARGEST_SEQUENCE = 2**53
#: Fields that hold no typed text; browsers do not send them.
_NEVER_KEPT = ("csrf", "password", "passwd")

Stated = str | list[str] | list[list[str]]


class Unusable(ValueError):
    """The request is not one that a page sends."""


class TooLarge(Unusable):
    """The text is larger than the limit."""


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """The current content of a form, as `UnsavedForm` stores it."""

    writer: UUID
    sequence: int
    page: str
    form: str
    version: str
    values: dict[str, Stated]
    started: dict[str, Stated]
    age: float
    replaces: dict[UUID, int | None]


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise TooLarge
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Unusable from None
    if not isinstance(body, dict):
        raise Unusable
    return body


def kept_message(body: dict[str, Any]) -> KeptMessage:
    page = _text(body.get("page"), most=_LONGEST_PAGE)
    if not page.startswith("/admin/"):
        raise Unusable
    return KeptMessage(
        writer=_writer(body.get("writer")),
        sequence=_sequence(body.get("sequence")),
        page=page,
        form=_text(body.get("form"), most=_LONGEST_NAME),
        version=_text(body.get("version"), most=_LONGEST_VERSION),
        values=_values(body.get("values")),
        started=_values(body.get("started", {})),
        age=_age(body.get("age", 0)),
        replaces=writers_in(body.get("replaces", {})),
    )


def writers_in(named: Any) -> dict[UUID, int | None]:
    """Return the writers, each with its latest relevant request."""
    if not isinstance(named, dict) or len(named) > _MOST_REPLACED:
        raise Unusable
    return {_writer(writer): _sequence(sequence) for writer, sequence in named.items()}


def _writer(value: Any) -> UUID:
    if not isinstance(value, str):
        raise Unusable
    try:
        return UUID(value)
    except ValueError:
        raise Unusable from None


def _sequence(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST_SEQUENCE:
        raise Unusable
    return value


def _age(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        raise Unusable
    return float(min(value, DAYS * 86_400))


def _text(value: Any, *, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise Unusable
    return _storable(value)


def _storable(text: str) -> str:
    """The text without what no database keeps: NUL, and halves of characters."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _values(value: Any) -> dict[str, Stated]:
    if not isinstance(value, dict) or len(value) > _MOST_FIELDS:
        raise Unusable
    return {
        _text(name, most=_LONGEST_NAME): _stated(stated)
        for name, stated in value.items()
        if not any(word in name.lower() for word in _NEVER_KEPT)
    }


def _stated(value: Any) -> Stated:
    """A text; what is ticked; or what is chosen, each with its label."""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [_storable(each) for each in value]
    if isinstance(value, list) and all(_is_choice(each) for each in value):
        return [[_storable(part) for part in each] for each in value]
    raise Unusable


def _is_choice(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)
