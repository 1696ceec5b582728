"""Readers who receive mail when a claim is corrected: confirmed by mail, ended with one click.

Only a digest of a reader's page URL is stored, as for complaints. Jobs store a number, never an address.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPException
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from claims.features.complaints.confirmations import normalise_mailbox
from claims.features.complaints.reader_mails import QUEUE, MailRejected
from claims.features.complaints.spam_checks import MAX_MAILS
from claims.features.corrections.models import ClaimSubscription, MailedCorrection
from claims.ledger.document.headline import describe_judgement
from claims.models import Publication
from factcheck.database.deferred_jobs import defer, defer_once
from factcheck.database.locks import hold
from factcheck.web.language_addresses import build_permanent_path

CONFIRMATION_TASK = "claims.features.corrections.tasks.mail_subscription_confirmation"
CHANGE_TASK = "claims.features.corrections.tasks.mail_claim_change"

_SALT = "claims.features.corrections.subscriptions"
_TOKEN_LENGTH = 43
_KIND = Publication.Kind
#: The kinds of entries that readers are emailed about.
REPORTED_KINDS = (
    *(_KIND.CLARIFICATION, _KIND.CORRECTION, _KIND.UPDATE, _KIND.RETRACTION, _KIND.MERGE, _KIND.REMOVAL),
)


@transaction.atomic
def subscribe(publication: Publication, *, mail: str, language: str) -> None:
    """Email a reader to confirm a subscription, without revealing whether the address is known."""
    mailbox = normalise_mailbox(mail)
    hold(f"mail to {mailbox}")
    if ClaimSubscription.objects.filter(claim=publication.claim_id, mailbox=mailbox).exists():
        return
    yesterday = timezone.now() - timedelta(days=1)
    unanswered = ClaimSubscription.objects.filter(
        mailbox=mailbox, confirmed_at=None, created_at__gte=yesterday
    )
    if unanswered.count() >= MAX_MAILS:
        return
    seed = uuid4()
    subscription = ClaimSubscription.objects.create(
        claim_id=publication.claim_id,
        mail=mail,
        mailbox=mailbox,
        language=language,
        seed=seed,
        token_sha256=_compute_digest(_compute_token(seed)),
    )
    defer(CONFIRMATION_TASK, {"subscription_id": subscription.pk}, queue=QUEUE)


def find_subscription(token: str) -> ClaimSubscription | None:
    """Return the subscription with this secret token, or None if it no longer exists."""
    if len(token) != _TOKEN_LENGTH or not token.isascii():
        return None
    return ClaimSubscription.objects.filter(token_sha256=_compute_digest(token)).first()


def confirm(subscription: ClaimSubscription) -> None:
    """Start the subscription from the current publication, which the reader has seen."""
    newest = Publication.objects.newest().filter(claim=subscription.claim_id).first()
    ClaimSubscription.objects.filter(pk=subscription.pk, confirmed_at=None).update(
        confirmed_at=timezone.now(), sequence=newest.sequence if newest else 0
    )


def end(subscription: ClaimSubscription) -> None:
    """Delete the subscription, including its email address."""
    ClaimSubscription.objects.filter(pk=subscription.pk).delete()


def delete_unconfirmed() -> int:
    """Delete subscriptions that were not confirmed in time."""
    before = timezone.now() - timedelta(days=settings.READER_CONFIRMATION_DAYS)
    return ClaimSubscription.objects.filter(confirmed_at=None, created_at__lt=before).delete()[0]


def queue_changes() -> None:
    """Queue mail to readers who have not seen the newest entry of their claim."""
    newest = Publication.objects.newest().filter(claim=OuterRef("claim"), sequence__gt=OuterRef("sequence"))
    behind = ClaimSubscription.objects.filter(Exists(newest), confirmed_at__isnull=False)
    for number in behind.order_by("pk").values_list("pk", flat=True):
        lock = f"{CHANGE_TASK}:{number}"
        defer_once(CHANGE_TASK, {"subscription_id": number}, queue=QUEUE, queueing_lock=lock)


def forget(*, mail: str, **signal: Any) -> int:
    """Delete a person's subscriptions; return their number."""
    return ClaimSubscription.objects.filter(mail__iexact=mail.strip()).delete()[0]


