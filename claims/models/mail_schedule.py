from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def time_zone_is_known(name: str) -> None:
    """Validate that a time zone of this name exists.

    Raises:
        ValidationError: there is none.
    """
    if name not in available_timezones():
        raise ValidationError(
            gettext("There is no time zone “%s”. An example is Europe/Madrid.") % name, "unknown time zone"
        )


class MailSchedule(models.Model):
    """A person's email schedule: the local hour of the daily digest, and the language of all emails."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="mail_schedule"
    )
    hour = models.PositiveSmallIntegerField(_("hour of the daily digest"), default=8)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[time_zone_is_known],
        help_text=_("Leave empty for the newsroom’s setting."),
    )
    language = models.CharField(
        _("language of emails"),
        max_length=10,
        blank=True,
        help_text=_("Leave empty for the newsroom’s setting."),
    )
    #: The day, where the person is, whose digest they have got.
    digest_of = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("email schedule")
        verbose_name_plural = _("email schedules")
        default_permissions = ()
        constraints = [
            CheckConstraint(
                name="mailschedule_hour_is_of_a_day",
                condition=Q(hour__range=(0, 23)),
                violation_error_message=_("The hour must be from 0 to 23."),
            ),
            CheckConstraint(
                name="mailschedule_time_zone_is_a_name",
                condition=Q(time_zone__regex=r"^([A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*)?$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour}:00 {self.time_zone}".strip()
