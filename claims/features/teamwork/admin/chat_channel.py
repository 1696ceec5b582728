"""The desk's pages for chat channels, which receive messages about claims."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
)

from claims.features.teamwork import chat
from claims.features.teamwork.activity_text import describe_event
from claims.features.teamwork.models import ChatChannel, ChatMessage
from claims.features.teamwork.models.chat_channel import CHAT_KINDS
from claims.newsroom.refusals import NotPossible
from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin
from factcheck.admin.change_history import PastEvent
from factcheck.admin.row_actions import row_action
from factcheck.admin.versions import DeskForm
from factcheck.list_phrases import join_words
from sources.http import sent_messages

#: Stored untranslated in the log, because people read the log in different languages.
TEST_SENT_MESSAGE = gettext_noop("Test message sent.")
ADDRESS_REPLACED_MESSAGE = gettext_noop("Address replaced.")

#: The most messages shown on a channel's page.
_MAX_SHOWN_MESSAGES = 10
_BADGE_TONES: dict[str, Tone] = {
    ChatMessage.State.WAITING: "waiting",
    ChatMessage.State.SENT: "good",
    ChatMessage.State.FAILED: "bad",
}


class ChatChannelForm(DeskForm):
    # A password field, so that neither browsers nor autosave store the secret URL.
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        required=False,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Messages to send"),
        choices=[(kind.value, kind.label) for kind in CHAT_KINDS],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=gettext_lazy("If you choose none, everything is sent."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "languages" in self.fields:
            self.fields["languages"].widget = UnfoldAdminTextInputWidget()
        if "address" in self.fields:
            # An empty field means no change, because the page does not contain the stored URL.
            self._stored_address, self.initial["address"] = self.instance.address, ""
            self.fields["address"].help_text = (
                gettext("Leave empty to keep the current one: %s") % chat.mask_address(self._stored_address)
                if self.instance.pk
                else gettext(
                    "Your chat tool shows this address when you add an incoming webhook, or a workflow, to a "
                    "channel. Anyone who knows it can post there, so it is not shown again."
                )
            )

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if address:
            return sent_messages.validate_address(address)
        if not self.instance.pk:
            raise ValidationError(gettext("Enter the address."), code="required")
        return self._stored_address


@admin.register(ChatChannel)
class ChatChannelAdmin(DeskAdmin):
    form = ChatChannelForm
    list_display = ("name", "shape", "masked_address", "state", "reported_events", "last_message")
    list_filter = ("active", "shape")
    list_select_related = ("progress",)
    search_fields = ("name",)
    ordering = ("name",)
    autocomplete_fields = ("topics",)
    change_form_outer_before_template = "admin/desk/chat_channel_top.html"
    added_message = _("Added. Send a test message to check that it arrives.")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "shape",
                    "address",
                    "kinds",
                    "topics",
                    "languages",
                    "includes_text",
                    "active",
                )
            },
        ),
    )
    versioned_relations: ClassVar[tuple[str, ...]] = ("topics",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Return False for lookups by the URL, because they would reveal the secret letter by letter."""
        return not lookup.startswith("address") and super().lookup_allowed(lookup, value, request)

    # The list ---------------------------------------------------------------------------------------------------------

    @admin.display(description=_("address"))
    def masked_address(self, channel: ChatChannel) -> str:
        return chat.mask_address(channel.address)

    @admin.display(description=_("state"), ordering="active")
    def state(self, channel: ChatChannel) -> SafeString:
        return build_channel_badge(channel)

    @admin.display(description=_("last message"), ordering="progress__sent_at")
    def last_message(self, channel: ChatChannel) -> datetime | None:
        return channel.progress.sent_at

    @admin.display(description=_("messages sent"))
    def reported_events(self, channel: ChatChannel) -> str:
        labels = {kind.value: str(kind.label) for kind in CHAT_KINDS}
        return join_words(labels[kind] for kind in channel.kinds) or gettext("Everything")

    # The page ---------------------------------------------------------------------------------------------------------

    def build_page_context(self, request: HttpRequest, channel: Any, /) -> dict[str, Any]:
        latest_messages = channel.messages.select_related("claim")[:_MAX_SHOWN_MESSAGES]
        return {
            "channel": channel,
            "channel_badge": build_channel_badge(channel),
            "latest": [
                (
                    row,
                    describe_event(row.kind, row.actor_name),
                    render_badge(row.get_state_display(), _BADGE_TONES[row.state]),
                )
                for row in latest_messages
            ],
        }

    def save_model(self, request: HttpRequest, obj: ChatChannel, form: forms.ModelForm, change: bool) -> None:
        is_address_replaced = change and "address" in form.changed_data
        super().save_model(request, obj, form, change)
        if is_address_replaced:
            self.log_change(request, obj, ADDRESS_REPLACED_MESSAGE)
        if is_address_replaced or "active" in form.changed_data:
            chat.clear_failures(obj)

    def describe_deletion(self, rows: Any) -> str:
        message_count = ChatMessage.objects.filter(channel__in=rows).count()
        return ngettext("%d message in the log", "%d messages in the log", message_count) % message_count

    def list_history_entries(self, row: ChatChannel, reader: User) -> list[PastEvent]:
        events = [
            entry
            for entry in self._list_log_entries(row, action_flag=CHANGE)
            if entry.description in {gettext(TEST_SENT_MESSAGE), gettext(ADDRESS_REPLACED_MESSAGE)}
        ]
        return [*super().list_history_entries(row, reader), *events]

    # The button -----------------------------------------------------------------------------------------------------

    @row_action(_("Send a test message"), is_atomic=False)
    def send_test(self, request: HttpRequest, channel: ChatChannel) -> str:
        self.log_change(request, channel, TEST_SENT_MESSAGE)
        try:
            chat.send_test_message(channel)
        except chat.MessageNotSent as failure:
            raise NotPossible(gettext("The test message did not arrive: %s") % failure) from None
        return gettext("Test message sent. Look for it in the channel.")


def build_channel_badge(channel: ChatChannel) -> SafeString:
    if not channel.active:
        return render_badge(_("Switched off"), "faded")
    return (
        render_badge(_("Failing"), "bad") if channel.progress.failures else render_badge(_("Active"), "good")
    )
