"""Carry out the moves of `claims.review.moves`. Every move of a claim, verdict or translation calls `move()`.

Imports, undone imports and restores change states in bulk, without a person for each change, and record every change
in the same way. Database triggers reject illegal or unrecorded changes in any case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import translation as languages
from django.utils.translation import gettext as _

from claims.ledger import publishing
from claims.models import Claim, Publication, Repeat, SignOff, Transition, Translation, Verdict
from claims.models.translation import SIGN_OFF
from claims.models.verdict import CorrectionKind
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotAllowed, NotInRole, NotPossible, TooEarly
from claims.newsroom.signals import moved
from claims.review.moves import CLAIM_MOVES, TRANSLATION_MOVES, VERDICT_MOVES, Move, MoveHidden, Subject
from claims.review.notices import notify_of_move
from claims.review.requirements import list_requirements
from claims.review.scheduled_publications import end_obsolete_schedule
from factcheck.database import clock
from factcheck.language_names import get_language_name

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True, slots=True)
class Option:
    """A move offered to a person now; `obstacle` is the reason why the move is blocked, if it is."""

    action: str
    move: Move[Any]
    obstacle: str
    opens_at: datetime | None = None
    """The time when the obstacle ends, if it is only a waiting period."""


def list_options(subject: Claim | Verdict | Translation, by: User) -> list[Option]:
    """Return the moves available to the person, in the order of the table."""
    options = []
    for (state, action), legal_move in _TABLES[type(subject)].items():
        if state != subject.state or not by.has_perm(legal_move.permission):
            continue
        try:
            if legal_move.check:
                legal_move.check(subject, by)
        except MoveHidden:
            continue
        except TooEarly as reason:
            options.append(Option(action, legal_move, str(reason), opens_at=reason.until))
        except (NotPossible, NotAllowed) as reason:
            options.append(Option(action, legal_move, str(reason)))
        else:
            options.append(Option(action, legal_move, ""))
    return options


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """The arguments of `move` that the effects of a move need."""

    person: User
    previous_state: str
    note: str
    merge_target: Claim | None
    correction_kind: str


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
        note: an internal note; for `retract`, `republish` and `publish` of a translation, a public note.
        into: the claim to merge into; for `merge` only.
        kind: the public kind of change (`CorrectionKind`); for `republish` only.

    Returns:
        The subject after the move.

    Raises:
        NotPossible: the move does not exist from the present state, or a requirement is not met (409).
        NotAllowed: the move exists, but not for this person; the message gives the reason (403).
    """
    locked_subject, locked_claims = lock(subject, into or _find_merge_target(subject, action))
    legal_move = require_move(locked_subject, action, by=by, note=note)
    previous_state, new_state = (
        locked_subject.state,
        legal_move.new_state or locked_subject.state_before_merge,
    )
    request = MoveRequest(
        by, previous_state, note.strip(), locked_claims.get(into.pk) if into else None, kind
    )
    _record(locked_subject, action, new_state, by=by, note=request.note)
    locked_subject.state = new_state
    if isinstance(locked_subject, Verdict) and previous_state == Verdict.State.IN_REVIEW != new_state:
        # A schedule ends when its verdict leaves review.
        end_obsolete_schedule(locked_subject, action, str(legal_move.label), by=by)
    _EFFECTS.get((type(locked_subject), action), _save_state)(locked_subject, request)
    if not isinstance(locked_subject, Translation):
        moved.send(None, subject=locked_subject, action=action)
    notify_of_move(locked_subject, action, by=by, note=note)
    return cast(Subject, locked_subject)


def require_move(
    subject: Claim | Verdict | Translation, action: str, *, by: User, note: str = ""
) -> Move[Any]:
    """Check that this person can make the move now, and return the move. Raises the same exceptions as `move`."""
    try:
        legal_move: Move[Any] = _TABLES[type(subject)][subject.state, action]
    except KeyError:
        raise NotPossible(
            _("“%(action)s” is not possible in the state “%(state)s”.")
            % {"action": action, "state": subject.get_state_display()},
            code="move_not_possible",
        ) from None
    if not by.has_perm(legal_move.permission):
        raise NotInRole(_("Your role does not include this: %(what)s.") % {"what": legal_move.label})
    if legal_move.is_note_required and not note.strip():
        raise NotPossible(_("A note is needed: %(what)s.") % {"what": legal_move.note}, code="note_required")
    if legal_move.check:
        legal_move.check(subject, by)
    return legal_move


