"""Tokens: what opens the editorial API, and that nothing else does."""

import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from knox.crypto import hash_token

from claims.models import ApiToken, Scope
from claims.newsroom import api_tokens
from claims.newsroom.refusals import NotAllowed
from tests.helpers.newsroom import make_claim, person
from tests.helpers.newsroom_tool import Tool, tool
from tests.helpers.tampering import as_owner_of_tables

pytestmark = pytest.mark.django_db


def issue(
    whose: User, *, scopes: Iterable[str] = tuple(Scope.values), days: int = 30, by: User | None = None
) -> tuple[ApiToken, str]:
    return api_tokens.issue_token(whose, name="Planner", scopes=scopes, days=days, by=by)


def assert_closed(response: Any, challenge: str) -> None:
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == challenge
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "private, no-store"


# What opens it --------------------------------------------------------------------------------------------------------


def test_a_token_identifies_its_owner_and_tool(editor: User) -> None:
    token, secret = issue(editor, scopes=["publish", "claims:read"])
    answer = Tool(secret).get("")
    assert answer.json() == {
        "person": {"id": editor.pk, "name": "Edith"},
        "roles": ["Editor"],
        "token": {
            "name": "Planner",
            "scopes": ["claims:read", "publish"],
            "expires_at": token.expiry.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        },
        "resources": {
            name: f"http://testserver/api/v1/editorial/{name}/"
            for name in (
                "claims",
                "verdicts",
                "translations",
                "sources",
                "media",
                "claimants",
                "topics",
                "ratings",
                "transitions",
                "webhooks",
            )
        },
    }


def test_nothing_opens_it_without_a_token(editor: User) -> None:
    answer = Tool().get("claims/")
    assert_closed(answer, 'Bearer realm="editorial"')
    assert "API tokens" in answer.json()["detail"]


def test_a_session_of_the_desk_does_not_open_it(client: Client, editor: User) -> None:
    client.force_login(editor)
    assert_closed(client.get("/api/v1/editorial/claims/"), 'Bearer realm="editorial"')
    posted = client.post("/api/v1/editorial/claims/", {}, "application/json")
    assert_closed(posted, 'Bearer realm="editorial"')


@pytest.mark.parametrize("header", ["Basic ZWRkYTp4", "Token {}", "{}", ""])
def test_another_scheme_is_no_token(editor: User, header: str) -> None:
    _token, secret = issue(editor)
    answer = Tool().get("claims/", Authorization=header.format(secret))
    assert_closed(answer, 'Bearer realm="editorial"')


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer a b", "Bearer factcheck_0", "Bearer \xff\xfe", "Bearer " + "x" * 9000]
)
def test_a_malformed_or_unknown_token_is_refused(editor: User, header: str) -> None:
    issue(editor)
    assert_closed(
        Tool().get("claims/", Authorization=header), 'Bearer realm="editorial", error="invalid_token"'
    )


def test_the_scheme_is_read_in_either_case(editor: User) -> None:
    _token, secret = issue(editor)
    assert Tool().get("claims/", Authorization=f"bearer {secret}").status_code == 200


@pytest.mark.parametrize("ended, status", [("1 second", 401), ("-1 hour", 200)])
def test_an_expired_token_opens_nothing(editor: User, ended: str, status: int) -> None:
    with connection.cursor() as sql:
        sql.execute(
            "INSERT INTO claims_apitoken (digest, token_key, user_id, name, scopes, created, expiry) VALUES"
            " (%s, 'factcheck_month', %s, 'Old', ARRAY['claims:read'], now() - interval '30 days',"
            " now() - %s::interval)",
            [hash_token("factcheck_month-old"), editor.pk, ended],
        )
    assert Tool("factcheck_month-old").get("claims/").status_code == status


def test_a_revoked_token_opens_nothing(editor: User) -> None:
    token, secret = issue(editor)
    tool = Tool(secret)
    assert tool.get("claims/").status_code == 200
    api_tokens.revoke_token(token, by=editor)
    assert_closed(tool.get("claims/"), 'Bearer realm="editorial", error="invalid_token"')


def test_a_token_dies_with_its_persons_account(editor: User) -> None:
    planner = tool(editor)
    User.objects.filter(pk=editor.pk).update(is_active=False)
    assert planner.get("claims/").status_code == 401


def test_a_token_loses_the_permissions_that_its_owner_loses(editor: User) -> None:
    planner, claim = tool(editor), make_claim(state="proposed")
    editor.groups.clear()
    assert planner.get(f"claims/{claim.pk}/").status_code == 403
    assert planner.move(f"claims/{claim.pk}/", "accept").status_code == 403


# What is stored of it
# ---------------------------------------------------------------------------------------------------


def test_only_the_digest_of_a_token_is_kept(editor: User) -> None:
    token, secret = issue(editor)
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert row["digest"] == hash_token(secret)
    assert not [column for column, value in row.items() if secret in str(value)]
    assert secret.startswith("factcheck_")
    assert len(secret) == len("factcheck_") + 64
    assert row["token_key"] == secret[:15]


def test_use_is_noted_once_an_hour(editor: User, django_assert_num_queries: Any) -> None:
    token, secret = issue(editor)

    def used(minutes_ago: int) -> bool:
        before = timezone.now() - timedelta(minutes=minutes_ago)
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=before)
        assert api_tokens.find_token(secret) == token
        token.refresh_from_db()
        return token.last_used_at != before

    api_tokens.find_token(secret)
    assert ApiToken.objects.filter(pk=token.pk, last_used_at__isnull=False).exists()
    assert (used(minutes_ago=59), used(minutes_ago=61)) == (False, True)
    with django_assert_num_queries(1):
        api_tokens.find_token(secret)


