"""Triggers that record changes of permissions, whatever makes them: a page, a command, or psql.

The tables are Django's and allauth's; proxies of their models carry the triggers.
"""

from typing import Any

import pgtrigger
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User

from factcheck.database.rules import Keeper, never_emptied

#: Who did it and from where, as pghistory's middleware has every statement of a request know it; outside of requests,
#: which role of the database it was.
_BY = """
    context := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb;
    by_id := (context ->> 'user')::bigint;
"""
_DECLARED = [("context", "jsonb"), ("by_id", "bigint")]


def called(person: str) -> str:
    """Return SQL for the name of the person with this id, like `display_name`."""
    return (
        "coalesce((SELECT coalesce(nullif(btrim(first_name || ' ' || last_name), ''), username)"
        f" FROM public.auth_user WHERE id = {person}), '')"
    )


def recorded(kind: str, *, subject: str, subject_name: str = "", what: str, detail: str = "'{}'") -> str:
    """Return the statement that adds a record; the arguments are SQL, including `kind`."""
    return f"""
        INSERT INTO public.claims_auditrecord
            (kind, actor_id, actor_name, subject_id, subject_name, what, detail, address, agent)
        VALUES (
            {kind}, by_id, {called("by_id")}, {subject}, left({subject_name or called(subject)}, 200),
            left({what}, 300),
            {detail}::jsonb || CASE WHEN context IS NULL THEN jsonb_build_object('database role', session_user)
                ELSE jsonb_strip_nulls(jsonb_build_object('page', context -> 'url', 'token', context -> 'token'))
                END,
            coalesce(left(context ->> 'address', 50), ''), coalesce(left(context ->> 'agent', 200), '')
        );
    """


def records(name: str, operation: pgtrigger.Operation, body: str, **more: Any) -> Keeper:
    """Build a trigger that records a change of a row."""
    return Keeper(
        name=name, operation=operation, declare=_DECLARED, func=f"{_BY}\n{body}\nRETURN NULL;", **more
    )


def _link(name: str, given: str, taken: str, *, subject: str, what: str) -> list[Keeper]:
    """Build the triggers of a link table: a new row grants something, a deleted row revokes it."""
    return [
        records(
            f"{name}_{str(operation).lower()}",
            operation,
            recorded(f"'{kind}'", subject=subject.format(row=row), what=what.format(row=row)),
        )
        for operation, row, kind in ((pgtrigger.Insert, "NEW", given), (pgtrigger.Delete, "OLD", taken))
    ]


_ROLE = "coalesce((SELECT name FROM public.auth_group WHERE id = {row}.group_id), '')"
_PERMISSION = """coalesce((
    SELECT type.app_label || '.' || permission.codename FROM public.auth_permission permission
        JOIN public.django_content_type type ON type.id = permission.content_type_id
        WHERE permission.id = {row}.permission_id
), '')"""
_EMPTYING = "TRUNCATE would go past what is recorded of each row: delete them."
_FLAGS = ("is_active", "is_staff", "is_superuser", "username", "email")
_CHANGED = f"""FROM jsonb_each(to_jsonb(OLD)) past JOIN jsonb_each(to_jsonb(NEW)) present USING (key)
    WHERE past.value <> present.value AND key = ANY ('{{{",".join(_FLAGS)}}}')"""
_PERSON = "coalesce(nullif(btrim({row}.first_name || ' ' || {row}.last_name), ''), {row}.username)"


class AuditedPerson(User):  # type: ignore[django-manager-missing]  # knox's name of tokens, of a proxy
    """Accounts: made, changed in what opens the desk, deleted."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            records(
                "person_added",
                pgtrigger.Insert,
                recorded(
                    "'person_added'",
                    subject="NEW.id",
                    what="NEW.username",
                    detail="jsonb_strip_nulls(jsonb_build_object('superuser', nullif(NEW.is_superuser, false)))",
                ),
            ),
            records(
                "person_changed",
                pgtrigger.Update,
                f"""
                IF OLD.password <> NEW.password THEN
                    {recorded("'password_changed'", subject="NEW.id", what="''")}
                END IF;
                IF ROW({", ".join(f"OLD.{flag}" for flag in _FLAGS)})
                    IS DISTINCT FROM ROW({", ".join(f"NEW.{flag}" for flag in _FLAGS)})
                THEN
                    {
                    recorded(
                        "'person_changed'",
                        subject="NEW.id",
                        what=f"(SELECT string_agg(key, ', ' ORDER BY key) {_CHANGED})",
                        detail="(SELECT jsonb_object_agg(key, jsonb_build_array(past.value, present.value))"
                        f" {_CHANGED})",
                    )
                }
                END IF;
                """,
            ),
            records(
                "person_deleted",
                pgtrigger.Delete,
                recorded(
                    "'person_deleted'",
                    subject="OLD.id",
                    subject_name=_PERSON.format(row="OLD"),
                    what="OLD.username",
                ),
            ),
            never_emptied("user", _EMPTYING),
        ]


class AuditedMembership(User.groups.through):  # type: ignore[name-defined]  # made by Django at class creation
    """Roles of people."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *_link("membership", "role_given", "role_taken", subject="{row}.user_id", what=_ROLE),
            never_emptied("user_groups", _EMPTYING),
        ]


class AuditedOwnPermission(User.user_permissions.through):  # type: ignore[name-defined]  # as above
    """A person's permissions in addition to roles."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *_link(
                "own_permission",
                "permission_given",
                "permission_taken",
                subject="{row}.user_id",
                what=_PERMISSION,
            ),
            never_emptied("user_permissions", _EMPTYING),
        ]


class AuditedRolePermission(Group.permissions.through):  # type: ignore[name-defined]  # as above
    """The permissions of a role."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            *_link(
                "role_permission",
                "permission_given",
                "permission_taken",
                subject="NULL::bigint",
                what=f"{_ROLE} || ': ' || {_PERMISSION}",
            ),
            never_emptied("group_permissions", _EMPTYING),
        ]


class AuditedRole(Group):
    """The name of a role."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            records(
                "role_renamed",
                pgtrigger.Update,
                recorded("'role_renamed'", subject="NULL::bigint", what="OLD.name || ' → ' || NEW.name"),
                condition=pgtrigger.AnyChange("name"),
            )
        ]


class AuditedSecondFactor(Authenticator):
    """Second factors: added and removed. Their secrets are never recorded."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            records(
                f"factor_{done}",
                operation,
                recorded(f"'factor_{done}'", subject=f"{row}.user_id", what=f"{row}.type"),
            )
            for operation, row, done in (
                (pgtrigger.Insert, "NEW", "added"),
                (pgtrigger.Delete, "OLD", "removed"),
            )
        ] + [never_emptied("authenticator", _EMPTYING)]
