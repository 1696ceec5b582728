"""Decisions in triage, and reservations of proposals. Each decision has its own transaction and can be undone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.http import QueryDict
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from claims.admin.move_buttons import get_last_move
from claims.admin.timeline import get_move_label
from claims.models import Claim, Topic, Transition, TriageReservation
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.newsroom.roles import require_permission
from claims.review import claim_edits, workflow
from factcheck import features
from factcheck.database.rules import describe_refusal
from factcheck.installation.messages import activate_newsroom_language

#: How long a proposal stays reserved for a viewer who makes no request.
RESERVATION_TIME = timedelta(minutes=5)

_RESERVE_SQL = """
    INSERT INTO claims_triagereservation (claim_id, person_id, until)
    SELECT id, %(person)s, clock_timestamp() + make_interval(secs => %(held)s)
    FROM claims_claim WHERE id = ANY(%(claims)s) ORDER BY id
    ON CONFLICT (claim_id) DO UPDATE SET person_id = excluded.person_id, until = excluded.until
    WHERE claims_triagereservation.person_id = excluded.person_id OR claims_triagereservation.until <= clock_timestamp()
    RETURNING claim_id
"""


def reserve_proposals(claims: Iterable[int], *, by: User) -> set[int]:
    """Reserve these proposals for the person and release the person's earlier reservations. Other people's
    reservations are kept.

    Returns:
        The ids of the proposals now reserved for the person.
    """
    claim_ids = list(claims)
    TriageReservation.objects.filter(person=by).exclude(claim__in=claim_ids).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            _RESERVE_SQL, {"person": by.pk, "held": RESERVATION_TIME.total_seconds(), "claims": claim_ids}
        )
        return {claim for (claim,) in cursor.fetchall()}


def find_other_viewers(claims: Iterable[int], *, person: User) -> dict[int, str]:
    """Return the proposals that other people are viewing now: the id of each, with the name of the viewer."""
    reservations = (
        TriageReservation.objects.of_others(person).filter(claim__in=list(claims)).select_related("person")
    )
    return {reservation.claim_id: get_display_name(reservation.person) for reservation in reservations}


#: The moves of triage, each with the move that undoes it.
UNDO_MOVES = {"accept": "reconsider", "decline": "reconsider", "merge": "unmerge"}


@dataclass(frozen=True, slots=True)
class SeenClaim:
    """A claim, with its last move when the page was shown. Decisions on an outdated page are rejected."""

    claim: int
    last_move: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse `12-345` (a claim's id and the id of its last move); return None for anything else."""
        claim, _sign, last_move = text.partition("-")
        return cls(int(claim), int(last_move)) if claim.isdecimal() and last_move.isdecimal() else None


@dataclass(frozen=True, slots=True)
class DecidedClaim:
    """A decision on a claim that was carried out; `token` identifies it for undoing."""

    claim: int
    action: str
    #: The value by which undoing checks that the claim has not changed since: the id of the claim's last
    #: move; for a topic, the topic's id; for a feature's step, the number that the step returned.
    undo_key: int

    @property
    def token(self) -> str:
        return f"{self.action}-{self.claim}-{self.undo_key}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        action, *numbers = text.split("-")
        if (
            action not in (*UNDO_MOVES, "topic", *list_steps())
            or len(numbers) != 2
            or not all(map(str.isdecimal, numbers))
        ):
            return None
        return cls(int(numbers[0]), action, int(numbers[1]))


@dataclass(frozen=True, slots=True)
class FailedDecision:
    """A decision that was not carried out, with the reason."""

    claim: int
    statement: str
    reason: str
    #: Whether the person's role forbids the decision.
    is_forbidden: bool = False


DecisionOutcome = DecidedClaim | FailedDecision


@dataclass(frozen=True, slots=True)
class TriageStep:
    """A decision that a feature adds to triage.

    Attributes:
        action: the step's name in URLs.
        message: shown on the screen after the decision.
        template: the step's button and form on the screen.
        build_choices: returns the context of the template, which is the same for every claim.
        list_facts: returns labels and values to show for a claim.
        carry_out: carries out the submitted form, and returns the number that `undo` needs.
        undo: reverts the decision. Like `carry_out`, it may raise NotPossible and NotAllowed.
    """

    action: str
    message: StrOrPromise
    template: str
    build_choices: Callable[[User], dict[str, Any]]
    list_facts: Callable[[Claim, User], list[tuple[str, str]]]
    carry_out: Callable[[Claim, QueryDict, User], int]
    undo: Callable[[Claim, int, User], None]


def list_steps() -> dict[str, TriageStep]:
    """Return the steps of enabled features, keyed by action."""
    return {step.action: step for step in features.load_declared("triage_step")}


def decide_claims(
    seen_claims: Iterable[SeenClaim],
    action: str,
    *,
    by: User,
    note: str = "",
    merge_target: Claim | None = None,
) -> list[DecisionOutcome]:
    """Accept, decline or merge claims, each in its own transaction."""
    return [_decide_claim(seen_claim, action, by, note, merge_target) for seen_claim in seen_claims]


