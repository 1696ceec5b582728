"""The dashboard: the work that waits for the person, its deadlines, and the newsroom's figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, F, Min, Model, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.admin.administration import is_setup_checked
from claims.admin.queues import QUEUES, ListedRow, get_queues
from claims.admin.status_badges import (
    annotate_planned_time,
    build_planned_badge,
    build_rating_badge,
    build_status_badge,
)
from claims.admin.trends import build_trends_context
from claims.articles.score_reasons import get_band_label
from claims.models import Claim, Publication, RatingScale, Verdict
from claims.models.visibility import READ_DRAFTS
from factcheck import features
from factcheck.admin.badges import render_badge
from factcheck.admin.base import get_page_url, get_person
from factcheck.backups.freshness import list_concerns
from sources.models import Publisher

#: The placeholder for a newsroom without a name.
_DEFAULT_NEWSROOM_NAME = "Factcheck Newsroom"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """A step in setting up the newsroom: its page, and whether it is done."""

    title: str
    url: str
    is_done: bool


def list_first_steps(person: User) -> list[FirstStep]:
    """Return the steps for setting up a newsroom; [] after the first publication, or if the person cannot invite."""
    if not person.has_perm("auth.add_user") or Publication.objects.exists():
        return []
    own_publisher = Publisher.objects.get_house()
    is_named = bool(own_publisher.url) or own_publisher.name != _DEFAULT_NEWSROOM_NAME
    scales = RatingScale.objects.filter(publisher=own_publisher, in_use=True)
    return [
        FirstStep(_("Name, address and language of the newsroom"), get_page_url(own_publisher), is_named),
        FirstStep(_("Rating scale"), reverse("admin:claims_ratingscale_changelist"), scales.exists()),
        FirstStep(_("Languages and features"), reverse("desk-installation"), is_setup_checked()),
        FirstStep(
            _("Invite colleagues"),
            reverse("admin:auth_user_add"),
            User.objects.filter(is_staff=True).exclude(pk=person.pk).exists(),
        ),
        FirstStep(
            _("Import an article or enter a claim"),
            reverse("admin:claims_claim_import"),
            Claim.objects.exists(),
        ),
        FirstStep(_("Publish a first verdict"), reverse("admin:claims_claim_changelist"), False),
    ]


#: The highest count; for more, the exact number no longer matters.
COUNT_LIMIT = 1000
#: Up to this many days, an age is written in days, then in months or years.
_MAX_AGE_IN_DAYS = 60


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue on the dashboard: the number of items, and the day since which the oldest item has been waiting."""

    name: str
    title: str
    count: int
    url: str
    #: Since when the oldest item has been waiting; None if unknown.
    waiting_since: date | None

    @property
    def is_bounded(self) -> bool:
        """Return whether there are more items than were counted."""
        return self.count > COUNT_LIMIT

    @property
    def number(self) -> int:
        return min(self.count, COUNT_LIMIT)

    @property
    def age(self) -> str:
        """Return how long the oldest item has been waiting, in words."""
        if self.waiting_since is None:
            return ""
        today = timezone.localdate()
        days = (today - self.waiting_since).days
        if days >= _MAX_AGE_IN_DAYS:
            return timesince(self.waiting_since, today, depth=1)
        return ngettext("%d day", "%d days", days) % days if days > 0 else _("today")


def iterate_queue_lines(person: User) -> Iterator[QueueLine]:
    """Yield this person's queues that the dashboard shows as numbers, counting only rows that the person may read."""
    for model, queues in get_queues().items():
        for name, queue in queues.items():
            if queue.permission and queue.list_row is None and person.has_perm(queue.permission):
                rows = queue.filter_rows(filter_readable_rows(model, person), person)
                yield _build_line(
                    name, str(queue.title), rows, queue.since_column, build_queue_url(model, name)
                )
    if person.has_perm("procrastinate.view_procrastinatejob"):
        failed_jobs = ProcrastinateJob.objects.filter(status="failed")
        url = reverse("admin:procrastinate_procrastinatejob_changelist") + "?status__exact=failed"
        yield _build_line("jobs", _("Failed background jobs"), failed_jobs, "", url)


def build_queue_url(model: type[Model], name: str) -> str:
    """Return the URL of a queue's list."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + f"?queue={name}"


def filter_readable_rows(model: type[Model], person: User) -> QuerySet[Any]:
    """Return the rows that the person may read."""
    rows = model._default_manager.all()
    return rows.readable_by(person) if hasattr(rows, "readable_by") else rows


def _build_line(name: str, title: str, rows: QuerySet[Any], since_column: str, url: str) -> QueueLine:
    aggregates: dict[str, Any] = {"number": Count("pk")}
    columns = ["pk"]
    if since_column:
        rows = rows.annotate(waiting_since=F(since_column))
        aggregates["earliest"] = Min("waiting_since")
        columns.append("waiting_since")
    # A queue that shows ages lists its oldest rows first, so only those are read.
    ordered_rows = rows.order_by("pk") if since_column else rows.order_by()
    totals = ordered_rows.values(*columns)[: COUNT_LIMIT + 1].aggregate(**aggregates)
    return QueueLine(name, title, totals["number"], url, _get_day(totals.get("earliest")))


def _get_day(moment: datetime | date | None) -> date | None:
    return localtime(moment).date() if isinstance(moment, datetime) else moment


#: The most rows in a list of the dashboard; the number above the list counts all rows.
_ROW_LIMIT = 5


@dataclass(frozen=True, slots=True)
class Card:
    """A list on the dashboard, with its first rows."""

    name: str
    title: str
    count: int
    url: str
    lines: list[ListedRow]
    #: Whether there are more rows than were counted.
    is_bounded: bool = False
    #: Shown if the list is empty; if this is "", only the title is shown.
    empty_text: str = ""


def build_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context with the dashboard's content; unfold's DASHBOARD_CALLBACK."""
    person = get_person(request)
    cards, lines = list(_iterate_cards(person)), list(iterate_queue_lines(person))
    return context | {
        "cards": cards,
        "empty_cards": [card for card in cards if not card.count and not card.empty_text],
        "queues": lines,
        "empty_queues": [line for line in lines if not line.count],
        "title": _("Desk"),
        "first_steps": list_first_steps(person),
        "stores_mails": bool(settings.EMAIL_FILE_PATH),
        "greeting": person.get_short_name() or person.username,
        "concerns": list(_iterate_warnings()) if person.has_perm("claims.view_auditrecord") else [],
        **(build_trends_context() if person.has_perm(READ_DRAFTS) else {}),
    }


