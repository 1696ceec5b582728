"""Assignments of claims and verdicts: take, assign, hand over, release, set due date and priority.

A claim and its verdict in progress share one assignment. It is stored for whichever of the two was assigned first.

Each function locks the claim so that concurrent calls wait, decides, writes the assignment but not the claim,
and notifies the people concerned. `expected_id` is the id of the assignee that the person saw on the page; if
the assignee has changed since, nothing is written.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.features.teamwork import followers
from claims.features.teamwork.models import Assignment, Priority
from claims.features.teamwork.models.assignment import AssignmentQuerySet
from claims.features.teamwork.notifications import notify_people
from claims.models import Claim, Verdict
from claims.models.visibility import READ_DRAFTS
from claims.newsroom.people import find_people_with, get_display_name
from claims.newsroom.refusals import NotInRole, NotPossible
from claims.newsroom.roles import require_permission

Subject = Claim | Verdict

TAKE_PERMISSION, ASSIGN_PERMISSION = "teamwork.take_work", "teamwork.assign_work"

#: The states with work to do. A published verdict can be assigned for another check.
OPEN_STATES = {
    Claim: (Claim.State.PROPOSED, Claim.State.ACCEPTED),
    Verdict: (Verdict.State.DRAFT, Verdict.State.IN_REVIEW, Verdict.State.PUBLISHED),
}
#: Moves that undo other moves.
_UNDONE_MOVES = {"unmerge": ("merge",), "reconsider": ("accept", "decline")}
#: The permissions that an assignee needs.
_REQUIRED_PERMISSIONS = {Claim: "claims.add_verdict", Verdict: "claims.change_verdict"}


class KeepValue:
    """The type of `KEEP_VALUE`, which leaves a value unchanged, whereas None clears the value."""


KEEP_VALUE: Final = KeepValue()


# Permissions ------------------------------------------------------------------------------------------------------


def can_do_work(kind: type[Subject], person: User) -> bool:
    """Return whether the person can be assigned work on this kind of subject."""
    return person.is_active and person.has_perms([_REQUIRED_PERMISSIONS[kind], READ_DRAFTS])


def find_assignable_people(kind: type[Subject]) -> QuerySet[User]:
    """Return all people who can be assigned work on this kind of subject, sorted by name."""
    draft_readers = find_people_with(READ_DRAFTS)
    people = find_people_with(_REQUIRED_PERMISSIONS[kind]).filter(pk__in=draft_readers.values("pk"))
    return people.order_by("first_name", "last_name", "username")


def is_work_open(subject: Subject) -> bool:
    """Return whether the subject has unfinished work that can be assigned."""
    return subject.state in OPEN_STATES[type(subject)]


def get_open_assignment(subject: Subject) -> Assignment | None:
    """Return the subject's assignment, or None if the subject is unassigned or the assigned work is finished."""
    claim_id = subject.claim_id if isinstance(subject, Verdict) else subject.pk
    rows = Assignment.objects.open().filter(claim=claim_id).select_related("person").order_by("-pk")
    return choose_assignment(subject, rows)


def choose_assignment(subject: Subject, rows: Iterable[Assignment]) -> Assignment | None:
    """Return the assignment that applies to the subject, chosen from `rows`, the open assignments of its claim.

    A claim and its verdict share one assignment.
    """
    verdict_id = subject.pk if isinstance(subject, Verdict) else None
    if verdict_id is not None:
        accepted_ids = {None, verdict_id} if is_work_open(subject) else {verdict_id}
        rows = [row for row in rows if row.verdict_id in accepted_ids]
    return min(rows, key=lambda row: (get_assignee(row) is None, row.verdict_id != verdict_id), default=None)


# Actions ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def assign_to_self(subject: Subject, *, by: User) -> Assignment:
    """Assign the subject to the person who asks for it (`by`). A second call changes nothing.

    Raises:
        NotPossible: the subject is assigned to another person, or there is no work to do.
        NotAllowed: the person's role does not allow this.
    """
    require_permission(by, TAKE_PERMISSION, _("take on work"))
    assignment = _lock_assignment(subject)
    if assignment.person_id == by.pk:
        return assignment
    if assignee := get_assignee(assignment):
        raise NotPossible(
            _("Assigned to %(who)s since %(when)s. Nothing was changed: only the assignee can hand it over.")
            % {"who": get_display_name(assignee), "when": _format_moment(assignment)}
        )
    return _hand_over(subject, assignment, by, by=by, note="")


