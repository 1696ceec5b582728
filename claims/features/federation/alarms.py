"""Emails to administrators when a followed newsroom needs their decision or keeps failing."""

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.features.federation.models import PeerNewsroom
from claims.newsroom.mail_languages import override_language_for
from claims.newsroom.people import find_people_with
from factcheck.database.deferred_jobs import defer

#: The task in `tasks` that sends the email.
ALARM_TASK = "claims.features.federation.mail_alarm"
QUEUE = "mail"


def queue_alarm(newsroom: PeerNewsroom) -> None:
    """Queue the email about this newsroom in the current transaction."""
    defer(ALARM_TASK, {"newsroom_id": newsroom.pk}, queue=QUEUE)


def send_alarm(newsroom: PeerNewsroom) -> None:
    """Explain by email to the people who manage followed newsrooms why imports from this newsroom have stopped."""
    for person in find_people_with("federation.change_peernewsroom").exclude(email=""):
        with override_language_for(person):
            _send_alarm_to(newsroom, person.email)


def _send_alarm_to(newsroom: PeerNewsroom, address: str) -> None:
    progress = newsroom.progress
    lines = [
        _("No further claims are imported from the newsroom “%(name)s” (%(url)s).")
        % {"name": newsroom.name, "url": newsroom.url},
        progress.failure,
        _("The newsroom will not be queried again until an administrator decides what to do.")
        if progress.halted
        else _("The newsroom will be queried again automatically, less and less often."),
        settings.SITE_URL + reverse("admin:federation_peernewsroom_change", args=[newsroom.pk]),
    ]
    subject = _("[Factcheck] A peer newsroom cannot be followed: %s") % newsroom.name
    send_mail(subject.replace("\n", " "), "\n\n".join(lines), None, [address])
