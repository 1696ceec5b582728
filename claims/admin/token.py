"""API tokens at the desk: people manage their own tokens; administrators see and revoke all."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from claims.models import ApiToken, Scope
from claims.newsroom import api_tokens
from claims.newsroom.people import get_display_name
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, get_page_url, get_person
from factcheck.admin.row_actions import row_action
from factcheck.admin.versions import DeskForm
from factcheck.django_internals import replace_object

_LIFETIMES = [
    (7, gettext_lazy("a week")),
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
    (365, gettext_lazy("a year")),
]


class TokenForm(DeskForm):
    """The form for a new token: its name, scopes and lifetime."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("A token never has more rights than the person it acts as."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        choices=_LIFETIMES,
        coerce=int,
        initial=90,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = ApiToken
        fields = ("name", "user", "scopes")


@admin.register(ApiToken)
class ApiTokenAdmin(DeskAdmin):
    form = TokenForm
    list_display = ("name", "status", "person_name", "scope_badges", "expiry", "last_used_at")
    list_select_related = ("user", "created_by", "revoked_by")
    search_fields = ("name", "user__username", "user__last_name", "token_key")
    search_help_text = gettext_lazy("Search by name, person, or the first characters of the token")
    ordering = ("-pk",)
    autocomplete_fields = ("user",)
    change_form_outer_after_template = "admin/desk/token_bottom.html"
    add_fieldsets = ((None, {"fields": ("name", "scopes", "days")}),)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "status"),
                    ("person_name", "creator_name"),
                    "scope_badges",
                    ("key_beginning", "last_used_at"),
                    ("created_at", "expiry"),
                    ("revoked_at", "revoker_name"),
                )
            },
        ),
    )
    readonly_fields = (
        *("status", "person_name", "creator_name", "scope_badges", "key_beginning"),
        *("created_at", "last_used_at", "revoked_at", "revoker_name"),
    )

    # Permissions ------------------------------------------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        is_own_token = obj is None or obj.user_id == request.user.pk
        return is_own_token or super().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        rows = super().get_queryset(request)
        return (
            rows if request.user.has_perm("claims.view_apitoken") else rows.filter(user=get_person(request))
        )

    # Columns and fields ---------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("status"))
    def status(self, token: ApiToken) -> SafeString:
        if token.revoked_at:
            return render_badge(_("Revoked"), "faded")
        if token.expiry <= now():
            return render_badge(_("Expired"), "faded")
        return (
            render_badge(_("Active"), "good")
            if token.is_usable
            else render_badge(_("The owner cannot sign in"), "bad")
        )

    @admin.display(description=gettext_lazy("acts as"), ordering="user__last_name")
    def person_name(self, token: ApiToken) -> str:
        return get_display_name(token.user)

    @admin.display(description=gettext_lazy("created by"))
    def creator_name(self, token: ApiToken) -> str:
        return get_display_name(token.created_by) if token.created_by else _("the command create_token")

    @admin.display(description=gettext_lazy("added"))
    def created_at(self, token: ApiToken) -> datetime:
        return token.created

    @admin.display(description=gettext_lazy("revoked by"))
    def revoker_name(self, token: ApiToken) -> str:
        return get_display_name(token.revoked_by) if token.revoked_by else "–"

    @admin.display(description=gettext_lazy("scopes"))
    def scope_badges(self, token: ApiToken) -> SafeString:
        scope_labels = dict(Scope.choices)
        return format_html_join(
            " ",
            '<span title="{}">{}</span>',
            ((scope_labels[scope], render_badge(scope)) for scope in token.scopes),
        )

    @admin.display(description=gettext_lazy("first characters"))
    def key_beginning(self, token: ApiToken) -> str:
        return f"{token.token_key}…"

    # Creating a token -----------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        if not request.user.has_perm("claims.change_apitoken"):
            return self.add_fieldsets
        return ((None, {"fields": ("name", "user", "scopes", "days")}),)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk, "scopes": [Scope.READ]} | super().get_changeform_initial_data(
            request
        )

    def save_model(self, request: HttpRequest, obj: ApiToken, form: forms.ModelForm, change: bool) -> None:
        cleaned_data, person = form.cleaned_data, get_person(request)
        owner: User = cleaned_data.get("user") or person
        token, secret = api_tokens.issue_token(
            owner,
            name=cleaned_data["name"],
            scopes=cleaned_data["scopes"],
            days=cleaned_data["days"],
            by=person,
        )
        replace_object(obj, token)
        request.issued_token = secret  # type: ignore[attr-defined]  # for `response_add` only; stored nowhere

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the new token, once only. This response shows it, because a redirect would put the token into a URL."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Your new token"),
            "token": obj,
            "person": get_display_name(obj.user),
            "secret": request.issued_token,  # type: ignore[attr-defined]  # see `save_model`
            "page": get_page_url(obj),
        }
        return TemplateResponse(
            request, "admin/desk/token_created.html", context, headers={"Cache-Control": "no-store"}
        )

    # Revoking a token -----------------------------------------------------------------------------------------------

    @row_action(
        gettext_lazy("Revoke this token"),
        permission="view",
        is_offered=lambda token, person: (
            token.revoked_at is None and api_tokens.may_manage(token.user, person)
        ),
        look="retract",
    )
    def revoke(self, request: HttpRequest, token: ApiToken) -> str:
        api_tokens.revoke_token(token, by=get_person(request))
        return _("Revoked: “%s” no longer works.") % token.name

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        # Both buttons would skip the page that shows the token.
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)
