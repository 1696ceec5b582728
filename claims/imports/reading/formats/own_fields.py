"""Shared code for readers of flat records with our own field names."""

from collections.abc import Mapping
from typing import Any

from claims.imports.reading.raw_record import FIELDS, RawRecord, RecordLocation, Refusal, build_refusal


def check_fields(
    fields: Mapping[str, Any], location: RecordLocation, *, raw: Any = None
) -> RawRecord | Refusal:
    """Return the record, or a refusal that names its unknown fields."""
    if unknown_names := [name for name in fields if name not in FIELDS]:
        return build_refusal(
            location,
            "unknown field",
            "“%(unknown)s” is not a known field name. The field names are: %(fields)s.",
            unknown=unknown_names[0],
            fields=", ".join(FIELDS),
            raw=dict(fields),
        )
    for name, value in fields.items():
        if not _is_plain(value):
            return build_refusal(
                location,
                "not a plain value",
                "“%(name)s” must be text, a number, or a list of those.",
                field=name,
                name=name,
                raw=dict(fields),
            )
    return RawRecord(location, dict(fields), raw=raw)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(item is None or (_is_plain(item) and not isinstance(item, list)) for item in value)
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def refuse_non_object(location: RecordLocation, value: Any) -> Refusal:
    return build_refusal(location, "not an object", "This is not a JSON object.", raw=value)
