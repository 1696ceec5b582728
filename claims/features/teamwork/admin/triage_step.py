"""A triage step that assigns work with a key."""

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

_PEOPLE_LIMIT = 30


def _build_choices(person: User) -> dict[str, Any]:
    """Return the people to whom this person may assign work, starting with themselves."""
    may_take = person.has_perm(assignments.TAKE_PERMISSION) and assignments.can_do_work(Claim, person)
    people = [(person.pk, _("Me"))] if may_take else []
    if person.has_perm(assignments.ASSIGN_PERMISSION):
        others = assignments.find_assignable_people(Claim).exclude(pk=person.pk)
        people += [
            (colleague.pk, get_display_name(colleague)) for colleague in others[: _PEOPLE_LIMIT - len(people)]
        ]
    return {"people": people}


def _list_facts(claim: Claim, person: User) -> list[tuple[str, str]]:
    """Return the assignee, if the person may know."""
    if not person.has_perm("teamwork.view_assignment"):
        return []
    assignment = assignments.get_open_assignment(claim)
    holder = assignments.get_assignee(assignment) if assignment else None
    return [(_("Assigned to"), get_display_name(holder))] if holder else []


def _assign_claim(claim: Claim, data: QueryDict, by: User) -> int:
    """Assign the claim, and return the id of the previous assignee, or 0."""
    assignee, previous_assignment = (
        find_person(data.get("person", "")),
        assignments.get_open_assignment(claim),
    )
    if assignee == by:
        assignments.assign_to_self(claim, by=by)
    else:
        assignments.assign_work(claim, assignee, by=by)
    return (previous_assignment.person_id or 0) if previous_assignment else 0


def _undo_assignment(claim: Claim, holder: int, by: User) -> None:
    """Restore the previous assignee; without one, release the claim."""
    if previous_assignee := User.objects.filter(pk=holder).first():
        assignments.assign_work(claim, previous_assignee, by=by)
    else:
        assignments.release_work(claim, by=by)


ASSIGN_STEP = TriageStep(
    "assign",
    gettext_lazy("Assigned."),
    "admin/desk/triage_assign.html",
    _build_choices,
    _list_facts,
    _assign_claim,
    _undo_assignment,
)
