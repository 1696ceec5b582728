"""Background jobs of requests for reply: report deadlines that have passed, and delete contact details."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from claims.features.reply.models import ReplyRequest
from claims.models import Verdict
from claims.newsroom.notifications import NotificationKind, notify_people
from factcheck.database import clock
from factcheck.database.deferred_jobs import periodic_task

#: The maximum number of notifications per transaction.
_BATCH_SIZE = 100
_OPEN_STATES = (Verdict.State.DRAFT, Verdict.State.IN_REVIEW, Verdict.State.PUBLISHED)


@periodic_task("*/5 * * * *")
def notify_of_deadlines(timestamp: int) -> None:
    """Notify people about deadlines for replies that have passed. Runs every five minutes."""
    while notify_batch_of_passed_deadlines() == _BATCH_SIZE:
        pass


@transaction.atomic
def notify_batch_of_passed_deadlines() -> int:
    """Notify people once about each passed deadline in a batch, and return the number of deadlines."""
    overdue_requests = ReplyRequest.objects.unanswered().filter(
        answer_by__lte=Now(), reminded_at=None, carried_to=None, verdict__state__in=_OPEN_STATES
    )
    rows = list(
        overdue_requests.select_related("verdict__claim", "verdict__author", "sent_by", "claimant")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("answer_by", "pk")[:_BATCH_SIZE]
    )
    for row in rows:
        people = [person for person in (row.sent_by, row.verdict.author) if person]
        kind, verdict = NotificationKind.ANSWER_OVERDUE, row.verdict
        notify_people(kind, claim=verdict.claim, verdict=verdict, to=people, note=row.recipient_name)
    ReplyRequest.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=clock.get_database_time())
    return len(rows)


@periodic_task("47 3 * * *")
def delete_old_addresses(timestamp: int) -> None:
    """Delete contact details `REPLY_ADDRESS_DAYS` after the request. Runs daily."""
    oldest_allowed = clock.get_database_time() - timedelta(days=settings.REPLY_ADDRESS_DAYS)
    old_requests = Q(sent_at__lt=oldest_allowed) | Q(sent_at=None, created_at__lt=oldest_allowed)
    ReplyRequest.objects.filter(old_requests).exclude(address="").update(address="")
