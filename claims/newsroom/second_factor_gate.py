"""The gate for people who must set up a second factor: reminders first, then only the setup page.

Every request is checked against the user's present requirements. It therefore does not matter when, how or in which
browser the person signed in, or what was required then.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from claims.newsroom.second_factors import get_deadline, is_past_deadline

#: The session variable set when the identity provider confirmed a second factor.
VOUCHED_KEY = "second_factor_vouched"
#: The pages for people who must set up a second factor first: setup, confirmation of identity, sign-out.
_OPEN_ROUTES = {
    *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_edit_webauthn"),
    *("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes"),
    *("mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_reauthenticate"),
    *("mfa_authenticate", "mfa_login_webauthn", "account_login", "account_logout"),
}


class SecondFactorGate:
    """Middleware that reminds or redirects people who must set up a second factor; placed after authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Return a response to show instead of the page, or None to show the page."""
        # Reader pages are the same for everyone, and must not check who reads.
        if not request.path_info.startswith(("/admin/", "/accounts/")) or not request.user.is_authenticated:
            return None
        deadline = None if request.session.get(VOUCHED_KEY) else get_deadline(request.user)
        match = request.resolver_match
        page = match.url_name if match and not match.namespaces else None
        if deadline is not None:
            _set_reminder(request, deadline)
        if is_past_deadline(deadline) and page not in _OPEN_ROUTES:
            return _redirect_to_enrolment(request)
        return None


def _set_reminder(request: Any, deadline: datetime) -> None:
    """Store the deadline for the person's pages, and the page to continue with if setup is postponed."""
    request.second_factor_due, request.second_factor_overdue = deadline, is_past_deadline(deadline)
    url = request.GET.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    request.later = url if is_safe else reverse("admin:index")


def _redirect_to_enrolment(request: HttpRequest) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied(_("Set up a second factor first. Until then you cannot use the desk."))
    return HttpResponseRedirect(reverse("mfa_index"))
