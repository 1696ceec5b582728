"""Second factors that a role requires: days to set one up, then a closed desk; and ways around."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from claims.models import AuditRecord, SecondFactorGrace, SecondFactorRule
from claims.newsroom import api_tokens, second_factors
from tests.helpers.broken_rules import refused, sql
from tests.helpers.desk import Desk
from tests.helpers.second_factor_rules import PASSWORD, SECRET, due, require, rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, checker: User) -> Client:
    """The browser of a fact-checker without a second factor."""
    client.force_login(checker)
    return client


def person_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


# People and deadlines ----------------------------------------------------------------------------------------------


def test_administrators_and_superusers_always_need_one(
    contributor: User, checker: User, editor: User, administrator: User
) -> None:
    root = User.objects.create_superuser("root")
    assert {role.role.name: (role.required, role.always) for role in SecondFactorRule.objects.all()} == {
        "Contributor": (False, False),
        "Fact-checker": (False, False),
        "Editor": (False, False),
        "Administrator": (True, True),
    }
    people = [contributor, checker, editor, administrator, root, User.objects.create_user("nobody")]
    assert [second_factors.is_required(each) for each in people] == [False, False, False, True, True, False]
    assert [due(each) is not None for each in people] == [False, False, False, True, True, False]


@pytest.mark.parametrize(
    "statement, rule_broken",
    [
        ("UPDATE claims_secondfactorrule SET required = false WHERE always", "of_administrators_stays"),
        ("UPDATE claims_secondfactorrule SET always = false, required = false WHERE always", "rule_stays"),
        ("DELETE FROM claims_secondfactorrule WHERE always", "is_kept"),
        ("UPDATE claims_secondfactorrule SET role_id = 1 WHERE always", "rule_stays"),
        ("UPDATE claims_secondfactorrule SET grace_days = 91 WHERE always", "grace_is_bounded"),
        ("UPDATE claims_secondfactorrule SET always = true, required = true", "rule_stays"),
        ("TRUNCATE claims_secondfactorrule", "no_truncate"),
    ],
)
def test_that_of_administrators_is_not_switched_off(statement: str, rule_broken: str) -> None:
    refused(statement, match=rule_broken)


def test_the_role_of_administrators_is_not_deleted() -> None:
    with pytest.raises(IntegrityError, match="Administrators always need"), transaction.atomic():
        Group.objects.get(name="Administrator").delete()


def test_days_are_counted_from_the_latest_start(checker: User) -> None:
    User.objects.filter(pk=checker.pk).update(date_joined=timezone.now() - timedelta(days=400))
    require("Fact-checker", 10)
    since = rule("Fact-checker").since
    assert since
    assert due(checker) == since + timedelta(days=10)
    newcomer = User.objects.create_user("nora")
    newcomer.groups.add(Group.objects.get(name="Fact-checker"))
    begins = SecondFactorGrace.objects.get(person=newcomer).begins_at
    assert begins
    assert due(newcomer) == begins + timedelta(days=10) > due(checker)


def test_the_earliest_deadline_of_several_roles_counts(checker: User) -> None:
    require("Fact-checker", 10)
    earliest = due(checker)
    checker.groups.add(Group.objects.get(name="Administrator"))
    begins = SecondFactorGrace.objects.get(person=checker).begins_at
    assert begins
    assert due(checker) == begins + timedelta(days=10) < begins + timedelta(days=14)
    assert due(checker) - earliest < timedelta(minutes=1)
    require("Administrator", 0)
    assert second_factors.is_past_deadline(due(checker))


def test_the_database_sets_the_start(checker: User) -> None:
    require("Fact-checker", 10)
    before = rule("Fact-checker").since
    sql("UPDATE claims_secondfactorrule SET since = now() + interval '900 days', grace_days = 11")
    assert rule("Fact-checker").since == before


def test_removing_and_restoring_a_role_does_not_extend_the_deadline(checker: User) -> None:
    require("Fact-checker", 10)
    role = Group.objects.get(name="Fact-checker")
    checker.groups.set([])
    checker.groups.add(role)
    before = due(checker)
    checker.groups.remove(role)
    checker.groups.add(role)
    assert due(checker) == before


@pytest.mark.parametrize("kind", ["totp", "webauthn"])
def test_people_with_a_factor_need_do_nothing(checker: User, kind: str) -> None:
    require("Fact-checker", 0)
    Authenticator.objects.create(user=checker, type="recovery_codes", data={})
    assert second_factors.is_past_deadline(due(checker))
    Authenticator.objects.create(user=checker, type=kind, data={})
    assert due(checker) is None


# The desk -------------------------------------------------------------------------------------------------------------


def test_until_the_last_day_people_work_and_are_reminded(desk: Client) -> None:
    assert "second factor" not in desk.get(reverse("admin:index")).content.decode()
    require("Fact-checker", 10)
    page = desk.get(reverse("admin:index"))
    assert page.status_code == 200
    assert f"by {date_format(due(person_of(desk)))}" in page.content.decode()
    assert reverse("mfa_index") in page.content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=11)):
        assert desk.get(reverse("admin:index"))["Location"] == reverse("mfa_index")


def doors(somebody: User) -> list[tuple[str, str]]:
    return [
        ("get", reverse("admin:index")),
        ("get", reverse("admin:claims_claim_changelist")),
        ("get", reverse("admin:claims_claim_add")),
        ("get", "/admin/autocomplete/?app_label=claims&model_name=claim&field_name=topics"),
        ("get", "/admin/session/"),
        ("get", "/admin/search/?s=bridge"),
        ("get", "/admin/jsi18n/"),
        ("get", "/admin/password_change/"),
        ("get", "/admin/no-such-page/"),
        ("get", reverse("account_change_password")),
        ("get", reverse("account_email")),
        ("get", reverse("socialaccount_connections")),
        ("get", reverse("desk-sessions")),
    ]


def test_after_the_last_day_nothing_opens_but_enrolment_and_sign_out(desk: Client, checker: User) -> None:
    require("Fact-checker", 0)
    for method, address in doors(checker):
        answer = getattr(desk, method)(address)
        assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index")), address
    for address in (
        reverse("admin:claims_claim_add"),
        reverse("account_email"),
        "/admin/claims/claim/1/move/accept/",
    ):
        assert desk.post(address, {"email": "x@example.org"}).status_code == 403, address
    assert desk.get(reverse("mfa_index")).status_code == 200
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert desk.get(reverse(name))["Location"].startswith(reverse("account_reauthenticate"))
    assert desk.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    assert desk.get(reverse("mfa_add_webauthn")).status_code == 200
    page = desk.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    right = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert desk.post(reverse("mfa_activate_totp"), {"code": right}).status_code == 302
    # At once, in the same session.
    assert desk.get(reverse("admin:index")).status_code == 200
    assert len(RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()) == 10


def test_sign_out_is_open(desk: Client) -> None:
    require("Fact-checker", 0)
    assert desk.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in desk.session


def test_a_session_from_before_the_rule_is_held_to_it(desk: Client) -> None:
    assert desk.get(reverse("admin:index")).status_code == 200
    require("Fact-checker", 0)
    assert desk.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("remember", ["", "on"])
def test_signing_in_leads_to_the_set_up_of_a_factor(client: Client, checker: User, remember: str) -> None:
    def signed_in() -> str:
        client.post(reverse("account_logout"))
        fields = {"login": "chris", "password": PASSWORD, "remember": remember}
        return str(client.post(reverse("account_login") + "?next=/admin/claims/claim/", fields)["Location"])

    assert signed_in() == "/admin/claims/claim/"
    require("Fact-checker", 10)
    assert signed_in() == "/accounts/2fa/?next=%2Fadmin%2Fclaims%2Fclaim%2F"
    page = client.get("/accounts/2fa/?next=%2Fadmin%2Fclaims%2Fclaim%2F").content.decode()
    assert 'href="/admin/claims/claim/"' in page
    assert 'href="//evil.example"' not in client.get("/accounts/2fa/?next=//evil.example").content.decode()
    require("Fact-checker", 0)
    signed_in()
    assert client.get("/admin/claims/claim/")["Location"] == reverse("mfa_index")


def test_a_new_password_by_mail_opens_nothing_more(
    client: Client, checker: User, mailoutbox: list[Any]
) -> None:
    require("Fact-checker", 0)
    client.post(reverse("account_reset_password"), {"email": checker.email})
    link = next(line for line in mailoutbox[0].body.split() if "/reset/key/" in line)
    page = client.get(link, follow=True)
    chosen = {"password1": "another horse battery", "password2": "another horse battery"}
    client.post(page.request["PATH_INFO"], chosen)
    assert client.get(reverse("admin:index"))["Location"] == reverse("admin:login") + "?next=/admin/"
    client.post(reverse("account_login"), {"login": "chris", "password": "another horse battery"})
    assert client.get(reverse("admin:index"))["Location"] == reverse("mfa_index")


def test_it_costs_no_query(desk: Client) -> None:
    desk.get(reverse("admin:index"))
    with CaptureQueriesContext(connection) as before:
        desk.get(reverse("admin:index"))
    require("Fact-checker", 10)
    with CaptureQueriesContext(connection) as after:
        desk.get(reverse("admin:index"))
    assert len(before) == len(after)


# Tokens ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(checker: User) -> Callable[[], Any]:
    """Asks the editorial API with a token that was made before."""
    _token, secret = api_tokens.issue_token(checker, name="Tool", scopes=["claims:read"], days=9)
    return lambda: Client().get("/api/v1/editorial/claims/", HTTP_AUTHORIZATION=f"Bearer {secret}")


def test_tokens_rest_until_their_person_has_one(asked: Callable[[], Any], checker: User) -> None:
    require("Fact-checker", 10)
    assert asked().status_code == 200
    require("Fact-checker", 0)
    refusal = asked()
    assert (refusal.status_code, refusal.json()["detail"]) == (
        401,
        "The owner of this token must first set up a second factor at the desk (/accounts/2fa/).",
    )
    TOTP.activate(checker, SECRET)
    assert asked().status_code == 200


def test_tokens_of_whom_the_provider_vouched_for_go_on(asked: Callable[[], Any], checker: User) -> None:
    require("Fact-checker", 0)
    second_factors.record_vouched_factor(checker, by_provider=True)
    assert asked().status_code == 200
    second_factors.record_vouched_factor(checker, by_provider=False)
    assert asked().status_code == 401


# The rules at the desk ------------------------------------------------------------------------------------------------


def test_administrators_set_the_rules_and_that_is_recorded(client: Client, administrator: User) -> None:
    desk = Desk(client).sign_in(administrator)
    desk.save(rule("Editor"), required="on", grace_days="7")
    record = AuditRecord.objects.filter(kind="rule_changed").latest("pk")
    assert (record.actor_name, record.what) == ("Ada", "Editor: required within 7 days")
    client.post(desk.page(rule("Administrator")), desk.form(rule("Administrator")) | {"grace_days": "7"})
    assert (rule("Administrator").required, rule("Administrator").grace_days) == (True, 7)


def test_editors_do_not(client: Client, editor: User) -> None:
    client.force_login(editor)
    address = reverse("admin:claims_secondfactorrule_change", args=[rule("Editor").pk])
    assert client.post(address, {"grace_days": "7"}).status_code == 403


def test_a_new_role_has_a_rule_after_migrating() -> None:
    Group.objects.create(name="Photo desk")
    second_factors.ensure_rules()
    assert (rule("Photo desk").required, rule("Photo desk").always) == (False, False)
    assert SecondFactorRule.objects.filter(always=True).count() == 1
