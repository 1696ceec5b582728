"""What tests of restoring compare."""

import io
from typing import Any

from claims.exports.restore import RestoreCounts, restore
from claims.models import Appearance, Claim, Evidence, Publication, PublishedVerdict, Transition, Verdict
from factcheck.database.database_roles import connect_as_owner
from sources.models import Publisher, Snapshot


def restored(content: bytes, **options: Any) -> RestoreCounts:
    with connect_as_owner():
        return restore(io.BytesIO(content), **options)


def rows(model: Any, *left_out: str) -> list[dict[str, Any]]:
    """All rows of a model, without these fields."""
    names = [f.attname for f in model._meta.concrete_fields if f.name not in left_out and not f.generated]
    return list(model.objects.order_by("pk").values(*names))


def public_state() -> dict[str, list[dict[str, Any]]]:
    """Everything that a restore brings back, as rows."""
    published = Verdict.objects.exclude(state__in=["draft", "in_review"])
    verdict = (
        "pk claim state supersedes correction_kind correction_note published_at version rating title summary"
    )
    claim = "pk statement state merged_into first_appearance topics__slug claimant__name claimed_on context"
    return {
        "publications": rows(Publication),
        "verdicts in publications": rows(PublishedVerdict, "id"),
        "verdicts": list(published.order_by("pk").values(*verdict.split())),
        "evidence": [
            row
            for row in rows(Evidence, "created_at", "position")
            if published.filter(pk=row["verdict_id"]).exists()
        ],
        "claims": list(
            Claim.objects.filter(pk__in=Publication.objects.values("claim"))
            .order_by("pk", "topics__slug")
            .values(*claim.split())
        ),
        "appearances": rows(Appearance, "created_at"),
        "publishers": rows(Publisher),
    }


def counts() -> dict[str, int]:
    """The number of rows, including those that no page shows."""
    models = (
        Appearance,
        Claim,
        Evidence,
        Publication,
        PublishedVerdict,
        Transition,
        Verdict,
        Publisher,
        Snapshot,
    )
    return {model.__name__: model.objects.count() for model in models}
