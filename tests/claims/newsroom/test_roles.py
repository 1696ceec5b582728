"""Roles after an upgrade: new permissions are added, those that an administrator removed stay removed."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from claims.models import OfferedPermission
from claims.newsroom import roles
from factcheck import features

pytestmark = pytest.mark.django_db


def permissions_of(role: str) -> set[str]:
    """The permissions of a role without those that features add to it."""
    rows = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    added = {
        name for feature in features.list_installed() for names in feature.roles.values() for name in names
    }
    return {f"{label}.{name}" for label, name in rows} - added


def test_new_permissions_are_added_to_the_role_and_removed_ones_stay_removed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    editors = Group.objects.get(name="Editor")
    before = permissions_of("Editor")
    assert before == set(roles.EDITOR)
    editors.permissions.remove(Permission.objects.get(codename="retract_verdict"))
    editors.permissions.add(Permission.objects.get(codename="view_auditrecord"))
    newer = dict(roles.ROLES) | {"Editor": [*roles.EDITOR, "claims.delete_rating"]}
    monkeypatch.setattr(roles, "ROLES", newer)
    for _upgrade in range(2):
        roles.ensure_roles()
        assert permissions_of("Editor") == (before - {"claims.retract_verdict"}) | {
            "claims.view_auditrecord",
            "claims.delete_rating",
        }
    editors.permissions.remove(Permission.objects.get(codename="delete_rating"))
    roles.ensure_roles()
    assert "claims.delete_rating" not in permissions_of("Editor")
    assert permissions_of("Contributor") == set(roles.CONTRIBUTOR)


def test_an_existing_group_keeps_its_permissions() -> None:
    Group.objects.get(name="Editor").delete()
    own = Group.objects.create(name="Editor")
    own.permissions.set([Permission.objects.get(codename="view_claim", content_type__app_label="claims")])
    roles.ensure_roles()
    roles.ensure_roles()
    assert permissions_of("Editor") == {"claims.view_claim"}


def test_a_role_that_was_deleted_is_whole_again() -> None:
    Group.objects.get(name="Editor").delete()
    assert not OfferedPermission.objects.filter(role__name="Editor").exists()
    roles.ensure_roles()
    assert permissions_of("Editor") == set(roles.EDITOR)


def test_a_permission_is_offered_once() -> None:
    row = OfferedPermission.objects.first()
    assert row is not None
    table = connection.ops.quote_name(OfferedPermission._meta.db_table)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (role_id, permission_id) VALUES (%s, %s)",
            [row.role_id, row.permission_id],
        )


def test_roles_are_called_in_the_language_of_the_page(client: Client, administrator: User) -> None:
    """Also where people are given them; a role of the newsroom's own keeps its name."""
    own = Group.objects.create(name="Interns")
    client.force_login(administrator)
    german = {"Accept-Language": "de"}
    for page in ("admin:auth_group_changelist", "admin:auth_user_changelist", "admin:auth_user_add"):
        shown = client.get(reverse(page), headers=german).content.decode()
        assert "Redaktionsleitung" in shown, page
        assert not re.search(r">\s*(Fact-checker|Contributor)\s*<", shown), page
    assert str(own) == "Interns"
    with translation.override("ko"):
        assert str(Group.objects.get(name="Fact-checker")) == "팩트체커"
