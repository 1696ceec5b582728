"""Claims published by this program: the JSON of its API and exports, and its downloaded tables.

Claims of another installation are imported as that newsroom's reviews, one for each verdict. The lossless export,
with ids and versions, is restored instead (`claims.exports.restore`).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from claims.exports.formats.csv import COLUMNS
from claims.imports.reading.formats import json_documents
from claims.imports.reading.formats.delimited_text import Dialect, TableRows, detect_dialect
from claims.imports.reading.inputs.file import HEAD_BYTES, File
from claims.imports.reading.raw_record import RawRecord, RecordLocation, Refusal, build_refusal
from factcheck.formulas import is_formula
from factcheck.translatable_messages import TranslatableMessage

NAME: Final = "claims"
TITLE: Final = TranslatableMessage("Claims exported by this program")

#: The keys of a claim in every response and export.
_CLAIM_KEYS: Final = frozenset({"id", "version", "status", "statement", "appearances", "verdicts"})
#: The columns that identify the table; later versions have more.
_FIRST_COLUMNS: Final = list(COLUMNS)[:5]
#: The names of our fields, and of their columns in our tables.
_COLUMNS: Final = {
    "id": "claim_id",
    "statement": "statement",
    "language": "language",
    "claimant": "claimant",
    "claimant_kind": "claimant_kind",
    "claimant_title": "claimant_job_title",
    "claimed_on": "claimed_on",
    "publisher": "publisher",
    "publisher_url": "publisher_domain",
    "rating": "rating_label",
    "review_url": "verdict_url",
    "title": "verdict_title",
    "summary": "summary",
    "byline": "byline",
    "reviewed_on": "reviewed_on",
    "review_language": "verdict_language",
}


def recognise(file: File) -> Mapping[str, Any] | None:
    records = json_documents.sample_values(file)
    if records:
        return (
            {}
            if all(isinstance(record, Mapping) and record.keys() >= _CLAIM_KEYS for record in records)
            else None
        )
    table = detect_dialect(file.head, is_whole=len(file.head) < HEAD_BYTES)
    if table and table.rows[0][: len(_FIRST_COLUMNS)] == _FIRST_COLUMNS:
        return {"dialect": table.dialect.to_json()}
    return None


def read(file: File, settings: dict[str, Any]) -> Iterator[RawRecord | Refusal]:
    if "dialect" in settings:
        yield from _read_rows(file, Dialect.from_json(settings["dialect"]))
        return
    for value in json_documents.read_values(file, is_linked=False):
        if isinstance(value, Refusal):
            yield value
            continue
        claim, location = value.value, RecordLocation(file.name, value.position)
        if isinstance(claim, Mapping) and claim.keys() >= _CLAIM_KEYS:
            yield from _iterate_reviews(claim, location)
        elif value.is_record:
            yield build_refusal(location, "not an object", "This is not a claim from an export.", raw=claim)


def _iterate_reviews(claim: Mapping[str, Any], location: RecordLocation) -> Iterator[RawRecord | Refusal]:
    """Yield a record for each verdict of a claim."""
    claimant = _to_object(claim.get("claimant"))
    body = {
        "id": claim["id"],
        "statement": claim["statement"],
        "language": claim.get("language"),
        "claimant": claimant.get("name"),
        "claimant_kind": claimant.get("kind"),
        "claimant_title": claimant.get("job_title"),
        "claimant_same_as": claimant.get("same_as"),
        "claimed_on": claim.get("claimed_on"),
        "context": claim.get("context"),
        "appearances": [
            _to_object(appearance.get("source")).get("url")
            for appearance in _to_objects(claim["appearances"])
        ],
        "topics": [topic.get("name") for topic in _to_objects(claim.get("topics"))],
    }
    verdicts = _to_objects(claim["verdicts"])
    for number, verdict in enumerate(verdicts, 1):
        publisher, rating = _to_object(verdict.get("publisher")), _to_object(verdict.get("rating"))
        verdict_fields = {
            "publisher": publisher.get("name"),
            "publisher_url": publisher.get("url") or publisher.get("domain"),
            "rating": rating.get("label"),
            "review_url": verdict.get("url"),
            "title": verdict.get("title"),
            "summary": verdict.get("summary"),
            "byline": verdict.get("byline"),
            "reviewed_on": verdict.get("reviewed_on"),
            "review_language": verdict.get("language"),
        }
        yield RawRecord(
            RecordLocation(location.file, f"{location.position}, verdict {number}"),
            body | verdict_fields,
            raw=claim,
        )
    if not verdicts:
        yield _build_withdrawal(location, claim)


def _to_object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _to_objects(values: Any) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def _read_rows(file: File, dialect: Dialect) -> Iterator[RawRecord | Refusal]:
    rows = TableRows(file, dialect)
    header: list[str] = []
    for cells in rows:
        if isinstance(cells, Refusal):
            yield cells
        elif not header:
            header = cells
        elif any(cells):
            yield _build_record(dict(zip(header, map(_unescape, cells), strict=False)), cells, rows)


def _build_record(row: dict[str, str], cells: list[str], rows: TableRows) -> RawRecord | Refusal:
    if damage := rows.find_damage(cells):
        return damage
    if not row.get("verdict_id"):
        return _build_withdrawal(rows.get_location(), row)
    fields: dict[str, Any] = {name: row.get(column) for name, column in _COLUMNS.items()}
    # In a cell, spaces separate URLs and semicolons separate words.
    first_url = row.get("first_appearance_url", "")
    fields["appearances"] = list(
        dict.fromkeys(filter(None, [first_url, *row.get("appearance_urls", "").split()]))
    )
    fields["topics"] = [topic for topic in row.get("topics", "").split("; ") if topic]
    return RawRecord(rows.get_location(), fields, raw=row)


def _unescape(cell: str) -> str:
    """Return the cell without the apostrophe that protects spreadsheets from formulas."""
    return cell[1:] if cell.startswith("'") and is_formula(cell[1:]) else cell


def _build_withdrawal(location: RecordLocation, raw: Any) -> Refusal:
    return build_refusal(
        location, "withdrawn", "This claim was withdrawn or merged, so it has no verdict.", raw=raw
    )
