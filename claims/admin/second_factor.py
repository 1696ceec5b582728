"""Second factors that people have set up, and the rules about who needs one."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from claims.models import SecondFactorRule
from factcheck.admin.badges import badge
from factcheck.admin.base import DeskAdmin, LookOnly, goes_along
from factcheck.admin.translations import call

call(
    Authenticator,
    _("second factor"),
    _("second factors"),
    section=_("Second factors"),
    user=_("person"),
    type=_("kind"),
    created_at=_("added"),
    last_used_at=_("last used"),
)


@admin.register(Authenticator)
class SecondFactorAdmin(LookOnly, DeskAdmin):
    """Second factors; who lost theirs has them reset on the page of the person."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    fields = ("user", "type", "created_at", "last_used_at")  # the secret itself is never shown

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return goes_along(request, "auth_user_delete")


@admin.register(SecondFactorRule)
class SecondFactorRuleAdmin(DeskAdmin):
    """One rule for each role, which is changed and neither added nor deleted."""

    list_display = ("role", "shown_required", "grace_days", "since")
    list_select_related = ("role",)
    fields = ("role", "required", "grace_days", "since")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("role", "since", *(("required",) if obj and obj.always else ()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[SecondFactorRule]:
        return super().get_queryset(request).select_related("role")

    @admin.display(description=_("second factor"), ordering="required")
    def shown_required(self, rule: SecondFactorRule) -> SafeString:
        if rule.always:
            return badge(_("Always required"), "good")
        return badge(_("Required"), "good") if rule.required else badge(_("Not required"), "faded")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return goes_along(request, "auth_group_delete")
