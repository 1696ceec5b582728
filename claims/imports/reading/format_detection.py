"""Detect the format of a file, and return its reader."""

from collections.abc import Mapping
from typing import Any

from claims.imports.reading.formats import (
    claimreview_json,
    claimreview_pages,
    fact_check_tools_answers,
    flat_reviews,
    json_documents,
    json_rows,
    own_claims,
    refusal_reports,
    spreadsheets,
    tables,
)
from claims.imports.reading.formats.json_documents import looks_like_json
from claims.imports.reading.inputs.file import File, ImportFormat
from claims.imports.reading.raw_record import RecordLocation, Refusal
from factcheck.translatable_messages import TranslatableMessage
from sources.extraction.encodings import decode_beginning, detect_signature

#: Every format, in the order in which they are tried.
FORMATS: tuple[ImportFormat, ...] = (
    claimreview_pages,
    refusal_reports,
    own_claims,
    flat_reviews,
    fact_check_tools_answers,
    claimreview_json,
    spreadsheets,
    json_rows,
    tables,
)
#: These are tried only if a file begins like JSON.
_JSON_FORMATS = (refusal_reports, flat_reviews, fact_check_tools_answers, claimreview_json, json_rows)


def detect_format(file: File, *, format: str = "") -> tuple[ImportFormat, Mapping[str, Any]] | Refusal:  # noqa: A002
    """Return the format of a file with the settings for reading it, or a refusal if the format is unknown.

    Args:
        format: the name of a format to use without detection.
    """
    if format:
        for import_format in FORMATS:
            if format == import_format.NAME:
                return import_format, import_format.recognise(file) or {}
        return _build_refusal(
            file, TranslatableMessage("There is no format named “%(name)s”.", name=format), "no such format"
        )
    is_json = looks_like_json(file)
    for import_format in FORMATS:
        if (is_json or import_format not in _JSON_FORMATS) and (
            settings := import_format.recognise(file)
        ) is not None:
            return import_format, settings
    if not file.head.strip():
        return _build_refusal(file, TranslatableMessage("This file is empty."), "empty file")
    if is_json and (reason := json_documents.explain_unreadable(file)):
        return Refusal(RecordLocation(file.name, "the whole file"), "", reason, "broken JSON")
    return _build_refusal(
        file,
        TranslatableMessage(
            "This is %(seen)s, which is not in a supported format.", seen=_describe_beginning(file)
        ),
        "unknown format",
    )


def _build_refusal(file: File, description: str, code: str) -> Refusal:
    formats = "; ".join(f"{import_format.NAME} ({import_format.TITLE})" for import_format in FORMATS)
    reason = (
        description
        if code == "empty file"
        else TranslatableMessage("%(what)s The formats are: %(formats)s.", what=description, formats=formats)
    )
    return Refusal(RecordLocation(file.name, "the whole file"), "", reason, code)


def _describe_beginning(file: File) -> str:
    """Return a description of the beginning of a file, worded to follow “This is …”."""
    if signature := detect_signature(file.head):
        return signature
    text = decode_beginning(file.head)
    if text.startswith(("{", "[")):
        return TranslatableMessage("JSON without ClaimReview markup")
    if text.startswith("<"):
        return TranslatableMessage(
            "an XML document, perhaps a feed or a sitemap; import its address to fetch the pages"
        )
    if text.count("\ufffd") > len(text) // 100 or "\x00" in text:
        return TranslatableMessage("a binary file")
    line = text.partition("\n")[0][:60].rstrip()
    return TranslatableMessage("text that begins with “%(line)s”", line=line)
