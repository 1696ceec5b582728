"""The assignment panel of a claim or verdict: its content and its buttons."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from claims.admin.public_state import build_public_badge, build_verdict_state_badge, prefetch_states
from claims.features.teamwork import assignments, followers
from claims.features.teamwork.assignments import Subject
from claims.features.teamwork.models import Assignment, Priority
from claims.models import Verdict
from claims.newsroom.people import get_display_name
from claims.newsroom.refusals import NotPossible
from factcheck.admin.badges import Tone, render_badge
from factcheck.database.bounds import validate_plausible_day

#: The most people in the picker, which is a plain list; no newsroom assigns work to more people.
MAX_LISTED_PEOPLE = 300

_BADGE_TONES: dict[int, Tone] = {
    Priority.LOW: "faded",
    Priority.NORMAL: "neutral",
    Priority.HIGH: "waiting",
    Priority.URGENT: "bad",
}


def build_priority_badge(priority: int) -> SafeString | str:
    """Render the priority as a badge, or "" for the normal priority."""
    if priority == Priority.NORMAL:
        return ""
    return render_badge(Priority(priority).label, _BADGE_TONES[priority])


def prefetch_work_states(person: User) -> tuple[Prefetch, Prefetch]:
    """Return the prefetches of the rows that `build_work_state_badge` reads."""
    return prefetch_states(Verdict.objects.readable_by(person), "claim__")


def build_work_state_badge(row: Assignment) -> SafeString:
    """Return the badge that the lists of claims and verdicts show for the state of the assigned claim or verdict."""
    verdicts = row.claim.verdicts.all()
    verdict = next((candidate for candidate in verdicts if candidate.pk == row.verdict_id), None)
    return build_verdict_state_badge(verdict) if verdict else build_public_badge(row.claim, verdicts)


def build_due_badge(due_on: date | None, *, is_done: bool = False) -> SafeString | str:
    """Return a badge if the work is due today or overdue, otherwise the plain date, or "" without a due date."""
    if due_on is None:
        return ""
    day, today = date_format(due_on, "SHORT_DATE_FORMAT"), timezone.localdate()
    if is_done or due_on > today:
        return day
    if due_on == today:
        return render_badge(gettext("Due today"), "waiting")
    return render_badge(gettext("Overdue: %s") % day, "bad")


def build_assignment_context(subject: Subject, person: User) -> dict[str, Any]:
    """Return the context of `admin/desk/assignment.html` for a claim or a verdict."""
    claim = subject.claim if isinstance(subject, Verdict) else subject
    may_see_assignee = person.has_perm("teamwork.view_assignment")
    assignment = assignments.get_open_assignment(subject) if may_see_assignee else None
    assignee = assignments.get_assignee(assignment) if assignment else None
    has_work = assignments.is_work_open(subject)
    may_assign_to_self, may_assign = (
        person.has_perm(assignments.TAKE_PERMISSION),
        person.has_perm(assignments.ASSIGN_PERMISSION),
    )
    is_mine = assignee == person
    may_assign_to_others = has_work and (may_assign or (may_assign_to_self and is_mine))
    return {
        "work": {
            "kind": _get_subject_type(subject),
            "subject": subject,
            "claim": claim,
            # Whether this person may see the assignee.
            "may_see_assignee": may_see_assignee,
            "assignment": assignment,
            "assignee": assignee,
            "assignee_name": get_display_name(assignee) if assignee else "",
            "is_mine": is_mine,
            "due": _describe_due_date(assignment) if assignment else "",
            "may_assign_to_self": has_work
            and may_assign_to_self
            and assignee is None
            and assignments.can_do_work(type(subject), person),
            "may_assign_to_others": may_assign_to_others,
            "may_edit_assignment": may_assign_to_others,
            "people": _list_people(subject, assignee) if may_assign_to_others else [],
            "priorities": list(Priority.choices),
            "priority": assignment.priority if assignment else Priority.NORMAL,
            "days": _list_common_days(),
            "is_followed": followers.is_followed(claim, person),
        }
    }


def _describe_due_date(assignment: Assignment) -> SafeString | str:
    due_badge = build_due_badge(assignment.due_on)
    # The text of a badge is complete, so it needs no label.
    return due_badge if isinstance(due_badge, SafeString) or not due_badge else gettext("due %s") % due_badge


def _get_subject_type(subject: Subject) -> str:
    return "verdict" if isinstance(subject, Verdict) else "claim"


def _list_people(subject: Subject, assignee: User | None) -> list[tuple[int, str]]:
    people = assignments.find_assignable_people(type(subject))[:MAX_LISTED_PEOPLE]
    return [(person.pk, get_display_name(person)) for person in people if person != assignee]


def _list_common_days() -> list[tuple[str, str]]:
    """Return common due dates, each with the label of the button that sets it."""
    today = timezone.localdate()
    days = [(today, gettext("Today")), (today + timedelta(1), gettext("Tomorrow"))]
    return [(day.isoformat(), label) for day, label in [*days, (today + timedelta(7), gettext("In a week"))]]


def parse_day(text: str) -> date | None:
    """Parse a date from a form, or return None if the field is empty.

    Raises:
        NotPossible: the date is invalid or out of range.
    """
    if not text.strip():
        return None
    try:
        day = parse_date(text.strip())
        if day is None:
            raise ValueError(text)
        validate_plausible_day(day)
    except (ValueError, ValidationError):
        raise NotPossible(gettext("“%s” is not a date.") % text[:40]) from None
    return day


def parse_priority(text: str) -> int:
    """Return the priority chosen in a form. Raises NotPossible."""
    if not (text.isascii() and text.isdecimal() and int(text[:4]) in Priority.values):
        raise NotPossible(gettext("Choose a priority from the list."))
    return int(text)


def find_person(text: str) -> User:
    """Return the person chosen in a form. Raises NotPossible."""
    person = (
        User.objects.filter(pk=text).first()
        if text.isascii() and text.isdecimal() and len(text) < 19
        else None
    )
    if person is None:
        raise NotPossible(gettext("Choose a person."))
    return person


def run_assignment_action(subject: Subject, action: str, data: Any, *, by: User) -> str:
    """Perform the action of an assignment button, and return the message to show.

    Raises:
        NotPossible: the action is not possible; the message has the reason.
        NotAllowed: this person may not do it.
    """
    claim = subject.claim if isinstance(subject, Verdict) else subject
    match action:
        case "take":
            assignments.assign_to_self(subject, by=by)
            return gettext("Assigned to you.")
        case "hand-over":
            assignee, note = find_person(data.get("person", "")), data.get("note", "")
            assignments.assign_work(
                subject, assignee, by=by, note=note, expected_id=_read_displayed_assignee(data)
            )
            return gettext("Assigned to %s.") % get_display_name(assignee)
        case "release":
            assignments.release_work(subject, by=by, expected_id=_read_displayed_assignee(data))
            return gettext("No longer assigned to anyone.")
        case "due":
            due_on = parse_day(data.get("due_on", ""))
            assignments.set_due_date(subject, due_on, by=by)
            if due_on is None:
                return gettext("The due date was removed.")
            return gettext("Due on %s.") % date_format(due_on, "DATE_FORMAT")
        case "priority":
            priority = parse_priority(data.get("priority", ""))
            assignments.set_priority(subject, priority, by=by)
            return gettext("Priority changed to “%s”.") % Priority(priority).label
        case "follow":
            followers.follow(claim, by)
            return gettext("You follow this claim.")
        case "unfollow":
            followers.unfollow(claim, by)
            return gettext("You no longer follow this claim.")
    raise Http404


def _read_displayed_assignee(data: Any) -> int | assignments.KeepValue | None:
    """Return the id of the assignee that the page showed."""
    if "seen" not in data:
        return assignments.KEEP_VALUE
    return int(data["seen"]) if data["seen"].isdecimal() else None
