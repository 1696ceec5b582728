"""Drafts of verdicts: create a first or a new version, and edit drafts and their evidence.

The desk's forms and the editorial API both check here who may edit a draft.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Func, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.ledger.document.sections import get_sections
from claims.models import Claim, Evidence, Rating, Translation, Verdict
from claims.models.evidence import copy_evidence
from claims.models.verdict import CARRIED_OVER_FIELDS, CORRECTION_FIELDS
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.newsroom.roles import require_permission
from claims.quotes.locations import QuotedWords
from claims.review.moves import Reviewed
from claims.review.workflow import lock
from sources.models import Publisher, Source

_FIXED_FIELDS = {
    Verdict: gettext_lazy(
        "Only a draft can be edited. Request changes, or draft a new version of the published verdict."
    ),
    Translation: gettext_lazy(
        "Only a draft can be edited. Request changes, or start a new version of the published translation."
    ),
}


class RatingOutsideScale(Exception):
    """The rating is not on a current scale of the verdict's publisher."""


@transaction.atomic
def create_draft(
    claim: Claim, *, author: User, publisher: Publisher | None = None, **content: Any
) -> Verdict:
    """Create a draft verdict on a claim. If the publisher has published one, the draft is its next version.

    Args:
        publisher: the verdict's publisher; by default, the newsroom.
        content: fields of the verdict; missing fields are copied from the version to be replaced.

    Raises:
        NotPossible: the claim is declined or merged, or the publisher already has a verdict in progress on it.
    """
    locked_claim = Claim.objects.select_for_update().filter(pk=claim.pk).first()
    if locked_claim is None:
        raise NotPossible(_("The claim has been deleted in the meantime."))
    claim = locked_claim
    publisher = publisher or Publisher.objects.get_house()
    if claim.state in (Claim.State.DECLINED, Claim.State.MERGED):
        raise NotPossible(_("A declined or merged claim cannot have a verdict."), code="claim_closed")
    earlier_verdicts = list(claim.verdicts.filter(publisher=publisher).order_by("-version"))
    if any(verdict.state in (Verdict.State.DRAFT, Verdict.State.IN_REVIEW) for verdict in earlier_verdicts):
        raise NotPossible(_("This publisher already has an open verdict on the claim."), code="verdict_open")
    superseded_ids = {verdict.supersedes_id for verdict in earlier_verdicts}
    published_states = (Verdict.State.PUBLISHED, Verdict.State.RETRACTED)
    predecessor = next(
        (row for row in earlier_verdicts if row.state in published_states and row.pk not in superseded_ids),
        None,
    )
    values = {field: getattr(predecessor, field) for field in CARRIED_OVER_FIELDS} if predecessor else {}
    verdict = Verdict.objects.create(
        claim=claim,
        publisher=publisher,
        author=author,
        version=earlier_verdicts[0].version + 1 if earlier_verdicts else 1,
        supersedes=predecessor,
        **{"language": claim.language, **values, **content},
    )
    if predecessor:
        copy_evidence({predecessor.pk: verdict.pk})
        for section in get_sections():
            section.carry_over({predecessor.pk: verdict.pk})
    return verdict


@transaction.atomic
def begin(claim: Claim, *, by: User, publisher: Publisher | None = None, **content: Any) -> Verdict:
    """Create a draft with its first content, with the checks and errors of `create_draft` and `edit`."""
    require_permission(by, "claims.add_verdict", _("draft verdicts"))
    verdict = create_draft(claim, author=by, publisher=publisher)
    return edit(verdict, by=by, **content) if content else verdict


def record_editor(row: Verdict | Translation, by: User) -> None:
    """Record a further editor of a draft. Like the author, an editor of a draft cannot sign it off."""
    if by.pk != row.author_id:
        rows = type(row)._default_manager.filter(pk=row.pk).exclude(edited_by__contains=[by.pk])
        rows.update(edited_by=Func(F("edited_by"), by.pk, function="array_append"))


