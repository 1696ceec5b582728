"""Polite fetching: follow robots.txt, one request per site at a time, with pauses.

A site is scheme, host and port, as robots.txt understands it (RFC 9309).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from urllib.parse import urlsplit

from protego import Protego

from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import USER_AGENT, FetchedDocument, Limits, fetch

#: The project's name in robots.txt.
ROBOT_NAME = USER_AGENT.partition("/")[0]

DEFAULT_PAUSE = 1.0
#: The pause after a site has asked us to slow down.
SLOW_PAUSE = 30.0
#: The longest pause: one request a day is never too often.
MAX_PAUSE = 86_400.0
#: Maximum wait for one page; a longer one is postponed.
MAX_WAIT = 3600.0
#: The maximum size read of a robots.txt (RFC 9309, 2.5).
MAX_RULES_BYTES = 512_000

#: Errors that mean that a site has no robots.txt, not that it is unreachable.
_NO_RULES_REASONS = frozenset({"not_found", "access_refused", "unexpected_status"})
#: Failures that concern the site rather than its robots.txt.
_SITE_FAILURE_REASONS = frozenset(
    {
        *("invalid_url", "scheme_not_allowed", "credentials_in_url", "port_not_allowed"),
        *("private_address", "name_not_found", "certificate_invalid", "asked_to_wait"),
    }
)


class SiteStore(Protocol):
    """A store of the pace and robots.txt of each site, and of the leases on sites."""

    def begin_visit(self, site: str) -> None:
        """Wait for our turn to send the site a request.

        Raises:
            FetchError: the wait would be too long (`build_wait_error`).
        """

    def end_visit(self, site: str, pause: float) -> None:
        """End the request. The next one may start after `pause` seconds."""

    def get_rules(self, site: str) -> str | None:
        """Return a recently read robots.txt, or None."""

    def store_rules(self, site: str, rules: str) -> None:
        """Store the site's robots.txt; the text is empty if the site has none."""


@dataclass
class InMemorySites:
    """A `SiteStore` in memory, for a single visitor."""

    sleep: Callable[[float], None] = time.sleep
    _ready: dict[str, float] = field(default_factory=dict)
    _rules: dict[str, str] = field(default_factory=dict)

    def begin_visit(self, site: str) -> None:
        seconds_left = self._ready.get(site, 0.0) - time.monotonic()
        if seconds_left > MAX_WAIT:
            raise build_wait_error(site, seconds_left)
        if seconds_left > 0:
            self.sleep(seconds_left)

    def end_visit(self, site: str, pause: float) -> None:
        self._ready[site] = time.monotonic() + pause

    def get_rules(self, site: str) -> str | None:
        return self._rules.get(site)

    def store_rules(self, site: str, rules: str) -> None:
        self._rules[site] = rules


def build_wait_error(site: str, seconds: float) -> FetchError:
    minutes = max(1, round(seconds / 60))
    return FetchError(
        "asked_to_wait",
        "%(netloc)s asks for a pause of about %(minutes)s min. The page will be tried again after that.",
        netloc=urlsplit(site).netloc,
        minutes=minutes,
        wait=timedelta(seconds=seconds),
    )


