"""A triage step that assigns the claim at the press of a key."""

from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.admin.triage_decisions import TriageStep
from claims.features.teamwork import assignments
from claims.features.teamwork.admin.assignment import find_person
from claims.models import Claim
from claims.newsroom.people import get_display_name

_MAX_LISTED_PEOPLE = 30


def _build_choices(person: User) -> dict[str, Any]:
    """Return the people to whom this person may assign work, starting with this person."""
    may_take = person.has_perm(assignments.TAKE_PERMISSION) and assignments.can_do_work(Claim, person)
    people = [(person.pk, _("Me"))] if may_take else []
    if person.has_perm(assignments.ASSIGN_PERMISSION):
        colleagues = assignments.find_assignable_people(Claim).exclude(pk=person.pk)
        people += [
            (colleague.pk, get_display_name(colleague))
            for colleague in colleagues[: _MAX_LISTED_PEOPLE - len(people)]
        ]
    return {"people": people}


def _describe_assignee(claim: Claim, person: User) -> list[tuple[str, str]]:
    """Return a label and the assignee's name as one row, or no row if the person may not see assignees."""
    if not person.has_perm("teamwork.view_assignment"):
        return []
    assignment = assignments.get_open_assignment(claim)
    assignee = assignments.get_assignee(assignment) if assignment else None
    return [(_("Assigned to"), get_display_name(assignee))] if assignee else []


def _assign_claim(claim: Claim, data: QueryDict, by: User) -> int:
    """Assign the claim, and return the id of its previous assignee, or 0 if it had none."""
    assignee, previous_assignment = (
        find_person(data.get("person", "")),
        assignments.get_open_assignment(claim),
    )
    if assignee == by:
        assignments.assign_to_self(claim, by=by)
    else:
        assignments.assign_work(claim, assignee, by=by)
    return (previous_assignment.person_id or 0) if previous_assignment else 0


def _undo_assignment(claim: Claim, previous_assignee_id: int, by: User) -> None:
    """Assign the claim to its previous assignee, or release it if it had none."""
    if previous_assignee := User.objects.filter(pk=previous_assignee_id).first():
        assignments.assign_work(claim, previous_assignee, by=by)
    else:
        assignments.release_work(claim, by=by)


ASSIGN_STEP = TriageStep(
    "assign",
    gettext_lazy("Assigned."),
    "admin/desk/triage_assign.html",
    _build_choices,
    _describe_assignee,
    _assign_claim,
    _undo_assignment,
)
