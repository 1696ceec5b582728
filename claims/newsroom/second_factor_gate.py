"""The door of the desk for who has to set up a second factor and has not: a reminder first, then nothing but that.

It is asked of each request who asks and what is required of them now. So it does not matter when or how somebody signed
in, in which other browser, or what was required then.
"""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from claims.newsroom.second_factors import due_of, hold, locked, may_remove

#: What a session holds where the identity provider has vouched for a second factor.
VOUCHED = "second_factor_vouched"
#: What a person sees who may not go on without one: where it is set up, where they say again who they are, sign-out.
_OPEN = {
    *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_edit_webauthn"),
    *("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes"),
    *("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_reauthenticate"),
    *("mfa_authenticate", "mfa_login_webauthn", "account_login", "account_logout"),
}
#: The pages on which somebody removes a factor, and where they are led back to.
_REMOVING = {"mfa_deactivate_totp": "mfa_index", "mfa_remove_webauthn": "mfa_list_webauthn"}


class SecondFactorGate:
    """Middleware; it stands where the person is known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """The answer instead of the page's, where there is one."""
        # Readers' pages are the same for everybody, and must not ask who reads.
        if not request.path_info.startswith(("/admin/", "/accounts/")) or not request.user.is_authenticated:
            return None
        due = None if request.session.get(VOUCHED) else due_of(request.user)
        request.second_factor_due = due  # type: ignore[attr-defined]  # for the reminder on every page
        match = request.resolver_match
        page = match.url_name if match and not match.namespaces else None
        if locked(due) and page not in _OPEN:
            return _led_to_enrolment(request)
        if page in _REMOVING and request.method == "POST":
            return _removal(request, view, args, kwargs, back=_REMOVING[page])
        return None


def _led_to_enrolment(request: HttpRequest) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied(_("Set up a second factor first: until then the desk is closed to you."))
    return HttpResponseRedirect(reverse("mfa_index"))


@transaction.atomic
def _removal(request: HttpRequest, view: Any, args: Any, kwargs: Any, *, back: str) -> HttpResponseBase:
    """Let somebody remove a factor, unless it is the last one and they need one; one removal after another."""
    person = hold(request.user)  # type: ignore[arg-type]  # who is authenticated is a User
    theirs = Authenticator.objects.filter(user=person)
    asked = theirs.filter(pk=kwargs["pk"]) if "pk" in kwargs else theirs.filter(type=Authenticator.Type.TOTP)
    factor = asked.first()
    if factor is not None and not may_remove(factor):
        messages.error(
            request, _("Your role needs a second factor. Set up another one before you remove this one.")
        )
        return HttpResponseRedirect(reverse(back))
    response: HttpResponseBase = view(request, *args, **kwargs)
    return response
