"""How verdicts begin: a first draft on a claim, or a new version of one that is published."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Func, Max
from django.utils.translation import gettext as _

from claims.models import Claim, Evidence, Verdict
from claims.moves import IllegalMove
from sources.models import Publisher

#: What a new version takes over from the one it replaces.
CARRIED_OVER = (
    "rating",
    "summary",
    "explanation",
    "byline",
    "language",
    "reviewed_on",
    "valid_as_of",
    "recheck_on",
    "url",
)


@transaction.atomic
def draft(claim: Claim, *, author: User, publisher: Publisher | None = None, **content: Any) -> Verdict:
    """Begin a verdict on a claim. Where the publisher has a published one, the draft is a new version that replaces it.

    Args:
        publisher: the house, unless another is named.
        content: fields of the verdict; what is not given is taken over from the version to be replaced.

    Raises:
        IllegalMove: the claim is declined or merged, or the publisher already has an open draft on it.
    """
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    publisher = publisher or Publisher.objects.house()
    if claim.state in (Claim.State.DECLINED, Claim.State.MERGED):
        raise IllegalMove(_("A declined or merged claim gets no verdict."))
    earlier = claim.verdicts.filter(publisher=publisher)
    if earlier.filter(state__in=[Verdict.State.DRAFT, Verdict.State.IN_REVIEW]).exists():
        raise IllegalMove(_("There is already an open verdict of this publisher on the claim."))
    predecessor = (
        earlier.filter(state__in=[Verdict.State.PUBLISHED, Verdict.State.RETRACTED], superseded_by=None)
        .order_by("-version")
        .first()
    )
    carried = {field: getattr(predecessor, field) for field in CARRIED_OVER} if predecessor else {}
    verdict = Verdict.objects.create(
        claim=claim,
        publisher=publisher,
        author=author,
        version=(earlier.aggregate(last=Max("version"))["last"] or 0) + 1,
        supersedes=predecessor,
        **{"language": claim.language, **carried, **content},
    )
    if predecessor:
        _copy_evidence(predecessor, verdict)
    return verdict


def record_editor(verdict: Verdict, by: User) -> None:
    """Remember who else has written on a draft: like its author, they cannot sign it off."""
    if by.pk != verdict.author_id:
        Verdict.objects.filter(pk=verdict.pk).exclude(edited_by__contains=[by.pk]).update(
            edited_by=Func(F("edited_by"), by.pk, function="array_append")
        )


def _copy_evidence(predecessor: Verdict, verdict: Verdict) -> None:
    Evidence.objects.bulk_create(
        Evidence(
            verdict=verdict,
            **{
                field.attname: getattr(item, field.attname)
                for field in Evidence._meta.concrete_fields
                if field.name not in ("id", "verdict", "created_at")
            },
        )
        for item in predecessor.evidence.all()
    )
