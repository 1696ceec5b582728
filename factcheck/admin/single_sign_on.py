"""Single sign-on with the newsroom's identity provider: access, roles and second factor."""

from collections.abc import Mapping
from typing import Any

import pghistory
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q
from django.dispatch import Signal
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from factcheck.web.change_context import build_context

#: Sent with `request` when single sign-on fails.
single_sign_on_failed = Signal()

#: Signatures that only the provider can make; a shared secret (HS256) would let anyone with our settings forge them.
_ASYMMETRIC_ALGORITHMS = ("RS", "PS", "ES", "Ed")


def _is_verified(address: EmailAddress) -> bool:
    """Return whether the provider has verified the address. Some providers send "false" as a string."""
    return address.verified in (True, "true")


def _find_by_address(address: str) -> list[User]:
    """Return the accounts with this email address, ignoring letter case; allauth only searches in lower case."""
    return list(
        User.objects.filter(Q(email__iexact=address) | Q(emailaddress__email__iexact=address)).distinct()
    )


class SingleSignOn(DefaultSocialAccountAdapter):
    """Accounts for people admitted by the identity provider, with roles mapped from its groups."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return whether to create an account: only if no other account has the email address.

        Without this check, allauth would ask for a different address, and the person would have two accounts.
        """
        is_taken = any(_find_by_address(address.email) for address in sociallogin.email_addresses)
        if is_taken:
            single_sign_on_failed.send(sender=SingleSignOn, request=request)
            messages.error(
                request,
                _(
                    "There is already an account with your email address. Sign in to it with its password, "
                    "then connect single sign-on under your account."
                ),
            )
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        return True

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """Return the account with the person's email address if the provider has verified that address; otherwise None.

        A superuser's account is never returned, because administrators of the provider do not own this site.
        """
        for address in filter(_is_verified, sociallogin.email_addresses):
            people = _find_by_address(address.email)
            is_linked = len(people) == 1 and not people[0].is_superuser
            if is_linked and self.can_authenticate_by_email(sociallogin, address.email):
                return people[0], address.email
        return None

    def on_authentication_error(self, request: HttpRequest, provider: Any, **reason: Any) -> None:
        single_sign_on_failed.send(sender=SingleSignOn, request=request)


class SignedOpenIDConnect(OpenIDConnectOAuth2Adapter):
    """OpenID Connect that verifies the signature of every id token; allauth skips this for tokens sent over TLS."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            if not str(jwtkit.jwt.get_unverified_header(id_token)["alg"]).startswith(_ASYMMETRIC_ALGORITHMS):
                raise OAuth2Error("Not signed by the provider")
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (KeyError, TypeError, ValueError, jwtkit.jwt.PyJWTError) as wrong:
            raise OAuth2Error("Invalid id_token") from wrong
        return claims

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        login: SocialLogin = super().complete_login(request, app, token, **kwargs)
        data = login.account.extra_data
        # Claims about another user are rejected (OpenID Connect Core, 5.3.2).
        if not data.get("id_token") or data.get("userinfo", {}).get("sub") != data["id_token"].get("sub"):
            raise OAuth2Error("The id token and the user's data are not about the same person")
        return login


def handle_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Handle the provider's redirect, in place of allauth's view."""
    try:
        response: HttpResponse = OAuth2CallbackView.adapter_view(SignedOpenIDConnect(request, provider_id))(
            request
        )
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return response


# The provider's statements about a person -----------------------------------------------------------------------------


def _get_claim(sociallogin: SocialLogin, name: str) -> Any:
    """Return a claim from the user's data or id token, by name or by path (realm_access.roles)."""
    data = sociallogin.account.extra_data
    for claims in (data.get("userinfo") or {}, data.get("id_token") or {}):
        if name in claims:
            return claims[name]
        value: Any = claims
        for step in name.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is not None:
            return value
    return None


def get_groups(sociallogin: SocialLogin) -> set[str]:
    """Return the person's groups, which the provider sends as a list or one word; empty if the claim is missing."""
    claim = _get_claim(sociallogin, settings.OPENID_GROUPS_CLAIM)
    if isinstance(claim, str):
        return {claim}
    return {group for group in claim if isinstance(group, str)} if isinstance(claim, list) else set()


def has_verified_second_factor(sociallogin: SocialLogin) -> bool:
    """Return whether the provider has checked a second factor; False unless the settings trust it with this."""
    if settings.OPENID_SECOND_FACTOR == "amr":
        methods = (sociallogin.account.extra_data.get("id_token") or {}).get("amr")
        return isinstance(methods, list) and "mfa" in methods
    return bool(settings.OPENID_SECOND_FACTOR == "always")


@transaction.atomic
def apply_provider_roles(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Give the person the roles mapped from their groups, and remove all other mapped roles.

    Roles that the mapping does not name stay unchanged, and the mapping never makes superusers. Without a mapping,
    roles are assigned at the desk.
    """
    person: User = sociallogin.user
    with pghistory.context(**build_context(request)):
        _update_address(person, sociallogin)
        if not settings.OPENID_ROLES:
            return
        groups = get_groups(sociallogin)
        roles = {role for group, role in settings.OPENID_ROLES.items() if group in groups}
        for role in Group.objects.filter(name__in=settings.OPENID_ROLES.values()):
            (person.groups.add if role.name in roles else person.groups.remove)(role)
        has_desk_access = person.is_superuser or person.groups.exists()
        if person.is_staff != has_desk_access:
            person.is_staff = has_desk_access
            person.save(update_fields=["is_staff"])


def _update_address(person: User, sociallogin: SocialLogin) -> None:
    """Update an email address that was changed and verified at the provider, unless another account has it."""
    verified_addresses = [
        address.email for address in sociallogin.email_addresses if address.verified in (True, "true")
    ]
    if not verified_addresses or person.email.lower() == verified_addresses[0].lower() or person.is_superuser:
        return
    if any(account.pk != person.pk for account in _find_by_address(verified_addresses[0])):
        return
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=verified_addresses[0], verified=True, primary=True)
    person.email = verified_addresses[0]
    person.save(update_fields=["email"])
