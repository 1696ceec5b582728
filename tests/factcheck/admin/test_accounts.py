"""Roles at the desk: administrators change what they include, as far as they have it themselves."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from lxml import html

from tests.helpers.desk import Desk

pytestmark = pytest.mark.django_db


def permission(name: str) -> Permission:
    label, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=label, codename=codename)


def test_an_administrator_gives_and_takes_permissions(
    client: Client, administrator: User, contributor: User
) -> None:
    role, new, old = Group.objects.get(name="Contributor"), "teamwork.take_work", "sources.add_publisher"
    beyond = permission("socialaccount.view_socialaccount")
    role.permissions.add(beyond)
    before = set(role.permissions.all())
    desk = Desk(client).sign_in(administrator)
    form = desk.form(role)
    boxes = set(form["permissions"]) - {str(beyond.pk)}
    ticked = boxes - {str(permission(old).pk)} | {str(permission(new).pk)}
    answer = desk.save(role, form, permissions=sorted(ticked), name="Interns")
    assert answer.redirect_chain == [(reverse("admin:auth_group_changelist"), 302)]
    role.refresh_from_db()
    assert (role.name, set(role.permissions.all())) == (
        "Contributor", before - {permission(old)} | {permission(new)},
    )  # fmt: skip
    person = User.objects.get(pk=contributor.pk)
    assert (person.has_perm(new), person.has_perm(old)) == (True, False)


@pytest.mark.slow
def test_people_cannot_grant_permissions_they_lack(client: Client, administrator: User) -> None:
    role = Group.objects.get(name="Fact-checker")
    desk = Desk(client).sign_in(administrator)
    form = desk.form(role)
    beyond = permission("auth.delete_user")
    answer = desk.save(role, form, permissions=[*form["permissions"], str(beyond.pk)])
    assert list(answer.context["errors"]) != []
    assert not role.permissions.filter(pk=beyond.pk).exists()
    page = html.document_fromstring(desk.text(role))
    groups = {
        group.findtext("legend"): [
            " ".join(label.text_content().split()) for label in group.cssselect("label")
        ]
        for group in page.cssselect("#id_permissions fieldset")
    }
    assert {"Appearance", "Claim", "Verdict"} - set(groups) == set()
    assert groups["Topic"] == ["Add", "Change", "Delete", "View"]
    assert "Can add" not in desk.text(role)
    offered = [box.get("value") for box in page.cssselect("input[name=permissions]")]
    assert sorted(map(int, offered)) == sorted(
        each.pk
        for each in Permission.objects.select_related("content_type")
        if administrator.has_perm(f"{each.content_type.app_label}.{each.codename}")
    )


def test_an_editor_changes_no_role(client: Client, editor: User) -> None:
    client.force_login(editor)
    address = reverse("admin:auth_group_change", args=[Group.objects.get(name="Editor").pk])
    assert client.post(address, {"permissions": []}).status_code == 403