def _iterate_warnings() -> Iterator[str]:
    """Yield the warnings for administrators, from the core and from features."""
    yield from list_concerns()
    for list_warnings in features.load_declared("desk_concerns"):
        yield from list_warnings()


def _iterate_cards(person: User) -> Iterator[Card]:
    """Yield the lists of the person's own work, most urgent first."""
    for list_cards in features.load_declared("dashboard_cards"):
        yield from list_cards(person)
    yield from _list_shown_queues(person)
    for permission, name in (
        ("claims.sign_off_verdict", "review"),
        ("claims.change_verdict", "returned"),
        ("claims.change_verdict", "mine"),
        ("claims.publish_verdict", "ready"),
    ):
        if person.has_perm(permission):
            yield _build_card(name, _find_verdicts(person), person)
    if not person.has_perm("claims.triage_claim") and person.has_perm("claims.add_claim"):
        yield _build_my_proposals_card(person)
    if person.has_perm("claims.view_publication"):
        yield _build_last_published_card()


def _find_verdicts(person: User) -> QuerySet[Verdict]:
    rows = Verdict.objects.readable_by(person).select_related("claim", "rating")
    return annotate_planned_time(rows.defer("explanation"))


def _build_card(name: str, rows: QuerySet[Any], person: User) -> Card:
    queue = QUEUES[rows.model][name]
    count, first_rows = count_rows(queue.select_rows(rows, person))
    url = reverse(f"admin:claims_{rows.model._meta.model_name}_changelist")
    return Card(name, str(queue.title), count, f"{url}?queue={name}", [_build_row(row) for row in first_rows])


def count_rows(rows: QuerySet[Any], limit: int = _ROW_LIMIT) -> tuple[int, list[Any]]:
    """Return the number of all rows, and the first `limit` rows."""
    counted_keys = list(rows.values_list("pk", Window(Count("pk")))[:limit])
    if not counted_keys:
        return 0, []
    rows_by_id = {row.pk: row for row in rows.filter(pk__in=[key for key, _count in counted_keys])}
    # Another person may have changed one of the first rows in the meantime.
    return counted_keys[0][1], [rows_by_id[key] for key, _count in counted_keys if key in rows_by_id]


def _list_shown_queues(person: User) -> Iterator[Card]:
    """Yield a card for each queue whose first rows the dashboard shows."""
    for model, queues in get_queues().items():
        for name, queue in queues.items():
            if queue.list_row and person.has_perm(queue.permission):
                count, first_rows = count_rows(queue.select_rows(filter_readable_rows(model, person), person))
                lines = [queue.list_row(row) for row in first_rows]
                yield Card(name, str(queue.title), count, build_queue_url(model, name), lines)


def _build_row(row: Claim | Verdict) -> ListedRow:
    if isinstance(row, Verdict):
        return ListedRow(str(row.claim), f"{get_page_url(row.claim)}#verdict", _build_reason_badge(row))
    return ListedRow(str(row), get_page_url(row), get_band_label(row.score))


def _build_reason_badge(verdict: Verdict) -> SafeString | str:
    """Return a badge that says that the verdict was returned or is scheduled, or else shows its rating."""
    if verdict.state == Verdict.State.DRAFT and verdict.review_round:
        return render_badge(_("Returned"), "waiting")
    return build_planned_badge(verdict) or build_rating_badge(verdict.rating)


def _build_my_proposals_card(person: User) -> Card:
    proposals = Claim.objects.filter(created_by=person, state=Claim.State.PROPOSED).order_by(F("pk").desc())
    count, first_rows = count_rows(proposals)
    url = reverse("admin:claims_claim_changelist") + "?state__exact=proposed"
    return Card("proposals", _("My proposals"), count, url, [_build_row(claim) for claim in first_rows])


def _build_last_published_card() -> Card:
    # Imported claims are no news of this newsroom, and entries of withdrawn claims name no publisher.
    newsroom_entries = Publication.objects.newest().by_newsroom() | Publication.objects.newest().exclude(
        status=Publication.Status.PUBLISHED
    )
    listed_entries = newsroom_entries.select_related("claim").only(
        "kind", "status", "published_at", "claim__statement"
    )
    entries = listed_entries.order_by("-published_at", "-claim_id")[:_ROW_LIMIT]
    count = len(newsroom_entries.order_by().values("pk")[: COUNT_LIMIT + 1])
    lines = [
        ListedRow(
            str(entry.claim),
            get_page_url(entry.claim),
            date_format(localtime(entry.published_at), "DATE_FORMAT")
            if entry.status == Publication.Status.PUBLISHED
            else build_status_badge(entry),
        )
        for entry in entries
    ]
    return Card(
        "published",
        _("Last published"),
        min(count, COUNT_LIMIT),
        reverse("admin:claims_publication_changelist"),
        lines,
        is_bounded=count > COUNT_LIMIT,
    )
