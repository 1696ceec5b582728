"""Sign-in to existing accounts only, with limits on the number of attempts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from factcheck.admin import sign_in_attempts
from factcheck.web.throttling import get_caller

#: Sent with `request`, and `person` if known, when a code or key is rejected.
code_refused = Signal()


class NewsroomAccounts(DefaultAccountAdapter):
    """Password accounts, which only administrators create."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's IP address, determined in the same way as for the site's other rate limits."""
        return get_caller(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Replace allauth's rate limit, which would lock an account for everyone after five failures."""
        name = credentials.get("username") or credentials.get("email") or ""
        _refuse_for(sign_in_attempts.count_attempt(request, name))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        sign_in_attempts.mark_browser(response, user.pk)
        return response


class _CountedCode(BaseAuthenticateForm):
    """Mixin that counts attempts with codes in the store shared by all web processes; allauth counts per process.

    The shared store also records the codes that were already used.
    """

    def clean_code(self) -> str:
        _refuse_for(sign_in_attempts.count_code_attempt(context.request, self.user.pk))
        with report_refused_code(self.user):
            code: str = super().clean_code()
            if not sign_in_attempts.is_first_use(self.user.pk, code):
                raise get_adapter().validation_error("incorrect_code")
            return code


class SecondFactor(_CountedCode, AuthenticateForm):
    """The form for the code of a second factor."""


class SecondFactorAgain(_CountedCode, ReauthenticateForm):
    """The form that requests the code again before a change to the account."""


@contextmanager
def report_refused_code(person: Any) -> Iterator[None]:
    """Send the signal `code_refused` if the block rejects the code of a second factor."""
    try:
        yield
    except ValidationError:
        code_refused.send(sender=AuthenticateForm, request=context.request, person=person)
        raise


def _refuse_for(seconds: int) -> None:
    if seconds:
        raise ValidationError(
            ngettext(
                "Too many attempts to sign in. Try again in %(seconds)s second.",
                "Too many attempts to sign in. Try again in %(seconds)s seconds.",
                seconds,
            ),
            code="too_many_login_attempts",
            params={"seconds": seconds},
        )
