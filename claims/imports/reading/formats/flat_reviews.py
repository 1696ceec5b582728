"""JSON records with our own field names, one per line or in a list."""

from collections.abc import Iterator, Mapping
from typing import Any

from claims.imports.reading.formats import json_documents, own_fields
from claims.imports.reading.inputs.file import File
from claims.imports.reading.raw_record import FIELDS, RawRecord, RecordLocation, Refusal
from factcheck.translatable_messages import TranslatableMessage

NAME = "reviews"
TITLE = TranslatableMessage("JSON records with this program’s field names")


def recognise(file: File) -> Mapping[str, Any] | None:
    records = json_documents.sample_values(file)
    are_known = [isinstance(record, dict) and record.keys() <= FIELDS.keys() for record in records]
    return {} if all(are_known) and any("statement" in record for record in records) else None


def read(file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
    for value in json_documents.read_values(file):
        if isinstance(value, Refusal):
            yield value
            continue
        location = RecordLocation(file.name, value.position)
        if isinstance(value.value, Mapping):
            yield own_fields.check_fields(value.value, location)
        else:
            yield own_fields.refuse_non_object(location, value.value)
