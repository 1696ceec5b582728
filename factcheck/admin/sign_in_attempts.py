"""Rate limits for sign-in: delays after several attempts, but never a lock-out.

Password attempts are counted per IP address, per account and IP address, and per account. Second-factor codes are
counted per account. All counts are in the store that web processes share, so guessing is slow from any number of
machines. Other people's attempts do not keep an editor out: after a successful sign-in a browser keeps a mark (OWASP
calls it a device cookie), and attempts from that browser are counted separately.
"""

from functools import cache
from hashlib import blake2b
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from factcheck.installation.environment import Rate
from factcheck.web.throttling import Limiter, get_caller
from factcheck.web.throttling.store import PostgresStore

#: The number of attempts allowed at once, and the seconds in which that many are allowed again.
RATE_LIMITS = {
    "sign-in address": Rate(60, 600),
    "sign-in account from address": Rate(10, 300),
    "sign-in account": Rate(100, 3600),
    "sign-in device": Rate(10, 300),
    "sign-in code": Rate(5, 300),
}
COOKIE_NAME = "signed-in-before"
#: Longer than a code is valid, in seconds.
CODE_SECONDS = 120.0
_SALT = "factcheck.admin.sign_in_attempts"
#: How long a browser is recognised after a sign-in, in seconds.
DEVICE_SECONDS = 180 * 24 * 3600


@cache
def get_limiter() -> Limiter:
    """Return this process's limiter of sign-in attempts."""
    return Limiter(dict(RATE_LIMITS), PostgresStore(), secret=settings.SECRET_KEY)


def count_attempt(request: HttpRequest, name: str) -> int:
    """Count an attempt to sign in with this name. Return the seconds to wait, or 0 if it is allowed.

    Args:
        name: the typed name: a user name, an email address, or anything else.
    """
    account = _get_account_name(name)
    if device := _find_device(request, account):
        return _count_and_get_wait("sign-in device", device)
    address = get_caller(request)
    # The narrow limits come first, so that attempts they refuse do not count towards the wider ones.
    return (
        _count_and_get_wait("sign-in account from address", f"{account} {address}")
        or _count_and_get_wait("sign-in address", address)
        or _count_and_get_wait("sign-in account", account)
    )


def count_code_attempt(request: HttpRequest, account: Any) -> int:
    """Count an attempt with a second-factor code, and return the seconds to wait. Only a million codes exist.

    Args:
        account: the primary key of the account whose password was correct.
    """
    device = _find_device(request, f"#{account}")
    return _count_and_get_wait("sign-in code", f"#{account} {device}" if device else f"#{account}")


def is_first_use(account: Any, code: str) -> bool:
    """Return whether no process has seen this second-factor code before (RFC 6238, 5.2).

    Args:
        code: the code as typed; spaces and hyphens in it are ignored.

    Raises:
        StoreUnavailable: the shared store does not respond, so earlier uses are unknown.
    """
    characters = "".join(filter(str.isalnum, code)).lower()
    name = blake2b(
        f"used code #{account} {characters}".encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16
    )
    cost = PostgresStore().add_cost(name.hexdigest(), spent_seconds=CODE_SECONDS, owed_alone=CODE_SECONDS)
    return cost <= CODE_SECONDS


def mark_browser(response: HttpResponse, account: Any) -> None:
    """Mark the browser as one where this account has signed in."""
    response.set_cookie(
        COOKIE_NAME,
        signing.dumps([str(account), token_urlsafe(12)], salt=_SALT),
        max_age=DEVICE_SECONDS,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _get_account_name(name: str) -> str:
    """Return one key for all names of an account, so that attempts under any of the names are counted together."""
    name = name.strip().replace("\0", "")
    if not name:
        return ""
    people = get_user_model()._default_manager.filter(Q(username__iexact=name) | Q(email__iexact=name))
    account_id = people.order_by("pk").values_list("pk", flat=True).first()
    return name.lower() if account_id is None else f"#{account_id}"


def _find_device(request: HttpRequest, account: str) -> str | None:
    """Return the browser's mark if this account has signed in on that browser before; otherwise None."""
    try:
        account_id, device = signing.loads(
            request.COOKIES.get(COOKIE_NAME, ""), salt=_SALT, max_age=DEVICE_SECONDS
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return f"{account_id} {device}" if account == f"#{account_id}" else None


def _count_and_get_wait(tier: str, client: str) -> int:
    admission = get_limiter().admit(client, tier)
    return 0 if admission is None or admission.allowed else admission.reset_seconds
