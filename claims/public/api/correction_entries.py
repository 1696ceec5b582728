"""Build the entries of the log of corrections: each has a change, its reason, and the wordings before and after.

They are built from ledger entries, which never change, whenever a client reads them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypedDict

from claims.ledger.document.claim_body import CORRECTION_KINDS
from claims.ledger.document.claim_document import format_moment
from claims.ledger.document.wording_changes import PART_CHOICES, PublicWordingChange, find_wording_changes
from claims.ledger.queries.correction_filters import CorrectionListQuery
from claims.models import Publication
from claims.models.publication import build_previous_value
from factcheck.api.openapi.body_serializer import Moment, WebAddress, name_bodies
from factcheck.api.pagination import KeysetPage, read_template_page
from factcheck.api.resources import compute_sha256
from factcheck.database.cached_sql import Slot, Template
from factcheck.web.language_addresses import build_permanent_path
from factcheck.web.site_urls import OWN_SITE_MARK, parse_stored

#: The columns of an entry that a page reads first; the wordings follow with a second query.
COLUMNS = ("id", "claim_id", "version", "kind", "note", "status", "published_at", "body_sha256")

Rows = Sequence[tuple[Any, ...]]


class SummaryWordingChange(TypedDict):
    """A changed part, in a list of corrections."""

    part: Annotated[str, PART_CHOICES]
    publisher: Annotated[str | None, "The publisher of the verdict; null for a part of the claim."]


class CorrectionFacts(TypedDict):
    """The keys that full and short corrections share: everything except the wordings."""

    claim_id: int
    version: Annotated[int, "The resulting version of the claim."]
    kind: Annotated[str, CORRECTION_KINDS]
    note: Annotated[str, "The public note."]
    status: Annotated[str, Publication.Status, "The status of the claim from then on."]
    published_at: Moment
    statement: Annotated[str, "The statement in this version."]
    language: Annotated[str, "Language of the statement (BCP 47)."]
    url: Annotated[WebAddress, "URL of this version, for readers."]
    url_before: Annotated[WebAddress | None, "URL of the previous version, for readers."]
    claim_url: Annotated[WebAddress, "URL of the current claim, for readers."]


class CorrectionEntry(CorrectionFacts):
    """A change of a published claim, with its reason."""

    changes: Annotated[list[PublicWordingChange], "The parts with changed wording, before and after."]


class CorrectionEntrySummary(CorrectionFacts):
    """A correction in a list, with some keys of the full correction."""

    changes: Annotated[list[SummaryWordingChange], "The parts with changed wording."]


name_bodies(WordingChange=PublicWordingChange)


@dataclass(frozen=True, slots=True)
class CorrectedEntry:
    """An entry of the ledger with its changes, for display."""

    entry: CorrectionEntry
    published_at: datetime
    #: The claim in this version and in the previous one.
    after: dict[str, Any]
    before: dict[str, Any] | None


def read_corrections_page(query: CorrectionListQuery, **paging: Any) -> KeysetPage[tuple[Any, ...]]:
    """Read the requested page of corrections, as rows of `COLUMNS`, with one query.

    Raises:
        InvalidValue: the cursor is not valid.
    """
    return read_template_page(query.template, COLUMNS, **paging)


def hash_corrections(rows: Rows) -> str:
    """Return a hash that changes whenever these entries do."""
    column_index = COLUMNS.index("body_sha256")
    return compute_sha256(row[column_index].encode() for row in rows)


def load_corrected_entries(rows: Rows) -> list[CorrectedEntry]:
    """Return the corrections for these rows of `COLUMNS`, with their wordings before and after, using one query."""
    entries = [dict(zip(COLUMNS, row, strict=False)) for row in rows]
    bodies = _load_bodies([entry["id"] for entry in entries])
    return [_build_corrected_entry(entry, *bodies[entry["id"]]) for entry in entries]


def _load_bodies(ids: list[int]) -> dict[int, tuple[bytes, bytes | None]]:
    """Load the stored texts of these entries, each with the text of the previous entry."""
    if not ids:
        return {}
    wanted_ids = Slot("ids", "bigint[]")
    template = Template(
        "bodies of corrections",
        lambda: Publication.objects.filter(id__any_of=wanted_ids).annotate(
            before=build_previous_value("body")
        ),
        {"ids": ids},
    )
    return {pk: (body, before) for pk, body, before in template.fetch("id", "body", "before")}


def _build_corrected_entry(entry: dict[str, Any], body: bytes, earlier_body: bytes | None) -> CorrectedEntry:
    after, before = parse_stored(body), parse_stored(earlier_body) if earlier_body else None
    claim, version = entry["claim_id"], entry["version"]
    correction: CorrectionEntry = {
        "claim_id": claim,
        "version": version,
        "kind": entry["kind"],
        "note": entry["note"].decode(),
        "status": entry["status"],
        "published_at": format_moment(entry["published_at"]),
        "statement": after["statement"],
        "language": after["language"],
        "url": OWN_SITE_MARK + build_permanent_path("claim-version", claim, version),
        "url_before": OWN_SITE_MARK + build_permanent_path("claim-version", claim, version - 1)
        if before
        else None,
        "claim_url": OWN_SITE_MARK + build_permanent_path("claim-permanent", claim),
        "changes": find_wording_changes(before, after) if before else [],
    }
    return CorrectedEntry(correction, entry["published_at"], after, before)
