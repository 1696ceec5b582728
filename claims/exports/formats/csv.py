"""A flat table for spreadsheets and statistics: one row for each verdict of a claim (RFC 4180).

A claim without a verdict, because it was withdrawn, has one row whose columns about a verdict are empty. Several
addresses in a cell stand apart by spaces, several words by semicolons. What does not fit a table (quotes, contexts,
snapshots, labels in other languages) is in the JSON.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from factcheck.formulas import harmless

Document = dict[str, Any]
#: What a column says of a claim and one of its verdicts; an empty one where there is none.
Cell = Callable[[Document, Document], Any]

MEDIA_TYPE = "text/csv"

#: U+FEFF, by which Excel recognises UTF-8.
BYTE_ORDER_MARK = "\ufeff".encode()

#: What follows when no more can be read although there is more: a quoted cell that never ends.
BROKEN_OFF = b'"This download is not complete. Please fetch it again.'


def of_claim(*path: str) -> Cell:
    return lambda claim, verdict: _at(claim, path)


def of_verdict(*path: str) -> Cell:
    return lambda claim, verdict: _at(verdict, path)


#: The columns in their order. New ones are only added at the end.
COLUMNS: dict[str, Cell] = {
    "claim_id": of_claim("id"),
    "version": of_claim("version"),
    "status": of_claim("status"),
    "url": of_claim("url"),
    "statement": of_claim("statement"),
    "language": of_claim("language"),
    "claimed_on": of_claim("claimed_on"),
    "claimant_id": of_claim("claimant", "id"),
    "claimant": of_claim("claimant", "name"),
    "claimant_kind": of_claim("claimant", "kind"),
    "claimant_job_title": of_claim("claimant", "job_title"),
    "claimant_country": of_claim("claimant", "country"),
    "topics": lambda claim, verdict: "; ".join(topic["name"] for topic in claim["topics"]),
    "first_appearance_url": lambda claim, verdict: _first_appearance(claim).get("url"),
    "first_appearance_title": lambda claim, verdict: _first_appearance(claim).get("title"),
    "first_appearance_published_on": lambda claim, verdict: _first_appearance(claim).get("published_on"),
    "appearance_urls": lambda claim, verdict: _addresses(claim["appearances"]),
    "verdict_id": of_verdict("id"),
    "publisher_id": of_verdict("publisher", "id"),
    "publisher": of_verdict("publisher", "name"),
    "publisher_domain": of_verdict("publisher", "domain"),
    "rating_code": of_verdict("rating", "code"),
    "rating_label": of_verdict("rating", "label"),
    "rating_class": of_verdict("rating", "rating_class"),
    "rating_scale": of_verdict("rating", "scale", "name"),
    "summary": of_verdict("summary"),
    "byline": of_verdict("byline"),
    "verdict_language": of_verdict("language"),
    "reviewed_on": of_verdict("reviewed_on"),
    "valid_as_of": of_verdict("valid_as_of"),
    "verdict_url": of_verdict("url"),
    "verdict_origin": of_verdict("origin"),
    "evidence_urls": lambda claim, verdict: _addresses(verdict.get("evidence", [])),
    "corrections": lambda claim, verdict: len(claim["corrections"]),
    "last_correction_kind": lambda claim, verdict: _last_correction(claim).get("kind"),
    "last_correction_note": lambda claim, verdict: _last_correction(claim).get("note"),
    "merged_into": of_claim("merged_into"),
    "published_at": of_claim("published_at"),
    "updated_at": of_claim("updated_at"),
    "verdict_title": of_verdict("title"),
    "claimant_affiliation": of_claim("claimant", "affiliation"),
}


def written(
    bodies: Iterable[bytes], *, byte_order_mark: bool = False, begun: bool = False
) -> Iterator[bytes]:
    """The table: its header, unless it was begun before, then the rows of each body."""
    line = io.StringIO()
    table = csv.writer(line)

    def finished() -> bytes:
        text = line.getvalue()
        line.seek(0)
        line.truncate()
        return text.encode()

    if byte_order_mark:
        yield BYTE_ORDER_MARK
    if not begun:
        table.writerow(COLUMNS)
        yield finished()
    for body in bodies:
        table.writerows([map(harmless, row) for row in rows(body)])
        yield finished()


def rows(body: bytes) -> list[list[Any]]:
    """Yield the rows of a body."""
    claim = orjson.loads(body)
    return [[cell(claim, verdict) for cell in COLUMNS.values()] for verdict in claim["verdicts"] or [{}]]


def _at(document: Document, path: tuple[str, ...]) -> Any:
    """Return the value at a path; None if it does not exist, like the claimant of a claim without one."""
    value: Any = document
    for key in path:
        value = value.get(key) if value else None
    return value


def _first_appearance(claim: Document) -> Document:
    return next((a["source"] for a in claim["appearances"] if a["is_first"]), {})


def _addresses(quoted: list[Document]) -> str:
    """The different addresses of sources, in their order."""
    return " ".join(dict.fromkeys(item["source"]["url"] for item in quoted if item["source"]["url"]))


def _last_correction(claim: Document) -> Document:
    return next(iter(claim["corrections"]), {})