def export(*, mail: str, messages: list[dict[str, Any]], **signal: Any) -> None:
    """Add a person's subscriptions to the export of their data."""
    for one in ClaimSubscription.objects.filter(mail__iexact=mail.strip()).order_by("pk"):
        confirmed_at = one.confirmed_at.isoformat() if one.confirmed_at else None
        subscription = {"claim": one.claim_id, "created_at": one.created_at.isoformat()}
        messages.append({"mail": one.mail, "subscription": subscription | {"confirmed_at": confirmed_at}})


@transaction.atomic
def mail_confirmation(*, subscription_id: int) -> None:
    """Email the reader once to ask whether the address is theirs."""
    subscription = _lock_subscription(subscription_id)
    entry = _find_newest(subscription)
    if subscription is None or entry is None or subscription.confirmed_at or subscription.asked_at:
        return
    ClaimSubscription.objects.filter(pk=subscription.pk).update(asked_at=timezone.now())
    with _activate_language(subscription):
        subject = _("Please confirm that you follow a fact check by %(newsroom)s") % {
            "newsroom": settings.NEWSROOM_NAME
        }
        context = {"days": settings.READER_CONFIRMATION_DAYS}
        _send(subscription, entry, subject, "subscription_confirmation", context)


@transaction.atomic
def mail_change(*, subscription_id: int) -> None:
    """Email the changes since the entry that the reader has seen, once."""
    subscription = _lock_subscription(subscription_id)
    entry = _find_newest(subscription)
    if subscription is None or entry is None or not subscription.confirmed_at:
        return
    news = Publication.objects.filter(claim=subscription.claim_id, sequence__gt=subscription.sequence)
    changes = list(news.filter(kind__in=REPORTED_KINDS).order_by("sequence"))
    ClaimSubscription.objects.filter(pk=subscription.pk).update(sequence=entry.sequence)
    if not changes:
        return
    with _activate_language(subscription):
        context = {
            "changes": [{"kind": one.get_kind_display(), "note": one.note} for one in changes],
            "judgement": describe_judgement(entry.document),
        }
        subject = _("A fact check that you follow was changed")
        _send(subscription, entry, f"{subject} · {settings.NEWSROOM_NAME}", "claim_change", context)
    MailedCorrection.objects.count_mail([change.pk for change in changes])


def _lock_subscription(pk: int) -> ClaimSubscription | None:
    return ClaimSubscription.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()


def _find_newest(subscription: ClaimSubscription | None) -> Publication | None:
    if subscription is None:
        return None
    return Publication.objects.newest().filter(claim=subscription.claim_id).first()


@contextmanager
def _activate_language(subscription: ClaimSubscription) -> Iterator[None]:
    languages = {code for code, _name in settings.LANGUAGES}
    language = subscription.language if subscription.language in languages else settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ZoneInfo(settings.TIME_ZONE)):
        yield


def _send(
    subscription: ClaimSubscription, entry: Publication, subject: str, template: str, context: dict[str, Any]
) -> None:
    token = _compute_token(subscription.seed)
    if subscription.token_sha256 != _compute_digest(token):  # the key of the installation has changed
        ClaimSubscription.objects.filter(pk=subscription.pk).update(token_sha256=_compute_digest(token))
    about = {
        "newsroom": settings.NEWSROOM_NAME,
        "page": settings.SITE_URL + build_permanent_path("claim-subscription", token),
        "statement": entry.document["statement"],
        "claim_page": settings.SITE_URL + build_permanent_path("claim", entry.claim_id, entry.slug),
        **context,
    }
    mail = EmailMultiAlternatives(
        " ".join(subject.split()),
        render_to_string(f"mail/{template}.txt", about).strip() + "\n",
        to=[subscription.mail],
    )
    mail.attach_alternative(render_to_string(f"mail/{template}.html", about), "text/html")
    stop = settings.SITE_URL + build_permanent_path("claim-subscription-stop", token)
    mail.extra_headers = {
        "Auto-Submitted": "auto-generated",  # RFC 3834: no automatic replies
        # RFC 8058: mail programs end the subscription with one click, without opening a page.
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    try:
        mail.send()
    except SMTPException as failure:
        # The message of the original error and its traceback contain the address.
        raise MailRejected(type(failure).__name__) from None


def _compute_token(seed: UUID) -> str:
    digest = salted_hmac(_SALT, seed.hex, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _compute_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