@transaction.atomic
def assign_work(
    subject: Subject,
    to: User,
    *,
    by: User,
    due_on: date | KeepValue | None = KEEP_VALUE,
    priority: int | KeepValue = KEEP_VALUE,
    note: str = "",
    expected_id: int | KeepValue | None = KEEP_VALUE,
) -> Assignment:
    """Assign the subject to a person (`to`), with a due date and a priority.

    Raises:
        NotPossible: the assignee has left or cannot do the work, there is no work to do, or the page is
        outdated.
        NotAllowed: the person's role does not allow this.
    """
    assignment = _lock_assignment(subject)
    _require_current_assignee(assignment, expected_id)
    _may_assign(assignment, to, by)
    if not isinstance(due_on, KeepValue):
        assignment.due_on = due_on
    if not isinstance(priority, KeepValue):
        assignment.priority = _check_priority(priority)
    return _hand_over(subject, assignment, to, by=by, note=note)


@transaction.atomic
def release_work(
    subject: Subject, *, by: User, expected_id: int | KeepValue | None = KEEP_VALUE
) -> Assignment:
    """Release the work; its due date and priority stay. Raises the same exceptions as `set_due_date`."""
    assignment = _lock_assignment(subject)
    _require_current_assignee(assignment, expected_id)
    _may_edit(assignment, by)
    assignment.person = None
    return _save_assignment(assignment, by, "")


@transaction.atomic
def set_due_date(subject: Subject, due_on: date | None, *, by: User) -> Assignment:
    """Set the due date; None removes it.

    Raises:
        NotPossible: there is no work to do.
        NotAllowed: the work is unassigned or another person's, and this person may not assign work.
    """
    assignment = _lock_assignment(subject)
    _may_edit(assignment, by)
    assignment.due_on = due_on
    return _save_assignment(assignment, by, assignment.note)


@transaction.atomic
def set_priority(subject: Subject, priority: int, *, by: User) -> Assignment:
    """Set the priority. Raises the same exceptions as `set_due_date`."""
    assignment = _lock_assignment(subject)
    _may_edit(assignment, by)
    assignment.priority = _check_priority(priority)
    return _save_assignment(assignment, by, assignment.note)


def release_finished_work(subject: Subject, action: str, **_signal: Any) -> None:
    """Release the assigned work when a workflow action finishes it: publishing, declining or merging.

    If the action undoes a merge or a triage decision, assign the work to its previous assignee again.
    """
    if isinstance(subject, Verdict):
        if subject.state == Verdict.State.PUBLISHED:
            is_verdict = Q(verdict=subject.pk) | Q(verdict=subject.supersedes_id, verdict__isnull=False)
            rows = Assignment.objects.filter(Q(verdict=None) | is_verdict, claim=subject.claim_id)
        elif subject.state == Verdict.State.RETRACTED:
            rows = Assignment.objects.filter(verdict=subject)
        else:
            return
        rows.open().update(done_at=Now())
    elif action in _UNDONE_MOVES:
        later_moves = subject.transitions.filter(verdict=None, action__in=_UNDONE_MOVES[action])
        undone_at = later_moves.order_by("pk").values_list("at", flat=True).last()
        if undone_at:
            _filter_by_subject(subject).filter(done_at__gte=undone_at).update(done_at=None)
    elif not is_work_open(subject):
        _filter_by_subject(subject).open().update(done_at=Now())


# Decisions --------------------------------------------------------------------------------------------------------


def get_assignee(assignment: Assignment) -> User | None:
    """Return the current assignee, or None if that person has left."""
    person = assignment.person
    return person if person and person.is_active and assignment.done_at is None else None


def _filter_by_subject(subject: Subject) -> AssignmentQuerySet:
    if isinstance(subject, Verdict):
        return Assignment.objects.filter(verdict=subject)
    return Assignment.objects.filter(claim=subject, verdict=None)


