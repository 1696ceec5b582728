"""Fetch another newsroom's ledger: only from the public internet, within limits and without redirects."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext

from claims.features.federation.ledger_pages import LedgerPage, VerificationFailed, extract_origin, parse_page
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import Limits, fetch

USER_AGENT = "Factcheck/1.0 (claim database for fact-checkers; follows what other newsrooms publish)"
LIMITS = Limits(content_bytes=20_000_000, total_seconds=60, redirects=2)
#: The number of entries per request, reduced if a page would be too large. The first entry of a page is already known.
PAGE_SIZES = (100, 10, 2)


@dataclass(frozen=True, slots=True)
class FeedResponse:
    """A response with a page of another newsroom's ledger.

    Attributes:
        page: the page, or None if the feed has not changed since the response with the requested ETag.
        max_entries: the number of entries requested.
    """

    page: LedgerPage | None
    max_entries: int
    etag: str


def fetch_entries(
    site: str, *, last_sequence: int, etag: str = "", sizes: tuple[int, ...] = PAGE_SIZES
) -> FeedResponse:
    """Fetch the entries of a newsroom's ledger after `last_sequence`.

    Raises:
        FetchError: the site does not respond.
        VerificationFailed: the response is not a feed of changes.
    """
    for size in sizes:
        try:
            return _request_page(
                f"{site}/api/v1/changes/?signed=true&page_size={size}&since={last_sequence}", site, size, etag
            )
        except FetchError as error:
            if error.reason_code != "too_large" or size == sizes[-1]:
                raise
    raise AssertionError("no size to ask for")


def _request_page(address: str, site: str, size: int, etag: str) -> FeedResponse:
    def require_same_site(url: str) -> None:
        if extract_origin(url) != site:
            raise FetchError(
                "led_elsewhere",
                gettext("%(site)s redirects to %(origin)s. If that is the right address, follow it instead.")
                % {"site": site, "origin": extract_origin(url) or url},
            )

    response = fetch(
        address,
        etag=etag,
        user_agent=USER_AGENT,
        limits=LIMITS,
        accepted=frozenset({"application/json"}),
        check_redirect=require_same_site,
        allow_loopback=settings.WEBHOOKS_TO_LOOPBACK,
    )
    if response.status == 304 and etag:
        return FeedResponse(None, size, etag)
    if response.status == 304:
        raise VerificationFailed(
            gettext("The newsroom’s server answered “not modified” to an unconditional request.")
        )
    return FeedResponse(parse_page(response.content), size, response.etag)
