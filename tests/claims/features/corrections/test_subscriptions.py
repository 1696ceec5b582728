"""Readers follow a claim: confirmed by mail, notified only of corrections, ended by one click."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from claims.features.complaints import personal_data
from claims.features.complaints.intake import form_stamps
from claims.features.corrections import subscriptions, tasks
from claims.features.corrections.models import ClaimSubscription
from claims.ledger.publishing import record
from claims.models import Claim
from factcheck.installation.log import mask_secrets
from tests.helpers.broken_rules import refused
from tests.helpers.reader_pages import correct

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_stamps, "MIN_FILL_SECONDS", 0)


def ask(client: Client, claim: Claim, address: str = "rita@example.org", **more: str) -> Any:
    sent = {"mail": address, "submitted_stamp": form_stamps.create_stamp(), **more}
    return client.post(f"/claims/{claim.pk}/follow/", sent)


def send_waiting_mail() -> list[Any]:
    """Do the jobs of this feature, and return the messages."""
    mail.outbox.clear()
    tasks.queue_claim_changes(0)
    tasks.queue_claim_changes(0)  # before the first was done
    jobs = ProcrastinateJob.objects.filter(task_name__startswith="claims.features.corrections")
    for job in list(jobs.order_by("pk")):
        act = (
            subscriptions.mail_confirmation
            if job.task_name == subscriptions.MAIL_CONFIRMATION_TASK
            else subscriptions.mail_change
        )
        act(**job.args)
    jobs.delete()
    return list(mail.outbox)


def test_a_reader_is_notified_of_corrections_until_they_stop(
    client: Client, publish: Any, checker: User, editor: User
) -> None:
    claim = publish()
    assert "Follow this fact check" in client.get(f"/claims/{claim.pk}/", follow=True).content.decode()
    assert ask(client, claim, "rita").status_code == 400
    assert ask(client, claim).status_code == 302
    assert ask(client, claim, "Rita+news@example.org").status_code == 302  # the same mailbox
    [question] = send_waiting_mail()
    page = re.search(r"/subscriptions/[\w-]{43}/", question.body)[0]  # type: ignore[index]
    assert mask_secrets(page) == "/subscriptions/…/"
    # Opening the page, as mail programs do, confirms nothing; unconfirmed readers are not notified.
    assert client.get(page)["Referrer-Policy"] == "no-referrer"
    correct(claim, checker, editor, code="true", kind="correction")
    assert send_waiting_mail() == []
    client.post(f"{page}confirm/")
    # Nothing that they know already, and nothing but news.
    record(claim, "addition")
    assert send_waiting_mail() == []
    correct(claim, checker, editor, code="mixed", kind="update")
    [news] = send_waiting_mail()
    stop = f"{settings.SITE_URL}{page}stop/"
    assert (news.to, news.extra_headers["List-Unsubscribe"]) == (["rita@example.org"], f"<{stop}>")
    assert news.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert claim.statement in news.body
    assert "Update" in news.body
    subscriptions.mail_change(subscription_id=ClaimSubscription.objects.get().pk)
    assert len(mail.outbox) == 1
    # One click, from no page of ours.
    outside = Client(enforce_csrf_checks=True)
    assert outside.post(f"{page}stop/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not ClaimSubscription.objects.exists()
    assert outside.get(page).status_code == 404


def test_programs_and_floods_send_no_mail(client: Client, publish: Any) -> None:
    claims = [publish() for _number in range(4)]
    ask(client, claims[0], homepage="https://spam.example")
    assert not ClaimSubscription.objects.exists()
    for claim in claims:
        ask(client, claim)
    assert len(send_waiting_mail()) == 3
    assert client.get("/claims/999999/follow/").status_code == 404


def test_addresses_are_deleted(client: Client, publish: Any, settings: Any) -> None:
    claim = publish()
    ask(client, claim)
    [known] = personal_data.export_messages("RITA@example.org")
    assert (known["mail"], known["subscription"]["claim"]) == ("rita@example.org", claim.pk)
    assert (personal_data.forget_person("rita@example.org"), ClaimSubscription.objects.count()) == (1, 0)
    ask(client, claim)
    assert subscriptions.delete_unconfirmed_subscriptions() == 0
    settings.READER_CONFIRMATION_DAYS = 0
    assert subscriptions.delete_unconfirmed_subscriptions() == 1


def test_rules_hold_even_by_sql(client: Client, publish: Any) -> None:
    claim = publish()
    ask(client, claim)
    insert = (
        "INSERT INTO corrections_claimsubscription (claim_id, mail, mailbox, language, seed, token_sha256, sequence,"
        " confirmed_at) VALUES (%s, %s, %s, 'en', gen_random_uuid(), gen_random_uuid()::text, 0, {})"
    )
    for statement, values, rule in [
        (
            "UPDATE corrections_claimsubscription SET mail = 'eve@example.org'",
            (),
            "claimsubscription_is_fixed",
        ),
        (
            insert.format("now()"),
            (claim.pk, "a@b.example", "a@b.example"),
            "claimsubscription_is_confirmed_once",
        ),
        (
            insert.format("NULL"),
            (claim.pk, "a@b, c@d", "a@b.example"),
            "claimsubscription_mail_is_one_address",
        ),
        (
            insert.format("NULL"),
            (claim.pk, "a@b.example", "rita@example.org"),
            "claimsubscription_once_per_mailbox",
        ),
    ]:
        refused(statement, *values, match=rule)
