"""The `fields` parameter: select parts of a JSON response by dotted names, such as `verdicts.rating.label`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from django.utils.functional import cached_property
from django.utils.translation import gettext
from rest_framework.serializers import BaseSerializer, ListSerializer, Serializer

from factcheck.api.query_values import InvalidValue, add_suggestion

#: The name of the query parameter.
FIELDS_PARAMETER = "fields"

#: Parts by name, each with its own parts; empty if the whole is selected.
Parts = dict[str, "Parts"]


@dataclass(frozen=True)
class PartPath:
    """A reader of a part's dotted name. It accepts only parts that the serializer has."""

    sql_type: ClassVar[str] = "text"
    serializer: type[Serializer]

    @cached_property
    def names(self) -> list[str]:
        return list(_iterate_names(describe_parts(self.serializer())))

    @property
    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": self.names}

    def __call__(self, text: str) -> str:
        if text in self.names:
            return text
        raise InvalidValue(
            add_suggestion(gettext("the response has no part with this name."), text, self.names)
        )


def describe_parts(serializer: BaseSerializer) -> Parts:
    """Return the tree of all parts of the bodies that a serializer describes."""
    inner = serializer.child if isinstance(serializer, ListSerializer) else serializer
    return {name: describe_parts(field) for name, field in getattr(inner, "fields", {}).items()}


def _iterate_names(parts: Parts, prefix: str = "") -> Iterator[str]:
    for name, part in parts.items():
        yield prefix + name
        yield from _iterate_names(part, f"{prefix}{name}.")


def build_parts(paths: Iterable[str]) -> Parts:
    """Build a tree of parts from dotted paths. A path selects everything below it."""
    wanted_parts: Parts = {}
    for path in sorted(paths, reverse=True):  # the shorter name comes last and selects the whole
        *outer, name = path.split(".")
        parts = wanted_parts
        for step in outer:
            parts = parts.setdefault(step, {})
        parts[name] = {}
    return wanted_parts


def pick_parts(document: bytes, parts: Parts) -> bytes:
    """Return only the given parts of a JSON document, in the document's order."""
    return orjson.dumps(_pick_from(orjson.loads(document), parts))


def _pick_from(value: Any, parts: Parts) -> Any:
    if not parts:
        return value
    if isinstance(value, list):
        return [_pick_from(item, parts) for item in value]
    if isinstance(value, dict):
        return {name: _pick_from(part, parts[name]) for name, part in value.items() if name in parts}
    return value  # null, in place of an object
