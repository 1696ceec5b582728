"""Settings of services to notify of publications, and of rules for crawlers, from the environment."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from factcheck.installation.environment import read_text, read_url, read_words

#: The limits of IndexNow.
_KEY_PATTERN = re.compile(r"[A-Za-z0-9-]{8,128}", re.ASCII)
#: Lines of robots.txt: those of RFC 9309, and others that crawlers read.
_RULE_FIELDS = ("user-agent", "allow", "disallow", "crawl-delay", "content-signal", "content-usage")
_RULE_LINE = re.compile(rf"({'|'.join(_RULE_FIELDS)})\s*:\s*(.*)", re.IGNORECASE)


class DiscoverySettings(NamedTuple):
    """Settings for the services to notify and for crawlers, in the order of settings.py."""

    indexnow_key: str
    indexnow_url: str
    websub_hubs: list[str]
    robots_rules: list[str]


def read_discovery_settings(*, is_demo: bool) -> DiscoverySettings:
    """Read `INDEXNOW_KEY`, `INDEXNOW_URL`, `WEBSUB_HUBS` and `ROBOTS_RULES`. A demo notifies no service.

    Raises:
        ImproperlyConfigured: a key, a URL or a rule is invalid.
    """
    key = read_text("INDEXNOW_KEY")
    if key and not _KEY_PATTERN.fullmatch(key):
        raise ImproperlyConfigured(
            "INDEXNOW_KEY must have 8 to 128 characters out of a-z, A-Z, 0-9 and the hyphen."
        )
    endpoint = read_url("INDEXNOW_URL", "https://api.indexnow.org/indexnow")
    hubs = [_check_hub(address) for address in read_words("WEBSUB_HUBS")]
    rules = _parse_rules(read_text("ROBOTS_RULES", kind="lines"))
    return DiscoverySettings("" if is_demo else key, endpoint, [] if is_demo else hubs, rules)


def _check_hub(address: str) -> str:
    """Return a hub's URL unchanged: hubs are identified by the exact string, including a final slash."""
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or True)
    except ValueError:
        is_usable = False
    if not is_usable or re.search(r"[\s<>\"]", address):
        raise ImproperlyConfigured(
            f"WEBSUB_HUBS names {address!r}; write whole addresses such as https://hub.example.org/."
        )
    return address


def _parse_rules(text: str) -> list[str]:
    rules = [" ".join(line.split()) for line in text.split(";") if line.strip()]
    for number, rule in enumerate(rules):
        match = _RULE_LINE.fullmatch(rule)
        if match is None:
            raise ImproperlyConfigured(
                f"ROBOTS_RULES has {rule!r}; its lines are separated by semicolons, and each is one of "
                f"{', '.join(_RULE_FIELDS)} with a colon and a value."
            )
        if number == 0 and match[1].lower() != "user-agent":
            raise ImproperlyConfigured(
                "ROBOTS_RULES must begin with User-agent: whom the lines are meant for."
            )
    return rules
