"""The calendar: due work, due rechecks and scheduled publications, by day."""

import calendar as months
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber, TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.features.teamwork import assignments
from claims.features.teamwork.admin.assignment import build_priority_badge
from claims.features.teamwork.models import Assignment
from claims.models import ScheduledPublication, Verdict
from claims.newsroom.people import get_display_name
from factcheck.admin.base import get_page_url
from factcheck.admin.days import get_first_weekday

#: The most entries of each kind shown on a day; the linked list has all entries of the day.
_ENTRIES_PER_KIND = 3
_MIN_YEAR, _MAX_YEAR = 2000, 2199

#: Work that is due, a recheck or a scheduled publication, as the calendar shows it.
Entry = dict[str, Any]


def build_calendar_context(request: HttpRequest, person: User) -> dict[str, Any]:
    today = timezone.localdate()
    first_day = _parse_month(request.GET.get("month", ""), today)
    is_own_work, is_list_view = "mine" in request.GET, "list" in request.GET
    weeks = months.Calendar(firstweekday=(get_first_weekday(request) - 1) % 7)
    days = list(weeks.itermonthdates(first_day.year, first_day.month))
    entries: dict[date, list[Entry]] = defaultdict(list)
    hidden_counts: dict[date, int] = defaultdict(int)
    for day, entry, hidden_count in _find_entries(
        days[0], days[-1], person, is_own_work=is_own_work, today=today
    ):
        entries[day].append(entry)
        hidden_counts[day] += hidden_count
    page = reverse("admin:teamwork_assignment_calendar")
    parameters = ("&mine=1" if is_own_work else "") + ("&list=1" if is_list_view else "")
    work_list_url = (
        reverse("admin:teamwork_assignment_changelist") + "?done=no" + ("&who=me" if is_own_work else "")
    )
    return {
        "month": first_day,
        "days": [
            {
                "day": day,
                "is_of_month": day.month == first_day.month,
                "is_today": day == today,
                "entries": entries[day],
                # The number of entries that are not shown, and the URL of the list that has them.
                "others": hidden_counts[day],
                "listed": f"{work_list_url}&due={day}",
            }
            for day in days
        ],
        "weekdays": [(WEEKDAYS_ABBR[day.weekday()], WEEKDAYS[day.weekday()]) for day in days[:7]],
        "before": f"{page}?month={first_day - timedelta(days=1):%Y-%m}{parameters}",
        "after": f"{page}?month={first_day + timedelta(days=31):%Y-%m}{parameters}",
        "this_month": f"{page}?{parameters[1:]}",
        "mine": is_own_work,
        "as_list": is_list_view,
        "is_empty": not any(entries.values()),
    }


def _parse_month(text: str, today: date) -> date:
    """Return the first day of the month in the URL or, if it is invalid, of the current month."""
    try:
        first_day = date.fromisoformat(f"{text}-01")
    except ValueError:
        first_day = today.replace(day=1)
    return first_day if _MIN_YEAR <= first_day.year <= _MAX_YEAR else today.replace(day=1)


def _find_entries(
    first_day: date, last_day: date, person: User, *, is_own_work: bool, today: date
) -> Iterator[tuple[date, Entry, int]]:
    """Yield (day, entry, hidden count). The first entry of a kind on a day has the count for that kind, others 0."""
    work = Assignment.objects.readable_by(person).open().filter(due_on__range=(first_day, last_day))
    rechecks = (
        Verdict.objects.readable_by(person)
        .filter(
            state=Verdict.State.PUBLISHED, recheck_on__range=(first_day, last_day), publisher__is_house=True
        )
        .defer("explanation")
    )
    plans = ScheduledPublication.objects.readable_by(person).open().annotate(day=TruncDate("publish_at"))
    plans = plans.filter(day__gte=first_day, day__lte=last_day).defer("verdict__explanation")
    if is_own_work:
        work = work.filter(person=person)
        rechecks = rechecks.filter(Q(author=person) | Q(assignment__person=person, assignment__done_at=None))
        plans = plans.filter(made_by=person)
    for row in _limit_per_day(work.select_related("claim", "verdict", "person"), "due_on", "-priority"):
        yield row.due_on, _build_due_entry(row, today), _count_hidden_entries(row)
    for row in _limit_per_day(rechecks.select_related("claim", "author"), "recheck_on"):
        yield row.recheck_on, _build_recheck_entry(row, today), _count_hidden_entries(row)
    for row in _limit_per_day(plans.select_related("verdict__claim"), "day", "publish_at"):
        yield row.day, _build_planned_entry(row), _count_hidden_entries(row)


def _limit_per_day(rows: QuerySet[Any], day: str, *order: str) -> QuerySet[Any]:
    """Return the first rows of each day, annotated with their position within the day and the day's row count."""
    ordered_rows = rows.annotate(
        place=Window(RowNumber(), partition_by=[F(day)], order_by=[*order, "pk"]),
        together=Window(Count("pk"), partition_by=[F(day)]),
    )
    return ordered_rows.filter(place__lte=_ENTRIES_PER_KIND).order_by(day, "place")


def _count_hidden_entries(row: Any) -> int:
    return max(row.together - _ENTRIES_PER_KIND, 0) if row.place == 1 else 0


def _build_due_entry(row: Assignment, today: date) -> Entry:
    assignee = assignments.get_assignee(row)
    return {
        "kind": "due",
        "label": _("Due"),
        "text": str(row.claim),
        "page": get_page_url(row.verdict or row.claim),
        "person": get_display_name(assignee) if assignee else _("unassigned"),
        "priority": build_priority_badge(row.priority),
        "is_late": row.due_on is not None and row.due_on < today,
    }


def _build_planned_entry(plan: ScheduledPublication) -> Entry:
    return {
        "kind": "planned",
        "label": _("Scheduled for %s") % time_format(localtime(plan.publish_at)),
        "text": str(plan.verdict.claim),
        "page": get_page_url(plan.verdict),
        "person": plan.made_by_name,
        "priority": "",
        "is_late": False,
    }


def _build_recheck_entry(verdict: Verdict, today: date) -> Entry:
    return {
        "kind": "recheck",
        "label": _("Check again"),
        "text": str(verdict.claim),
        "page": get_page_url(verdict),
        "person": get_display_name(verdict.author) if verdict.author else "",
        "priority": "",
        "is_late": verdict.recheck_on is not None and verdict.recheck_on < today,
    }
