"""Files for readers, made from bytes; and the records read from them."""

import io
from collections.abc import Mapping
from typing import Any

from claims.imports.reading.inputs.file import File, ImportFormat
from claims.imports.reading.raw_record import RawRecord, Refusal


def file_of(content: bytes, name: str = "claims.csv") -> File:
    file = File.from_stream(name, io.BytesIO(content))
    file.allows_unrated = lambda: True
    return file


def reading(
    reader: ImportFormat, content: bytes, name: str = "claims.csv", settings: Mapping[str, Any] | None = None
) -> list[RawRecord | Refusal]:
    """Everything in the file, with the settings that the reader itself finds unless others are given."""
    file = file_of(content, name)
    if settings is None:
        settings = reader.recognise(file) or {}
    return list(reader.read(file, settings if isinstance(settings, dict) else dict(settings)))


def fields(results: list[RawRecord | Refusal]) -> list[dict[str, Any]]:
    """The found values, without unknown ones."""
    return [
        {name: value for name, value in result.fields.items() if value not in (None, "", [])}
        for result in results
        if isinstance(result, RawRecord)
    ]


def codes(results: list[RawRecord | Refusal]) -> list[str]:
    return [result.code for result in results if isinstance(result, Refusal)]
