"""What a verdict rests on, taken over into the version that replaces it."""

from collections.abc import Mapping

from claims.models import Evidence
from factcheck.database.bulk_copy import copy

_TAKEN_OVER = [
    field.attname
    for field in Evidence._meta.concrete_fields
    if field.name not in ("id", "verdict", "created_at")
]


def take_over(successors: Mapping[int, int]) -> None:
    """Copy the evidence of each verdict (its id) to the one that replaces it (its id)."""
    rows = Evidence.objects.filter(verdict__in=successors).order_by("pk")
    copy(
        Evidence,
        [
            Evidence(
                verdict_id=successors[row.verdict_id], **{name: getattr(row, name) for name in _TAKEN_OVER}
            )
            for row in rows
        ],
    )