def lock(subject: Claim | Verdict | Translation, into: Claim | None = None) -> tuple[Any, dict[int, Claim]]:
    """Return the subject, reloaded under lock, and the locked claims, keyed by id.

    Every writer locks claims first, then verdicts, then translations, and locks claims in the order of their ids, so
    no two writers deadlock.

    Raises:
        NotPossible: the subject no longer exists.
    """
    locked_verdict = subject.verdict if isinstance(subject, Translation) else subject
    claim_id = locked_verdict.claim_id if isinstance(locked_verdict, Verdict) else locked_verdict.pk
    claim_ids = [claim_id, into.pk] if into else [claim_id]
    claims = {
        claim.pk: claim for claim in Claim.objects.select_for_update().filter(pk__in=claim_ids).order_by("pk")
    }
    if len(claims) < len(set(claim_ids)):
        raise NotPossible(_("The claim has been deleted in the meantime."))
    if isinstance(locked_verdict, Claim):
        return claims[claim_id], claims
    verdicts = Verdict.objects.select_for_update(of=("self",)).select_related("rating", "publisher")
    verdict = _fetch_row(verdicts.filter(pk=locked_verdict.pk))
    if verdict is None:
        raise NotPossible(_("The draft has been deleted in the meantime."))
    verdict.claim = claims[claim_id]
    if isinstance(subject, Verdict):
        return verdict, claims
    translation = _fetch_row(Translation.objects.select_for_update().filter(pk=subject.pk))
    if translation is None:
        raise NotPossible(_("The draft has been deleted in the meantime."))
    translation.verdict = verdict
    return translation, claims


def _fetch_row(rows: QuerySet[AnyModel]) -> AnyModel | None:
    """Return the only row, or None. This avoids the ORDER BY that `first()` adds, a quarter of the query time."""
    return next(iter(rows.order_by()), None)


def _find_merge_target(subject: Claim | Verdict | Translation, action: str) -> Claim | None:
    """Return the target of a merge to be undone, so that both claims can be locked."""
    return Claim.objects.filter(merged_claims=subject.pk).first() if action == "unmerge" else None


def _record(
    subject: Claim | Verdict | Translation, action: str, new_state: str, *, by: User, note: str = ""
) -> None:
    fields = {"action": action, "before": subject.state, "after": new_state, "note": note}
    name = get_display_name(by)
    if isinstance(subject, Translation):
        subject.steps.create(round=subject.review_round, by=by, by_name=name, **fields)
    else:
        verdict = subject if isinstance(subject, Verdict) else None
        claim_id = verdict.claim_id if verdict else subject.pk
        Transition.objects.create(claim_id=claim_id, verdict=verdict, actor=by, actor_name=name, **fields)


# Effects of moves, besides the new state ------------------------------------------------------------------------------


def _save_state(subject: Verdict | Translation, request: MoveRequest) -> None:
    subject.save(update_fields=["state"])


def _submit(subject: Verdict | Translation, request: MoveRequest) -> None:
    subject.review_round += 1
    subject.required_signoffs = settings.REQUIRED_SIGNOFFS
    subject.submitted_by, subject.submitted_at = request.person, clock.get_database_time()
    terms: dict[str, Any] = {}
    if isinstance(subject, Verdict):
        terms["reply_rule"] = Verdict.ReplyRule.SWITCHED_OFF
        for requirement in list_requirements():
            terms |= requirement.find_terms(subject)
    for name, value in terms.items():
        setattr(subject, name, value)
    subject.save(
        update_fields=["state", "review_round", "required_signoffs", *terms, "submitted_by", "submitted_at"]
    )


def _sign_off(verdict: Verdict, request: MoveRequest) -> None:
    SignOff.objects.create(
        verdict=verdict,
        by=request.person,
        by_name=get_display_name(request.person),
        round=verdict.review_round,
        note=request.note,
    )


def _keep_state(translation: Translation, request: MoveRequest) -> None:
    """Do nothing: the recorded `TranslationStep` is itself the sign-off, and the state stays the same."""


def _publish(verdict: Verdict, request: MoveRequest) -> None:
    predecessor = verdict.supersedes
    if predecessor and predecessor.state == Verdict.State.PUBLISHED:
        _supersede(predecessor, request)
    _save_published(verdict)
    change = publishing.choose_change(verdict)
    publishing.record(verdict.claim, change.kind, note=change.note, changed_at=verdict.published_at)


def _publish_translation(translation: Translation, request: MoveRequest) -> None:
    verdict = translation.verdict
    translations = Translation.objects.select_for_update().filter(
        verdict__claim=verdict.claim_id,
        verdict__publisher=verdict.publisher_id,
        language__iexact=translation.language,
        state=Translation.State.PUBLISHED,
    )
    replaced_translations = list(translations.order_by("pk"))
    if not request.note and any(row.verdict_id == verdict.pk for row in replaced_translations):
        raise NotPossible(
            _(
                "A public note is required, because this replaces a published translation of the same text. "
                "Describe the change."
            )
        )
    for row in replaced_translations:
        _supersede(row, request)
    _save_published(translation)
    publishing.record_translations(verdict.claim, note=request.note or _build_note(translation))