def may_edit(row: Verdict | Translation, by: User) -> bool:
    """Return whether the person may edit the verdict or translation: only a draft, and only its author or an editor."""
    return row.state == row.State.DRAFT and (
        row.author_id == by.pk or by.has_perm(f"claims.publish_{row._meta.model_name}")
    )


def list_ratings(verdict: Verdict) -> QuerySet[Rating]:
    """Return the ratings on the publisher's current scales, and the verdict's own rating."""
    is_current = Q(scale__publisher=verdict.publisher_id, scale__in_use=True)
    return (
        Rating.objects.filter(is_current | Q(pk=verdict.rating_id))
        .select_related("scale")
        .order_by("scale", "position")
    )


@transaction.atomic
def edit(verdict: Verdict, *, by: User, **content: Any) -> Verdict:
    """Change the content of a draft.

    Raises:
        NotPossible: the verdict is no longer a draft, or the content explains a change although the draft replaces no
            version.
        NotAllowed: the draft belongs to another person.
        RatingOutsideScale: the rating is not on a current scale of the publisher.
    """
    verdict = lock_draft(verdict, by)
    rating = content.get("rating")
    if rating is not None and not list_ratings(verdict).filter(pk=rating.pk).exists():
        raise RatingOutsideScale(
            _("Rating %(id)s is not on a scale that %(publisher)s uses now.")
            % {"id": rating.pk, "publisher": verdict.publisher}
        )
    if verdict.supersedes_id is None and any(content.get(name) for name in CORRECTION_FIELDS):
        raise NotPossible(
            _("This verdict does not replace a published one, so there is no change to explain to readers.")
        )
    for name, value in content.items():
        setattr(verdict, name, value)
    verdict.save(update_fields=[*content])
    record_editor(verdict, by)
    return verdict


@transaction.atomic
def discard(verdict: Verdict, *, by: User) -> None:
    """Delete a draft that was never submitted. Raises the same errors as `edit`."""
    require_permission(by, "claims.delete_verdict", _("delete drafts"))
    lock_draft(verdict, by).delete()


@transaction.atomic
def add_evidence(
    verdict: Verdict, source: Source, quotation: QuotedWords, *, by: User, **fields: Any
) -> Evidence:
    """Add a source as evidence to a draft. Raises the same errors as `edit`."""
    require_permission(by, "claims.add_evidence", _("add evidence"))
    verdict = lock_draft(verdict, by)
    item = Evidence(verdict=verdict, source=source, **fields)
    quotation.put_on(item)
    item.save()
    record_editor(verdict, by)
    return item


@transaction.atomic
def edit_evidence(
    item: Evidence,
    *,
    by: User,
    source: Source | None = None,
    quotation: QuotedWords | None = None,
    **fields: Any,
) -> Evidence:
    """Change an item of evidence. A new source needs a new quote. Raises the same errors as `edit`."""
    require_permission(by, "claims.change_evidence", _("edit evidence"))
    verdict = lock_draft(item.verdict, by)
    for name, value in (fields | ({"source": source} if source else {})).items():
        setattr(item, name, value)
    if quotation:
        quotation.put_on(item)
    item.save()
    record_editor(verdict, by)
    return item


@transaction.atomic
def remove_evidence(item: Evidence, *, by: User) -> None:
    """Remove an item of evidence from a draft. Raises the same errors as `edit`."""
    require_permission(by, "claims.delete_evidence", _("remove evidence"))
    verdict = lock_draft(item.verdict, by)
    item.delete()
    record_editor(verdict, by)


def lock_draft(row: Reviewed, by: User) -> Reviewed:
    """Return the verdict or translation, reloaded under lock.

    Raises:
        NotPossible: the row is not a draft, or no longer exists.
        NotAllowed: the person may not edit the draft.
    """
    require_permission(by, f"claims.change_{row._meta.model_name}", _("edit drafts"))
    draft: Reviewed = lock(row)[0]
    if draft.state != draft.State.DRAFT:
        raise NotPossible(_FIXED_FIELDS[type(draft)], code="not_a_draft")
    if not may_edit(draft, by):
        raise NotAllowed(_("This draft belongs to another user. Only its author or an editor can change it."))
    return draft
