"""Figures of the queues: how many items wait, and for how long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, F, Min, Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.admin.queues import every_queue

#: Do not count beyond this: the exact number no longer matters.
COUNT_LIMIT = 1000
#: From so many days on, an age is written in months or years.
_MANY_DAYS = 60


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue in figures."""

    name: str
    title: str
    count: int
    page: str
    #: The day since which the oldest waits; None where that is not known.
    oldest: date | None

    @property
    def is_bounded(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > COUNT_LIMIT

    @property
    def number(self) -> int:
        return min(self.count, COUNT_LIMIT)

    @property
    def age(self) -> str:
        """The waiting time of the oldest item."""
        if self.oldest is None:
            return ""
        today = timezone.localdate()
        days = (today - self.oldest).days
        if days >= _MANY_DAYS:
            return timesince(self.oldest, today, depth=1)
        return ngettext("%d day", "%d days", days) % days if days > 0 else _("today")


def queue_lines(person: User) -> Iterator[QueueLine]:
    """The queues in which this person can do something, each with what the person may read."""
    for model, queues in every_queue().items():
        for name, queue in queues.items():
            if queue.permission and queue.list_row is None and person.has_perm(queue.permission):
                waiting = queue.narrow(readable_rows(model, person), person)
                yield _build_line(name, str(queue.title), waiting, queue.since, queue_page(model, name))
    if person.has_perm("procrastinate.view_procrastinatejob"):
        failed = ProcrastinateJob.objects.filter(status="failed")
        page = reverse("admin:procrastinate_procrastinatejob_changelist") + "?status__exact=failed"
        yield _build_line("jobs", _("Background jobs that failed"), failed, "", page)


def queue_page(model: type[Model], name: str) -> str:
    """Return the address of the list of a queue."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + f"?queue={name}"


def readable_rows(model: type[Model], person: User) -> QuerySet[Any]:
    """Return the rows that the person may read."""
    rows = model._default_manager.all()
    return rows.readable_by(person) if hasattr(rows, "readable_by") else rows


def _build_line(name: str, title: str, rows: QuerySet[Any], since: str, page: str) -> QueueLine:
    counted: dict[str, Any] = {"number": Count("pk")}
    columns = ["pk"]
    if since:
        rows = rows.annotate(waits_since=F(since))
        counted["oldest"] = Min("waits_since")
        columns.append("waits_since")
    # Where ages are shown, the oldest come first; no more than these are read.
    ordered = rows.order_by("pk") if since else rows.order_by()
    found = ordered.values(*columns)[: COUNT_LIMIT + 1].aggregate(**counted)
    return QueueLine(name, title, found["number"], page, _to_day(found.get("oldest")))


def _to_day(moment: datetime | date | None) -> date | None:
    return localtime(moment).date() if isinstance(moment, datetime) else moment
