"""Shared code for readers of flat records with our own field names."""

from collections.abc import Mapping
from typing import Any

from claims.imports.reading.raw_record import FIELDS, RawRecord, RecordLocation, Refusal
from factcheck.translatable_messages import TranslatableMessage


def check_fields(
    fields: Mapping[str, Any], location: RecordLocation, *, raw: Any = None
) -> RawRecord | Refusal:
    """Return the record, or a refusal that names its unknown fields."""
    if unknown_names := [name for name in fields if name not in FIELDS]:
        return Refusal(
            location,
            "",
            TranslatableMessage(
                "“%(unknown)s” is not a known field name. The field names are: %(fields)s.",
                unknown=unknown_names[0],
                fields=", ".join(FIELDS),
            ),
            "unknown field",
            raw=dict(fields),
        )
    for name, value in fields.items():
        if not _is_plain(value):
            return Refusal(
                location,
                name,
                TranslatableMessage("“%(name)s” must be text, a number, or a list of those.", name=name),
                "not a plain value",
                raw=dict(fields),
            )
    return RawRecord(location, dict(fields), raw=raw)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(item is None or (_is_plain(item) and not isinstance(item, list)) for item in value)
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def refuse_non_object(location: RecordLocation, value: Any) -> Refusal:
    return Refusal(
        location, "", TranslatableMessage("This is not a JSON object."), "not an object", raw=value
    )
