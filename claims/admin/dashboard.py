"""The dashboard: what waits for the person who has just sat down."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, F, QuerySet, Window
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.admin.queues import QUEUES
from claims.admin.status_badges import rating_badge, status_badge
from claims.models import Claim, PossibleDuplicate, Publication, Rating, Repeat, Verdict, Watch
from factcheck.admin.badges import badge
from factcheck.admin.base import change_page, person_at

#: Rows of a list on the dashboard; the number above it counts all.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a list: what it is, the page it leads to, and a word beside it."""

    text: str
    page: str
    aside: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One list of the dashboard."""

    name: str
    title: str
    count: int
    page: str
    lines: list[ListedRow]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's DASHBOARD_CALLBACK."""
    person = person_at(request)
    wanted: list[tuple[str, str, QuerySet[Any]]] = [
        ("claims.triage_claim", "triage", Claim.objects.all()),
        ("claims.change_verdict", "mine", _verdicts()),
        ("claims.sign_off_verdict", "review", _verdicts()),
        ("claims.publish_verdict", "ready", _verdicts()),
        ("claims.add_verdict", "unchecked", Claim.objects.all()),
        ("claims.add_verdict", "recheck", _verdicts()),
        ("claims.change_appearance", "orphaned", Claim.objects.readable_by(person)),
        ("claims.change_rating", "unmapped", Rating.objects.select_related("scale__publisher")),
        ("claims.merge_claim", "duplicates", PossibleDuplicate.objects.select_related("claim__claimant")),
        ("claims.change_repeat", "repeats", Repeat.objects.select_related("source")),
        ("claims.change_watch", "failing", Watch.objects.select_related("progress")),
    ]
    cards = [_card(name, rows, person) for permission, name, rows in wanted if person.has_perm(permission)]
    if person.has_perm("claims.view_publication"):
        cards.append(_last_published())
    if not person.has_perm("claims.triage_claim") and person.has_perm("claims.add_claim"):
        cards.insert(0, _my_proposals(person))
    return context | {
        "cards": cards,
        "title": _("Desk"),
        "greeting": person.get_short_name() or person.username,
    }


def _verdicts() -> QuerySet[Verdict]:
    return Verdict.objects.select_related("claim", "rating").defer("explanation")


def _card(name: str, rows: QuerySet[Any], person: User) -> Card:
    queue = QUEUES[rows.model][name]
    count, found = _counted(queue.of(rows, person))
    listed = reverse(f"admin:claims_{rows.model._meta.model_name}_changelist")
    return Card(name, str(queue.title), count, f"{listed}?queue={name}", [_line(row) for row in found])


def _counted(rows: QuerySet[Any]) -> tuple[int, list[Any]]:
    """How many there are and the first of them. All are counted by their keys alone, and few are read."""
    numbered = list(rows.values_list("pk", Window(Count("pk")))[:_SHOWN])
    if not numbered:
        return 0, []
    read = {row.pk: row for row in rows.filter(pk__in=[key for key, _total in numbered])}
    # Who was faster may have moved one away in between.
    return numbered[0][1], [read[key] for key, _total in numbered if key in read]


def _line(row: Claim | Verdict | Rating | PossibleDuplicate | Repeat | Watch) -> ListedRow:
    if isinstance(row, Verdict):
        return ListedRow(str(row.claim), change_page(row), _aside(row))
    if isinstance(row, Rating):
        return ListedRow(row.label, change_page(row), str(row.scale.publisher))
    if isinstance(row, Repeat):
        return ListedRow(row.exact, change_page(row), str(row.source or row.get_origin_display()))
    if isinstance(row, Watch):
        since = row.progress.failing_since
        return ListedRow(
            str(row), change_page(row), date_format(localtime(since), "DATE_FORMAT") if since else ""
        )
    if isinstance(row, PossibleDuplicate):
        return ListedRow(str(row.claim), change_page(row), str(row.claim.claimant or ""))
    return ListedRow(str(row), change_page(row), "" if row.score is None else f"{row.score:.0%}")


def _aside(verdict: Verdict) -> SafeString | str:
    """The word that tells why the verdict waits."""
    if verdict.state == Verdict.State.DRAFT and verdict.review_round:
        return badge(_("Returned"), "waiting")
    if verdict.state == Verdict.State.PUBLISHED and verdict.recheck_on:
        return date_format(verdict.recheck_on, "DATE_FORMAT")
    return rating_badge(verdict.rating)


def _my_proposals(person: User) -> Card:
    mine = Claim.objects.filter(created_by=person, state=Claim.State.PROPOSED).order_by(F("pk").desc())
    count, found = _counted(mine)
    page = reverse("admin:claims_claim_changelist") + "?state__exact=proposed"
    return Card("proposals", _("My proposals"), count, page, [_line(claim) for claim in found])


def _last_published() -> Card:
    # What was imported from others is no news of ours; of what was withdrawn, nobody knows any more whose it was.
    ours = Publication.objects.newest().by_house() | Publication.objects.newest().exclude(
        status=Publication.Status.PUBLISHED
    )
    newest = ours.select_related("claim").only("kind", "status", "published_at", "claim__statement")
    found = newest.order_by("-published_at", "-claim_id")[:_SHOWN]
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
        ours.count(),
        reverse("admin:claims_publication_changelist"),
        lines,
    )