def _supersede(subject: Verdict | Translation, request: MoveRequest) -> None:
    _record(subject, "supersede", subject.State.SUPERSEDED, by=request.person)
    subject.state = subject.State.SUPERSEDED
    subject.save(update_fields=["state"])


def _save_published(subject: Verdict | Translation) -> None:
    subject.published_at = clock.get_database_time()
    subject.save(update_fields=["state", "published_at"])


def _build_note(translation: Translation) -> str:
    """Return the default public note in the original's language."""
    with languages.override(translation.verdict.language or settings.LANGUAGE_CODE):
        return _("Translated into %(language)s.") % {"language": get_language_name(translation.language)}


def _retract(verdict: Verdict, request: MoveRequest) -> None:
    verdict.save(update_fields=["state"])
    publishing.record(verdict.claim, Publication.Kind.RETRACTION, note=request.note)


def _retract_translation(translation: Translation, request: MoveRequest) -> None:
    translation.save(update_fields=["state"])
    publishing.record_translations(translation.verdict.claim, note=request.note)


def _triage(claim: Claim, request: MoveRequest) -> None:
    claim.reason = request.note or claim.reason
    claim.save(update_fields=["state", "reason", "updated_at"])


def _reconsider(claim: Claim, request: MoveRequest) -> None:
    """Make a decided claim a proposal again. The reason for the undone decision stays in the log."""
    proposal = claim.events.filter(state=Claim.State.PROPOSED).order_by("pgh_id").last()  # type: ignore[attr-defined]
    claim.reason = proposal.reason if proposal else ""
    claim.save(update_fields=["state", "reason", "updated_at"])


def _merge(claim: Claim, request: MoveRequest) -> None:
    target = request.merge_target
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
    claim.merged_into, claim.state_before_merge = target, request.previous_state
    claim.save(update_fields=["state", "state_before_merge", "merged_into", "updated_at"])
    _publish_merge(claim, target, Publication.Kind.MERGE)


def _unmerge(claim: Claim, request: MoveRequest) -> None:
    target = Claim.objects.select_for_update().get(merged_claims=claim)
    merged_at = claim.transitions.filter(verdict=None, action="merge").values_list("at", flat=True).first()
    if merged_at:
        # Confirming a repeat merges its proposal into the checked claim, so undoing the merge reopens the repeat.
        confirmed_repeats = Repeat.objects.filter(proposal=claim, outcome=Repeat.Outcome.CONFIRMED)
        confirmed_repeats.filter(decided_at__gte=merged_at).update(
            outcome="", decided_at=None, decided_by_name=""
        )
    claim.merged_into, claim.state_before_merge = None, ""
    claim.save(update_fields=["state", "state_before_merge", "merged_into", "updated_at"])
    _publish_merge(claim, target, Publication.Kind.UNMERGE)


def _publish_merge(claim: Claim, target: Claim, kind: str) -> None:
    """Add the ledger entries for a merge or its undoing.

    Unpublished claims stay unpublished: one that was never published changes nothing for readers of the other claim,
    and a retracted claim adds nothing to its target.
    """
    newest_entry = claim.publications.newest().first()
    if newest_entry is None:
        return
    if newest_entry.status == Publication.Status.RETRACTED and not target.publications.exists():
        return
    publishing.record(claim, kind)
    publishing.record(target, kind)


def _republish(claim: Claim, request: MoveRequest) -> None:
    publishing.record(claim, request.correction_kind, note=request.note)


_TABLES: dict[type, Mapping[tuple[str, str], Move[Any]]] = {
    Claim: CLAIM_MOVES,
    Verdict: VERDICT_MOVES,
    Translation: TRANSLATION_MOVES,
}
#: The effects of actions on each model. All other actions only change the state.
_EFFECTS: dict[tuple[type, str], Callable[[Any, MoveRequest], None]] = {
    (Verdict, "submit"): _submit,
    (Verdict, "sign_off"): _sign_off,
    (Verdict, "publish"): _publish,
    (Verdict, "retract"): _retract,
    (Translation, "submit"): _submit,
    (Translation, SIGN_OFF): _keep_state,
    (Translation, "publish"): _publish_translation,
    (Translation, "retract"): _retract_translation,
    (Claim, "accept"): _triage,
    (Claim, "decline"): _triage,
    (Claim, "reconsider"): _reconsider,
    (Claim, "merge"): _merge,
    (Claim, "unmerge"): _unmerge,
    (Claim, "republish"): _republish,
}
