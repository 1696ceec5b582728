"""The daily digest: at each person's hour, once a day, and nothing where there is nothing."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User

from claims.features.teamwork import digest, notifications
from claims.features.teamwork.models import Notification
from claims.features.teamwork.notifications import notify_people
from claims.models import Claim, MailSchedule
from tests.claims.features.teamwork.conftest import jobs
from tests.helpers.newsroom import make_claim
from tests.helpers.two_connections import one_after_the_other

pytestmark = pytest.mark.django_db


def moment(schedule: MailSchedule, now: str) -> str:
    return (
        digest.find_last_digest_time(schedule, datetime.fromisoformat(now)).astimezone(UTC).isoformat()[:16]
    )


@pytest.mark.parametrize(
    ("zone", "hour", "now", "last"),
    [
        ("UTC", 8, "2026-05-04T08:00+00:00", "2026-05-04T08:00"),
        ("UTC", 8, "2026-05-04T07:59+00:00", "2026-05-03T08:00"),
        ("Asia/Kathmandu", 8, "2026-05-04T02:15+00:00", "2026-05-04T02:15"),
        ("Pacific/Auckland", 8, "2026-05-03T20:00+00:00", "2026-05-03T20:00"),
        # Clocks are put forward from 2 to 3: the hour that there is not is the moment at which they are.
        ("Europe/Berlin", 2, "2026-03-29T00:59+00:00", "2026-03-28T01:00"),
        ("Europe/Berlin", 2, "2026-03-29T01:00+00:00", "2026-03-29T01:00"),
        ("Europe/Berlin", 8, "2026-03-29T06:00+00:00", "2026-03-29T06:00"),
        # Clocks are put back from 3 to 2: of two hours of one name, the first.
        ("Europe/Berlin", 2, "2026-10-25T00:00+00:00", "2026-10-25T00:00"),
        ("Europe/Berlin", 2, "2026-10-25T01:30+00:00", "2026-10-25T00:00"),
        ("Europe/Berlin", 8, "2026-10-25T06:59+00:00", "2026-10-24T06:00"),
        ("Europe/Berlin", 8, "2026-10-25T07:00+00:00", "2026-10-25T07:00"),
    ],
)
def test_the_hour_is_one_of_their_clock(zone: str, hour: int, now: str, last: str) -> None:
    assert moment(MailSchedule(time_zone=zone, hour=hour), now) == last


def tell_at(when: str, claim: Claim, person: User, kind: str = "accepted") -> None:
    """As the database would have written it then."""
    Notification.objects.create(
        person=person,
        kind=kind,
        claim=claim,
        mail="digest",
        created_at=datetime.fromisoformat(f"{when}+00:00"),
    )


def work(when: str) -> None:
    """Do what the worker does at this moment."""
    with time_machine.travel(f"{when}+00:00", tick=False):
        digest.queue_due_digests(0)
        for job in jobs(digest.SEND_TASK):
            digest.send_digest(**job)


def test_once_a_day_and_only_when_there_is_something(
    claim: Claim, checker: User, colleague: User, mailoutbox: Any
) -> None:
    MailSchedule.objects.create(person=checker, hour=8, time_zone="Europe/Berlin")
    tell_at("2026-03-27T12:00", claim, checker)
    tell_at("2026-03-27T13:00", make_claim("The tower is old."), checker, "declined")
    work("2026-03-28T06:45")
    assert mailoutbox == []
    work("2026-03-28T07:00")
    (mail,) = mailoutbox
    assert mail.to == ["chris@example.org"]
    assert "The claim was accepted for checking" in mail.body
    assert "The tower is old." in mail.body
    assert mail.subject == "[Factcheck Newsroom] Activity up to 28 Mar 2026, 08:00"
    # What comes later waits for tomorrow, when the clocks will have been put forward.
    tell_at("2026-03-28T07:01", claim, checker)
    for when in ("2026-03-28T07:15", "2026-03-28T23:45", "2026-03-29T05:45"):
        work(when)
        assert len(mailoutbox) == 1
    work("2026-03-29T06:00")
    assert len(mailoutbox) == 2
    for when in ("2026-03-29T06:15", "2026-03-30T06:00", "2026-03-31T06:00"):
        work(when)
    assert len(mailoutbox) == 2
    assert MailSchedule.objects.get(person=checker).digest_of == date(2026, 3, 29)


def test_an_hour_that_is_put_later_brings_no_second_one(claim: Claim, checker: User, mailoutbox: Any) -> None:
    tell_at("2026-05-03T12:00", claim, checker)
    work("2026-05-04T08:00")
    tell_at("2026-05-04T09:00", claim, checker)
    MailSchedule.objects.update(hour=12)
    work("2026-05-04T12:00")
    assert len(mailoutbox) == 1
    work("2026-05-05T12:00")
    assert len(mailoutbox) == 2


def test_read_or_no_longer_readable_notifications_are_omitted(
    claim: Claim, checker: User, colleague: User, editor: User, mailoutbox: Any
) -> None:
    for person in (checker, colleague, editor):
        tell_at("2026-05-03T12:00", claim, person)
    notifications.mark_read(checker)
    colleague.groups.clear()
    User.objects.filter(pk=editor.pk).update(is_active=False)
    work("2026-05-04T08:00")
    assert mailoutbox == []
    assert not Notification.objects.filter(mailed_at__isnull=False).exists()


def test_a_long_one_says_that_there_is_more(
    claim: Claim, checker: User, mailoutbox: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(digest, "MAX_NOTIFICATIONS", 2)
    for _each in range(5):
        tell_at("2026-05-03T12:00", claim, checker)
    work("2026-05-04T08:00")
    assert mailoutbox[0].body.count("* The claim was accepted") == 2
    assert "3 more are at the desk" in mailoutbox[0].body
    work("2026-05-05T08:00")
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one(checker: User, mailoutbox: Any) -> None:
    notify_people("accepted", claim=make_claim(), to=[checker])
    MailSchedule.objects.create(person=checker)
    later = datetime.now(UTC) + timedelta(days=2)
    with time_machine.travel(later):
        send = partial(digest.send_digest, person_id=checker.pk)
        assert one_after_the_other(send, send) == ""
    assert len(mailoutbox) == 1
