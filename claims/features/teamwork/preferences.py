"""A person's email settings: the schedule by kind of event, the hour, the time zone and the language."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction

from claims.features.teamwork.mails import DIGEST_KIND
from claims.features.teamwork.models import MailChoice, NotificationPreference
from claims.features.teamwork.notifications import get_default_choice
from claims.models import MailSchedule
from claims.newsroom.notifications import NotificationKind


def load_choices(person: User) -> dict[str, str]:
    """Return the person's email schedule for each kind of event: the chosen one, or the default."""
    rows = NotificationPreference.objects.filter(person=person).values_list("kind", "mail")
    return {kind: get_default_choice(kind) for kind in NotificationKind.values} | dict(rows)


def get_schedule(person: User) -> MailSchedule:
    """Return the hour, time zone and language of the person's emails, or unsaved defaults."""
    return MailSchedule.objects.filter(person=person).first() or MailSchedule(person=person)


@transaction.atomic
def store_preferences(
    person: User, choices: Mapping[str, str], *, hour: int, time_zone: str, language: str
) -> None:
    """Store the choices that differ from the default. The other choices follow later changes of the default."""
    _store_choices(person, choices)
    MailSchedule.objects.update_or_create(
        person=person, defaults={"hour": hour, "time_zone": time_zone, "language": language}
    )


@transaction.atomic
def stop_mail(person: User, kind: str) -> None:
    """Stop emails about this kind of event or, for `DIGEST_KIND`, about all kinds in the digest."""
    current_choices = load_choices(person)
    stopped_kinds = (
        [digest_kind for digest_kind, choice in current_choices.items() if choice == MailChoice.DIGEST]
        if kind == DIGEST_KIND
        else [kind]
    )
    _store_choices(person, current_choices | dict.fromkeys(stopped_kinds, MailChoice.NEVER))


def _store_choices(person: User, choices: Mapping[str, str]) -> None:
    non_default_choices = {
        kind: choice for kind, choice in choices.items() if choice != get_default_choice(kind)
    }
    NotificationPreference.objects.filter(person=person).exclude(kind__in=non_default_choices).delete()
    NotificationPreference.objects.bulk_create(
        (
            NotificationPreference(person=person, kind=kind, mail=choice)
            for kind, choice in non_default_choices.items()
        ),
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["mail"],
    )