def undo_decisions(decisions: Iterable[DecidedClaim], *, by: User) -> list[DecisionOutcome]:
    """Undo decisions, each in its own transaction."""
    return [_undo_decision(decision, by) for decision in decisions]


def add_topic_to_claims(seen_claims: Iterable[SeenClaim], topic: Topic, *, by: User) -> list[DecisionOutcome]:
    """Add a topic to claims, each in its own transaction."""
    return [_add_topic(seen_claim, topic, by) for seen_claim in seen_claims]


def carry_out_step(
    seen_claims: Iterable[SeenClaim], step: TriageStep, values: QueryDict, *, by: User
) -> list[DecisionOutcome]:
    """Carry out a feature's step on claims, each in its own transaction."""

    def apply(claim: Claim) -> DecidedClaim:
        return DecidedClaim(claim.pk, step.action, step.carry_out(claim, values, by))

    return [_decide_under_lock(seen_claim.claim, by, apply) for seen_claim in seen_claims]


def _decide_claim(
    seen_claim: SeenClaim, action: str, by: User, note: str, merge_target: Claim | None
) -> DecisionOutcome:
    def apply(claim: Claim) -> DecidedClaim:
        _refuse_changed_claim(claim, seen_claim.last_move)
        moved_claim = workflow.move(claim, action, by=by, note=note, into=merge_target)
        TriageReservation.objects.filter(claim=moved_claim).delete()
        return DecidedClaim(moved_claim.pk, action, get_last_move(moved_claim))

    return _decide_under_lock(seen_claim.claim, by, apply, merge_target=merge_target)


def _undo_decision(decision: DecidedClaim, by: User) -> DecisionOutcome:
    def apply(claim: Claim) -> DecidedClaim:
        if decision.action == "topic":
            require_permission(by, "claims.change_claim", _("edit claims"))
            if not claim.topics.filter(pk=decision.undo_key).exists():
                raise NotPossible(_("The claim no longer has that topic."))
            claim.topics.remove(decision.undo_key)
        elif step := list_steps().get(decision.action):
            step.undo(claim, decision.undo_key, by)
        else:
            _refuse_changed_claim(claim, decision.undo_key)
            with activate_newsroom_language():
                note = _("Undone in triage.")
            workflow.move(claim, UNDO_MOVES[decision.action], by=by, note=note)
        return decision

    return _decide_under_lock(decision.claim, by, apply)


def _add_topic(seen_claim: SeenClaim, topic: Topic, by: User) -> DecisionOutcome:
    def apply(claim: Claim) -> DecidedClaim:
        topics = list(claim.topics.all())
        if topic in topics:
            raise NotPossible(_("The claim already has the topic “%(topic)s”.") % {"topic": topic})
        claim_edits.edit(claim, by=by, topics=[*topics, topic])
        return DecidedClaim(claim.pk, "topic", topic.pk)

    return _decide_under_lock(seen_claim.claim, by, apply)


def load_last_moves(claims: Iterable[int]) -> dict[int, int]:
    """Return the id of each claim's last move, keyed by claim id. Claims without a move are left out."""
    moves = Transition.objects.filter(claim__in=list(claims), verdict=None).order_by()
    return dict(moves.values("claim").annotate(last=Max("pk")).values_list("claim", "last"))


def _decide_under_lock(
    pk: int, by: User, apply_decision: Callable[[Claim], DecidedClaim], merge_target: Claim | None = None
) -> DecisionOutcome:
    """Decide about one claim under lock, in its own transaction; return the decision, or the reason why it failed."""
    claim = None
    try:
        with transaction.atomic():
            # In id order, because `workflow` locks claims in this order.
            locked_claims = Claim.objects.select_for_update().filter(
                pk__in=[pk, *([merge_target.pk] if merge_target else [])]
            )
            claim = {row.pk: row for row in locked_claims.order_by("pk")}.get(pk)
            if claim is None or not Claim.objects.readable_by(by).filter(pk=pk).exists():
                return FailedDecision(pk, "", _("The claim has been deleted in the meantime."))
            return apply_decision(claim)
    except NotAllowed as refusal:
        return FailedDecision(pk, str(claim), str(refusal), is_forbidden=True)
    except NotPossible as refusal:
        return FailedDecision(pk, str(claim), str(refusal))
    except IntegrityError as refusal:
        return FailedDecision(pk, str(claim), describe_refusal(refusal))


def _refuse_changed_claim(claim: Claim, last_move: int) -> None:
    """Raise NotPossible if the claim has changed since it was shown; the message says who decided, and how."""
    if get_last_move(claim) == last_move:
        return
    newest_move = Transition.objects.filter(claim=claim, verdict=None).order_by("pk").last()
    if newest_move is None:
        raise NotPossible(_("The claim has changed in the meantime. Check it again."))
    values = {
        "who": newest_move.actor_name,
        "what": get_move_label(newest_move.action),
        "note": newest_move.note,
    }
    if newest_move.note:
        raise NotPossible(_("%(who)s decided first: %(what)s (“%(note)s”).") % values)
    raise NotPossible(_("%(who)s decided first: %(what)s.") % values)
