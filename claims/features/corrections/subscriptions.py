"""Subscriptions of readers to mail about a claim's corrections: confirmed by mail, and ended with one click.

Only a digest of the secret URL is stored, as for complaints. Jobs store the id of a subscription, never an
email address.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.features.complaints.confirmations import (
    compute_digest,
    compute_token,
    find_by_token,
    normalise_mailbox,
    renew_token,
)
from claims.features.complaints.reader_mails import activate_reader_language, send_to_reader
from claims.features.complaints.spam_checks import MAX_MAILS
from claims.features.corrections.models import ClaimSubscription, MailedCorrection
from claims.ledger.document.headline import describe_judgement
from claims.models import Publication
from claims.newsroom.mails import MAIL_QUEUE, compose_mail
from factcheck.database.deferred_jobs import defer, defer_once
from factcheck.database.locks import lock_names
from factcheck.web.language_addresses import build_permanent_path

MAIL_CONFIRMATION_TASK = "claims.features.corrections.tasks.mail_subscription_confirmation"
MAIL_CHANGE_TASK = "claims.features.corrections.tasks.mail_claim_change"

_SALT = "claims.features.corrections.subscriptions"
_Kind = Publication.Kind
#: The kinds of entries that readers are emailed about.
MAILED_KINDS = (
    *(_Kind.CLARIFICATION, _Kind.CORRECTION, _Kind.UPDATE, _Kind.RETRACTION, _Kind.MERGE, _Kind.REMOVAL),
)


@transaction.atomic
def create_subscription(publication: Publication, *, mail: str, language: str) -> None:
    """Email a reader to confirm a subscription, without revealing whether the address is subscribed."""
    mailbox = normalise_mailbox(mail)
    lock_names(f"mail to {mailbox}")
    if ClaimSubscription.objects.filter(claim=publication.claim_id, mailbox=mailbox).exists():
        return
    day_ago = timezone.now() - timedelta(days=1)
    unanswered_subscriptions = ClaimSubscription.objects.filter(
        mailbox=mailbox, confirmed_at=None, created_at__gte=day_ago
    )
    if unanswered_subscriptions.count() >= MAX_MAILS:
        return
    seed = uuid4()
    subscription = ClaimSubscription.objects.create(
        claim_id=publication.claim_id,
        mail=mail,
        mailbox=mailbox,
        language=language,
        seed=seed,
        token_sha256=compute_digest(compute_token(seed, _SALT)),
    )
    defer(MAIL_CONFIRMATION_TASK, {"subscription_id": subscription.pk}, queue=MAIL_QUEUE)


def find_subscription(token: str) -> ClaimSubscription | None:
    """Return the subscription with this secret token, or None if it no longer exists."""
    return find_by_token(ClaimSubscription.objects.all(), token)


def confirm_subscription(subscription: ClaimSubscription) -> None:
    """Start the subscription; the reader is emailed only about changes after the current publication."""
    newest_entry = Publication.objects.newest().filter(claim=subscription.claim_id).first()
    ClaimSubscription.objects.filter(pk=subscription.pk, confirmed_at=None).update(
        confirmed_at=timezone.now(), sequence=newest_entry.sequence if newest_entry else 0
    )


def end_subscription(subscription: ClaimSubscription) -> None:
    """Delete the subscription, including its email address."""
    ClaimSubscription.objects.filter(pk=subscription.pk).delete()


def delete_unconfirmed_subscriptions() -> int:
    """Delete subscriptions that were not confirmed in time, and return their number."""
    oldest_allowed = timezone.now() - timedelta(days=settings.READER_CONFIRMATION_DAYS)
    return ClaimSubscription.objects.filter(confirmed_at=None, created_at__lt=oldest_allowed).delete()[0]


def queue_changes(subscriptions: QuerySet[Any], task: str) -> None:
    """Queue the job `task` for each subscription not yet emailed about the claim's newest entry."""
    newest_entry = Publication.objects.newest().filter(
        claim=OuterRef("claim"), sequence__gt=OuterRef("sequence")
    )
    outdated_subscriptions = subscriptions.filter(Exists(newest_entry)).order_by("pk")
    for pk in outdated_subscriptions.values_list("pk", flat=True):
        lock = f"{task}:{pk}"
        defer_once(task, {"subscription_id": pk}, queue=MAIL_QUEUE, queueing_lock=lock)


