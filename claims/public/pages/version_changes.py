"""The changes between the published versions of a claim, in words for readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from claims.ledger.document.claim_body import CORRECTIONS
from claims.models import Publication

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rerating:
    """A publisher's verdict whose rating differs from the previous version."""

    publisher: Document
    before: Document
    after: Document


@dataclass(frozen=True, slots=True)
class VersionChange:
    """One entry of a claim's ledger, compared with the previous entry."""

    version: int
    kind: str
    label: str
    note: str
    published_at: datetime
    reratings: tuple[Rerating, ...]

    @property
    def is_correction(self) -> bool:
        """Return whether the entry has a public note that explains a change."""
        return self.kind in CORRECTIONS

    @property
    def is_prominent(self) -> bool:
        """Return whether the page must show this change prominently, because it corrects or revises our judgement."""
        return self.is_correction and (self.kind in ("correction", "retraction") or bool(self.reratings))


def list_version_changes(ledger: Sequence[Publication]) -> list[VersionChange]:
    """Return the history of a claim, newest first. `ledger` has all its publications, newest first."""
    documents = [entry.document for entry in ledger]
    earlier_documents = [*documents[1:], {"verdicts": []}]
    return [
        VersionChange(
            version=entry.version,
            kind=entry.kind,
            label=entry.get_kind_display(),
            note=entry.note,
            published_at=entry.published_at,
            reratings=_find_reratings(earlier_document, document),
        )
        for entry, earlier_document, document in zip(ledger, earlier_documents, documents, strict=True)
    ]


def _find_reratings(before: Document, after: Document) -> tuple[Rerating, ...]:
    earlier_ratings = {
        earlier_verdict["publisher"]["id"]: earlier_verdict["rating"]
        for earlier_verdict in before["verdicts"]
        if earlier_verdict["rating"]
    }
    return tuple(
        Rerating(verdict["publisher"], earlier_ratings[verdict["publisher"]["id"]], verdict["rating"])
        for verdict in after["verdicts"]
        if verdict["rating"]
        and verdict["publisher"]["id"] in earlier_ratings
        and earlier_ratings[verdict["publisher"]["id"]]["id"] != verdict["rating"]["id"]
    )
