"""The daily digest: one email of unread notifications, at each person's chosen hour.

The hour is in the person's time zone. If a change of the clocks skips that hour, the digest is sent when the
clocks change; if the change repeats the hour, the digest is sent the first time.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import groupby

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from claims.features.teamwork import mails
from claims.features.teamwork.models import MailChoice, Notification
from claims.features.teamwork.models.notification import NotificationQuerySet
from claims.models import MailSchedule
from claims.newsroom.mail_languages import get_time_zone, override_language_for
from claims.newsroom.mails import MAIL_QUEUE, RETRIES, build_message_id, make_absolute, to_one_line
from factcheck.database.deferred_jobs import defer, periodic_task

#: The task that sends one digest.
SEND_TASK = "claims.features.teamwork.digest.send_digest"
#: The most events per email; the email has a link to the others at the desk.
MAX_NOTIFICATIONS = 100


@periodic_task("*/15 * * * *", name="claims.features.teamwork.digest.queue_due_digests", queue=MAIL_QUEUE)
@transaction.atomic
def queue_due_digests(timestamp: int) -> None:
    """Queue every due digest, four times an hour because some time zones differ by quarter hours."""
    defer(SEND_TASK, *({"person_id": person} for person in find_due_people(timezone.now())), queue=MAIL_QUEUE)


@app.task(name=SEND_TASK, queue=MAIL_QUEUE, retry=RETRIES)
@transaction.atomic
def send_digest(*, person_id: int) -> None:
    """Send a person's digest, unless there is nothing to report or today's digest has already been sent."""
    MailSchedule.objects.get_or_create(person_id=person_id)
    # A concurrent sender waits here, and then finds the digest sent.
    schedule = MailSchedule.objects.select_for_update(of=("self",)).select_related("person").get(pk=person_id)
    moment = find_last_digest_time(schedule, timezone.now())
    person = schedule.person
    if not (person.is_active and person.is_staff and person.email) or _was_sent(schedule, moment):
        return
    rows = (
        _find_waiting_notifications().for_person(person).filter(created_at__lt=moment).order_by("claim", "pk")
    )
    notifications = list(rows.select_related("claim", "comment"))
    if not notifications:
        return
    Notification.objects.filter(pk__in=[row.pk for row in notifications]).update(mailed_at=timezone.now())
    schedule.digest_of = moment.date()
    schedule.save(update_fields=["digest_of"])
    with override_language_for(person):
        _compose_digest(person, notifications, moment).send()


def find_due_people(now: datetime) -> Iterator[int]:
    """Return the ids of the people whose digest is due."""
    earliest_by_person = dict(
        _find_waiting_notifications().order_by().values_list("person").annotate(first=Min("created_at"))
    )
    schedules = MailSchedule.objects.in_bulk(earliest_by_person)
    for person, earliest_hour in earliest_by_person.items():
        schedule = schedules.get(person) or MailSchedule(person_id=person)
        moment = find_last_digest_time(schedule, now)
        if earliest_hour < moment and not _was_sent(schedule, moment):
            yield person


def find_last_digest_time(schedule: MailSchedule, now: datetime) -> datetime:
    """Return the most recent time at which the person's digest was due."""
    zone = get_time_zone(schedule)
    local_time = now.astimezone(zone)
    today = datetime.combine(local_time.date(), time(schedule.hour), zone)
    # Compare in another time zone, because within the same zone Python compares only the local times.
    if today.astimezone(now.tzinfo) <= now:
        return today
    return datetime.combine(local_time.date() - timedelta(days=1), time(schedule.hour), zone)


def _was_sent(schedule: MailSchedule, moment: datetime) -> bool:
    return schedule.digest_of is not None and schedule.digest_of >= moment.date()


def _find_waiting_notifications() -> NotificationQuerySet:
    return Notification.objects.to_be_mailed(MailChoice.DIGEST).unread().filter(person__is_active=True)


def _compose_digest(
    person: User, notifications: list[Notification], moment: datetime
) -> EmailMultiAlternatives:
    listed_notifications = notifications[:MAX_NOTIFICATIONS]
    context = {
        "newsroom": settings.NEWSROOM_NAME,
        "claims": [
            [mails.build_notification_text(row) for row in rows]
            for _claim, rows in groupby(listed_notifications, key=lambda row: row.claim_id)
        ],
        "more": len(notifications) - len(listed_notifications),
        "desk": make_absolute(reverse("admin:teamwork_notification_changelist")),
        "preferences": make_absolute(reverse("admin:teamwork_notification_preferences")),
    }
    subject = to_one_line(
        _("[%(newsroom)s] Activity up to %(when)s")
        % {"newsroom": settings.NEWSROOM_NAME, "when": date_format(moment, "SHORT_DATETIME_FORMAT")}
    )
    mail = mails.compose_mail(person, subject, "digest", context, kind=mails.DIGEST_KIND)
    mail.extra_headers["Message-ID"] = build_message_id(f"digest-{person.pk}-{moment:%Y%m%d}")
    return mail