def delete_subscriptions(*, mail: str, **signal: Any) -> int:
    """Delete a person's subscriptions, and return their number."""
    return ClaimSubscription.objects.filter(mail__iexact=mail.strip()).delete()[0]


def export_subscriptions(*, mail: str, messages: list[dict[str, Any]], **signal: Any) -> None:
    """Add a person's subscriptions to the export of their data."""
    for row in ClaimSubscription.objects.filter(mail__iexact=mail.strip()).order_by("pk"):
        confirmed_at = row.confirmed_at.isoformat() if row.confirmed_at else None
        subscription = {"claim": row.claim_id, "created_at": row.created_at.isoformat()}
        messages.append({"mail": row.mail, "subscription": subscription | {"confirmed_at": confirmed_at}})


@transaction.atomic
def mail_confirmation(*, subscription_id: int) -> None:
    """Ask the reader by email, only once, whether the address is theirs."""
    subscription = _lock_subscription(subscription_id)
    entry = _find_newest_entry(subscription)
    if subscription is None or entry is None or subscription.confirmed_at or subscription.asked_at:
        return
    ClaimSubscription.objects.filter(pk=subscription.pk).update(asked_at=timezone.now())
    with activate_reader_language(subscription.language):
        subject = _("Please confirm that you follow a fact check by %(newsroom)s") % {
            "newsroom": settings.NEWSROOM_NAME
        }
        context = {"days": settings.READER_CONFIRMATION_DAYS}
        _send_to_subscriber(subscription, entry, subject, "subscription_confirmation", context)


@transaction.atomic
def mail_change(*, subscription_id: int) -> None:
    """Email the reader, only once, about the changes since the last ledger entry that the reader knows."""
    subscription = _lock_subscription(subscription_id)
    entry = _find_newest_entry(subscription)
    if subscription is None or entry is None or not subscription.confirmed_at:
        return
    later_entries = Publication.objects.filter(
        claim=subscription.claim_id, sequence__gt=subscription.sequence
    )
    changes = list(later_entries.filter(kind__in=MAILED_KINDS).order_by("sequence"))
    ClaimSubscription.objects.filter(pk=subscription.pk).update(sequence=entry.sequence)
    if not changes:
        return
    with activate_reader_language(subscription.language):
        context = {
            "changes": [{"kind": change.get_kind_display(), "note": change.note} for change in changes],
            "judgement": describe_judgement(entry.document),
        }
        subject = _("A fact check that you follow was changed")
        _send_to_subscriber(
            subscription, entry, f"{subject} · {settings.NEWSROOM_NAME}", "claim_change", context
        )
    MailedCorrection.objects.increment_counts([change.pk for change in changes])


def _lock_subscription(pk: int) -> ClaimSubscription | None:
    return ClaimSubscription.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()


def _find_newest_entry(subscription: ClaimSubscription | None) -> Publication | None:
    if subscription is None:
        return None
    return Publication.objects.newest().filter(claim=subscription.claim_id).first()


def _send_to_subscriber(
    subscription: ClaimSubscription, entry: Publication, subject: str, template: str, context: dict[str, Any]
) -> None:
    token = renew_token(subscription, _SALT)
    mail_context = {
        "newsroom": settings.NEWSROOM_NAME,
        "page": settings.SITE_URL + build_permanent_path("claim-subscription", token),
        "statement": entry.document["statement"],
        "claim_page": settings.SITE_URL + build_permanent_path("claim", entry.claim_id, entry.slug),
        **context,
    }
    url = settings.SITE_URL + build_permanent_path("claim-subscription-stop", token)
    send_to_reader(compose_mail(subscription.mail, subject, template, mail_context, unsubscribe_url=url))
