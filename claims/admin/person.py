"""The desk's pages for people and their second factors."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from claims.models import DeskSession, SecondFactorRule
from claims.newsroom import desk_sessions, invitations, second_factors
from claims.newsroom.roles import ROLES, describe_role, get_role_name
from factcheck.admin.accounts import offer_permissions
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_person, is_cascade_deletion
from factcheck.admin.row_actions import row_action
from factcheck.admin.translations import set_display_name, set_model_names
from factcheck.admin.versions import DeskForm

set_model_names(
    Authenticator,
    _("second factor"),
    _("second factors"),
    section=_("Second factors"),
    user=_("person"),
    type=_("kind"),
    created_at=_("added"),
    last_used_at=_("last used"),
)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("How you verified the person"),
        max_length=300,
        widget=forms.TextInput({"class": "desk-input", "dir": "auto"}),
    )


def _can_reset(person: User, actor: User) -> bool:
    factors = Authenticator.objects.filter(user=person, type__in=second_factors.FACTORS)
    return factors.exists() and not second_factors.find_obstacle(person, actor)


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOnlyAdmin, DeskAdmin):
    """The list of second factors, read-only. A lost factor is reset on the person's page."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email")
    fields = ("user", "type", "created_at", "last_used_at")  # the secret itself is never shown

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_cascade_deletion(request, "auth_user_delete")


