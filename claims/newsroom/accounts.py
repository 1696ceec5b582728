"""The adapters for allauth: who may sign in, which page comes next, and which second factors exist."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language

from claims.models import DateOrder
from claims.newsroom import sign_in_records  # noqa: F401  connects itself to the sign-in signals
from claims.newsroom.mail_languages import override_language_for
from claims.newsroom.second_factor_gate import VOUCHED_KEY
from claims.newsroom.second_factors import annotate_deadline, get_deadline, may_remove, record_vouched_factor
from factcheck.admin.sign_in import NewsroomAccounts
from factcheck.admin.single_sign_on import apply_provider_roles, has_verified_second_factor
from factcheck.database.cached_sql import Slot, Statement


class SignInBackend(AuthenticationBackend):
    """allauth's backend with prebuilt queries, because building the queries of a desk request takes longer
    than running them.

    It also loads a person's second-factor requirements and date order in the same query as the person.
    """

    def get_user(self, user_id: int) -> User | None:
        query = _build_query()
        users: Any = User.objects.raw(query.sql, query.bind({"person": user_id}))
        person: User | None = next(iter(users), None)
        return person if person is not None and self.user_can_authenticate(person) else None

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if user_obj.is_superuser:
            return set(super().get_user_permissions(user_obj, obj))
        return _read_permissions("user", user_obj, obj)

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if user_obj.is_superuser:
            return set(super().get_group_permissions(user_obj, obj))
        return _read_permissions("group__user", user_obj, obj)


@cache
def _build_query() -> Statement:
    date_order = DateOrder.objects.filter(person=OuterRef("pk")).values("order")
    people = User.objects.filter(pk=Slot("person", "integer")).annotate(date_order=Subquery(date_order))
    return Statement.from_rows(annotate_deadline(people))


def _read_permissions(relation: str, person: Any, checked_object: Any) -> set[str]:
    """Return the names of the permissions that the person has through `relation`, a lookup of `Permission`."""
    if not person.is_active or person.is_anonymous or checked_object is not None:
        return set()
    query = _build_permission_query(relation)
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.bind({"person": person.pk}))
        return {f"{app}.{codename}" for app, codename in cursor.fetchall()}


@cache
def _build_permission_query(relation: str) -> Statement:
    rows = Permission.objects.filter(**{relation: Slot("person", "integer")}).order_by()
    return Statement.from_rows(rows.values_list("content_type__app_label", "codename"))


class DeskAccounts(NewsroomAccounts):
    """The adapter that synchronises roles with the identity provider and redirects to the setup of second factors."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an email in the person's language, or else in the language of the page."""
        person = context.get("user")
        if not isinstance(person, User):
            super().send_mail(template_prefix, email, context)
            return
        with override_language_for(person, fallback=get_language() or ""):
            super().send_mail(template_prefix, email, context)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if sociallogin := _get_social_login(kwargs):
            apply_provider_roles(request, sociallogin)
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        sociallogin = _get_social_login(kwargs)
        has_vouched = sociallogin is not None and has_verified_second_factor(sociallogin)
        # Stored at each sign-in, because an earlier one in the same session may have had another value.
        request.session[VOUCHED_KEY] = has_vouched
        record_vouched_factor(user, by_provider=has_vouched)
        response = super().post_login(request, user, **kwargs)
        if has_vouched or get_deadline(user) is None:
            return response
        query = urlencode({"next": response["Location"]}) if response.has_header("Location") else ""
        redirect = HttpResponseRedirect(f"{reverse('mfa_index')}?{query}")
        redirect.cookies = response.cookies
        return redirect


def _get_social_login(kwargs: dict[str, Any]) -> SocialLogin | None:
    return (kwargs.get("signal_kwargs") or {}).get("sociallogin")


class SecondFactors(DefaultMFAAdapter):
    """The settings of allauth for second factors."""

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return may_remove(authenticator)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return the site that passkeys belong to: the host of SITE_URL, if browsers accept it for this request.

        A passkey then works under all names of the site (desk.example.org, example.org). If the request's host is
        unrelated (127.0.0.1 for localhost), return that host, because browsers would reject SITE_URL's.
        """
        own_host = urlsplit(settings.SITE_URL).hostname or ""
        request_host = urlsplit(f"//{context.request.get_host()}").hostname or ""
        is_own_host = request_host == own_host or request_host.endswith(f".{own_host}")
        return {"id": own_host if is_own_host else request_host, "name": settings.NEWSROOM_NAME}
