"""Edit claims, their appearances and their media, and check the permissions for these edits.

The desk's forms and the editorial API both use these functions, so neither allows anything that the other rejects.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import PROTECT, Exists, OuterRef
from django.utils.translation import gettext as _

from claims.models import Appearance, Claim, ClaimMedia, Topic, Verdict
from claims.models.claim_rules import JUDGED_FIELDS
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.newsroom.roles import require_permission
from claims.newsroom.signals import claims_added
from claims.quotes.locations import QuotedWords
from sources.models import MediaObject, Source


def may_edit(claim: Claim, by: User) -> bool:
    """Return whether a person may edit a claim. Without the triage permission, only readable proposals are editable."""
    if by.has_perm("claims.triage_claim"):
        return True
    return claim.state == Claim.State.PROPOSED and Claim.objects.readable_by(by).filter(pk=claim.pk).exists()


def is_referenced(claim: Claim) -> bool:
    """Return whether other rows, such as verdicts, prevent deleting the claim. It can still be declined or merged."""
    referring = (
        Exists(relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")}))
        for relation in Claim._meta.related_objects
        if relation.on_delete is PROTECT
    )
    return Claim.objects.filter(reduce(or_, referring), pk=claim.pk).exists()


def list_fixed_fields(claim: Claim) -> tuple[str, ...]:
    """Return the fields of the claim that cannot be edited now."""
    return JUDGED_FIELDS if claim.verdicts.filter(state=Verdict.State.IN_REVIEW).exists() else ()


@transaction.atomic
def create(*, by: User, topics: Sequence[Topic] = (), **fields: Any) -> Claim:
    """Propose a claim.

    Raises:
        NotAllowed: the person's role does not include proposing claims.
    """
    require_permission(by, "claims.add_claim", _("add claims"))
    claim = Claim.objects.create(created_by=by, **fields)
    claim.topics.set(topics)
    claims_added.send(None, claims=[claim.pk])
    return claim


@transaction.atomic
def edit(claim: Claim, *, by: User, topics: Sequence[Topic] | None = None, **fields: Any) -> Claim:
    """Change fields of a claim; fields that are not given stay unchanged.

    Raises:
        NotPossible: a verdict on the claim is in review, so the claim's words are fixed.
        NotAllowed: the person may not edit the claim in its present state.
    """
    claim = _lock_editable(claim, by)
    changes = {name: value for name, value in fields.items() if getattr(claim, name) != value}
    if any(name in changes for name in list_fixed_fields(claim)):
        raise NotPossible(
            _(
                "A verdict on this claim is in review. The claim cannot change until the verdict is "
                "published or returned."
            )
        )
    for name, value in changes.items():
        setattr(claim, name, value)
    claim.save(update_fields=[*changes, "updated_at"])
    if topics is not None:
        claim.topics.set(topics)
    return claim


@transaction.atomic
def delete(claim: Claim, *, by: User) -> None:
    """Delete a claim without verdicts or other rows that depend on it.

    Raises:
        NotPossible: other rows depend on the claim; it can only be declined or merged.
        NotAllowed: the person's role does not include deleting claims.
    """
    require_permission(by, "claims.delete_claim", _("delete claims"))
    claim = _lock_existing(claim)
    if is_referenced(claim):
        raise NotPossible(
            _("This claim has already been edited. Decline it, or merge it into another claim.")
        )
    claim.delete()


@transaction.atomic
def add_appearance(claim: Claim, source: Source, quotation: QuotedWords, *, by: User) -> Appearance:
    """Add a place where the claim was made. Raises NotAllowed."""
    require_permission(by, "claims.add_appearance", _("add appearances"))
    appearance = Appearance(claim=_lock_editable(claim, by), source=source)
    quotation.put_on(appearance)
    appearance.save()
    return appearance


@transaction.atomic
def edit_appearance(
    appearance: Appearance, *, by: User, source: Source, quotation: QuotedWords
) -> Appearance:
    """Change the source and the quote of an appearance. Raises NotAllowed."""
    require_permission(by, "claims.change_appearance", _("edit appearances"))
    _lock_editable(appearance.claim, by)
    appearance.source = source
    quotation.put_on(appearance)
    appearance.save()
    return appearance


@transaction.atomic
def remove_appearance(appearance: Appearance, *, by: User) -> None:
    """Remove an appearance. Raises NotAllowed."""
    require_permission(by, "claims.delete_appearance", _("remove appearances"))
    _lock_editable(appearance.claim, by)
    appearance.delete()


@transaction.atomic
def add_media(claim: Claim, media: MediaObject, *, by: User, **fields: Any) -> ClaimMedia:
    """Add a picture, recording or video that the claim is about.

    Raises:
        NotPossible: a verdict on the claim is in review, or the claim already has these media.
        NotAllowed: the person may not edit the claim.
    """
    require_permission(by, "claims.add_claimmedia", _("add pictures, audio and video"))
    claim = _lock_with_editable_media(claim, by)
    if claim.media.filter(media=media).exists():
        raise NotPossible(_("This picture, recording or video is already listed."))
    return ClaimMedia.objects.create(claim=claim, media=media, **fields)


@transaction.atomic
def edit_media(row: ClaimMedia, *, by: User, **fields: Any) -> ClaimMedia:
    """Change the fields of the claim's media. Raises the errors of `add_media`."""
    require_permission(by, "claims.change_claimmedia", _("edit pictures, audio and video"))
    _lock_with_editable_media(row.claim, by)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=[*fields])
    return row


@transaction.atomic
def remove_media(row: ClaimMedia, *, by: User) -> None:
    """Remove media from the claim; the file stays. Raises the errors of `add_media`."""
    require_permission(by, "claims.delete_claimmedia", _("remove pictures, audio and video"))
    _lock_with_editable_media(row.claim, by)
    row.delete()


def _lock_with_editable_media(claim: Claim, by: User) -> Claim:
    """Return the claim, locked, if its media may change at present."""
    claim = _lock_editable(claim, by)
    if list_fixed_fields(claim):
        raise NotPossible(
            _(
                "A verdict on this claim is in review. The claim’s pictures, audio and video cannot change "
                "until the verdict is published or returned."
            )
        )
    return claim


def _lock_editable(claim: Claim, by: User) -> Claim:
    """Return the claim, reloaded under lock, if the person may edit it."""
    require_permission(by, "claims.change_claim", _("edit claims"))
    claim = _lock_existing(claim)
    if not may_edit(claim, by):
        raise NotAllowed(
            _("With your role you can edit only proposed claims, and this one has been decided.")
        )
    return claim


def _lock_existing(claim: Claim) -> Claim:
    """Return the claim, reloaded under lock.

    Raises:
        NotPossible: the claim no longer exists.
    """
    locked_claim = Claim.objects.select_for_update().filter(pk=claim.pk).first()
    if locked_claim is None:
        raise NotPossible(_("The claim has been deleted in the meantime."))
    return locked_claim
