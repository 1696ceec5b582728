"""Roles, and links to accounts at the identity provider. People are in `claims.admin.person`."""

from itertools import groupby
from typing import Any

# Registered by allauth, and replaced below.
import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_person
from factcheck.admin.translations import set_model_names
from factcheck.admin.versions import DeskForm
from factcheck.list_phrases import join_words

# Sign-in by mail reads User.email, and single sign-on is set up by environment variables: nothing to edit there.
for unused in (User, Group, EmailAddress, SocialApp, SocialToken, SocialAccount, Authenticator):
    admin.site.unregister(unused)

set_model_names(Group, _("role"), _("roles"), section=_("Newsroom"))
set_model_names(User, _("person"), _("people"), section=_("Newsroom"))


class PermissionBoxes(UnfoldAdminCheckboxSelectMultipleWidget):
    """A widget with one line of permission checkboxes for each model."""

    template_name = "admin/desk/permissions.html"
    option_template_name = "django/forms/widgets/checkbox_option.html"


def offer_permissions(field: ModelMultipleChoiceField, person: User) -> None:
    """Offer a checkbox for each permission the person has, because nobody can grant a permission they lack."""
    permissions = person.get_all_permissions()
    rows = Permission.objects.select_related("content_type").order_by(
        "content_type__app_label", "content_type__model", "pk"
    )
    offered_rows = [row for row in rows if f"{row.content_type.app_label}.{row.codename}" in permissions]
    field.queryset = Permission.objects.filter(pk__in=[row.pk for row in offered_rows])
    field.help_text = ""
    choices = [
        (capfirst(kind.name), [(row.pk, _describe_permission(row)) for row in kind_permissions])
        for kind, kind_permissions in groupby(offered_rows, key=lambda row: row.content_type)
    ]
    field.widget = PermissionBoxes()
    field.choices = choices  # not the widget's, which each form replaces by the field's


#: Labels of the permissions, because Django's own ("Can add appearance") are in English only.
_VERBS = {"view": _("View"), "add": _("Add"), "change": _("Change"), "delete": _("Delete")}


def _describe_permission(permission: Permission) -> str:
    name = permission.name
    return str(_VERBS.get(permission.codename.split("_")[0]) or gettext(name))


class RoleForm(DeskForm):
    def clean_permissions(self) -> list[Permission]:
        """Return the ticked permissions, plus the role's permissions that this person may not change."""
        field: Any = self.fields["permissions"]
        fixed_rows = self.instance.permissions.exclude(pk__in=field.queryset) if self.instance.pk else ()
        return [*self.cleaned_data["permissions"], *fixed_rows]


@admin.register(Group)
class RoleAdmin(GroupAdmin, DeskAdmin):  # type: ignore[misc]  # as above
    """Roles as Django groups. Administrators change their permissions, and superusers also their names."""

    form = RoleForm
    list_display = ("__str__", "members")
    ordering = ("name",)
    # Django's two boxes side by side have names that a screen reader does not read.
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).prefetch_related("user_set")

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple[str, ...]:
        return () if request.user.is_superuser else ("name",)

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "permissions" and request is not None:
            offer_permissions(field, get_person(request))
        return field

    @admin.display(description=_("members"))
    def members(self, group: Group) -> str:
        return (
            join_words(sorted(user.get_full_name() or user.username for user in group.user_set.all())) or "–"
        )


@admin.register(SocialAccount)
class SingleSignOnAdmin(ReadOnlyAdmin, DeskAdmin):
    """Accounts of the newsroom's identity provider, and their users."""

    list_display = ("user", "provider", "uid", "last_login")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "uid")
    fields = ("user", "provider", "uid", "last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: SocialAccount | None = None) -> bool:
        return request.user.has_perm("socialaccount.delete_socialaccount")
