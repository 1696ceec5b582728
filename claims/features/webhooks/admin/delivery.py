"""The read-only log of deliveries, with an action that sends messages again."""

import json
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from claims.features.webhooks import endpoints, events
from claims.features.webhooks.models import WebhookAttempt, WebhookDelivery
from claims.features.webhooks.models.endpoint import TEST_EVENT
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin, get_page_url
from factcheck.admin.days_filter import DaysFilter
from factcheck.admin.row_actions import row_action
from factcheck.admin.technical import render_json

_BADGE_TONES: dict[str, Tone] = {
    WebhookDelivery.State.PENDING: "waiting",
    WebhookDelivery.State.DELIVERED: "good",
    WebhookDelivery.State.FAILED: "bad",
}


class AttemptInline(ReadOnlyAdmin, TabularInline):
    model = WebhookAttempt
    fields = ("at", "duration_ms", "status_code", "error", "response")
    readonly_fields = fields
    extra = 0
    can_delete = False
    hide_title = True
    verbose_name_plural = _("attempts")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = (
        "created_at",
        "endpoint",
        "event",
        "claim_version",
        "state_badge",
        "attempt_count",
        "last_answer",
        "next_attempt_at",
    )
    list_filter = (
        ("endpoint", AutocompleteSelectFilter),
        ("state", ChoicesDropdownFilter),
        ("event", ChoicesDropdownFilter),
        ("created_at", DaysFilter),
    )
    list_select_related = ("endpoint",)
    search_fields = ("message_id", "endpoint__name")
    search_help_text = _("Search by message id or webhook name")
    ordering = ("-pk",)
    actions = ("send_selected_again",)
    inlines = (AttemptInline,)
    change_form_outer_before_template = "admin/desk/webhook_delivery_top.html"
    fields = (
        "endpoint",
        ("event", "claim_version"),
        ("state_badge", "message_id"),
        ("created_at", "settled_at"),
        "next_attempt_at",
        "message",
    )
    readonly_fields: ClassVar[tuple[str, ...]] = ("state_badge", "claim_version", "message")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        rows = super().get_queryset(request).select_related("endpoint", "publication")
        last_attempt = WebhookAttempt.objects.filter(delivery=OuterRef("pk")).order_by("-pk")
        # The publication's texts can be long; the list does not show them.
        return rows.defer(
            "publication__body",
            "publication__search_text",
            "publication__search_statement",
            "publication__search",
        ).annotate(
            attempts_number=Count("attempts"),
            last_status=Subquery(last_attempt.values("status_code")[:1]),
            last_error=Subquery(last_attempt.values("error")[:1]),
        )

    @admin.display(description=_("claim"))
    def claim_version(self, delivery: WebhookDelivery) -> SafeString | str:
        entry = delivery.publication
        if entry is None:
            return "–"
        label = gettext("%(claim)d, version %(version)d") % {
            "claim": entry.claim_id,
            "version": entry.version,
        }
        return format_html('<a href="{}">{}</a>', get_page_url(entry), label)

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, delivery: WebhookDelivery) -> SafeString:
        return render_badge(delivery.get_state_display(), _BADGE_TONES[delivery.state])

    @admin.display(description=_("attempts"), ordering="attempts_number")
    def attempt_count(self, delivery: Any) -> int:
        return delivery.attempts_number  # annotated above

    @admin.display(description=_("last response"))
    def last_answer(self, delivery: Any) -> str:
        return delivery.last_error or (f"HTTP {delivery.last_status}" if delivery.last_status else "–")

    @admin.display(description=_("message"))
    def message(self, delivery: WebhookDelivery) -> SafeString:
        return render_json(_("The JSON that was sent"), json.loads(events.build_message(delivery)))

    # Sending again ---------------------------------------------------------------------------------------------------

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("webhooks.change_webhookendpoint")

    @admin.action(description=_("Send again"), permissions=["send_again"])
    def send_selected_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        count = sum(endpoints.send_again(delivery) for delivery in queryset)
        messages.success(
            request,
            ngettext("%d message will be sent again.", "%d messages will be sent again.", count) % count,
        )

    @row_action(
        _("Send again"),
        permission="send_again",
        is_offered=lambda delivery, person: delivery.event != TEST_EVENT,
        look="main",
    )
    def send_again(self, request: HttpRequest, delivery: WebhookDelivery) -> str:
        is_queued = endpoints.send_again(delivery)
        return gettext("The message will be sent again with the same id.") if is_queued else ""
