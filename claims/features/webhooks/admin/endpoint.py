"""The desk's pages for webhooks that receive publications, with their filters. For administrators only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from claims.features.webhooks import endpoints
from claims.features.webhooks.conditions import check_filter
from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from claims.newsroom.refusals import NotPossible
from factcheck.admin.badges import render_badge
from factcheck.admin.base import DeskAdmin
from factcheck.admin.change_history import PastEvent
from factcheck.admin.row_actions import row_action
from factcheck.admin.versions import DeskForm
from factcheck.list_phrases import join_words
from sources.http import sent_messages


def _count_deliveries(state: str) -> Coalesce:
    """Return a subquery that counts the deliveries of an endpoint in this state."""
    delivery_count = (
        WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=state)
        .order_by()
        .values("endpoint")
        .annotate(n=Count("pk"))
    )
    return Coalesce(Subquery(delivery_count.values("n"), output_field=IntegerField()), 0)


class WebhookForm(DeskForm):
    event_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=WebhookEvent.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("Choose the events to send. If you choose none, all are sent."),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        same_name = WebhookEndpoint.objects.filter(owner=self.instance.owner_id, name=name)
        if same_name.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(gettext("There is already a webhook with this name."))
        return name

    def clean_url(self) -> str:
        return sent_messages.validate_address(self.cleaned_data["url"])

    def clean_filter(self) -> str:
        return check_filter(self.cleaned_data["filter"])

    def clean(self) -> dict[str, Any]:
        cleaned_data = super().clean()
        if self.instance.owner_id and "url" in self.changed_data:
            # Nothing is sent to a new URL until its receiver has agreed, and only the webhook's owner can ask
            # the receiver to agree.
            self.instance.verified_at, cleaned_data["active"] = None, False
        if cleaned_data.get("active") and self.instance.owner_id and self.instance.verified_at is None:
            self.add_error(
                "active", gettext("The receiver has not agreed yet. The owner must verify it first.")
            )
        if cleaned_data.get("active"):
            # A person who switches the webhook on again has dealt with the cause.
            self.instance.disabled_at, self.instance.disabled_reason = None, ""
        return cleaned_data


class RotationForm(forms.Form):
    """A form that asks whether the old secret becomes invalid immediately or after a day."""

    immediately = forms.BooleanField(required=False)


def _may_manage_endpoint(endpoint: WebhookEndpoint, person: User) -> bool:
    return not endpoint.owner_id


def _require_manageable_endpoint(endpoint: WebhookEndpoint) -> None:
    """Raise PermissionDenied for a webhook that another user created with a token."""
    if endpoint.owner_id:
        raise PermissionDenied(gettext("Only the owner can see the secret of this webhook."))


@admin.register(WebhookEndpoint)
class WebhookAdmin(DeskAdmin):
    form = WebhookForm
    list_display = (
        "name",
        "owner",
        "url",
        "state",
        "reported_events",
        "filter",
        "waiting_deliveries",
        "abandoned_deliveries",
    )
    list_filter = ("active",)
    list_select_related = ("progress", "owner", "token")
    search_fields = ("name", "url", "description")
    ordering = ("name",)
    change_form_outer_before_template = "admin/desk/webhook_top.html"
    added_message = _("Added. Give the secret to the receiver, then send a test.")
    fieldsets = ((None, {"fields": ("name", "url", "filter", "event_kinds", "active", "description")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        rows = super().get_queryset(request).select_related("progress", "owner", "token__user")
        return rows.annotate(
            waiting_number=_count_deliveries(WebhookDelivery.State.PENDING),
            failed_number=_count_deliveries(WebhookDelivery.State.FAILED),
        )

    # The list --------------------------------------------------------------------------------------------------------

    @admin.display(description=_("state"), ordering="active")
    def state(self, endpoint: WebhookEndpoint) -> SafeString:
        return build_state_badge(endpoint)

    @admin.display(description=_("events"))
    def reported_events(self, endpoint: WebhookEndpoint) -> str:
        labels = dict(WebhookEvent.choices)
        return join_words(str(labels[kind]) for kind in endpoint.event_kinds) or gettext("All")

    @admin.display(description=_("waiting"), ordering="waiting_number")
    def waiting_deliveries(self, endpoint: Any) -> SafeString:
        return _link_to_log(endpoint, WebhookDelivery.State.PENDING, endpoint.waiting_number)

    @admin.display(description=_("abandoned"), ordering="failed_number")
    def abandoned_deliveries(self, endpoint: Any) -> SafeString:
        return _link_to_log(endpoint, WebhookDelivery.State.FAILED, endpoint.failed_number)

    # The page --------------------------------------------------------------------------------------------------------

    def build_page_context(self, request: HttpRequest, endpoint: Any, /) -> dict[str, Any]:
        return {
            "endpoint": endpoint,
            "endpoint_badge": build_state_badge(endpoint),
            "latest": endpoint.deliveries.select_related("publication").defer(
                "publication__body", "publication__search_text", "publication__search_statement"
            )[:5],
        }

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if obj.active:
            endpoints.clear_failures(obj)

    def describe_deletion(self, rows: Any) -> str:
        log = WebhookDelivery.objects.filter(endpoint__in=rows).count()
        return ngettext("%d delivery in the log", "%d deliveries in the log", log) % log

    def list_history_entries(self, row: WebhookEndpoint, reader: User) -> list[PastEvent]:
        # The log has the changes of a saved form as JSON, and the action of a button as a sentence.
        events = [
            entry
            for entry in self._list_log_entries(row, action_flag=CHANGE)
            if entry.description in map(gettext, _ACTION_MESSAGES)
        ]
        return [*super().list_history_entries(row, reader), *events]

    # Buttons ---------------------------------------------------------------------------------------------------------

    @row_action(_("Send a test event"), is_offered=_may_manage_endpoint, look="main", is_atomic=False)
    def send_test(self, request: HttpRequest, endpoint: WebhookEndpoint) -> str:
        """Send a test message now, and return a sentence on the response."""
        _require_manageable_endpoint(endpoint)
        attempt = endpoints.send_test(endpoint)
        self.log_change(request, endpoint, TEST_SENT_MESSAGE)
        if attempt.error:
            raise NotPossible(gettext("The test message did not arrive: %s") % attempt.error)
        return gettext("The test arrived: HTTP %(status)d after %(duration)d ms.") % {
            "status": attempt.status_code,
            "duration": attempt.duration_ms,
        }

    @row_action(_("Show the secret"), is_offered=_may_manage_endpoint)
    def show_secret(self, request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
        """Show the secret, and record in the history that this person saw it."""
        _require_manageable_endpoint(endpoint)
        self.log_change(request, endpoint, SECRET_SHOWN_MESSAGE)
        context = {"title": gettext("Secret of “%s”") % endpoint, "endpoint": endpoint}
        # Like all pages of the desk, this page is never cached (`Cache-Control: no-store`).
        return self.show_page(request, "webhook_secret", context)

    @row_action(_("Replace the secret"), is_offered=_may_manage_endpoint, form=RotationForm)
    def rotate_secret(self, request: HttpRequest, endpoint: WebhookEndpoint, immediately: bool) -> str:
        """Replace the secret, and return a message. The old secret becomes invalid now or in a day."""
        _require_manageable_endpoint(endpoint)
        endpoints.rotate_secret(endpoint, immediately=immediately)
        self.log_change(
            request, endpoint, SECRET_REPLACED_AT_ONCE_MESSAGE if immediately else SECRET_REPLACED_MESSAGE
        )
        return gettext("The secret was replaced. Give the new one to the receiver.")


# Stored untranslated in the log, because people read the log in different languages.
TEST_SENT_MESSAGE = gettext_noop("Test sent.")
SECRET_SHOWN_MESSAGE = gettext_noop("Secret viewed.")
SECRET_REPLACED_MESSAGE = gettext_noop(
    "Secret replaced; messages are also signed with the old one for one more day."
)
SECRET_REPLACED_AT_ONCE_MESSAGE = gettext_noop("Secret replaced; the old one stopped working at once.")
_ACTION_MESSAGES = frozenset(
    {TEST_SENT_MESSAGE, SECRET_SHOWN_MESSAGE, SECRET_REPLACED_MESSAGE, SECRET_REPLACED_AT_ONCE_MESSAGE}
)


def build_state_badge(endpoint: WebhookEndpoint) -> SafeString:
    if endpoint.disabled_at:
        return render_badge(_("Switched off by the system"), "bad")
    if endpoint.owner_id and endpoint.verified_at is None:
        return render_badge(_("The receiver has not agreed"), "waiting")
    if not endpoint.active:
        return render_badge(_("Switched off"), "faded")
    if endpoint.progress.consecutive_failures:
        return render_badge(_("Failing"), "waiting")
    return render_badge(_("Active"), "good")


def _link_to_log(endpoint: WebhookEndpoint, state: str, delivery_count: int) -> SafeString:
    return format_html(
        '<a href="../webhookdelivery/?endpoint__id__exact={}&amp;state__exact={}">{}</a>',
        endpoint.pk,
        state,
        delivery_count,
    )
