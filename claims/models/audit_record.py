from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database.rules import Prohibition, Rule, refuse

#: So many days every record is kept, whatever the settings of an installation say.
LEAST_DAYS = 90


class AuditKind(models.TextChoices):
    """The kind of an audited event."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    CODE_REFUSED = "code_refused", _("Second factor rejected")
    SIGNED_OUT = "signed_out", _("Signed out")
    SESSION_ENDED = "session_ended", _("Session ended")
    DOWNLOADED = "downloaded", _("Downloaded")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    PASSWORD_RESET = "password_reset", _("Password reset by email")
    FACTOR_ADDED = "factor_added", _("Second factor added")
    FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    FACTORS_RESET = "factors_reset", _("Second factors reset")
    RULE_CHANGED = "rule_changed", _("Rule for second factors changed")
    PERSON_ADDED = "person_added", _("Account created")
    PERSON_CHANGED = "person_changed", _("Account changed")
    PERSON_DELETED = "person_deleted", _("Account deleted")
    ROLE_GIVEN = "role_given", _("Role granted")
    ROLE_TAKEN = "role_taken", _("Role removed")
    ROLE_RENAMED = "role_renamed", _("Role renamed")
    PERMISSION_GIVEN = "permission_given", _("Permission granted")
    PERMISSION_TAKEN = "permission_taken", _("Permission removed")
    TOKEN_MADE = "token_made", _("API token created")
    TOKEN_REVOKED = "token_revoked", _("API token revoked")
    SHORTENED = "shortened", _("Old records removed")


class AuditRecordQuerySet(models.QuerySet["AuditRecord"]):
    def about(self, person_id: int) -> Self:
        """Records of what this person did, and of what was done to their account."""
        return self.filter(Q(actor=person_id) | Q(subject=person_id))


class AuditRecord(models.Model):
    """Records of sign-ins, downloads and changes of permissions. Append-only.

    People are named as they were called then, and are not held on to: a record outlives the account.
    """

    at = models.DateTimeField(_("when"), db_default=Now())
    kind = models.CharField(_("what"), max_length=30, choices=AuditKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("who"),
    )
    actor_name = models.CharField(_("who"), max_length=200, blank=True)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("whose account"),
    )
    subject_name = models.CharField(_("whose account"), max_length=200, blank=True)
    what = models.CharField(_("details"), max_length=300, blank=True)
    detail = models.JSONField(_("details"), default=dict)
    address = models.CharField(_("address"), max_length=50, blank=True)
    agent = models.CharField(_("browser or program"), max_length=200, blank=True)

    objects = AuditRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit record")
        verbose_name_plural = _("audit log")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="auditrecord_kind_is_known", condition=Q(kind__in=AuditKind.values))
        ]
        indexes = [
            # The log of one kind, of one person, and from one address, newest first; and of some days.
            models.Index(name="auditrecord_by_kind", fields=["kind", "-id"]),
            models.Index(name="auditrecord_by_actor", fields=["actor", "-id"]),
            models.Index(name="auditrecord_by_subject", fields=["subject", "-id"]),
            models.Index(name="auditrecord_by_address", fields=["address", "-id"]),
            models.Index(name="auditrecord_by_time", fields=["at"]),
        ]
        triggers = [
            Rule(
                name="auditrecord_is_dated_here",
                operation=pgtrigger.Insert,
                func="""
                    -- When it happened is not for the one who writes it down to say.
                    NEW.at := clock_timestamp();
                    IF NEW.kind = 'shortened' THEN
                        NEW.detail := NEW.detail || jsonb_build_object('transaction', pg_current_xact_id()::text);
                    END IF;
                    RETURN NEW;
                """,
            ),
            Prohibition(
                name="auditrecord_no_update",
                operation=pgtrigger.Update,
                func=refuse("What was recorded is never changed.", name="auditrecord_append_only"),
            ),
            Prohibition(
                name="auditrecord_no_truncate",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func=refuse("What was recorded is never changed.", name="auditrecord_append_only"),
            ),
            Rule(
                name="auditrecord_is_kept",
                operation=pgtrigger.Delete,
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                referencing=pgtrigger.Referencing(old="removed"),
                declare=[("before", "timestamptz")],
                func=f"""
                    -- Only what is old is removed, and the same transaction says until when it did so.
                    SELECT max((detail ->> 'until')::timestamptz) INTO before FROM public.claims_auditrecord
                        WHERE kind = 'shortened' AND detail ->> 'transaction' = pg_current_xact_id()::text;
                    IF before IS NULL OR EXISTS (
                        SELECT FROM removed WHERE kind = 'shortened'
                            OR at >= least(before, clock_timestamp() - interval '{LEAST_DAYS} days')
                    ) THEN
                        {refuse("What was recorded is kept.", name="auditrecord_append_only")}
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.actor_name or self.subject_name}"
