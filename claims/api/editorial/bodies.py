"""Bodies of requests, read strictly: JSON in UTF-8, only keys that mean something, only values of the right type.

What is silently dropped or turned into something else is what an editor finds wrong weeks later.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from factcheck.bodies import ContentTooLarge
from factcheck.values import GREATEST_ID, suggestion

#: Longer than any article that is pasted; files of other kinds are imported at the desk.
LARGEST = 2_000_000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class JsonBody(BaseParser):
    """`application/json`, as RFC 8259 has it: UTF-8, no NaN; and no key twice, of which one would be ignored."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        if (media_type or "").partition(";")[0].strip().lower() != self.media_type:  # such as */*
            raise UnsupportedMediaType(media_type)
        try:
            body = parser_context["request"]._request.body
        except RequestDataTooBig:
            body = None
        if body is None or len(body) > LARGEST:
            raise ContentTooLarge(f"The body is too large: at most {LARGEST // 1_000_000} MB are read.")
        try:
            found = json.loads(body.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once_each)
            if (
                b"\\ud" in body.lower()
            ):  # halves of surrogate pairs, which are no characters, would fail only later
                json.dumps(found, ensure_ascii=False).encode()
        except UnicodeError:
            raise ParseError("The body is not JSON in UTF-8, or holds half of a surrogate pair.") from None
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        except ValueError as problem:
            raise ParseError(f"The body is not JSON: {problem}.") from None
        return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key in found if sum(key == other for other, _value in pairs) > 1)
        raise ValueError(f"the key “{twice[:50]}” stands twice in one object")
    return found


# Values ---------------------------------------------------------------------------------------------------------------


class Text(serializers.CharField):
    """A string; REST framework would also take numbers."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Url(serializers.URLField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A calendar day as RFC 3339 writes it."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class Switch(serializers.BooleanField):
    """`true` or `false`; REST framework would also take words and numbers that mean them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Whole(serializers.IntegerField):
    """A whole number; REST framework would also take strings and 1.0."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Reference(serializers.PrimaryKeyRelatedField):
    """The id of something that is there."""

    default_error_messages = {
        "does_not_exist": "There is nothing with the id {pk_value} here.",
        "incorrect_type": "Give the id, which is a whole number.",
    }

    def to_internal_value(self, data: Any) -> models.Model:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("incorrect_type", data_type=type(data).__name__)
        if not 1 <= data <= GREATEST_ID:
            self.fail("does_not_exist", pk_value=data)
        return super().to_internal_value(data)


# Objects --------------------------------------------------------------------------------------------------------------


class StrictKeys(serializers.Serializer):
    """An object with these keys and no others."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [key for key in data if key not in self.fields] if isinstance(data, Mapping) else []
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as problem:
            if not unknown:
                raise
            raise serializers.ValidationError(problem.detail | self._refused(unknown)) from None  # type: ignore[operator]  # of an object it is a dict
        if unknown:
            raise serializers.ValidationError(self._refused(unknown))
        return values

    def _refused(self, unknown: list[str]) -> dict[str, list[str]]:
        known = sorted(self.fields)
        return {
            key: [f"This key is not known here.{suggestion(key, known)} Known are: {', '.join(known)}."]
            for key in unknown
        }


class ModelBody(StrictKeys, serializers.ModelSerializer):
    """Keys that are fields of a model, with the limits and checks that the model and the desk's forms have."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.CharField: Text,
        models.TextField: Text,
        models.SlugField: Text,
        models.URLField: Url,
        models.DateField: Day,
        models.BooleanField: Switch,
        models.PositiveSmallIntegerField: Whole,
    }
    serializer_related_field = Reference

    def get_validators(self) -> list[Any]:
        """None: what holds between rows is refused by the database, with its own words."""
        return []


Body = TypeVar("Body", bound=serializers.Serializer)


def read(body: type[Body], data: Any, *, partial: bool = False, **context: Any) -> dict[str, Any]:
    """The values of a request's body.

    Raises:
        ValidationError: naming every key that is wrong.
    """
    serializer = body(data=data, partial=partial, context=context)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values
