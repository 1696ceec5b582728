"""The calendar: what is due on which day, what is to be checked again, and what will be published."""

import calendar as months
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import get_format, time_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.admin.assignment import priority_badge
from claims.models import Assignment, ScheduledPublication, Verdict
from claims.newsroom.people import display_name
from claims.teamwork import assignments
from factcheck.admin.base import change_page

#: So many of each kind are read for a month, and so many of a day stand in its square; the list has the others.
_MOST = 150
_IN_SQUARE = 3
_EARLIEST, _LATEST = 2000, 2199


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """Something that a day brings."""

    kind: str
    label: str
    text: str
    page: str
    person: str
    priority: SafeString | str
    is_late: bool


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the calendar, and what it brings."""

    day: date
    is_of_month: bool
    is_today: bool
    entries: list[CalendarEntry]

    @property
    def shown(self) -> list[CalendarEntry]:
        return self.entries[:_IN_SQUARE]

    @property
    def others(self) -> int:
        """How many more there are than stand in the square."""
        return max(len(self.entries) - _IN_SQUARE, 0)


def calendar_context(request: HttpRequest, person: User) -> dict[str, Any]:
    today = timezone.localdate()
    first = _month(request.GET.get("month", ""), today)
    mine = "mine" in request.GET
    weeks = months.Calendar(firstweekday=(int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7).monthdatescalendar(
        first.year, first.month
    )
    found, is_more = _entries(weeks[0][0], weeks[-1][-1], person, mine=mine, today=today)
    days = [
        [CalendarDay(day, day.month == first.month, day == today, found[day]) for day in week]
        for week in weeks
    ]
    page = reverse("admin:claims_assignment_calendar")
    chosen = "&mine=1" if mine else ""
    return {
        "month": first,
        "weeks": days,
        "agenda": [day for week in days for day in week if day.is_of_month and day.entries],
        "weekdays": [(WEEKDAYS_ABBR[day.weekday()], WEEKDAYS[day.weekday()]) for day in weeks[0]],
        "before": f"{page}?month={first - timedelta(days=1):%Y-%m}{chosen}",
        "after": f"{page}?month={first + timedelta(days=31):%Y-%m}{chosen}",
        "this_month": f"{page}?mine=1" if mine else page,
        "mine": mine,
        "is_more": is_more,
        "all_work": reverse("admin:claims_assignment_changelist") + "?done=no",
    }


def _month(asked: str, today: date) -> date:
    """The first day of the month that was asked for, or of the present one."""
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        first = today.replace(day=1)
    return first if _EARLIEST <= first.year <= _LATEST else today.replace(day=1)


def _entries(
    first: date, last: date, person: User, *, mine: bool, today: date
) -> tuple[dict[date, list[CalendarEntry]], bool]:
    """By day, what it brings; and whether there is more than was read."""
    due = (
        Assignment.objects.readable_by(person)
        .open()
        .filter(due_on__range=(first, last))
        .select_related("claim", "verdict", "person")
        .order_by("due_on", "-priority", "pk")
    )
    again = (
        Verdict.objects.readable_by(person)
        .filter(state=Verdict.State.PUBLISHED, recheck_on__range=(first, last), publisher__is_house=True)
        .select_related("claim", "author")
        .defer("explanation")
        .order_by("recheck_on", "pk")
    )
    if mine:
        due = due.filter(person=person)
        again = again.filter(Q(author=person) | Q(assignment__person=person, assignment__done_at=None))
    planned = (
        ScheduledPublication.objects.readable_by(person)
        .open()
        .filter(publish_at__date__range=(first, last))
        .select_related("verdict__claim")
        .defer("verdict__explanation")
        .order_by("publish_at", "pk")
    )
    if mine:
        planned = planned.filter(made_by=person)
    work, checks, plans = (list(rows[: _MOST + 1]) for rows in (due, again, planned))
    found: dict[date, list[CalendarEntry]] = defaultdict(list)
    for row in work[:_MOST]:
        if row.due_on:
            found[row.due_on].append(_due(row, today))
    for verdict in checks[:_MOST]:
        if verdict.recheck_on:
            found[verdict.recheck_on].append(_recheck(verdict, today))
    for plan in plans[:_MOST]:
        found[localtime(plan.publish_at).date()].append(_planned(plan))
    return found, any(len(rows) > _MOST for rows in (work, checks, plans))


def _due(row: Assignment, today: date) -> CalendarEntry:
    holder = assignments.holder_of(row)
    return CalendarEntry(
        kind="due",
        label=_("Due"),
        text=str(row.claim),
        page=change_page(row.verdict or row.claim),
        person=display_name(holder) if holder else _("nobody"),
        priority=priority_badge(row.priority),
        is_late=row.due_on is not None and row.due_on < today,
    )


def _planned(plan: ScheduledPublication) -> CalendarEntry:
    return CalendarEntry(
        kind="planned",
        label=_("Published at %s") % time_format(localtime(plan.publish_at)),
        text=str(plan.verdict.claim),
        page=change_page(plan.verdict),
        person=plan.made_by_name,
        priority="",
        is_late=False,
    )


def _recheck(verdict: Verdict, today: date) -> CalendarEntry:
    return CalendarEntry(
        kind="recheck",
        label=_("Check again"),
        text=str(verdict.claim),
        page=change_page(verdict),
        person=display_name(verdict.author) if verdict.author else "",
        priority="",
        is_late=verdict.recheck_on is not None and verdict.recheck_on < today,
    )
