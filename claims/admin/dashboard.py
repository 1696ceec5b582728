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
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.admin.first_steps import list_first_steps
from claims.admin.queue_ages import COUNT_LIMIT, queue_lines, queue_page, readable_rows
from claims.admin.queues import QUEUES, ListedRow, every_queue
from claims.admin.scheduling import annotate_planned, build_planned_badge
from claims.admin.status_badges import (
    build_deadline_badge,
    build_rating_badge,
    build_status_badge,
)
from claims.admin.trends import build_trends_context
from claims.articles.score_reasons import get_band_label
from claims.models import Claim, Publication, ReplyRequest, Verdict
from claims.models.visibility import READ_DRAFTS
from factcheck import features
from factcheck.admin.badges import badge
from factcheck.admin.base import change_page, person_at
from factcheck.backups.freshness import list_concerns

#: Rows of a list on the dashboard; the number above it counts all.
_SHOWN_ROWS = 5


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
    #: Shown while there is nothing in it; without, only the title is.
    if_empty: str = ""


def build_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the desk's content to unfold's DASHBOARD_CALLBACK."""
    person = person_at(request)
    cards, lines = list(_iterate_cards(person)), list(queue_lines(person))
    return context | {
        "cards": cards,
        "empty_cards": [card for card in cards if not card.count and not card.if_empty],
        "queues": lines,
        "empty_queues": [line for line in lines if not line.count],
        "title": _("Desk"),
        "first_steps": list_first_steps(person),
        "stores_mails": bool(settings.EMAIL_FILE_PATH),
        "greeting": person.get_short_name() or person.username,
        "concerns": list(_concerns()) if person.has_perm("claims.view_auditrecord") else [],
        **(build_trends_context() if person.has_perm(READ_DRAFTS) else {}),
    }


def _concerns() -> Iterator[str]:
    """Yield what an administrator has to look at."""
    yield from list_concerns()
    for of_feature in features.load_declared("desk_concerns"):
        yield from of_feature()


def _iterate_cards(person: User) -> Iterator[Card]:
    """Return the person's own work, most urgent list first."""
    for list_cards in features.load_declared("dashboard_cards"):
        yield from list_cards(person)
    yield from _listed_queues(person)
    for permission, name in (
        ("claims.sign_off_verdict", "review"),
        ("claims.change_verdict", "returned"),
        ("claims.change_verdict", "mine"),
        ("claims.publish_verdict", "ready"),
    ):
        if person.has_perm(permission):
            yield _build_card(name, _find_verdicts(person), person)
    if person.has_perm("claims.change_replyrequest"):
        yield _build_card("mine", _find_reply_requests(person), person)
    if not person.has_perm("claims.triage_claim") and person.has_perm("claims.add_claim"):
        yield _build_my_proposals_card(person)
    if person.has_perm("claims.view_publication"):
        yield _build_last_published_card()


def _find_verdicts(person: User) -> QuerySet[Verdict]:
    rows = Verdict.objects.readable_by(person).select_related("claim", "rating")
    return annotate_planned(rows.defer("explanation"))


def _find_reply_requests(person: User) -> QuerySet[ReplyRequest]:
    rows = ReplyRequest.objects.readable_by(person)
    return rows.select_related("verdict__claim", "claimant").defer("text", "answer")


def _build_card(name: str, rows: QuerySet[Any], person: User) -> Card:
    queue = QUEUES[rows.model][name]
    count, found = count_rows(queue.of(rows, person))
    listed = reverse(f"admin:claims_{rows.model._meta.model_name}_changelist")
    key = name if rows.model is Verdict else f"{rows.model._meta.model_name}-{name}"
    return Card(key, str(queue.title), count, f"{listed}?queue={name}", [_build_row(row) for row in found])


def count_rows(rows: QuerySet[Any], most: int = _SHOWN_ROWS) -> tuple[int, list[Any]]:
    """Return the number of rows and the first of them. Counting uses keys only, so few rows are read."""
    numbered = list(rows.values_list("pk", Window(Count("pk")))[:most])
    if not numbered:
        return 0, []
    read = {row.pk: row for row in rows.filter(pk__in=[key for key, _total in numbered])}
    # Who was faster may have moved one away in between.
    return numbered[0][1], [read[key] for key, _total in numbered if key in read]


def _listed_queues(person: User) -> Iterator[Card]:
    """Return the queues of which the first rows are shown."""
    for model, queues in every_queue().items():
        for name, queue in queues.items():
            if queue.list_row and person.has_perm(queue.permission):
                count, found = count_rows(queue.of(readable_rows(model, person), person))
                lines = [queue.list_row(row) for row in found]
                yield Card(name, str(queue.title), count, queue_page(model, name), lines)


def _build_row(row: Claim | Verdict | ReplyRequest) -> ListedRow:
    if isinstance(row, ReplyRequest):
        words = f"{row.whom}: {row.verdict.claim}"
        return ListedRow(words, f"{change_page(row.verdict.claim)}#right-of-reply", build_deadline_badge(row))
    if isinstance(row, Verdict):
        return ListedRow(str(row.claim), f"{change_page(row.claim)}#verdict", _build_reason_badge(row))
    return ListedRow(str(row), change_page(row), get_band_label(row.score))


def _build_reason_badge(verdict: Verdict) -> SafeString | str:
    """Return the word for the reason why the verdict waits."""
    if verdict.state == Verdict.State.DRAFT and verdict.review_round:
        return badge(_("Returned"), "waiting")
    return build_planned_badge(verdict) or build_rating_badge(verdict.rating)


def _build_my_proposals_card(person: User) -> Card:
    mine = Claim.objects.filter(created_by=person, state=Claim.State.PROPOSED).order_by(F("pk").desc())
    count, found = count_rows(mine)
    page = reverse("admin:claims_claim_changelist") + "?state__exact=proposed"
    return Card("proposals", _("My proposals"), count, page, [_build_row(claim) for claim in found])


def _build_last_published_card() -> Card:
    # Imported claims are not our news, and withdrawn ones no longer have a publisher.
    ours = Publication.objects.newest().by_house() | Publication.objects.newest().exclude(
        status=Publication.Status.PUBLISHED
    )
    newest = ours.select_related("claim").only("kind", "status", "published_at", "claim__statement")
    found = newest.order_by("-published_at", "-claim_id")[:_SHOWN_ROWS]
    counted = len(ours.order_by().values("pk")[: COUNT_LIMIT + 1])
    lines = [
        ListedRow(
            str(entry.claim),
            change_page(entry.claim),
            date_format(localtime(entry.published_at), "DATE_FORMAT")
            if entry.status == Publication.Status.PUBLISHED
            else build_status_badge(entry),
        )
        for entry in found
    ]
    return Card(
        "published",
        _("Last published"),
        min(counted, COUNT_LIMIT),
        reverse("admin:claims_publication_changelist"),
        lines,
        is_bounded=counted > COUNT_LIMIT,
    )
