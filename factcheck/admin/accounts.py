"""People and their roles, and the second factors and single sign-on accounts that belong to them."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from factcheck.admin.badges import badge
from factcheck.admin.base import DeskAdmin, LookOnly

# Sign-in by mail reads User.email, and single sign-on is set up by environment variables: nothing to edit there.
for unused in (User, Group, EmailAddress, SocialApp, SocialToken, SocialAccount, Authenticator):
    admin.site.unregister(unused)


@admin.register(User)
class PersonAdmin(UserAdmin, DeskAdmin):  # type: ignore[misc]  # both refine ModelAdmin; the stubs see a conflict
    """People. Whoever has a role works at the desk; nobody but a superuser can touch a superuser."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "email", "roles", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    ordering = ("username",)
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, person: User) -> SafeString | str:
        if person.is_superuser:
            return badge(_("Superuser"), "active")
        return format_html_join(" ", "{}", ((badge(group.name),) for group in person.groups.all())) or "–"

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        who = (_("Person"), {"fields": ("username", ("first_name", "last_name"), "email")})
        may = ["is_active", "groups"]
        if obj is None:
            password = (_("Password"), {"fields": ("usable_password", "password1", "password2")})
            return [who, (_("Roles"), {"fields": ("groups",)}), password]
        if request.user.is_superuser:
            may += ["is_superuser", "user_permissions"]
        dates = (_("Dates"), {"fields": ("last_login", "date_joined")})
        return [who, (_("Access"), {"fields": ("password", *may)}), dates]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.widget = UnfoldAdminCheckboxSelectMultipleWidget(choices=field.choices)
            field.label = _("Roles")
            field.help_text = _(
                "Each role can do what the one before it can. Without a role nobody enters the desk."
            )
        return field

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        guarded = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not guarded and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        guarded = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not guarded and super().has_delete_permission(request, obj)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        person = form.instance
        at_the_desk = person.is_superuser or person.groups.exists()
        if person.is_staff != at_the_desk:
            person.is_staff = at_the_desk
            person.save(update_fields=["is_staff"])


@admin.register(Group)
class RoleAdmin(GroupAdmin, DeskAdmin):  # type: ignore[misc]  # as above
    """Roles are Django groups; superusers may change what they include."""

    list_display = ("name", "members")
    # Django's two boxes side by side have names that a screen reader does not read.
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description=_("members"))
    def members(self, group: Group) -> str:
        return (
            ", ".join(sorted(user.get_full_name() or user.username for user in group.user_set.all())) or "–"
        )


@admin.register(Authenticator)
class SecondFactorAdmin(LookOnly, DeskAdmin):
    """Second factors; who lost theirs has it deleted here and sets up a new one."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    fields = ("user", "type", "created_at", "last_used_at")  # the secret itself is shown to nobody

    def has_delete_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return request.user.has_perm("mfa.delete_authenticator")


@admin.register(SocialAccount)
class SingleSignOnAdmin(LookOnly, DeskAdmin):
    """Which account of the newsroom's identity provider belongs to whom."""

    list_display = ("user", "provider", "uid", "last_login")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "uid")
    fields = ("user", "provider", "uid", "last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: SocialAccount | None = None) -> bool:
        return request.user.has_perm("socialaccount.delete_socialaccount")
