"""Strict request bodies: only known keys, only values of the right type.

A value that is silently dropped or converted would surface as an error weeks later.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext, gettext_lazy
from rest_framework import exceptions, serializers

from claims.editorial.refused_requests import Unprocessable
from claims.models.claim_media import find_readable_media
from factcheck.api.json_bodies import StrictJSON
from factcheck.api.query_values import MAX_ID, add_suggestion
from sources.models import MediaObject

_MOMENT_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:", re.ASCII)
_OFFSET_PATTERN = re.compile(r"([Zz]|[+-][0-9]{2}:[0-9]{2})\Z", re.ASCII)
_DAY_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class EditorialBody(StrictJSON):
    """A JSON body, large enough for any pasted article."""

    max_bytes = 2_000_000


# Values ---------------------------------------------------------------------------------------------------------------


class TextField(serializers.CharField):
    """A string; unlike the field of REST framework, it rejects numbers."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class UrlField(serializers.URLField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class DayField(serializers.DateField):
    """A calendar day in the format of RFC 3339."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DAY_PATTERN.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class MomentField(serializers.DateTimeField):
    """A time in RFC 3339 with its offset; a time without an offset is ambiguous."""

    default_error_messages = {
        "no_offset": gettext_lazy("Give the offset from UTC, as in 2026-03-01T17:00:00+01:00.")
    }

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not _MOMENT_PATTERN.match(value):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss+hh:mm")
        if not _OFFSET_PATTERN.search(value):
            self.fail("no_offset")
        return super().to_internal_value(value)


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`; unlike the field of REST framework, it rejects numbers and words."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class WholeNumberField(serializers.IntegerField):
    """A whole number; unlike the field of REST framework, it rejects strings and 1.0."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Reference(serializers.PrimaryKeyRelatedField):
    """The id of a row that the user can read."""

    default_error_messages = {
        "does_not_exist": gettext_lazy("No record has the id {pk_value}."),
        "incorrect_type": gettext_lazy("Give the id, an integer."),
    }

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        person = self.context["person"]
        if rows.model is MediaObject:
            return find_readable_media(person)
        return rows.readable_by(person) if hasattr(rows, "readable_by") else rows

    def to_internal_value(self, data: Any) -> models.Model:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("incorrect_type", data_type=type(data).__name__)
        if not 1 <= data <= MAX_ID:
            self.fail("does_not_exist", pk_value=data)
        return super().to_internal_value(data)


# Objects --------------------------------------------------------------------------------------------------------------


class StrictKeys(serializers.Serializer):
    """An object with these keys and no others."""

    def to_internal_value(self, data: Any) -> Any:
        unknown_keys = [key for key in data if key not in self.fields] if isinstance(data, Mapping) else []
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as problem:
            if not unknown_keys:
                raise
            raise serializers.ValidationError(problem.detail | self._build_errors(unknown_keys)) from None  # type: ignore[operator]  # of an object it is a dict
        if unknown_keys:
            raise serializers.ValidationError(self._build_errors(unknown_keys))
        return values

    def _build_errors(self, unknown_keys: list[str]) -> dict[str, Any]:
        known_fields = sorted(self.fields)
        known_keys = gettext("Known keys: %(known)s.") % {"known": ", ".join(known_fields)}
        return {
            key: [
                exceptions.ErrorDetail(
                    f"{add_suggestion(gettext('Unknown key.'), key, known_fields)} {known_keys}", "unknown"
                )
            ]
            for key in unknown_keys
        }


class ModelBody(StrictKeys, serializers.ModelSerializer):
    """A body whose keys are fields of a model, with the same limits and checks as the model and the desk's forms."""

    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.CharField: TextField,
        models.TextField: TextField,
        models.SlugField: TextField,
        models.URLField: UrlField,
        models.DateField: DayField,
        models.BooleanField: StrictBooleanField,
        models.PositiveSmallIntegerField: WholeNumberField,
    }
    serializer_related_field = Reference

    def get_validators(self) -> list[Any]:
        """Return no validators, because the database checks rules between rows and provides the error messages."""
        return []


def _collect_codes(details: Any) -> Iterator[str]:
    """Yield all error codes in the details of an error, at any depth."""
    if isinstance(details, str):
        yield details
        return
    for detail in details.values() if isinstance(details, dict) else details:
        yield from _collect_codes(detail)


Body = TypeVar("Body", bound=serializers.Serializer)


def read_body(
    body: type[Body], data: Any, *, by: User, partial: bool = False, **context: Any
) -> dict[str, Any]:
    """Return the validated values of a request body.

    Raises:
        ValidationError: the body is invalid; `detail` has the errors, keyed by field.
        Unprocessable: the only errors are references to rows that do not exist or that this person may not read.
    """
    serializer = body(data=data, partial=partial, context={"person": by, **context})
    try:
        serializer.is_valid(raise_exception=True)
    except serializers.ValidationError as problem:
        if set(_collect_codes(problem.get_codes())) == {"does_not_exist"}:
            raise Unprocessable(problem.detail) from None
        raise
    values: dict[str, Any] = serializer.validated_data
    return values
