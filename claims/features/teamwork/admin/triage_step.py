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
    may_take = person.has_perm(assignments.TAKE) and assignments.can_do(Claim, person)
    people = [(person.pk, _("Me"))] if may_take else []
    if person.has_perm(assignments.ASSIGN):
        others = assignments.find_assignable_people(Claim).exclude(pk=person.pk)
        people += [(other.pk, get_display_name(other)) for other in others[: _PEOPLE_LIMIT - len(people)]]
    return {"people": people}


def _list_facts(claim: Claim, person: User) -> list[tuple[str, str]]:
    """Return the assignee, if the person may know."""
    if not person.has_perm("teamwork.view_assignment"):
        return []
    assignment = assignments.get_open_assignment(claim)
    holder = assignments.get_assignee(assignment) if assignment else None
    return [(_("Assigned to"), get_display_name(holder))] if holder else []


def _assign(claim: Claim, data: QueryDict, by: User) -> int:
    """Assign the claim, and return the id of the previous assignee, or 0."""
    to, before = find_person(data.get("person", "")), assignments.get_open_assignment(claim)
    if to == by:
        assignments.assign_to_self(claim, by=by)
    else:
        assignments.assign(claim, to, by=by)
    return (before.person_id or 0) if before else 0


def _undo(claim: Claim, holder: int, by: User) -> None:
    """Restore the previous assignee; without one, release the claim."""
    if before := User.objects.filter(pk=holder).first():
        assignments.assign(claim, before, by=by)
    else:
        assignments.release(claim, by=by)


ASSIGN_STEP = TriageStep(
    "assign",
    gettext_lazy("Assigned."),
    "admin/desk/triage_assign.html",
    _build_choices,
    _list_facts,
    _assign,
    _undo,
)