class PoliteVisitor:
    """A visitor that fetches pages from any number of sites at the pace that each site allows."""

    def __init__(
        self,
        memory: SiteStore,
        *,
        pause: float = DEFAULT_PAUSE,
        user_agent: str = USER_AGENT,
        allow_loopback: bool = False,
    ) -> None:
        """Create a visitor.

        Args:
            pause: seconds between two requests to one site, unless its robots.txt asks for more.
            allow_loopback: lets tests talk to a server on this machine.
        """
        self._memory = memory
        self._pause = pause
        self._user_agent = user_agent
        self._allow_loopback = allow_loopback
        self._rules_by_site: dict[str, Protego] = {}
        self._unknown: dict[str, FetchError] = {}

    def get(
        self, url: str, limits: Limits, accepted: frozenset[str] | None, etag: str = "", modified: str = ""
    ) -> FetchedDocument:
        """Fetch a URL. Raises FetchError on failure or if robots.txt forbids it."""
        self._check(url)
        return self._request(url, limits, accepted, etag, modified, check_redirect=self._check)

    def sitemaps(self, url: str) -> list[str]:
        """Return the sitemaps named in the robots.txt of a URL's site. Raises FetchError."""
        return list(self._load_rules(get_site(url)).sitemaps)

    def _check(self, url: str) -> None:
        """Raise FetchError if the site disallows the URL."""
        if not self._load_rules(get_site(url)).can_fetch(url, ROBOT_NAME):
            raise FetchError(
                "robots_forbidden",
                "The site’s robots.txt does not allow fetching %(url)s. Ask the publisher.",
                url=url,
            )

    def _request(
        self,
        url: str,
        limits: Limits,
        accepted: frozenset[str] | None,
        etag: str = "",
        modified: str = "",
        *,
        check_redirect: Callable[[str], None] = lambda there: None,
    ) -> FetchedDocument:
        site = get_site(url)
        self._memory.begin_visit(site)
        pause = self._choose_pause(site)
        try:
            return fetch(
                url,
                etag=etag,
                last_modified=modified,
                user_agent=self._user_agent,
                limits=limits,
                accepted=accepted,
                check_redirect=check_redirect,
                allow_loopback=self._allow_loopback,
            )
        except FetchError as error:
            if error.reason_code == "too_many_requests":
                pause = max(SLOW_PAUSE, pause * 2)
            pause = max(pause, error.wait.total_seconds())
            raise
        finally:
            self._memory.end_visit(site, pause)

    def _choose_pause(self, site: str) -> float:
        rules = self._rules_by_site.get(site)
        return max(self._pause, _read_requested_pause(rules)) if rules else self._pause

    def _load_rules(self, site: str) -> Protego:
        """Return the robots.txt rules. Raises FetchError if they are unreadable, as everything is then forbidden."""
        if refusal := self._unknown.get(site):
            raise refusal
        if site not in self._rules_by_site:
            text = self._memory.get_rules(site)
            if text is None:
                text = self._read_rules(site)
                self._memory.store_rules(site, text)
                self._rules_by_site[site] = Protego.parse(text)
                # The first page follows after the pause that was just read.
                self._memory.end_visit(site, self._choose_pause(site))
            else:
                self._rules_by_site[site] = Protego.parse(text)
        return self._rules_by_site[site]

    def _read_rules(self, site: str) -> str:
        try:
            response = self._request(f"{site}/robots.txt", Limits(), None)
        except FetchError as error:
            if error.reason_code in _NO_RULES_REASONS:
                return ""
            if error.reason_code in _SITE_FAILURE_REASONS:
                raise
            self._unknown[site] = FetchError(
                "robots_unknown",
                "The robots.txt of %(netloc)s cannot be read, so it is not clear whether its pages may "
                "be fetched. Try again later.",
                netloc=urlsplit(site).netloc,
                wait=error.wait,
            )
            raise self._unknown[site] from None
        return response.content[:MAX_RULES_BYTES].decode(errors="replace").replace("\0", "")


def get_site(url: str) -> str:
    """Return scheme, host and port of a URL. Raises FetchError."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        raise FetchError(
            "invalid_url", "%(url)s is not a valid address. Check it for typing errors.", url=url
        ) from None


def _read_requested_pause(rules: Protego) -> float:
    """Return the number of seconds that a site asks us to leave between two requests."""
    rate = rules.request_rate(ROBOT_NAME)
    requested_pause = max(
        rules.crawl_delay(ROBOT_NAME) or 0.0,
        rate.seconds / rate.requests if rate and rate.requests else 0.0,
    )
    return min(requested_pause, MAX_PAUSE)
