"""Apply new ledger entries to complaints and requests."""

from collections.abc import Collection
from typing import Any

from claims.features.complaints.complaint_moves import link_published_corrections
from claims.features.complaints.request_moves import answer_published


def apply_new_entries(*, claims: Collection[int], **signal: Any) -> None:
    """Link complaints to corrections, and answer requests. Runs in the transaction that publishes."""
    link_published_corrections(claims)
    answer_published(claims)
