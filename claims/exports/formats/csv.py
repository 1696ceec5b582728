"""A flat table for spreadsheets and statistics: one row for each verdict of a claim (RFC 4180).

A withdrawn claim, which has no verdict, has one row with empty verdict columns. Spaces separate several URLs in a
cell; semicolons separate several words. Details that do not fit a table (quotes, contexts, snapshots, labels in other
languages) are in the JSON.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from factcheck.formulas import escape_formula

Document = dict[str, Any]
#: The value of a column for a claim and one of its verdicts; empty if there is none.
Cell = Callable[[Document, Document], Any]

MEDIA_TYPE = "text/csv"

#: The byte order mark, by which Excel recognises UTF-8.
BYTE_ORDER_MARK = "\ufeff".encode()

#: Written if the data cannot be completed: a quoted cell that never ends.
INTERRUPTED_NOTE = b'"This download is not complete. Please fetch it again.'


def read_claim_value(*path: str) -> Cell:
    return lambda claim, verdict: _get_value(claim, path)


def read_verdict_value(*path: str) -> Cell:
    return lambda claim, verdict: _get_value(verdict, path)


#: The columns in order. New ones are only added at the end.
COLUMNS: dict[str, Cell] = {
    "claim_id": read_claim_value("id"),
    "version": read_claim_value("version"),
    "status": read_claim_value("status"),
    "url": read_claim_value("url"),
    "statement": read_claim_value("statement"),
    "language": read_claim_value("language"),
    "claimed_on": read_claim_value("claimed_on"),
    "claimant_id": read_claim_value("claimant", "id"),
    "claimant": read_claim_value("claimant", "name"),
    "claimant_kind": read_claim_value("claimant", "kind"),
    "claimant_job_title": read_claim_value("claimant", "job_title"),
    "claimant_country": read_claim_value("claimant", "country"),
    "topics": lambda claim, verdict: "; ".join(topic["name"] for topic in claim["topics"]),
    "first_appearance_url": lambda claim, verdict: _find_first_appearance(claim).get("url"),
    "first_appearance_title": lambda claim, verdict: _find_first_appearance(claim).get("title"),
    "first_appearance_published_on": lambda claim, verdict: _find_first_appearance(claim).get("published_on"),
    "appearance_urls": lambda claim, verdict: _join_addresses(claim["appearances"]),
    "verdict_id": read_verdict_value("id"),
    "publisher_id": read_verdict_value("publisher", "id"),
    "publisher": read_verdict_value("publisher", "name"),
    "publisher_domain": read_verdict_value("publisher", "domain"),
    "rating_code": read_verdict_value("rating", "code"),
    "rating_label": read_verdict_value("rating", "label"),
    "rating_class": read_verdict_value("rating", "rating_class"),
    "rating_scale": read_verdict_value("rating", "scale", "name"),
    "summary": read_verdict_value("summary"),
    "byline": read_verdict_value("byline"),
    "verdict_language": read_verdict_value("language"),
    "reviewed_on": read_verdict_value("reviewed_on"),
    "valid_as_of": read_verdict_value("valid_as_of"),
    "verdict_url": read_verdict_value("url"),
    "verdict_origin": read_verdict_value("origin"),
    "evidence_urls": lambda claim, verdict: _join_addresses(verdict.get("evidence", [])),
    "corrections": lambda claim, verdict: len(claim["corrections"]),
    "last_correction_kind": lambda claim, verdict: _find_last_correction(claim).get("kind"),
    "last_correction_note": lambda claim, verdict: _find_last_correction(claim).get("note"),
    "merged_into": read_claim_value("merged_into"),
    "published_at": read_claim_value("published_at"),
    "updated_at": read_claim_value("updated_at"),
    "verdict_title": read_verdict_value("title"),
    "claimant_affiliation": read_claim_value("claimant", "affiliation"),
}


def write_csv(
    bodies: Iterable[bytes], *, byte_order_mark: bool = False, is_begun: bool = False
) -> Iterator[bytes]:
    """Yield the table: the header, unless it is already written, then the rows of each body."""
    line = io.StringIO()
    table = csv.writer(line)

    def finish_line() -> bytes:
        text = line.getvalue()
        line.seek(0)
        line.truncate()
        return text.encode()

    if byte_order_mark:
        yield BYTE_ORDER_MARK
    if not is_begun:
        table.writerow(COLUMNS)
        yield finish_line()
    for body in bodies:
        table.writerows([map(escape_formula, row) for row in build_rows(body)])
        yield finish_line()


def build_rows(body: bytes) -> list[list[Any]]:
    """Return the rows of a body."""
    claim = orjson.loads(body)
    return [[cell(claim, verdict) for cell in COLUMNS.values()] for verdict in claim["verdicts"] or [{}]]


def _get_value(document: Document, path: tuple[str, ...]) -> Any:
    """Return the value at a path; None if there is none, for example if a claim has no claimant."""
    value: Any = document
    for key in path:
        value = value.get(key) if value else None
    return value


def _find_first_appearance(claim: Document) -> Document:
    return next((appearance["source"] for appearance in claim["appearances"] if appearance["is_first"]), {})


def _join_addresses(sources: list[Document]) -> str:
    """Join the distinct source URLs, in order."""
    return " ".join(dict.fromkeys(item["source"]["url"] for item in sources if item["source"]["url"]))


def _find_last_correction(claim: Document) -> Document:
    return next(iter(claim["corrections"]), {})
