"""The dashboard: work waiting for the person, its deadlines, and the newsroom's figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, F, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.admin.assignment import due_badge, priority_badge
from claims.admin.first_steps import first_steps
from claims.admin.queue_ages import MOST_COUNTED, queue_lines, queue_page, readable_rows
from claims.admin.queues import QUEUES, ListedRow, every_queue
from claims.admin.scheduling import planned_badge, with_planned
from claims.admin.status_badges import deadline_badge, rating_badge, state_badge, status_badge
from claims.admin.trends import trends_context
from claims.articles.score_reasons import band_label
from claims.models import Assignment, Claim, Publication, ReplyRequest, Verdict
from claims.models.assignment import BY_URGENCY
from claims.models.visibility import READ_DRAFTS
from factcheck.admin.badges import badge
from factcheck.admin.base import change_page, person_at
from factcheck.backups.freshness import concerns

#: Rows of a list on the dashboard; the number above it counts all.
_SHOWN = 5
#: Of one's own work more is shown: it is what one came for.
_SHOWN_WORK = 8


@dataclass(frozen=True, slots=True)
class Card:
    """One list of the dashboard."""

    name: str
    title: str
    count: int
    page: str
    lines: list[ListedRow]
    #: Whether there are more than were counted.
    is_bounded: bool = False


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's DASHBOARD_CALLBACK."""
    person = person_at(request)
    cards, lines = list(_cards(person)), list(queue_lines(person))
    return context | {
        "cards": cards,
        "empty_cards": [card for card in cards if not card.count and card.name != "work"],
        "queues": lines,
        "empty_queues": [line for line in lines if not line.count],
        "title": _("Desk"),
        "first_steps": first_steps(person),
        "stores_mails": bool(settings.EMAIL_FILE_PATH),
        "greeting": person.get_short_name() or person.username,
        "concerns": concerns() if person.has_perm("claims.view_auditrecord") else [],
        **(trends_context() if person.has_perm(READ_DRAFTS) else {}),
    }


def _cards(person: User) -> Iterator[Card]:
    """Return the person's own work, most urgent list first."""
    if person.has_perm("claims.take_work"):
        yield _my_work(person)
    yield from _listed_queues(person)
    for permission, name in (
        ("claims.sign_off_verdict", "review"),
        ("claims.change_verdict", "returned"),
        ("claims.change_verdict", "mine"),
        ("claims.publish_verdict", "ready"),
    ):
        if person.has_perm(permission):
            yield _card(name, _verdicts(person), person)
    if person.has_perm("claims.change_replyrequest"):
        yield _card("mine", _answers(person), person)
    if not person.has_perm("claims.triage_claim") and person.has_perm("claims.add_claim"):
        yield _my_proposals(person)
    if person.has_perm("claims.view_publication"):
        yield _last_published()


def _verdicts(person: User) -> QuerySet[Verdict]:
    rows = Verdict.objects.readable_by(person).select_related("claim", "rating")
    return with_planned(rows.defer("explanation"))


def _answers(person: User) -> QuerySet[ReplyRequest]:
    rows = ReplyRequest.objects.readable_by(person)
    return rows.select_related("verdict__claim", "claimant").defer("text", "answer")


def _card(name: str, rows: QuerySet[Any], person: User) -> Card:
    queue = QUEUES[rows.model][name]
    count, found = _counted(queue.of(rows, person))
    listed = reverse(f"admin:claims_{rows.model._meta.model_name}_changelist")
    key = name if rows.model is Verdict else f"{rows.model._meta.model_name}-{name}"
    return Card(key, str(queue.title), count, f"{listed}?queue={name}", [_line(row) for row in found])


def _counted(rows: QuerySet[Any], most: int = _SHOWN) -> tuple[int, list[Any]]:
    """Return the number of rows and the first of them. Counting uses keys only, so few rows are read."""
    numbered = list(rows.values_list("pk", Window(Count("pk")))[:most])
    if not numbered:
        return 0, []
    read = {row.pk: row for row in rows.filter(pk__in=[key for key, _total in numbered])}
    # Who was faster may have moved one away in between.
    return numbered[0][1], [read[key] for key, _total in numbered if key in read]


def _my_work(person: User) -> Card:
    mine = Assignment.objects.open().filter(person=person).select_related("claim", "verdict")
    count, found = _counted(mine.order_by(*BY_URGENCY), _SHOWN_WORK)
    page = reverse("admin:claims_assignment_changelist") + "?done=no&who=me"
    return Card("work", _("My work"), count, page, [_work_line(row) for row in found])


def _listed_queues(person: User) -> Iterator[Card]:
    """Return the queues of which the first rows are shown."""
    for model, queues in every_queue().items():
        for name, queue in queues.items():
            if queue.list_row and person.has_perm(queue.permission):
                count, found = _counted(queue.of(readable_rows(model, person), person))
                lines = [queue.list_row(row) for row in found]
                yield Card(name, str(queue.title), count, queue_page(model, name), lines)


def _work_line(row: Assignment) -> ListedRow:
    subject = row.verdict or row.claim
    words = format_html("{} {} {}", due_badge(row.due_on), priority_badge(row.priority), state_badge(subject))
    return ListedRow(str(row.claim), change_page(row.claim), words)


def _line(row: Claim | Verdict | ReplyRequest) -> ListedRow:
    if isinstance(row, ReplyRequest):
        words = f"{row.whom}: {row.verdict.claim}"
        return ListedRow(words, f"{change_page(row.verdict.claim)}#right-of-reply", deadline_badge(row))
    if isinstance(row, Verdict):
        return ListedRow(str(row.claim), f"{change_page(row.claim)}#verdict", _aside(row))
    return ListedRow(str(row), change_page(row), band_label(row.score))


def _aside(verdict: Verdict) -> SafeString | str:
    """Return the word for the reason why the verdict waits."""
    if verdict.state == Verdict.State.DRAFT and verdict.review_round:
        return badge(_("Returned"), "waiting")
    return planned_badge(verdict) or rating_badge(verdict.rating)


def _my_proposals(person: User) -> Card:
    mine = Claim.objects.filter(created_by=person, state=Claim.State.PROPOSED).order_by(F("pk").desc())
    count, found = _counted(mine)
    page = reverse("admin:claims_claim_changelist") + "?state__exact=proposed"
    return Card("proposals", _("My proposals"), count, page, [_line(claim) for claim in found])


def _last_published() -> Card:
    # Imported claims are not our news, and withdrawn ones no longer have a publisher.
    ours = Publication.objects.newest().by_house() | Publication.objects.newest().exclude(
        status=Publication.Status.PUBLISHED
    )
    newest = ours.select_related("claim").only("kind", "status", "published_at", "claim__statement")
    found = newest.order_by("-published_at", "-claim_id")[:_SHOWN]
    counted = len(ours.order_by().values("pk")[: MOST_COUNTED + 1])
    lines = [
        ListedRow(
            str(entry.claim),
            change_page(entry.claim),
            date_format(localtime(entry.published_at), "DATE_FORMAT")
            if entry.status == Publication.Status.PUBLISHED
            else status_badge(entry),
        )
        for entry in found
    ]
    return Card(
        "published",
        _("Last published"),
        min(counted, MOST_COUNTED),
        reverse("admin:claims_publication_changelist"),
        lines,
        is_bounded=counted > MOST_COUNTED,
    )