def _lock_assignment(subject: Subject) -> Assignment:
    """Return the subject's assignment, locked; add an assignment if there is none.

    Raises:
        NotPossible: the work on the subject is finished.
    """
    claim_id = subject.claim_id if isinstance(subject, Verdict) else subject.pk
    # The claim row is not changed, so this lock lets other transactions add rows that refer to it.
    claim = Claim.objects.select_for_update(no_key=True).filter(pk=claim_id).first()
    locked_subject = claim if isinstance(subject, Claim) else Verdict.objects.filter(pk=subject.pk).first()
    if claim is None or locked_subject is None:
        raise NotPossible(_("This has been deleted in the meantime."))
    if not is_work_open(locked_subject):
        raise NotPossible(
            _("There is nothing left to do: the state is “%(state)s”.")
            % {"state": locked_subject.get_state_display()}
        )
    verdict = locked_subject if isinstance(locked_subject, Verdict) else None
    subject_assignments = _filter_by_subject(locked_subject).select_related("person")
    assignment = get_open_assignment(locked_subject) or subject_assignments.first()
    if assignment is None:
        return Assignment(claim=claim, verdict=verdict)
    if assignment.done_at is not None:
        # Earlier work on the subject is finished, so this is new work.
        assignment.person = assignment.done_at = assignment.due_on = None
        assignment.priority = Priority.NORMAL
    return assignment


def _require_current_assignee(assignment: Assignment, expected_id: int | KeepValue | None) -> None:
    assignee = get_assignee(assignment)
    if isinstance(expected_id, KeepValue) or expected_id == (assignee.pk if assignee else None):
        return
    raise NotPossible(
        _("The work is now assigned to %(who)s. Nothing was changed. Reload the page and check.")
        % {"who": get_display_name(assignee) if assignee else _("unassigned")}
    )


def _may_assign(assignment: Assignment, to: User, by: User) -> None:
    assignee = get_assignee(assignment)
    kind = Verdict if assignment.verdict_id else Claim
    if not by.has_perm(ASSIGN_PERMISSION):
        require_permission(by, TAKE_PERMISSION, _("take on work and hand it over"))
        if not (assignee == by or (assignee is None and to == by)):
            raise NotInRole(_("Only the assignee or an editor can assign the work to another person."))
    # Read again, because the person may have left since the page was rendered.
    assignee = User.objects.filter(pk=to.pk, is_active=True).first()
    if assignee is None:
        raise NotPossible(_("%(who)s no longer works here.") % {"who": get_display_name(to)})
    if not can_do_work(kind, assignee):
        raise NotPossible(
            _("The role of %(who)s does not include this work.") % {"who": get_display_name(to)}
        )


def _may_edit(assignment: Assignment, by: User) -> None:
    if by.has_perm(ASSIGN_PERMISSION):
        return
    require_permission(by, TAKE_PERMISSION, _("set due dates"))
    if get_assignee(assignment) != by:
        raise NotInRole(
            _(
                "Only the assignee or an editor can change the assignment. If the work is unassigned, assign "
                "it to yourself first."
            )
        )


def _check_priority(priority: int) -> int:
    if priority not in Priority.values:
        raise NotPossible(_("Choose a priority from the list."))
    return priority


def _hand_over(subject: Subject, assignment: Assignment, to: User, *, by: User, note: str) -> Assignment:
    previous_assignee = get_assignee(assignment)
    assignment.person = to
    stored_assignment = _save_assignment(assignment, by, note)
    followers.add_followers([assignment.claim_id], [to.pk])
    if previous_assignee != to:
        claim, verdict = assignment.claim, assignment.verdict
        notify_people("assigned", claim=claim, verdict=verdict, to=[to], by=by, note=note)
        if previous_assignee:
            notify_people(
                "handed_over", claim=claim, verdict=verdict, to=[previous_assignee], by=by, note=note
            )
    return stored_assignment


def _save_assignment(assignment: Assignment, by: User, note: str) -> Assignment:
    assignment.by, assignment.by_name = by, get_display_name(by)
    assignment.note = note.strip()
    assignment.save()
    # The database sets this value.
    assignment.refresh_from_db(fields=["since"])
    return assignment


def _format_moment(assignment: Assignment) -> str:
    return date_format(localtime(assignment.since), "SHORT_DATETIME_FORMAT")
