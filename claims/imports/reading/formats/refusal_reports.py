"""Our own report of rejected records, after a person has corrected it."""

from collections.abc import Iterator, Mapping
from typing import Any

from claims.imports.reading.formats import json_documents, own_fields
from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.translatable_messages import TranslatableMessage

NAME = "report"
TITLE = TranslatableMessage("Corrected report of rejected records")

_REPORT_KEYS = frozenset({"file", "position", "reason", "code", "fields"})


def recognise(file: File) -> Mapping[str, Any] | None:
    records = json_documents.sample_values(file)
    return (
        {} if any(isinstance(record, dict) and record.keys() >= _REPORT_KEYS for record in records) else None
    )


def read(file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
    for value in json_documents.read_values(file):
        if isinstance(value, Refusal):
            yield value
            continue
        entry, location = value.value, RecordLocation(file.name, value.position)
        if not isinstance(entry, Mapping):
            yield own_fields.refuse_non_object(location, entry)
        elif isinstance(fields := entry.get("fields"), Mapping) and fields:
            yield own_fields.check_fields(fields, location, raw=entry.get("record"))
        else:
            yield build_refusal(
                location,
                "no fields",
                "This entry has no fields to read. Correct %(get)s as the report says, and import that.",
                get=entry.get("file") or "the file itself",
                raw=entry,
            )
