"""The audit log, and the triggers that write it."""

from typing import Any, Self

import pgtrigger
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from factcheck.database.model_fields import PersonField
from factcheck.database.rules import MaintenanceTrigger, Prohibition, Rule, build_truncation_rule

#: The number of days that every record is kept, whatever the settings.
MIN_DAYS = 90


class AuditKind(models.TextChoices):
    """The kind of event that an audit record describes."""

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
    FEATURE_SWITCHED = "feature_switched", _("Feature switched on or off")
    SHORTENED = "shortened", _("Old records removed")


class AuditRecordQuerySet(models.QuerySet["AuditRecord"]):
    def about(self, person_id: int) -> Self:
        """Return the records of this person's actions, and of changes to the person's account."""
        return self.filter(Q(actor=person_id) | Q(subject=person_id))


class AuditRecord(models.Model):
    """A record of a sign-in, a download or a change of permissions. Append-only.

    People are recorded by their names at the time, without a foreign key, so a record outlives the account.
    """

    at = models.DateTimeField(_("time"), db_default=Now())
    kind = models.CharField(_("event"), max_length=30, choices=AuditKind)
    actor = PersonField(_("person"), models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    actor_name = models.CharField(_("person"), max_length=200, blank=True)
    subject = PersonField(
        _("affected account"), models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    subject_name = models.CharField(_("affected account"), max_length=200, blank=True)
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
            # The log by kind, by person or by IP address, newest first; and the log of a range of days.
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
                    -- The database sets the time, not the program that records the event.
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
                func="REJECT 'Audit records are never changed.' AS auditrecord_append_only;",
            ),
            Prohibition(
                name="auditrecord_no_truncate",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="REJECT 'Audit records are never changed.' AS auditrecord_append_only;",
            ),
            Rule(
                name="auditrecord_is_kept",
                operation=pgtrigger.Delete,
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                referencing=pgtrigger.Referencing(old="removed"),
                declare=[("before", "timestamptz")],
                func=f"""
                    -- Only old records can be removed, and the same transaction must record up to which time.
                    SELECT max((detail ->> 'until')::timestamptz) INTO before FROM public.claims_auditrecord
                        WHERE kind = 'shortened' AND detail ->> 'transaction' = pg_current_xact_id()::text;
                    IF before IS NULL OR EXISTS (
                        SELECT FROM removed WHERE kind = 'shortened'
                            OR at >= least(before, clock_timestamp() - interval '{MIN_DAYS} days')
                    ) THEN
                        REJECT 'Audit records cannot be deleted.' AS auditrecord_append_only;
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.actor_name or self.subject_name}"


#: PL/pgSQL that reads the person from pghistory's context, which its middleware sets for each request.
_ACTOR_SQL = """
    context := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb;
    by_id := (context ->> 'user')::bigint;
"""
_DECLARED_VARIABLES = [("context", "jsonb"), ("by_id", "bigint")]


def build_person_name_sql(person: str) -> str:
    """Return SQL for the name of the person with this id, like `get_display_name`."""
    return (
        "coalesce((SELECT coalesce(nullif(btrim(first_name || ' ' || last_name), ''), username)"
        f" FROM public.auth_user WHERE id = {person}), '')"
    )


def build_record_sql(
    kind: str, *, subject: str, subject_name: str = "", detail_name: str, detail: str = "'{}'"
) -> str:
    """Return the SQL statement that adds a record; all arguments are SQL, including `kind`."""
    return f"""
        INSERT INTO public.claims_auditrecord
            (kind, actor_id, actor_name, subject_id, subject_name, what, detail, address, agent)
        VALUES (
            {kind}, by_id, {build_person_name_sql("by_id")}, {subject},
            left({subject_name or build_person_name_sql(subject)}, 200),
            left({detail_name}, 300),
            {detail}::jsonb || CASE WHEN context IS NULL THEN jsonb_build_object('database role', session_user)
                ELSE jsonb_strip_nulls(jsonb_build_object('page', context -> 'url', 'token', context -> 'token'))
                END,
            coalesce(left(context ->> 'address', 50), ''), coalesce(left(context ->> 'agent', 200), '')
        );
    """


def build_recording_trigger(
    name: str, operation: pgtrigger.Operation, body: str, **options: Any
) -> MaintenanceTrigger:
    """Build a trigger that records a change of a row."""
    return MaintenanceTrigger(
        name=name,
        operation=operation,
        declare=_DECLARED_VARIABLES,
        func=f"{_ACTOR_SQL}\n{body}\nRETURN NULL;",
        **options,
    )


def _build_link_triggers(
    name: str, granted_kind: str, revoked_kind: str, *, subject: str, detail_name: str
) -> list[MaintenanceTrigger]:
    """Build the triggers of a link table: a new row grants something, a deleted row revokes it."""
    return [
        build_recording_trigger(
            f"{name}_{str(operation).lower()}",
            operation,
            build_record_sql(
                f"'{kind}'", subject=subject.format(row=row), detail_name=detail_name.format(row=row)
            ),
        )
        for operation, row, kind in (
            (pgtrigger.Insert, "NEW", granted_kind),
            (pgtrigger.Delete, "OLD", revoked_kind),
        )
    ]


_ROLE_SQL = "coalesce((SELECT name FROM public.auth_group WHERE id = {row}.group_id), '')"
_PERMISSION_SQL = """coalesce((
    SELECT type.app_label || '.' || permission.codename FROM public.auth_permission permission
        JOIN public.django_content_type type ON type.id = permission.content_type_id
        WHERE permission.id = {row}.permission_id
), '')"""
_TRUNCATE_MESSAGE = "TRUNCATE would bypass the audit log: delete the rows instead."
_AUDITED_FIELDS = ("is_active", "is_staff", "is_superuser", "username", "email")
_CHANGED_SQL = f"""FROM jsonb_each(to_jsonb(OLD)) past JOIN jsonb_each(to_jsonb(NEW)) present USING (key)
    WHERE past.value <> present.value AND key = ANY ('{{{",".join(_AUDITED_FIELDS)}}}')"""
_PERSON_SQL = "coalesce(nullif(btrim({row}.first_name || ' ' || {row}.last_name), ''), {row}.username)"


class AuditedPerson(User):  # type: ignore[django-manager-missing]  # knox's related name for tokens
    """A proxy with triggers that audit accounts: creation, changes of access, deletion."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            build_recording_trigger(
                "person_added",
                pgtrigger.Insert,
                build_record_sql(
                    "'person_added'",
                    subject="NEW.id",
                    detail_name="NEW.username",
                    detail="jsonb_strip_nulls(jsonb_build_object('superuser', nullif(NEW.is_superuser, false)))",
                ),
            ),
            build_recording_trigger(
                "person_changed",
                pgtrigger.Update,
                f"""
                IF OLD.password <> NEW.password THEN
                    {build_record_sql("'password_changed'", subject="NEW.id", detail_name="''")}
                END IF;
                IF ROW({", ".join(f"OLD.{flag}" for flag in _AUDITED_FIELDS)})
                    IS DISTINCT FROM ROW({", ".join(f"NEW.{flag}" for flag in _AUDITED_FIELDS)})
                THEN
                    {
                    build_record_sql(
                        "'person_changed'",
                        subject="NEW.id",
                        detail_name=f"(SELECT string_agg(key, ', ' ORDER BY key) {_CHANGED_SQL})",
                        detail="(SELECT jsonb_object_agg(key, jsonb_build_array(past.value, present.value))"
                        f" {_CHANGED_SQL})",
                    )
                }
                END IF;
                """,
            ),
            build_recording_trigger(
                "person_deleted",
                pgtrigger.Delete,
                build_record_sql(
                    "'person_deleted'",
                    subject="OLD.id",
                    subject_name=_PERSON_SQL.format(row="OLD"),
                    detail_name="OLD.username",
                ),
            ),
            build_truncation_rule("user", _TRUNCATE_MESSAGE),
        ]


