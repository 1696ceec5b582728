"""Single sign-on with a provider over HTTP: who is admitted, with which roles, and which forgeries are detected."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from claims.models import AuditRecord, SecondFactorRule
from factcheck.installation.identity_provider import build_openid_settings, parse_group_roles
from tests.helpers.identity_provider import CLIENT, SECRET, IdentityProvider, serving

pytestmark = pytest.mark.django_db

NORA = {"sub": "n-1", "email": "nora@example.org", "email_verified": True, "preferred_username": "nora"}


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(running: IdentityProvider, settings: Any) -> IdentityProvider:
    """A provider with the account of Nora, who is in the group of fact-checkers."""
    settings.SOCIALACCOUNT_PROVIDERS = build_openid_settings(
        server=running.address, client=CLIENT, client_secret=SECRET, name="Newsroom"
    )
    settings.OPENID_ROLES = {"fact-desk": "Fact-checker", "chiefs": "Editor", "admins": "Administrator"}
    running.person = NORA | {"name": "Nora Berg", "groups": ["fact-desk", "canteen"]}
    running.userinfo, running.id_token = {}, {}
    running.signed_by, running.algorithm = None, "RS256"
    cache.clear()
    return running


def come_in(provider: IdentityProvider, client: Client | None = None) -> tuple[Client, Any]:
    """What a browser does: to the provider, and back with a code."""
    client = client or Client()
    asked = client.post("/accounts/oidc/newsroom/login/")["Location"]
    return client, client.get(provider.consent(asked))


def signed_in(client: Client) -> User | None:
    key = client.session.get("_auth_user_id")
    return User.objects.filter(pk=key).first() if key else None


def roles(person: User | None) -> list[str]:
    assert person is not None
    return sorted(person.groups.values_list("name", flat=True))


def nora() -> User:
    return User.objects.get(username="nora")


# Roles ----------------------------------------------------------------------------------------------------------------


def test_new_people_get_an_account_with_the_roles_of_their_groups(provider: IdentityProvider) -> None:
    client, answer = come_in(provider)
    person = signed_in(client)
    assert person is not None
    assert (person.username, person.get_full_name(), person.email) == (
        "nora",
        "Nora Berg",
        "nora@example.org",
    )
    assert (person.is_staff, person.is_superuser, roles(person)) == (True, False, ["Fact-checker"])
    assert answer["Location"] == reverse("admin:index")
    assert client.get(reverse("admin:index")).status_code == 200
    records = AuditRecord.objects.filter(subject=person, kind="role_given")
    assert [(each.what, each.address, each.detail["page"]) for each in records] == [
        ("Fact-checker", "127.0.0.1", "/accounts/oidc/newsroom/login/callback/")
    ]
    assert AuditRecord.objects.get(kind="signed_in").what == "single sign-on"


@pytest.mark.slow
@pytest.mark.parametrize(
    "groups, expected",
    [
        (["fact-desk"], ["Fact-checker"]),
        ("chiefs", ["Editor"]),
        (["chiefs", "fact-desk"], ["Editor", "Fact-checker"]),
        (["admins"], ["Administrator"]),
        (None, []),
        ([], []),
        ("", []),
        (["canteen"], []),
        (["Editor", "CHIEFS", " chiefs"], []),
        ([["chiefs"], {"chiefs": 1}, 7, None], []),
        ({"chiefs": True}, []),
        (7, []),
    ],
)
def test_groups_as_a_list_or_a_word(provider: IdentityProvider, groups: Any, expected: list[str]) -> None:
    provider.person["groups"] = groups
    client, _answer = come_in(provider)
    person = signed_in(client)
    assert person is not None
    assert (roles(person), person.is_staff, person.is_superuser) == (expected, bool(expected), False)


@pytest.mark.parametrize(
    "name, told",
    [
        ("realm_access.roles", {"realm_access": {"roles": ["chiefs"]}}),
        ("https://example.org/groups", {"https://example.org/groups": ["chiefs"]}),
        ("realm_access.roles", {"realm_access": "chiefs"}),
    ],
)
def test_the_claim_is_named_by_the_settings(
    provider: IdentityProvider, settings: Any, name: str, told: Any
) -> None:
    settings.OPENID_GROUPS_CLAIM = name
    provider.person |= {"groups": ["admins"]} | told
    client, _answer = come_in(provider)
    assert roles(signed_in(client)) == ([] if told == {"realm_access": "chiefs"} else ["Editor"])


def test_groups_only_in_the_id_token_count(provider: IdentityProvider) -> None:
    provider.userinfo = {"groups": None}
    assert roles(signed_in(come_in(provider)[0])) == ["Fact-checker"]


def test_roles_follow_at_each_sign_in(provider: IdentityProvider) -> None:
    come_in(provider)
    provider.person["groups"] = ["chiefs"]
    assert roles(signed_in(come_in(provider)[0])) == ["Editor"]
    provider.person["groups"] = None
    client, _answer = come_in(provider)
    assert (roles(nora()), nora().is_staff) == ([], False)
    assert client.get(reverse("admin:index"))["Location"].startswith(reverse("admin:login"))


def test_roles_that_the_mapping_does_not_name_stay(provider: IdentityProvider, settings: Any) -> None:
    come_in(provider)
    settings.OPENID_ROLES = {"fact-desk": "Fact-checker"}
    nora().groups.add(Group.objects.get(name="Administrator"))
    provider.person["groups"] = []
    come_in(provider)
    assert (roles(nora()), nora().is_staff) == (["Administrator"], True)


def test_without_a_mapping_roles_are_given_at_the_desk(provider: IdentityProvider, settings: Any) -> None:
    settings.OPENID_ROLES = {}
    come_in(provider)
    nora().groups.add(Group.objects.get(name="Editor"))
    come_in(provider)
    assert roles(nora()) == ["Editor"]


def test_a_role_that_does_not_exist_is_not_made(provider: IdentityProvider, settings: Any) -> None:
    settings.OPENID_ROLES = {"fact-desk": "Superuser"}
    come_in(provider)
    assert (roles(nora()), nora().is_superuser) == ([], False)
    assert Group.objects.filter(name="Superuser").count() == 0


# Lies -----------------------------------------------------------------------------------------------------------------


def refused(provider: IdentityProvider) -> None:
    client, answer = come_in(provider)
    assert answer.status_code in (200, 401, 403)
    assert (
        signed_in(client),
        SocialAccount.objects.count(),
        User.objects.filter(username="nora").count(),
    ) == (
        None,
        0,
        0,
    )
    assert list(AuditRecord.objects.values_list("kind", "what").order_by("-pk")[:1]) == [
        ("sign_in_failed", "single sign-on")
    ]


def test_a_token_signed_by_another_issuer_is_refused(provider: IdentityProvider) -> None:
    provider.signed_by = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    refused(provider)


@pytest.mark.parametrize(
    "algorithm, signed_by",
    [("HS256", SECRET), ("HS256", "x" * 40), ("none", "")],
    ids=["secret", "other", "none"],
)
def test_a_token_without_the_providers_signature_is_refused(
    provider: IdentityProvider, algorithm: str, signed_by: str
) -> None:
    provider.algorithm, provider.signed_by = algorithm, signed_by or None
    if algorithm == "none":
        provider.key, provider.signed_by = provider.key, ""
    refused(provider)


@pytest.mark.parametrize(
    "told",
    [{"exp": 1}, {"aud": "another site"}, {"iss": "https://evil.example"}, {"sub": "n-2"}, {"sub": None}],
    ids=lambda told: next(iter(told)),
)
def test_a_token_with_other_claims_is_refused(provider: IdentityProvider, told: dict[str, Any]) -> None:
    provider.id_token = told
    refused(provider)


def test_data_of_another_person_are_refused(provider: IdentityProvider) -> None:
    provider.userinfo = {"sub": "n-2", "groups": ["admins"]}
    refused(provider)


def test_an_unrequested_code_does_not_sign_in(provider: IdentityProvider) -> None:
    client = Client()
    answer = client.get("/accounts/oidc/newsroom/login/callback/?code=code-0&state=forged")
    assert answer.status_code in (200, 401, 403)
    assert signed_in(client) is None
    assert client.get("/accounts/oidc/elsewhere/login/callback/").status_code == 404


# Accounts that are there already --------------------------------------------------------------------------------------


def own_account(**fields: Any) -> User:
    return User.objects.create_user("nb", "Nora@example.org", "correct horse battery", **fields)


@pytest.mark.parametrize("verified", [True, False, None, "false"])
def test_an_account_with_that_address_is_not_linked_by_itself(
    provider: IdentityProvider, verified: Any
) -> None:
    person = own_account()
    provider.person["email_verified"] = verified
    client, answer = come_in(provider)
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
    assert (
        "There is already an account with your email address"
        in client.get(answer["Location"]).content.decode()
    )
    assert signed_in(client) is None
    assert (SocialAccount.objects.count(), list(User.objects.filter(email__iexact="nora@example.org"))) == (
        0,
        [person],
    )


@pytest.fixture
def linking(provider: IdentityProvider, settings: Any) -> IdentityProvider:
    settings.SOCIALACCOUNT_PROVIDERS = build_openid_settings(
        server=provider.address, client=CLIENT, client_secret=SECRET, name="Newsroom", link_by_mail=True
    )
    return provider


@pytest.mark.parametrize(
    "verified, linked",
    [(True, True), ("true", True), (False, False), (None, False), ("false", False), (1, True)],
)
def test_where_it_is_allowed_a_verified_address_links(
    linking: IdentityProvider, verified: Any, linked: bool
) -> None:
    person = own_account()
    linking.person["email_verified"] = verified
    client, _answer = come_in(linking)
    assert (signed_in(client), SocialAccount.objects.filter(user=person).count()) == (
        (person, 1) if linked else (None, 0)
    )
    assert User.objects.filter(email__iexact="nora@example.org").count() == 1


def test_a_superuser_is_never_linked_by_the_provider(linking: IdentityProvider) -> None:
    root = own_account(is_superuser=True, is_staff=True)
    client, _answer = come_in(linking)
    assert (signed_in(client), SocialAccount.objects.count()) == (None, 0)
    root.refresh_from_db()
    assert root.check_password("correct horse battery")


def test_a_changed_address_is_updated_if_it_is_verified_and_free(provider: IdentityProvider) -> None:
    come_in(provider)
    User.objects.create_user("kim", "kim@example.org")
    changes = [("berg@example.org", False), ("kim@example.org", True), ("berg@example.org", True)]
    found = []
    for address, verified in changes:
        provider.person |= {"email": address, "email_verified": verified}
        client, _answer = come_in(provider)
        assert signed_in(client) == nora()
        found.append(nora().email)
    assert found == ["nora@example.org", "nora@example.org", "berg@example.org"]
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("berg@example.org", True)]


def test_a_renamed_account_is_the_same_person(provider: IdentityProvider) -> None:
    come_in(provider)
    provider.person["preferred_username"] = "root"
    client, _answer = come_in(provider)
    assert signed_in(client) == nora()


# Second factors -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "believed, methods, opens",
    [
        ("never", ["pwd", "mfa"], False),
        ("amr", ["pwd", "mfa"], True),
        ("amr", ["pwd"], False),
        ("amr", "mfa", False),
        ("amr", None, False),
        ("always", None, True),
    ],
)
def test_whether_the_providers_second_factor_is_enough(
    provider: IdentityProvider, settings: Any, believed: str, methods: Any, opens: bool
) -> None:
    settings.OPENID_SECOND_FACTOR = believed
    SecondFactorRule.objects.filter(role__name="Fact-checker").update(required=True, grace_days=0)
    provider.id_token = {"amr": methods}
    client, _answer = come_in(provider)
    assert client.get(reverse("admin:index")).status_code == (200 if opens else 302)


def test_a_person_without_a_password_can_set_up_a_second_factor(provider: IdentityProvider) -> None:
    """There is nothing by which they could confirm who they are once more, so that is not asked of them."""
    client, _answer = come_in(provider)
    assert not nora().has_usable_password()
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_it_is_enough_for_that_session_alone(provider: IdentityProvider, settings: Any) -> None:
    settings.OPENID_SECOND_FACTOR = "always"
    SecondFactorRule.objects.filter(role__name="Fact-checker").update(required=True, grace_days=0)
    come_in(provider)
    person = nora()
    person.set_password("correct horse battery")
    person.save()
    client = Client()
    client.post(reverse("account_login"), {"login": "nora", "password": "correct horse battery"})
    assert client.get(reverse("admin:index"))["Location"] == reverse("mfa_index")


# Settings -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, expected",
    [
        ("", {}),
        ("fact-desk=Fact-checker; chiefs = Editor ;", {"fact-desk": "Fact-checker", "chiefs": "Editor"}),
        ("cn=chiefs,ou=news=Editor", {"cn=chiefs,ou=news": "Editor"}),
    ],
)
def test_the_mapping_is_read(value: str, expected: dict[str, str]) -> None:
    assert parse_group_roles("OPENID_ROLES", value) == expected


@pytest.mark.slow
@pytest.mark.parametrize("value", ["chiefs", "=Editor", "chiefs=", "a=Editor; a=Contributor"])
def test_a_mapping_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=re.escape("OPENID_ROLES has")):
        parse_group_roles("OPENID_ROLES", value)
