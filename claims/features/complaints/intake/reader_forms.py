"""Readers' forms. The forms validate input and detect signs of spam, but store nothing."""

import re
from typing import Any

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from claims.features.complaints.confirmations import Sender
from claims.features.complaints.intake.form_stamps import StampRefused, create_stamp, is_submitted_too_fast
from claims.features.complaints.models import Complaint, SpamSign
from claims.features.complaints.models.contact_details import MAX_MAIL_LENGTH, MAX_NAME_LENGTH
from claims.features.complaints.models.request_state import MAX_READER_TEXT_LENGTH
from claims.features.complaints.pictures import PictureRefused, SentPicture, read_picture
from claims.features.complaints.submissions import SubmissionContext
from claims.ledger.queries.address_search import build_address_key

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
#: As in the database: one address, which cannot contain a header or a second address.
_ADDRESS_PATTERN = re.compile(r"[^\s\x00-\x20\x7f<>()\[\],;:@\"\\]+@[^\s\x00-\x20\x7f<>()\[\],;:@\"\\]+")


class SingleMailAddress(EmailValidator):
    """Validate that the input is a single email address without surrounding text."""

    def __call__(self, value: str | None) -> None:
        super().__call__(value)
        if not _ADDRESS_PATTERN.fullmatch(str(value)):
            raise forms.ValidationError(self.message, code=self.code)


def put_on_one_line(text: str) -> str:
    """Return a name with all line breaks and other white space replaced by single spaces."""
    return " ".join(_CONTROL_CHARACTERS.sub(" ", text).split())


class ReaderForm(forms.Form):
    """The fields common to readers' forms: contact details, and a trap that only programs fill in."""

    mail = forms.CharField(
        max_length=MAX_MAIL_LENGTH,
        validators=[
            SingleMailAddress(
                _("This is not an email address. Enter one such as name@example.org."), "invalid"
            )
        ],
        error_messages={"required": _("Enter the email address for our answer.")},
    )
    name = forms.CharField(max_length=MAX_NAME_LENGTH, required=False)
    #: Hidden from people; programs fill in any field with this name.
    homepage = forms.CharField(required=False)
    submitted_stamp = forms.CharField(required=False)

    def clean_name(self) -> str:
        return put_on_one_line(self.cleaned_data["name"])

    def clean_submitted_stamp(self) -> bool:
        """Return whether the form was sent faster than a person can type."""
        try:
            return is_submitted_too_fast(self.cleaned_data["submitted_stamp"])
        except StampRefused:
            raise forms.ValidationError(
                _("This page was open for too long. Your text is still here: please send it again.")
            ) from None

    @property
    def stamp(self) -> str:
        """Return the submitted stamp if it is valid, otherwise a new one."""
        submitted_stamp = self.data.get("submitted_stamp", "") if self.is_bound else ""
        return submitted_stamp if submitted_stamp and "submitted_stamp" not in self.errors else create_stamp()

    @property
    def sender(self) -> Sender:
        cleaned_data = self.cleaned_data
        return Sender(cleaned_data["mail"], cleaned_data["name"], get_language() or "en")

    @property
    def submission_context(self) -> SubmissionContext:
        """Return the submission's context, with the signs of spam in how the form was sent."""
        signs = {
            SpamSign.TRAP: bool(self.cleaned_data["homepage"]),
            SpamSign.QUICK: self.cleaned_data["submitted_stamp"],
        }
        return SubmissionContext(signs=frozenset(sign for sign, is_present in signs.items() if is_present))


class ComplaintForm(ReaderForm):
    kind = forms.ChoiceField(
        choices=Complaint.Kind.choices,
        error_messages={
            "required": _("Choose what your complaint is about."),
            "invalid_choice": _("Choose what your complaint is about."),
        },
    )
    text = forms.CharField(
        max_length=MAX_READER_TEXT_LENGTH,
        error_messages={
            "required": _("Describe what is wrong, and how you know."),
            "max_length": _("Your complaint has %(show_value)s characters; the limit is %(limit_value)s."),
        },
    )


class RequestForm(ReaderForm):
    what = forms.CharField(
        max_length=MAX_READER_TEXT_LENGTH,
        required=False,
        error_messages={
            "max_length": _("The text has %(show_value)s characters; the limit is %(limit_value)s.")
        },
    )
    picture = forms.FileField(required=False, allow_empty_file=True)
    #: Whether the reader says that the immediate results are not what they meant.
    send_anyway = forms.BooleanField(required=False)

    def clean_picture(self) -> SentPicture | None:
        picture = self.cleaned_data["picture"]
        if not picture:
            return None
        try:
            return read_picture(picture.read())
        except PictureRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("what") and not data.get("picture") and not self.errors.keys() & {"what", "picture"}:
            self.add_error(
                "what", _("Enter the text that you want checked, or give an address or a picture.")
            )
        return data

    @property
    def address(self) -> str:
        """Return the reader's text if it is only a URL, otherwise ""."""
        input_text: str = self.cleaned_data["what"]
        return input_text if build_address_key(input_text) else ""

    @property
    def text(self) -> str:
        return "" if self.address else self.cleaned_data["what"]
