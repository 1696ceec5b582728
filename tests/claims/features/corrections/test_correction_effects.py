"""The desk says where a correction arrived."""

import re
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from claims.admin.claim_page import describe_corrections
from claims.features.complaints.reader_mails import MailRejected
from claims.features.corrections import subscriptions
from claims.features.corrections.models import ClaimSubscription
from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from claims.models import Claim
from tests.helpers.desk import Desk
from tests.helpers.reader_pages import correct

pytestmark = pytest.mark.django_db


def follow(claim: Claim, name: str) -> ClaimSubscription:
    """A confirmed subscription of a reader who has seen the current version."""
    entry = claim.publications.latest("sequence")
    subscriptions.create_subscription(entry, mail=f"{name}@example.org", language="en")
    made = ClaimSubscription.objects.latest("pk")
    subscriptions.confirm_subscription(made)
    return made


def test_it_shows_mail_and_webhooks_of_each_correction(
    publish: Any,
    checker: User,
    editor: User,
    administrator: User,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint = WebhookEndpoint.objects.create(name="Archive", url="https://hooks.example.org/", active=False)
    claim = publish()
    desk = Desk(client).sign_in(administrator)
    assert "correction-effects" not in desk.text(claim)
    mailed, refused, _waiting = (follow(claim, name) for name in ("ann", "bob", "cleo"))
    correct(claim, checker, editor, code="true", kind="correction")
    entry = claim.publications.latest("sequence")
    with transaction.atomic():  # the worker stops after sending
        subscriptions.mail_change(subscription_id=mailed.pk)
        transaction.set_rollback(True)
    subscriptions.mail_change(subscription_id=mailed.pk)  # sent a second time, to the same reader
    subscriptions.mail_change(subscription_id=mailed.pk)  # nothing new: neither sent nor counted

    def refuse(self: object) -> None:
        raise SMTPRecipientsRefused({})

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    with pytest.raises(MailRejected):
        subscriptions.mail_change(subscription_id=refused.pk)
    with connection.cursor() as sql:
        sql.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status, attempts)"
            " VALUES (%s, 'mail', jsonb_build_object('subscription_id', %s::bigint), 'failed', 8)",
            [subscriptions.MAIL_CHANGE_TASK, refused.pk],
        )
    settled = timezone.now()
    WebhookDelivery.objects.create(
        endpoint=endpoint,
        publication=entry,
        event="claim.corrected",
        state="delivered",
        next_attempt_at=None,
        settled_at=settled,
    )
    page = desk.text(claim)
    panel = re.search(r'<section[^>]+id="correction-effects">(.+?)</section>', page, re.DOTALL)
    assert panel is not None
    words = " ".join(strip_tags(panel[1].replace("<br>", "\n")).split())
    assert re.findall(r"Emails to readers: .+?\)|Webhook “Archive”: \w+", words) == [
        "Emails to readers: 1 sent, 2 waiting (1 rejected so far)",
        "Webhook “Archive”: Delivered",
    ]
    assert words.endswith("does not show which readers and newsrooms fetched a correction.")
    # Webhooks are named only to people who may see them.
    [(shown, lines)] = describe_corrections([entry], checker)
    assert (shown, lines) == (entry, ["Emails to readers: 1 sent, 2 waiting (1 rejected so far)"])


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_correction_and_several(
    publish: Any,
    checker: User,
    editor: User,
    administrator: User,
    django_assert_num_queries: Any,
    count: int,
) -> None:
    claim = publish()
    follow(claim, "ann")
    for code in ("true", "mixed", "false")[:count]:
        correct(claim, checker, editor, code=code, kind="correction")
    entries = list(claim.publications.all())
    with django_assert_num_queries(6):
        assert len(describe_corrections(entries, administrator)) == count
