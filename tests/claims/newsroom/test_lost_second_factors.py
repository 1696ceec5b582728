"""Removed second factors: by their owner, or by another person because they were lost."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims.models import AuditRecord, SecondFactorGrace, SecondFactorRule
from claims.newsroom import second_factors
from claims.newsroom.factor_mail import notify_of_reset
from claims.newsroom.refusals import NotAllowed, NotPossible
from tests.helpers.second_factor_rules import PASSWORD, SECRET, code, due, require

pytestmark = pytest.mark.django_db


def key(somebody: User, name: str = "Key") -> Authenticator:
    return Authenticator.objects.create(user=somebody, type="webauthn", data={"name": name, "credential": {}})


def kinds(somebody: User) -> list[str]:
    return sorted(Authenticator.objects.filter(user=somebody).values_list("type", flat=True))


def signed_in_just_now(client: Client) -> None:
    client.post(reverse("account_login"), {"login": "chris", "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code()})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def test_the_last_one_is_not_removed_while_it_is_required(client: Client, checker: User) -> None:
    TOTP.activate(checker, SECRET)
    signed_in_just_now(client)
    require("Fact-checker", 10)
    answer = client.post(reverse("mfa_deactivate_totp"), follow=True)
    assert "Your role needs a second factor" in answer.content.decode()
    assert kinds(checker) == ["totp"]
    added = key(checker)
    client.post(reverse("mfa_deactivate_totp"))
    assert kinds(checker) == ["webauthn"]
    client.post(reverse("mfa_remove_webauthn", args=[added.pk]))
    assert kinds(checker) == ["webauthn"]
    SecondFactorRule.objects.filter(role__name="Fact-checker").update(required=False)
    client.post(reverse("mfa_remove_webauthn", args=[added.pk]))
    assert kinds(checker) == []


def test_people_cannot_remove_a_colleagues_factor(client: Client, checker: User, colleague: User) -> None:
    TOTP.activate(checker, SECRET)
    signed_in_just_now(client)
    theirs = key(colleague)
    assert client.post(reverse("mfa_remove_webauthn", args=[theirs.pk])).status_code == 404
    assert kinds(colleague) == ["webauthn"]


# Lost ones ------------------------------------------------------------------------------------------------------------


def reset(client: Client, somebody: User, reason: str = "Called her back.") -> Any:
    return client.post(reverse("admin:auth_user_reset-factors", args=[somebody.pk]), {"reason": reason})


def test_an_administrator_resets_a_lost_one(
    client: Client, administrator: User, checker: User, mailoutbox: list[Any]
) -> None:
    require("Fact-checker", 6)
    User.objects.filter(pk=checker.pk).update(date_joined=timezone.now() - timedelta(days=400))
    TOTP.activate(checker, SECRET)
    Authenticator.objects.create(user=checker, type="recovery_codes", data={})
    theirs = Client()
    theirs.force_login(checker)
    client.force_login(administrator)
    assert "This field is required" in reset(client, checker, " ").content.decode()
    assert kinds(checker) == ["recovery_codes", "totp"]
    assert reset(client, checker)["Location"] == reverse("admin:auth_user_change", args=[checker.pk])
    assert kinds(checker) == []
    grace = SecondFactorGrace.objects.get(person=checker)
    assert grace.begins_at
    assert due(checker) == grace.begins_at + timedelta(days=6)
    assert theirs.get(reverse("admin:index"))["Location"] == reverse("admin:login") + "?next=/admin/"
    record = AuditRecord.objects.get(kind="factors_reset")
    assert (record.actor, record.subject, record.what) == (administrator, checker, "Called her back.")
    notify_of_reset(person_id=checker.pk, by_id=administrator.pk)
    [mail] = mailoutbox
    assert mail.to == ["chris@example.org"]
    assert "Ada has reset the second factors" in mail.body


def test_people_cannot_reset_their_own_factor(client: Client, administrator: User) -> None:
    TOTP.activate(administrator, SECRET)
    client.force_login(administrator)
    assert reset(client, administrator).status_code == 403
    assert kinds(administrator) == ["totp"]
    with pytest.raises(NotAllowed, match="another administrator"):
        second_factors.reset_factors(administrator, by=administrator, reason="Lost it.")


def test_permissions_to_reset(client: Client, editor: User, checker: User, administrator: User) -> None:
    root = User.objects.create_superuser("root")
    for each in (root, checker):
        TOTP.activate(each, SECRET)
    client.force_login(editor)
    assert reset(client, checker).status_code == 403
    client.force_login(administrator)
    assert reset(client, root).status_code == 403
    assert (kinds(root), kinds(checker)) == (["totp"], ["totp"])
    assert reset(client, checker).status_code == 302
    with pytest.raises(NotPossible, match="no second factor"):
        second_factors.reset_factors(checker, by=administrator, reason="Again.")


def test_an_administrator_deletes_no_factor_past_that(
    client: Client, administrator: User, checker: User
) -> None:
    TOTP.activate(checker, SECRET)
    factor = Authenticator.objects.get(user=checker)
    client.force_login(administrator)
    address = reverse("admin:mfa_authenticator_delete", args=[factor.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert kinds(checker) == ["totp"]


def test_on_the_server_a_command_resets_them(administrator: User) -> None:
    TOTP.activate(administrator, SECRET)
    call_command("reset_second_factor", "ada", reason="Lost the phone.")
    assert kinds(administrator) == []
    record = AuditRecord.objects.get(kind="factors_reset")
    assert (record.actor, record.subject_name, record.what) == (None, "Ada", "Lost the phone.")
    with pytest.raises(CommandError, match="There is no second factor to reset"):
        call_command("reset_second_factor", "ada", reason="Again.")


def test_a_recovery_code_opens_once(client: Client, checker: User) -> None:
    TOTP.activate(checker, SECRET)
    codes = RecoveryCodes.activate(checker).get_unused_codes()
    for answer in (302, 200):
        client.post(reverse("account_logout"))
        client.post(reverse("account_login"), {"login": "chris", "password": PASSWORD})
        assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == answer
    record = AuditRecord.objects.filter(kind="signed_in").latest("pk")
    assert record.what == "password, recovery code"
