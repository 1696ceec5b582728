"""The texts of a claim that matching compares."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from claims.matching.query import get_primary_language
from claims.models import Publication
from factcheck.database.read_connections import fetch_rows


def load_current_column(
    claims: Collection[int], rows: QuerySet[Publication] | None = None, *, column: str = "body"
) -> dict[int, Any]:
    """Return a column of these claims' current publications.

    Args:
        rows: the publications to read; by default, all.
    """
    if not claims:
        return {}
    publications = (Publication.objects.current() if rows is None else rows).filter(
        claim_id__in=sorted(claims)
    )
    try:
        sql, parameters = publications.order_by().values_list("claim_id", column).query.sql_with_params()
    except EmptyResultSet:  # what they are narrowed down to cannot be
        return {}
    return dict(fetch_rows(sql, parameters))


@dataclass(frozen=True)
class ClaimTexts:
    """The texts of a claim for matching. `Candidate` explains each."""

    statement: str
    language: str
    claimant: str
    claimed_on: date | None
    headline: str
    reviewed_on: date | None = None

    @classmethod
    def build_public(cls, body: dict[str, Any]) -> "ClaimTexts":
        """Return the texts of a claim's current publication."""
        return cls(
            body["statement"],
            get_primary_language(body["language"]),
            body["claimant"]["name"] if body["claimant"] else "",
            date.fromisoformat(body["claimed_on"]) if body["claimed_on"] else None,
            # Entries that were recorded elsewhere before verdicts had headlines have none.
            "\n".join(filter(None, (verdict.get("title", "") for verdict in body["verdicts"]))),
            min(
                (date.fromisoformat(day) for verdict in body["verdicts"] if (day := verdict["reviewed_on"])),
                default=None,
            ),
        )
