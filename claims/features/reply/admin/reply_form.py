"""The forms for a request for reply, and for recording the reply."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.features.reply import reply_requests, wording
from claims.features.reply.models import ReplyRequest, ReplyTemplate
from claims.features.reply.reply_requests import ReceivedReply
from claims.models import Verdict
from factcheck.admin.versions import DeskForm

#: The default deadline, one or two working days ahead.
DEFAULT_DEADLINE = timedelta(hours=24)

REQUEST_FIELDSETS: Any = (
    (None, {"fields": ("party", ("channel", "address"), "language", "answer_by")}),
    (
        gettext_lazy("Question"),
        {
            "fields": ("subject", "text"),
            "description": gettext_lazy("{deadline} is filled in when the request is sent."),
        },
    ),
)
REASON_FIELDSETS: Any = ((None, {"fields": ("party", "not_asked", "not_asked_note")}),)
#: The fields of the form that are passed on to be stored.
REQUEST_FIELDS = (
    *("party", "channel", "address", "language", "answer_by", "subject", "text"),
    *("not_asked", "not_asked_note"),
)


class ReplyRequestForm(DeskForm):
    """A form for a request for reply, to the claimant or another named person, or for a reason for not asking."""

    verdict: Verdict | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verdict = self.verdict
        if verdict is None or "party" not in self.fields:
            return
        claimant = verdict.claim.claimant
        party_field = self.fields["party"]
        party_field.required = claimant is None
        if claimant:
            party_field.help_text = _("Leave empty for the claimant, %(whom)s.") % {"whom": claimant.name}
        for field_name in ("channel", "answer_by", "text", "not_asked"):
            if field_name in self.fields:
                self.fields[field_name].required = True

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        wording.check_placeholders(text)
        return text

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        wording.check_placeholders(subject)
        return subject

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("not_asked") == ReplyRequest.NotAskingReason.OTHER and not data.get("not_asked_note"):
            self.add_error(
                "not_asked_note", _("Explain in your own words why no one was asked. Readers see this.")
            )
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # Set the person asked before validation, because the database rules need this field.
        return super()._get_validation_exclusions() | {"claimant"}  # type: ignore[misc]  # Django's own

    def values(self) -> dict[str, Any]:
        """Return the form's values, keyed by the names of the model fields that store them."""
        form_values = {name: self.cleaned_data[name] for name in REQUEST_FIELDS if name in self.cleaned_data}
        verdict = self.verdict
        claimant = verdict.claim.claimant if verdict and not form_values.get("party") else None
        return form_values | {"claimant": claimant}


def build_initial_values(verdict: Verdict, by: User, language: str = "") -> dict[str, Any]:
    """Return the initial values of a new request, with the template in the claim's language filled in."""
    claimant = verdict.claim.claimant
    language = language or verdict.claim.language
    template_wording = reply_requests.render_template(
        verdict, recipient=claimant.name if claimant else "", by=by, language=language, deadline=None
    )
    deadline = timezone.localtime() + DEFAULT_DEADLINE
    return {
        "channel": ReplyRequest.Channel.EMAIL,
        "language": language,
        "answer_by": deadline.replace(minute=0, second=0, microsecond=0),
        "subject": template_wording.subject,
        "text": template_wording.text,
    }


class SentAtForm(forms.Form):
    """A form for the time at which a request was made outside this system, by default now."""

    at = forms.DateTimeField(
        label=gettext_lazy("Date and time"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local", "class": "desk-input desk-moment"}),
        help_text=gettext_lazy("If empty, the present time is used."),
    )


class ReceivedReplyForm(forms.Form):
    """A form for the reply to a request: time and channel of arrival, text, and the part that readers see."""

    answered_at = forms.DateTimeField(label=gettext_lazy("When the reply arrived"))
    answer_channel = forms.ChoiceField(
        label=gettext_lazy("How the reply arrived"), choices=ReplyRequest.Channel
    )
    answer = forms.CharField(
        label=gettext_lazy("Full reply"), required=False, max_length=100_000, strip=False
    )
    answer_display = forms.ChoiceField(
        label=gettext_lazy("Shown to readers"), choices=ReplyRequest.AnswerDisplay
    )
    excerpt = forms.CharField(label=gettext_lazy("Excerpt"), required=False, max_length=10_000)
    statement = forms.CharField(label=gettext_lazy("In our own words"), required=False, max_length=10_000)

    @property
    def received_reply(self) -> ReceivedReply:
        cleaned_data = self.cleaned_data
        return ReceivedReply(
            answered_at=cleaned_data["answered_at"],
            channel=cleaned_data["answer_channel"],
            text=cleaned_data["answer"].strip(),
            display=cleaned_data["answer_display"],
            excerpt=cleaned_data["excerpt"].strip(),
            statement=cleaned_data["statement"].strip(),
        )


class TemplateForm(DeskForm):
    """A form for a template with placeholders in braces."""

    class Meta:
        model = ReplyTemplate
        fields = ("language", "subject", "text")

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        wording.check_placeholders(text, needed_placeholders=wording.REQUIRED_PLACEHOLDERS)
        return text

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if "\n" in subject or "\r" in subject:
            raise ValidationError(_("Enter the subject on one line."))
        wording.check_placeholders(subject)
        return subject