# Who makes and ends it ------------------------------------------------------------------------------------------------


def test_people_make_and_revoke_their_own_and_administrators_everybodys(
    checker: User, editor: User, administrator: User
) -> None:
    with pytest.raises(NotAllowed):
        issue(checker, by=editor)
    token, _secret = issue(checker, by=administrator)
    assert (token.user, token.created_by) == (checker, administrator)
    with pytest.raises(NotAllowed):
        api_tokens.revoke_token(token, by=editor)
    assert api_tokens.revoke_token(token, by=checker).revoked_by == checker
    assert api_tokens.revoke_token(token, by=administrator).revoked_by == checker


def test_an_administrator_makes_no_token_of_a_superuser(administrator: User) -> None:
    root = User.objects.create_superuser("root", "root@example.org", "correct horse battery")
    with pytest.raises(NotAllowed):
        issue(root, by=administrator)
    token, _secret = issue(root, by=root)
    with pytest.raises(NotAllowed):
        api_tokens.revoke_token(token, by=administrator)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_every_token_expires(editor: User, days: int) -> None:
    with pytest.raises(ValueError, match="for 1 to 366 days"):
        issue(editor, days=days)


# The command ----------------------------------------------------------------------------------------------------------


def create_token(*arguments: str) -> tuple[str, str]:
    said, complained = io.StringIO(), io.StringIO()
    call_command("create_token", *arguments, stdout=said, stderr=complained)
    return said.getvalue(), complained.getvalue()


def test_the_command_prints_the_token_and_nothing_else(editor: User) -> None:
    secret, about = create_token("edith", "--name", "Planner", "--scope", "claims:read", "--days", "2")
    who = Tool(secret.strip()).get("").json()
    assert (who["person"]["name"], who["token"]["scopes"]) == ("Edith", ["claims:read"])
    assert "Planner acts as edith until" in about
    assert secret.strip() not in about


def test_the_command_gives_all_scopes_unless_some_are_named(editor: User) -> None:
    secret, _about = create_token("edith", "--name", "Planner")
    assert Tool(secret.strip()).get("").json()["token"]["scopes"] == sorted(Scope.values)


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (["nobody", "--name", "x"], "no active person with the user name “nobody”"),
        (["gone", "--name", "x"], "no active person with the user name “gone”"),
        (["edith", "--name", "x", "--days", "900"], "for 1 to 366 days"),
        (["edith", "--name", "x", "--scope", "everything"], "invalid choice"),
    ],
)
def test_the_command_reports_errors(editor: User, arguments: list[str], reason: str) -> None:
    gone = person("gone", "Editor")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    with pytest.raises(CommandError, match=reason):
        create_token(*arguments)
    assert not ApiToken.objects.exists()


# What the database holds ----------------------------------------------------------------------------------------------


def refused(statement: str, *values: int | str, rule: str) -> None:
    with pytest.raises(IntegrityError, match=rule), connection.cursor() as sql:
        sql.execute(statement, values)


@pytest.mark.parametrize(
    "column, value",
    [
        ("user_id", "(SELECT id FROM auth_user WHERE username = 'ada')"),
        ("scopes", "ARRAY['publish']"),
        ("expiry", "now() + interval '9 years'"),
        ("digest", "'0'"),
        ("name", "'Other'"),
        ("created", "now()"),
    ],
)
def test_a_token_cannot_be_changed_even_by_sql(
    editor: User, administrator: User, column: str, value: str
) -> None:
    token, _secret = issue(editor, scopes=["claims:read"])
    statement = f"UPDATE claims_apitoken SET {column} = {value} WHERE id = %s"
    refused(statement, token.pk, rule="A token cannot be changed")


def test_a_revoked_token_stays_revoked_even_by_sql(editor: User) -> None:
    token = api_tokens.revoke_token(issue(editor)[0], by=editor)
    refused(
        "UPDATE claims_apitoken SET revoked_at = NULL WHERE id = %s", token.pk, rule="cannot be reactivated"
    )


def test_a_token_is_not_deleted_even_by_sql(editor: User) -> None:
    token, _secret = issue(editor)
    with as_owner_of_tables():
        refused("DELETE FROM claims_apitoken WHERE id = %s", token.pk, rule="revoked, not deleted")


@pytest.mark.parametrize(
    "scopes, name, expiry, rule",
    [
        ("ARRAY['everything']", "Planner", "now() + interval '1 day'", "apitoken_scopes_are_known"),
        ("ARRAY[]::varchar[]", "Planner", "now() + interval '1 day'", "apitoken_scopes_are_known"),
        ("ARRAY['publish']", "", "now() + interval '1 day'", "apitoken_has_a_name"),
        ("ARRAY['publish']", "Planner", "now() - interval '1 day'", "apitoken_expires_later"),
        ("ARRAY['publish']", "Planner", "NULL", "expiry"),
    ],
)
def test_a_token_has_known_scopes_a_name_and_an_end_even_by_sql(
    editor: User, scopes: str, name: str, expiry: str, rule: str
) -> None:
    refused(
        "INSERT INTO claims_apitoken (digest, token_key, user_id, name, scopes, created, expiry)"
        f" VALUES ('0', '0', %s, %s, {scopes}, now(), {expiry})",
        editor.pk,
        name,
        rule=rule,
    )
