"""The caller of a request (an IP address or a token's owner), and the limiter of this process."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest

from factcheck.installation.environment import Rate
from factcheck.telemetry.budgets import count_cost
from factcheck.web.throttling.limiter import Admission, Limiter
from factcheck.web.throttling.store import PostgresStore

#: The number of leading bits of an IPv6 address that identify a household or machine (RFC 6177); it can choose the
#: others freely.
IPV6_PREFIX = 64

_ADDRESS_WITH_PORT = re.compile(r"\[(.+)\](?::\d+)?|([^:]+):\d+")


class Tier(StrEnum):
    """A class of requests with its own rate limit. Its name appears in the RateLimit header fields."""

    ANONYMOUS = "anonymous"
    PAGES = "pages"
    TOKEN = "token"  # noqa: S105  a name, no secret
    #: Readers' messages to the newsroom.
    SUBMISSIONS = "submissions"


@cache
def get_limiter() -> Limiter:
    """Return the limiter of this process, as configured."""
    rates: dict[str, Rate | None] = {
        Tier.ANONYMOUS: settings.RATE_LIMIT_ANONYMOUS,
        Tier.TOKEN: settings.RATE_LIMIT_TOKEN,
        Tier.PAGES: settings.RATE_LIMIT_PAGES,
        Tier.SUBMISSIONS: settings.RATE_LIMIT_SUBMISSIONS,
    }
    return Limiter(rates, PostgresStore(), secret=settings.SECRET_KEY)


def _clear_limiter(*, setting: str, **_: Any) -> None:
    if setting.startswith("RATE_LIMIT"):
        get_limiter.cache_clear()


setting_changed.connect(_clear_limiter)


def admit(
    request: HttpRequest, *, user_id: int | None = None, cost: int = 1, tier: Tier = Tier.ANONYMOUS
) -> Admission | None:
    """Count a request for the owner of its token or, without a token, for its IP address.

    Returns the decision, or None if there is no limit.
    """
    if user_id is None:
        admission = get_limiter().admit(get_caller(request), tier, cost)
    else:
        admission = get_limiter().admit(str(user_id), Tier.TOKEN, cost)
    if admission:
        count_cost(admission.tier, cost, allowed=admission.allowed)
    return admission


def get_caller(request: HttpRequest) -> str:
    """Return the client's IP address in the form used for counting."""
    return _group_address(get_address(request.META, settings.NUM_PROXIES))


def get_address(environment: Mapping[str, Any], proxies: int) -> str:
    """Return the IP address that connected to our outermost proxy.

    Each proxy appends its client's address to X-Forwarded-For. Everything before the entries of our own proxies was
    sent by the visitor and is untrusted.
    """
    forwarded = environment.get("HTTP_X_FORWARDED_FOR")
    if proxies and forwarded:
        entries = forwarded.rsplit(",", proxies)
        return str(entries[-min(proxies, len(entries))]).strip()
    return str(environment.get("REMOTE_ADDR") or "")


@lru_cache(maxsize=10_000)
def _group_address(address: str) -> str:
    """Return one name for all IP addresses that one visitor can use. Other texts are returned unchanged."""
    if parts := _ADDRESS_WITH_PORT.fullmatch(address):
        address = parts[1] or parts[2]
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:50]
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(IPv6Network((ip, IPV6_PREFIX), strict=False))
    return str(ip)
