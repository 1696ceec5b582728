"""Carry out the moves of `claims.review.moves`: every move of a claim or a verdict calls `move()`.

Imports, their undoing and restored ledgers change states in bulk, without a person for each, and record each change
as it is done here. In any case triggers refuse an illegal or unrecorded step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from claims.ledger import publishing
from claims.models import Claim, Publication, Repeat, SignOff, Transition, Verdict
from claims.models.verdict import CorrectionKind
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from claims.newsroom.signals import moved
from claims.review.moves import CLAIM_MOVES, VERDICT_MOVES, Move, Subject
from claims.review.notices import notify_of_move
from claims.review.requirements import list_requirements
from claims.review.scheduled_publications import end_overtaken
from claims.review.steps import Option, collect_options, require_step
from factcheck.database import clock


def list_options(subject: Claim | Verdict, by: User) -> list[Option]:
    """Return the moves open to the person, in the order of the table."""
    return collect_options(_get_table(subject), subject, by)


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """The options of a move."""

    by: User
    before: str
    note: str
    into: Claim | None
    kind: str


@transaction.atomic
def move(
    subject: Subject,
    action: str,
    *,
    by: User,
    note: str = "",
    into: Claim | None = None,
    kind: str = CorrectionKind.UPDATE,
) -> Subject:
    """Carry out one legal move, record it, and publish its changes in one transaction.

    Args:
        note: internal, except for `retract` and `republish`, where readers see it.
        into: the claim to merge into; for `merge` only.
        kind: the public kind of change (`CorrectionKind`); for `republish` only.

    Returns:
        The subject as it stands after the move.

    Raises:
        NotPossible: the move does not exist from the present state, or something is missing for it (409).
        NotAllowed: it exists, but not for this person, and why (403).
    """
    fresh, others = _lock_subject(subject, into or _find_merge_target(subject, action))
    step = require_step(_get_table(fresh), fresh, action, by=by, note=note)
    before, after = fresh.state, step.to or fresh.state_before_merge
    _record(fresh, action, before, after, by=by, note=note)
    fresh.state = after
    request = MoveRequest(by, before, note.strip(), others.get(into.pk) if into else None, kind)
    if isinstance(fresh, Verdict):
        if before == Verdict.State.IN_REVIEW != after:
            # What was to happen to it later does not wait for a verdict that has moved on.
            end_overtaken(fresh, action, str(step.label), by=by)
        _VERDICT_EFFECTS.get(action, _save_state)(fresh, request)
    else:
        _CLAIM_EFFECTS[action](fresh, request)
    moved.send(None, subject=fresh, action=action)
    notify_of_move(fresh, action, by=by, note=note)
    return cast(Subject, fresh)


def require_move(subject: Claim | Verdict, action: str, *, by: User, note: str = "") -> None:
    """Require that the person may make the move now, without making it. Raises the errors of `move`."""
    require_step(_get_table(subject), subject, action, by=by, note=note)


def _get_table(subject: Claim | Verdict) -> dict[tuple[str, str], Move[Any]]:
    return CLAIM_MOVES if isinstance(subject, Claim) else VERDICT_MOVES


def _lock_subject(subject: Claim | Verdict, into: Claim | None) -> tuple[Any, dict[int, Claim]]:
    """Return the subject, reloaded under lock, and the locked claims by id.

    Every writer locks claims before verdicts and in the order of their ids, so two never wait for each other.
    """
    claim_id = subject.claim_id if isinstance(subject, Verdict) else subject.pk
    wanted = [claim_id, into.pk] if into else [claim_id]
    claims = {
        claim.pk: claim for claim in Claim.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    }
    if len(claims) < len(set(wanted)):
        raise NotPossible(_("The claim has been deleted in the meantime."))
    if not isinstance(subject, Verdict):
        return claims[claim_id], claims
    verdict = (
        Verdict.objects.select_for_update(of=("self",))
        .select_related("rating", "publisher")
        .filter(pk=subject.pk)
        .first()
    )
    if verdict is None:
        raise NotPossible(_("The draft has been deleted in the meantime."))
    verdict.claim = claims[claim_id]
    return verdict, claims


def _find_merge_target(subject: Claim | Verdict, action: str) -> Claim | None:
    """Return the claim from which a merge is undone, so that both can be locked."""
    return Claim.objects.filter(merged_claims=subject.pk).first() if action == "unmerge" else None


def _record(subject: Claim | Verdict, action: str, before: str, after: str, *, by: User, note: str) -> None:
    verdict = subject if isinstance(subject, Verdict) else None
    Transition.objects.create(
        claim_id=verdict.claim_id if verdict else subject.pk,
        verdict=verdict,
        action=action,
        before=before,
        after=after,
        actor=by,
        actor_name=get_display_name(by),
        note=note.strip(),
    )


# What a move does besides changing the state --------------------------------------------------------------------------


def _save_state(verdict: Verdict, request: MoveRequest) -> None:
    verdict.save(update_fields=["state"])


def _submit(verdict: Verdict, request: MoveRequest) -> None:
    verdict.review_round += 1
    verdict.required_signoffs = settings.REQUIRED_SIGNOFFS
    verdict.submitted_by, verdict.submitted_at = request.by, clock.get_database_time()
    terms: dict[str, Any] = {"reply_rule": Verdict.ReplyRule.SWITCHED_OFF}
    for requirement in list_requirements():
        terms |= requirement.find_terms(verdict)
    for name, value in terms.items():
        setattr(verdict, name, value)
    verdict.save(
        update_fields=["state", "review_round", "required_signoffs", *terms, "submitted_by", "submitted_at"]
    )


def _sign_off(verdict: Verdict, request: MoveRequest) -> None:
    SignOff.objects.create(
        verdict=verdict,
        by=request.by,
        by_name=get_display_name(request.by),
        round=verdict.review_round,
        note=request.note,
    )


def _publish(verdict: Verdict, request: MoveRequest) -> None:
    predecessor = verdict.supersedes
    if predecessor and predecessor.state == Verdict.State.PUBLISHED:
        _record(predecessor, "supersede", predecessor.state, Verdict.State.SUPERSEDED, by=request.by, note="")
        predecessor.state = Verdict.State.SUPERSEDED
        predecessor.save(update_fields=["state"])
    verdict.published_at = clock.get_database_time()
    verdict.save(update_fields=["state", "published_at"])
    change = publishing.choose_change(verdict)
    publishing.record(verdict.claim, change.kind, note=change.note, at=verdict.published_at)


def _retract(verdict: Verdict, request: MoveRequest) -> None:
    verdict.save(update_fields=["state"])
    publishing.record(verdict.claim, Publication.Kind.RETRACTION, note=request.note)


def _triage(claim: Claim, request: MoveRequest) -> None:
    claim.reason = request.note or claim.reason
    claim.save(update_fields=["state", "reason", "updated_at"])


def _reconsider(claim: Claim, request: MoveRequest) -> None:
    """Return a claim to proposals; the reason of the undone decision stays in the log."""
    proposed = claim.events.filter(state=Claim.State.PROPOSED).order_by("pgh_id").last()  # type: ignore[attr-defined]
    claim.reason = proposed.reason if proposed else ""
    claim.save(update_fields=["state", "reason", "updated_at"])


def _merge(claim: Claim, request: MoveRequest) -> None:
    target = request.into
    if target is None or target.pk == claim.pk:
        raise NotPossible(_("Choose another claim to merge into."))
    if target.state in (Claim.State.MERGED, Claim.State.DECLINED):
        raise NotPossible(
            _("Claim %(id)s is itself merged or declined. Choose an active claim.") % {"id": target.pk}
        )
    if claim.publications.exists() and target.state != Claim.State.ACCEPTED:
        raise NotPossible(
            _("Claim %(id)s must be accepted before a published claim can be merged into it.")
            % {"id": target.pk}
        )
    claim.merged_into, claim.state_before_merge = target, request.before
    claim.save(update_fields=["state", "state_before_merge", "merged_into", "updated_at"])
    _publish_merge(claim, target, Publication.Kind.MERGE)


def _unmerge(claim: Claim, request: MoveRequest) -> None:
    target = Claim.objects.select_for_update().get(merged_claims=claim)
    merged_at = claim.transitions.filter(verdict=None, action="merge").values_list("at", flat=True).first()
    if merged_at:
        # To confirm that a proposal makes a checked claim again is to merge it: whether it does is open again.
        said_so = Repeat.objects.filter(proposal=claim, outcome=Repeat.Outcome.CONFIRMED)
        said_so.filter(decided_at__gte=merged_at).update(outcome="", decided_at=None, decided_by_name="")
    claim.merged_into, claim.state_before_merge = None, ""
    claim.save(update_fields=["state", "state_before_merge", "merged_into", "updated_at"])
    _publish_merge(claim, target, Publication.Kind.UNMERGE)


def _publish_merge(claim: Claim, target: Claim, kind: str) -> None:
    """Add the ledger entries for a merge or its undoing.

    Unpublished claims stay so, on either side: a never published claim changes nothing for readers of the other,
    and a retracted one adds nothing to its target.
    """
    newest = claim.publications.newest().first()
    if newest is None:
        return
    if newest.status == Publication.Status.RETRACTED and not target.publications.exists():
        return
    publishing.record(claim, kind)
    publishing.record(target, kind)


def _republish(claim: Claim, request: MoveRequest) -> None:
    publishing.record(claim, request.kind, note=request.note)


_VERDICT_EFFECTS: dict[str, Callable[[Verdict, MoveRequest], None]] = {
    "submit": _submit,
    "sign_off": _sign_off,
    "publish": _publish,
    "retract": _retract,
}
_CLAIM_EFFECTS: dict[str, Callable[[Claim, MoveRequest], None]] = {
    "accept": _triage,
    "decline": _triage,
    "reconsider": _reconsider,
    "merge": _merge,
    "unmerge": _unmerge,
    "republish": _republish,
}
