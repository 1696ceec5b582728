"""People at the desk: sessions, email schedules, second factors and offered permissions."""

from typing import Self
from zoneinfo import available_timezones

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from claims.models.audit_record import build_record_sql, build_recording_trigger
from factcheck.database.model_fields import PersonField
from factcheck.database.rules import MaintenanceTrigger, Rule, build_truncation_rule


class OfferedPermission(models.Model):
    """A record that a permission was added to a role.

    Each permission of the program is added to a role only once, so a permission that an administrator removes stays
    removed.
    """

    role = models.ForeignKey(Group, models.CASCADE, db_index=False, related_name="+", verbose_name=_("role"))
    permission = models.ForeignKey(Permission, models.CASCADE, related_name="+", verbose_name=_("permission"))

    class Meta:
        default_permissions = ()
        verbose_name = _("available permission")
        verbose_name_plural = _("available permissions")
        constraints = [
            models.UniqueConstraint(fields=["role", "permission"], name="permission_is_offered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.permission}"


def validate_time_zone(name: str) -> None:
    """Validate that a time zone of this name exists.

    Raises:
        ValidationError: no such time zone exists.
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
        validators=[validate_time_zone],
        help_text=_("Leave empty for the newsroom’s setting."),
    )
    language = models.CharField(
        _("language of emails"),
        max_length=10,
        blank=True,
        help_text=_("Leave empty for the newsroom’s setting."),
    )
    #: The local day of the last digest that the person received.
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


class DateOrder(models.Model):
    """A person's choice of date format for the forms of the desk. Without a choice, the browser decides."""

    class Order(models.TextChoices):
        DAY_FIRST = "day", "30/11/2026"
        MONTH_FIRST = "month", "11/30/2026"
        ISO = "iso", "2026-11-30"

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    order = models.CharField(max_length=20, choices=Order)

    class Meta:
        verbose_name = _("date format")
        verbose_name_plural = _("date formats")
        default_permissions = ()
        constraints = [
            CheckConstraint(name="dateorder_is_known", condition=Q(order__in=["day", "month", "iso"]))
        ]

    def __str__(self) -> str:
        return str(self.get_order_display())


class DeskSessionQuerySet(models.QuerySet["DeskSession"]):
    def active(self) -> Self:
        """Return sessions that are still signed in."""
        return self.filter(self._in_store())

    def expired(self) -> Self:
        """Return sessions that have expired."""
        return self.exclude(self._in_store())

    def _in_store(self) -> Exists:
        live_sessions = Session.objects.filter(
            session_key=OuterRef("session_key"), expire_date__gt=timezone.now()
        )
        return Exists(live_sessions)


class DeskSession(models.Model):
    """A person's signed-in session: its browser, IP address and start.

    Django stores the content of a session; this row records whose session it is, so that it can be shown and ended.
    """

    person = PersonField(_("person"), models.CASCADE, related_name="desk_sessions")
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    way = models.CharField(_("signed in with"), max_length=100, blank=True)
    address = models.CharField(_("address"), max_length=50, blank=True)
    agent = models.CharField(_("browser"), max_length=200, blank=True)
    began_at = models.DateTimeField(_("since"), db_default=Now())
    last_used_at = models.DateTimeField(_("last used"), db_default=Now())

    objects = DeskSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-last_used_at", "-id"]
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        default_permissions = ("view",)
        permissions = [("end_desksession", "Can end sessions of others")]

    def __str__(self) -> str:
        return f"{self.person}, {self.began_at:%Y-%m-%d %H:%M}"


class SignedInPerson(User):  # type: ignore[django-manager-missing]  # knox's related name for tokens
    """An account whose sessions all end permanently when it is disabled or its password changes.

    Django alone would revive the sessions of an account that is enabled again.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            MaintenanceTrigger(
                name="person_is_signed_out",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_active=True, new__is_active=False)
                | pgtrigger.Q(new__password__df=pgtrigger.F("old__password")),
                func="""
                    DELETE FROM public.django_session USING public.claims_desksession session
                        WHERE session.person_id = NEW.id AND django_session.session_key = session.session_key;
                    DELETE FROM public.claims_desksession WHERE person_id = NEW.id;
                    RETURN NULL;
                """,
            )
        ]


#: The longest grace period without a second factor, in days.
MAX_GRACE_DAYS = 90

_REQUIRED_SQL = "'required within ' || NEW.grace_days || ' days'"
_NOT_REQUIRED_SQL = "'not required'"
_REQUIREMENT_SQL = f"CASE WHEN NEW.required THEN {_REQUIRED_SQL} ELSE {_NOT_REQUIRED_SQL} END"


def _build_change_sql(row: str, sentence: str) -> str:
    role = f"coalesce((SELECT name FROM public.auth_group WHERE id = {row}.role_id), '')"
    return build_record_sql(
        "'rule_changed'", subject="NULL::bigint", detail_name=f"{role} || ': ' || {sentence}"
    )


class SecondFactorRule(models.Model):
    """A role's rule for second factors: whether one is required, and the days allowed for setting it up."""

    role = models.OneToOneField(
        Group, models.CASCADE, related_name="second_factor_rule", verbose_name=_("role")
    )
    required = models.BooleanField(_("second factor required"), default=False)
    grace_days = models.PositiveSmallIntegerField(
        _("days allowed for setup"),
        default=14,
        help_text=_(
            "Counted from now, or from when a person gets the account or the role. With 0 days they must set "
            "up a second factor before anything else."
        ),
    )
    since = models.DateTimeField(_("required since"), null=True, editable=False)
    always = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Administrators always need a second factor; their rule also applies to superusers."),
    )

    class Meta:
        ordering = ["role__name"]
        verbose_name = _("rule for second factors")
        verbose_name_plural = _("rules for second factors")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                name="secondfactorrule_grace_is_bounded",
                condition=Q(grace_days__lte=MAX_GRACE_DAYS),
                violation_error_message=_("At most 90 days."),
            ),
            models.CheckConstraint(
                name="secondfactorrule_of_administrators_stays",
                condition=Q(always=False) | Q(required=True),
                violation_error_message=_("Administrators always need a second factor."),
            ),
            models.UniqueConstraint(
                name="secondfactorrule_one_is_always", fields=["always"], condition=Q(always=True)
            ),
        ]
        triggers = [
            Rule(
                name="secondfactorrule_since",
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'UPDATE' AND (NEW.always <> OLD.always OR NEW.role_id <> OLD.role_id) THEN
                        REJECT 'A rule cannot be moved to another role.' AS secondfactorrule_stays;
                    END IF;
                    -- The database sets the start, from which the days are counted.
                    IF NOT NEW.required THEN
                        NEW.since := NULL;
                    ELSIF TG_OP = 'UPDATE' AND OLD.required THEN
                        NEW.since := OLD.since;
                    ELSE
                        NEW.since := clock_timestamp();
                    END IF;
                    RETURN NEW;
                """,
            ),
            Rule(
                name="secondfactorrule_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__always=True),
                func="REJECT 'Administrators always need a second factor.';",
            ),
            build_truncation_rule("secondfactorrule", "Administrators always need a second factor."),
            build_recording_trigger(
                "secondfactorrule_set",
                pgtrigger.Insert | pgtrigger.Update,
                f"""
                IF TG_OP = 'INSERT' OR ROW(NEW.required, NEW.grace_days) <> ROW(OLD.required, OLD.grace_days) THEN
                    {_build_change_sql("NEW", _REQUIREMENT_SQL)}
                END IF;
                """,
            ),
            build_recording_trigger(
                "secondfactorrule_removed", pgtrigger.Delete, _build_change_sql("OLD", _NOT_REQUIRED_SQL)
            ),
        ]

    def __str__(self) -> str:
        return self.role.name


class SecondFactorGrace(models.Model):
    """The start of a person's grace period. If the rule or the account is newer, its own date counts instead.

    The period begins with the first role that requires a second factor, and begins again only when an administrator
    resets a lost factor. Removing and restoring a role does not extend it.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="second_factor_grace"
    )
    begins_at = models.DateTimeField(null=True)
    vouched_at = models.DateTimeField(
        null=True,
        help_text=_("The time of the last sign-in with an identity provider that confirmed a second factor."),
    )

    def __str__(self) -> str:
        return str(self.person)


class NewMember(User.groups.through):  # type: ignore[name-defined]  # made by Django at class creation
    """A proxy with the trigger that starts a person's grace period when a new role requires a second factor."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            MaintenanceTrigger(
                name="grace_begins",
                operation=pgtrigger.Insert,
                func="""
                    INSERT INTO public.claims_secondfactorgrace AS kept (person_id, begins_at)
                        SELECT NEW.user_id, clock_timestamp() FROM public.claims_secondfactorrule
                            WHERE role_id = NEW.group_id AND required
                        ON CONFLICT (person_id) DO UPDATE SET begins_at = excluded.begins_at
                            WHERE kept.begins_at IS NULL;
                    RETURN NULL;
                """,
            )
        ]
