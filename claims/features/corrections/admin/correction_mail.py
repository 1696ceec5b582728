"""The number of readers who were emailed about a correction, shown on the claim's page at the desk."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.corrections.models import ClaimSubscription, MailedCorrection
from claims.features.corrections.subscriptions import MAIL_CHANGE_TASK
from claims.models import Publication


def describe_mail(entries: Sequence[Publication], person: User) -> dict[int, list[str]]:
    """Return, keyed by ledger entry id, a list with one line of text on the emails about that entry."""
    reader_counts = dict(
        MailedCorrection.objects.filter(publication__in=entries).values_list("pk", "readers")
    )
    was_rejected = Q(pk__in=_find_rejected_subscriptions())
    aggregates: dict[str, Any] = {}
    for entry in entries:
        is_waiting = Q(sequence__lt=entry.sequence)
        aggregates[f"waiting_{entry.pk}"] = Count("pk", filter=is_waiting)
        aggregates[f"refused_{entry.pk}"] = Count("pk", filter=is_waiting & was_rejected)
    followers = ClaimSubscription.objects.filter(claim=entries[0].claim_id, confirmed_at__isnull=False)
    total_counts = followers.aggregate(**aggregates)
    return {
        entry.pk: [
            _("Emails to readers: %(sent)s sent, %(waiting)s waiting (%(refused)s rejected so far)")
            % {
                "sent": reader_counts.get(entry.pk, 0),
                "waiting": total_counts[f"waiting_{entry.pk}"],
                "refused": total_counts[f"refused_{entry.pk}"],
            }
        ]
        for entry in entries
    }


def _find_rejected_subscriptions() -> list[int]:
    """Return the ids of the subscriptions for which the mail server rejected a message about a change."""
    failed_jobs = ProcrastinateJob.objects.filter(
        Q(status="failed") | Q(status="todo", attempts__gt=0), task_name=MAIL_CHANGE_TASK
    )
    return [arguments["subscription_id"] for arguments in failed_jobs.values_list("args", flat=True)]
