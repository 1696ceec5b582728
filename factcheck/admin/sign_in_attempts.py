"""Rate limits for sign-in: delays after several attempts, but never a lock-out.

Password attempts are counted for each address, for each account from one address, and for each account from
everywhere; codes of the second factor for each account; in the store that all web processes share. So guessing is
slow, from however many machines. Others' attempts do not keep an editor out: a browser with a successful sign-in
keeps a mark of that (OWASP calls it a device cookie), and its attempts are counted separately.
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

#: So many at once, and then one after another as they are earned back: each 10, 30 and 36 seconds, each 30, each 60.
RATE_LIMITS = {
    "sign-in address": Rate(60, 600),
    "sign-in account from address": Rate(10, 300),
    "sign-in account": Rate(100, 3600),
    "sign-in device": Rate(10, 300),
    "sign-in code": Rate(5, 300),
}
COOKIE_NAME = "signed-in-before"
#: A code is good for less, in seconds.
CODE_SECONDS = 120.0
_SALT = "factcheck.admin.sign_in_attempts"
#: How long a browser is recognised after a sign-in, in seconds.
KNOWN_SECONDS = 180 * 24 * 3600


@cache
def get_limiter() -> Limiter:
    """Return the limiter of this process."""
    return Limiter(dict(RATE_LIMITS), PostgresStore(), secret=settings.SECRET_KEY)


def count_attempt(request: HttpRequest, name: str) -> int:
    """Count an attempt to sign in by this name; return the seconds to wait, or 0 if it is allowed.

    Args:
        name: what was typed: a user name, a mail address, or anything else.
    """
    account = _account(name)
    if device := _find_device(request, account):
        return _wait("sign-in device", device)
    address = get_caller(request)
    # The narrow ones first, so that what they refuse does not count for everybody.
    return (
        _wait("sign-in account from address", f"{account} {address}")
        or _wait("sign-in address", address)
        or _wait("sign-in account", account)
    )


def count_code_attempt(request: HttpRequest, account: Any) -> int:
    """Return the seconds to wait before another second-factor code. The sender knows the password, and there are
    only a million codes.

    Args:
        account: the key of the account whose password was right.
    """
    device = _find_device(request, f"#{account}")
    return _wait("sign-in code", f"#{account} {device}" if device else f"#{account}")


def is_first_use(account: Any, code: str) -> bool:
    """Return whether a second-factor code is used for the first time in any process (RFC 6238, 5.2).

    Args:
        code: as it was typed; spaces and hyphens between its letters count for nothing.

    Raises:
        StoreUnavailable: the count is unknown.
    """
    letters = "".join(filter(str.isalnum, code)).lower()
    name = blake2b(
        f"used code #{account} {letters}".encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16
    )
    owed = PostgresStore().settle(name.hexdigest(), spent=CODE_SECONDS, owed_alone=CODE_SECONDS)
    return owed <= CODE_SECONDS


def remember(response: HttpResponse, account: Any) -> None:
    """Mark the browser as one in which this account was signed in."""
    response.set_cookie(
        COOKIE_NAME,
        signing.dumps([str(account), token_urlsafe(12)], salt=_SALT),
        max_age=KNOWN_SECONDS,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _account(name: str) -> str:
    """Return one name for all names of an account."""
    name = name.strip().replace("\0", "")
    if not name:
        return ""
    found = get_user_model()._default_manager.filter(Q(username__iexact=name) | Q(email__iexact=name))
    account_id = found.order_by("pk").values_list("pk", flat=True).first()
    return name.lower() if account_id is None else f"#{account_id}"


def _find_device(request: HttpRequest, account: str) -> str | None:
    """Return the browser, if this account has signed in there."""
    try:
        account_id, device = signing.loads(
            request.COOKIES.get(COOKIE_NAME, ""), salt=_SALT, max_age=KNOWN_SECONDS
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return f"{account_id} {device}" if account == f"#{account_id}" else None


def _wait(tier: str, client: str) -> int:
    admission = get_limiter().admit(client, tier)
    return 0 if admission is None or admission.allowed else admission.reset_seconds
