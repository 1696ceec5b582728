import pgtrigger
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.audited_rows import recorded, records
from factcheck.database.rules import Keeper, Rule, never_emptied, refuse

#: The longest that anybody may go on without a second factor.
LONGEST_GRACE = 90

_REQUIRED = "'required within ' || NEW.grace_days || ' days'"
_NOT_REQUIRED = "'not required'"


def _changed(row: str, says: str) -> str:
    role = f"coalesce((SELECT name FROM public.auth_group WHERE id = {row}.role_id), '')"
    return recorded("'rule_changed'", subject="NULL::bigint", what=f"{role} || ': ' || {says}")


class SecondFactorRule(models.Model):
    """Whether people of a role need a second factor to work at the desk, and how long they have to set one up."""

    role = models.OneToOneField(
        Group, models.CASCADE, related_name="second_factor_rule", verbose_name=_("role")
    )
    required = models.BooleanField(_("second factor required"), default=False)
    grace_days = models.PositiveSmallIntegerField(
        _("days to set it up"),
        default=14,
        help_text=_(
            "Days from the moment a person needs a second factor: from now, or from when they get the "
            "account or the role. With 0 they must set it up before anything else."
        ),
    )
    since = models.DateTimeField(_("required since"), null=True, editable=False)
    always = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Administrators always need one; superusers follow this rule too."),
    )

    class Meta:
        ordering = ["role__name"]
        verbose_name = _("rule for second factors")
        verbose_name_plural = _("rules for second factors")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                name="secondfactorrule_grace_is_bounded",
                condition=Q(grace_days__lte=LONGEST_GRACE),
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
                func=f"""
                    IF TG_OP = 'UPDATE' AND (NEW.always <> OLD.always OR NEW.role_id <> OLD.role_id) THEN
                        {refuse("A rule stays that of its role.", name="secondfactorrule_stays")}
                    END IF;
                    -- Since when is not for anybody to say: it is what the days are counted from.
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
                func=refuse("Administrators always need a second factor.", name="secondfactorrule_is_kept"),
            ),
            never_emptied("secondfactorrule", "Administrators always need a second factor."),
            records(
                "secondfactorrule_set",
                pgtrigger.Insert | pgtrigger.Update,
                f"""
                IF TG_OP = 'INSERT' OR ROW(NEW.required, NEW.grace_days) <> ROW(OLD.required, OLD.grace_days) THEN
                    {_changed("NEW", f"CASE WHEN NEW.required THEN {_REQUIRED} ELSE {_NOT_REQUIRED} END")}
                END IF;
                """,
            ),
            records("secondfactorrule_removed", pgtrigger.Delete, _changed("OLD", _NOT_REQUIRED)),
        ]

    def __str__(self) -> str:
        return self.role.name


class SecondFactorGrace(models.Model):
    """A person's own start of the grace period, if it is not that of the rule or the account.

    It begins once, with the first role that requires one, and again only when an administrator resets a lost one:
    removing and restoring a role does not extend it.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="second_factor_grace"
    )
    begins_at = models.DateTimeField(null=True)
    vouched_at = models.DateTimeField(
        null=True,
        help_text=_("When the last sign-in used an identity provider that confirmed a second factor."),
    )

    def __str__(self) -> str:
        return str(self.person)


class NewMember(User.groups.through):  # type: ignore[name-defined]  # made by Django at class creation
    """Trigger: a role requires a second factor, and the grace period begins."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            Keeper(
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
