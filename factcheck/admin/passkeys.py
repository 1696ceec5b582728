"""Forms for security keys and passkeys. Only web processes import them, because the library takes ten megabytes."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy

from factcheck.admin.sign_in import report_refused_code


class _RefusalReporting:
    """Mixin that reports a rejected key, and treats malformed input as a wrong key."""

    user: Any

    def clean_credential(self) -> Any:
        with report_refused_code(self.user):
            try:
                return super().clean_credential()  # type: ignore[misc]  # of the form that it is mixed into
            except (AttributeError, KeyError, TypeError, ValueError) as garbage:
                raise get_adapter().validation_error("incorrect_code") from garbage


class SecondKey(_RefusalReporting, AuthenticateWebAuthnForm):
    """The form for the security key as a second step after the password."""


class SecondKeyAgain(_RefusalReporting, ReauthenticateWebAuthnForm):
    """The form that requests the security key again before a change to the account."""


class Passkey(_RefusalReporting, LoginWebAuthnForm):
    """The form for signing in with a key and without a password."""


class NewKey(AddWebAuthnForm):
    """The form for adding a key. A key that can replace the password is set up for that unless the person declines."""

    passwordless = forms.BooleanField(
        label=gettext_lazy("Sign in with this key alone, without a password"),
        initial=True,
        required=False,
        help_text=gettext_lazy(
            "The key then asks for your fingerprint, face or PIN. Leave this off for a key that only has a button."
        ),
    )
