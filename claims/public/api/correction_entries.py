"""Entries of the log of corrections: what was changed and why, with both wordings. Made of the ledger when it is read.

An entry and the one before it never change, so what is made of the two is the same each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Annotated, Any, TypedDict

from django.db.models import Q
from django.urls import reverse

from claims.ledger.document.claim_body import CORRECTION_KINDS
from claims.ledger.document.claim_document import moment
from claims.ledger.document.wording_changes import PublicWordingChange, wording_changes
from claims.models import Publication
from factcheck.api.openapi.body_serializer import BodySerializer, Moment, WebAddress
from factcheck.web.own_addresses import OWN, understood

#: What a page reads of each entry.
COLUMNS = ("claim_id", "version", "kind", "note", "status", "published_at", "body_sha256", "body")


class CorrectionEntry(TypedDict):
    """What was changed of a published claim, and why."""

    claim_id: int
    version: Annotated[int, "The version of the claim that came of it."]
    kind: Annotated[str, CORRECTION_KINDS]
    note: Annotated[str, "The public note."]
    status: Annotated[str, Publication.Status, "What the claim was since then."]
    published_at: Moment
    statement: Annotated[str, "The statement as this version has it."]
    language: Annotated[str, "Of the statement (BCP 47)."]
    url: Annotated[WebAddress, "This version, for readers."]
    url_before: Annotated[WebAddress | None, "The version before it, for readers."]
    claim_url: Annotated[WebAddress, "The claim as it is now, for readers."]
    changes: Annotated[list[PublicWordingChange], "What it says in other words than the version before."]


class WordingChangeSerializer(BodySerializer):
    body = PublicWordingChange


class CorrectionEntrySerializer(BodySerializer):
    body = CorrectionEntry


@dataclass(frozen=True, slots=True)
class Corrected:
    """An entry of the ledger with what it changed, for whoever shows it."""

    entry: CorrectionEntry
    published_at: datetime
    #: The claim as this version has it, and as the one before had it.
    after: dict[str, Any]
    before: dict[str, Any] | None


def corrected(rows: Sequence[Sequence[Any]]) -> list[Corrected]:
    """What these rows of `COLUMNS` changed: one query for the entries before them."""
    entries = [dict(zip(COLUMNS, row, strict=False)) for row in rows]
    earlier = _before(entries)
    return [_corrected(entry, earlier.get((entry["claim_id"], entry["version"] - 1))) for entry in entries]


def _before(entries: list[dict[str, Any]]) -> dict[tuple[int, int], str]:
    """The bodies of the entries that these follow."""
    wanted = [Q(claim_id=entry["claim_id"], version=entry["version"] - 1) for entry in entries]
    if not wanted:
        return {}
    rows = Publication.objects.filter(reduce(or_, wanted)).order_by()
    return {
        (claim, version): body for claim, version, body in rows.values_list("claim_id", "version", "body")
    }


def _corrected(entry: dict[str, Any], earlier: str | None) -> Corrected:
    after, before = understood(entry["body"]), understood(earlier) if earlier else None
    claim, version = entry["claim_id"], entry["version"]
    said: CorrectionEntry = {
        "claim_id": claim,
        "version": version,
        "kind": entry["kind"],
        "note": entry["note"],
        "status": entry["status"],
        "published_at": moment(entry["published_at"]),
        "statement": after["statement"],
        "language": after["language"],
        "url": OWN + reverse("claim-version", args=[claim, version]),
        "url_before": OWN + reverse("claim-version", args=[claim, version - 1]) if before else None,
        "claim_url": OWN + reverse("claim-permanent", args=[claim]),
        "changes": wording_changes(before, after) if before else [],
    }
    return Corrected(said, entry["published_at"], after, before)