class AuditedMembership(User.groups.through):  # type: ignore[name-defined]  # made by Django at class creation
    """A proxy with triggers that audit people's roles."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *_build_link_triggers(
                "membership", "role_given", "role_taken", subject="{row}.user_id", detail_name=_ROLE_SQL
            ),
            build_truncation_rule("user_groups", _TRUNCATE_MESSAGE),
        ]


class AuditedOwnPermission(User.user_permissions.through):  # type: ignore[name-defined]  # as above
    """A proxy with triggers that audit permissions given to a person directly."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *_build_link_triggers(
                "own_permission",
                "permission_given",
                "permission_taken",
                subject="{row}.user_id",
                detail_name=_PERMISSION_SQL,
            ),
            build_truncation_rule("user_permissions", _TRUNCATE_MESSAGE),
        ]


class AuditedRolePermission(Group.permissions.through):  # type: ignore[name-defined]  # as above
    """A proxy with triggers that audit the permissions of roles."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *_build_link_triggers(
                "role_permission",
                "permission_given",
                "permission_taken",
                subject="NULL::bigint",
                detail_name=f"{_ROLE_SQL} || ': ' || {_PERMISSION_SQL}",
            ),
            build_truncation_rule("group_permissions", _TRUNCATE_MESSAGE),
        ]


class AuditedRole(Group):
    """A proxy with triggers that audit the names of roles."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            build_recording_trigger(
                "role_renamed",
                pgtrigger.Update,
                build_record_sql(
                    "'role_renamed'", subject="NULL::bigint", detail_name="OLD.name || ' → ' || NEW.name"
                ),
                condition=pgtrigger.AnyChange("name"),
            )
        ]


class AuditedSecondFactor(Authenticator):
    """A proxy with triggers that record when second factors are added or removed, but never their secrets."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            build_recording_trigger(
                f"factor_{done}",
                operation,
                build_record_sql(f"'factor_{done}'", subject=f"{row}.user_id", detail_name=f"{row}.type"),
            )
            for operation, row, done in (
                (pgtrigger.Insert, "NEW", "added"),
                (pgtrigger.Delete, "OLD", "removed"),
            )
        ] + [build_truncation_rule("authenticator", _TRUNCATE_MESSAGE)]
