"""Emails about claims, threaded by claim, in the recipient's language.

Permissions are checked when an email is sent: a person who has left or may no longer read the subject gets no email.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from claims.features.teamwork import notifications
from claims.features.teamwork.activity_text import describe_event
from claims.features.teamwork.models import Notification
from claims.models import Claim
from claims.newsroom import mails
from claims.newsroom.mail_languages import override_language_for
from claims.newsroom.mails import MAIL_QUEUE, RETRIES, build_message_id, make_absolute, to_one_line

_SALT = "claims.features.teamwork.mails"
#: The kind that unsubscribe links use for all kinds in the digest.
DIGEST_KIND = "digest"


@app.task(name=notifications.MAIL_TASK, queue=MAIL_QUEUE, retry=RETRIES)
@transaction.atomic
def mail_notification(*, notification_id: int) -> None:
    """Email one notification, unless it was already sent or is no longer needed.

    The notification is recorded as sent after the mail server accepts the email. Failures are retried.
    """
    rows = Notification.objects.select_for_update(of=("self",), no_key=True)
    notification = (
        rows.select_related("person", "claim", "comment").filter(pk=notification_id, mailed_at=None).first()
    )
    if notification is None or not may_be_mailed(notification):
        return
    Notification.objects.filter(pk=notification.pk).update(mailed_at=timezone.now())
    with override_language_for(notification.person):
        compose_notification_mail(notification).send()


def may_be_mailed(notification: Notification) -> bool:
    """Return whether the person is reachable, may read the notification, and has not read it yet."""
    person, comment = notification.person, notification.comment
    if comment and comment.withdrawn_at:
        return False
    is_reachable = person.is_active and person.is_staff and person.email
    return bool(is_reachable) and Notification.objects.for_person(person).filter(pk=notification.pk).exists()


def compose_notification_mail(notification: Notification) -> EmailMultiAlternatives:
    claim = notification.claim
    context = {
        "newsroom": settings.NEWSROOM_NAME,
        "line": build_notification_text(notification),
        "preferences": make_absolute(reverse("admin:teamwork_notification_preferences")),
    }
    mail = compose_mail(
        notification.person, build_subject(claim), "notification", context, kind=notification.kind
    )
    mail.extra_headers |= {
        "Message-ID": build_message_id(f"notification-{notification.pk}"),
        # The first id of the thread in mail programs: no email has this id, but all emails about the claim refer to it.
        "References": build_message_id(f"claim-{claim.pk}"),
        "In-Reply-To": build_message_id(f"claim-{claim.pk}"),
    }
    return mail


def compose_mail(
    person: User, subject: str, template: str, context: Mapping[str, Any], *, kind: str
) -> EmailMultiAlternatives:
    """Build an email with a link that unsubscribes from emails of this kind."""
    unsubscribe_url = make_absolute(
        reverse("admin:teamwork_notification_stop_mail", args=[build_unsubscribe_token(person, kind)])
    )
    return mails.compose_mail(person.email, subject, template, context, unsubscribe_url=unsubscribe_url)


def build_notification_text(notification: Notification) -> dict[str, str]:
    """Return the values for the template of a notification's email."""
    return {
        "headline": describe_event(notification.kind, notification.actor_name),
        "statement": notification.claim.statement,
        "comment_or_note": notification.comment.text if notification.comment else notification.note,
        "link": make_absolute(reverse("admin:teamwork_notification_open", args=[notification.pk])),
    }


def build_subject(claim: Claim) -> str:
    """Return the subject line of emails about a claim, always the same so that mail programs group them."""
    return to_one_line(_("[%(newsroom)s] Claim %(id)d: %(statement)s")) % {
        "newsroom": to_one_line(settings.NEWSROOM_NAME),
        "id": claim.pk,
        "statement": to_one_line(claim.statement)[:100],
    }


# Unsubscribing --------------------------------------------------------------------------------------------------------


def build_unsubscribe_token(person: User, kind: str) -> str:
    """Return the token for an unsubscribe link, which works without signing in."""
    return signing.dumps([person.pk, kind], salt=_SALT)


def parse_unsubscribe_token(token: str) -> tuple[int, str] | None:
    """Return the person's id and the kind of email to stop, or None if the token is invalid."""
    try:
        person, kind = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return person, kind