@admin.register(SecondFactorRule)
class SecondFactorRuleAdmin(DeskAdmin):
    """The rules that say which roles need a second factor. Rules can be changed, but not added or deleted."""

    list_display = ("role", "requirement_badge", "grace_days", "since")
    list_select_related = ("role",)
    fields = ("role", "required", "grace_days", "since")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("role", "since", *(("required",) if obj and obj.always else ()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[SecondFactorRule]:
        return super().get_queryset(request).select_related("role")

    @admin.display(description=_("second factor"), ordering="required")
    def requirement_badge(self, rule: SecondFactorRule) -> SafeString:
        if rule.always:
            return render_badge(_("Always required"), "good")
        return (
            render_badge(_("Required"), "good") if rule.required else render_badge(_("Not required"), "faded")
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_cascade_deletion(request, "auth_group_delete")


set_display_name(Group, get_role_name)

#: Sorts each role after the role whose permissions it includes; the newsroom's own roles come last.
_ROLE_POSITION = Case(*(When(name=name, then=at) for at, name in enumerate(ROLES)), default=len(ROLES))


def _describe_role(role: Group) -> str:
    """Return the name of a role, with its permissions in a sentence."""
    return f"{get_role_name(role)}: {sentence}" if (sentence := describe_role(role)) else get_role_name(role)


class InvitationForm(DeskForm):
    """The form of an invitation. The invited person chooses the password."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email", "groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        self.fields["email"].help_text = gettext("The invitation is sent to this address.")


@admin.register(User)
class PersonAdmin(UserAdmin, DeskAdmin):  # type: ignore[misc]  # both refine ModelAdmin; the stubs see a conflict
    """People who use the desk, and their roles. Only a superuser can change another superuser."""

    form = UserChangeForm
    add_form = InvitationForm
    list_display = ("username", "full_name", "email", "roles", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    ordering = ("username",)
    readonly_fields = ("last_login", "date_joined")
    change_form_outer_after_template = "admin/desk/person_bottom.html"
    add_form_template = None  # unfold's template announces a second step, which an invitation does not have

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, person: User) -> SafeString | str:
        if person.is_superuser:
            return render_badge(_("Superuser"), "active")
        return (
            format_html_join(" ", "{}", ((render_badge(str(group)),) for group in person.groups.all())) or "–"
        )

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        person_section = (_("Person"), {"fields": ("username", ("first_name", "last_name"), "email")})
        access_fields = ["is_active", "groups"]
        if obj is None:
            return [person_section, (_("Roles"), {"fields": ("groups",)})]
        if request.user.is_superuser:
            access_fields += ["is_superuser", "user_permissions"]
        date_section = (_("Dates"), {"fields": ("last_login", "date_joined")})
        return [person_section, (_("Access"), {"fields": access_fields}), date_section]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "user_permissions":
            offer_permissions(field, get_person(request))
        if db_field.name == "groups":
            field.queryset = field.queryset.order_by(_ROLE_POSITION, "name")
            field.label_from_instance = _describe_role
            field.widget = UnfoldAdminCheckboxSelectMultipleWidget(choices=field.choices)
            field.label = _("Roles")
            field.help_text = _(
                "Each role includes the rights of the one before it. A person without a role cannot use the desk."
            )
        return field

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_protected = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not is_protected and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_protected = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not is_protected and super().has_delete_permission(request, obj)

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        person = form.instance
        has_desk_access = person.is_superuser or person.groups.exists()
        if person.is_staff != has_desk_access:
            person.is_staff = has_desk_access
            person.save(update_fields=["is_staff"])

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            self._invite(request, obj)

    def _invite(self, request: HttpRequest, person: User) -> None:
        invitations.send_invitation.defer(person_id=person.pk, by_id=get_person(request).pk)
        messages.success(request, gettext("An invitation is on its way to %s.") % person.email)

    @row_action(_("Send the invitation again"))
    def invite(self, request: HttpRequest, person: User) -> str:
        """Send the invitation again or, to a person who already has a password, a link to choose a new one."""
        if person.email and person.has_usable_password():
            self._send_password_link(request, person)
        elif person.email:
            self._invite(request, person)
        return ""

    def _send_password_link(self, request: HttpRequest, person: User) -> None:
        form = ResetPasswordForm({"email": person.email})
        if form.is_valid():
            form.save(request)
            messages.success(
                request, gettext("A link to choose a new password was sent to %s.") % person.email
            )

    # Sessions and lockouts ------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        # No one sets a password for another person; for emergencies there is the command `changepassword`.
        return [url for url in super().get_urls() if url.name != "auth_user_password_change"]

    @row_action(
        _("Sign out everywhere"),
        permission="view",
        is_offered=lambda person, actor: (
            desk_sessions.may_end(person, actor)
            and DeskSession.objects.filter(person=person).active().exists()
        ),
    )
    def end_sessions(self, request: HttpRequest, person: User) -> str:
        actor = get_person(request)
        if not desk_sessions.may_end(person, actor):
            raise PermissionDenied
        kept_session = request.session.session_key if person == actor else None
        count = desk_sessions.end_all_sessions(person, by=actor, request=request, kept_session=kept_session)
        return ngettext("%d session was ended.", "%d sessions were ended.", count) % count

    @row_action(
        _("Reset the second factor"),
        permission="view",
        is_offered=_can_reset,
        form=ReasonForm,
        question=_(
            "For a person who has lost their telephone, key and recovery codes. This removes all their "
            "second factors, signs them out everywhere and notifies them by email. Verify that the "
            "request really comes from them: call them back."
        ),
        look="retract",
    )
    def reset_factors(self, request: HttpRequest, person: User, reason: str) -> str:
        actor = get_person(request)
        if obstacle := second_factors.find_obstacle(person, actor):
            raise PermissionDenied(obstacle)
        second_factors.reset_factors(person, reason=reason, by=actor, request=request)
        return gettext(
            "Second factors reset. The person was notified by email and can now sign in with the password."
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        if not kwargs.get("change"):
            context |= {
                "title": gettext("Invite a person"),
                "save_label": gettext("Send the invitation"),
                "show_save_and_continue": False,
                "show_save_and_add_another": False,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def build_page_context(self, request: HttpRequest, person: Any, /) -> dict[str, Any]:
        actor = get_person(request)
        return {
            "shown_person": person,
            "may_invite": bool(person.email)
            and not person.has_usable_password()
            and person.last_login is None,
            "may_send_link": bool(person.email) and person.has_usable_password(),
            "sessions": DeskSession.objects.filter(person=person).active(),
            "factors": person.authenticator_set.filter(type__in=second_factors.FACTORS),
            "factor_due": second_factors.get_deadline(person),
            "reset_obstacle": second_factors.find_obstacle(person, actor),
            "may_see_log": actor.has_perm("claims.view_auditrecord"),
        }
