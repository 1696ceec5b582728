"""Roles, and which account of the identity provider is whose. People are at `claims.admin.person`."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from factcheck.admin.base import DeskAdmin, LookOnly
from factcheck.joined_words import listed

# Sign-in by mail reads User.email, and single sign-on is set up by environment variables: nothing to edit there.
for unused in (User, Group, EmailAddress, SocialApp, SocialToken, SocialAccount, Authenticator):
    admin.site.unregister(unused)


@admin.register(Group)
class RoleAdmin(GroupAdmin, DeskAdmin):  # type: ignore[misc]  # as above
    """Roles are Django groups; superusers may change what they include."""

    list_display = ("__str__", "members")
    ordering = ("name",)
    # Django's two boxes side by side have names that a screen reader does not read.
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description=_("members"))
    def members(self, group: Group) -> str:
        return listed(sorted(user.get_full_name() or user.username for user in group.user_set.all())) or "–"


@admin.register(SocialAccount)
class SingleSignOnAdmin(LookOnly, DeskAdmin):
    """Which account of the newsroom's identity provider belongs to whom."""

    list_display = ("user", "provider", "uid", "last_login")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "uid")
    fields = ("user", "provider", "uid", "last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: SocialAccount | None = None) -> bool:
        return request.user.has_perm("socialaccount.delete_socialaccount")
