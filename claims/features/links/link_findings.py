"""Request one URL and classify the response, for link checks."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from claims.features.links.missing_pages import is_missing_page
from claims.features.links.models import MAX_ADDRESS_LENGTH, LinkOutcome
from sources.addresses import build_url_key
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import ACCEPTED_MEDIA_TYPES, FetchedDocument, Limits

#: Shorter than the limits for an article that a person requests, because many links are checked at a time.
LIMITS = Limits(connect_seconds=5.0, read_seconds=15.0, total_seconds=30.0)

#: Failures which prove that a page is at the URL, although we cannot read it.
_PAGE_EXISTS_REASONS = frozenset({"media_type_not_accepted", "too_large"})


class Visitor(Protocol):
    """A client that respects each site's limits (`sources.http.polite_visits.PoliteVisitor`)."""

    def get(
        self, url: str, limits: Limits, accepted: frozenset[str] | None, etag: str = "", modified: str = ""
    ) -> FetchedDocument:
        """Fetch the page. Raises FetchError."""


@dataclass(frozen=True, slots=True)
class LinkFinding:
    """The result of a request to a link's URL."""

    outcome: LinkOutcome
    """One of alive, moved, gone and unreachable."""
    reason: str = ""
    """The code of the failure; "" if there was none."""
    status: int | None = None
    moved_to: str = ""
    requested_delay: timedelta = timedelta()
    """How long the site asks us to wait."""
    response: FetchedDocument | None = None
    """The response, if any; with status 304, the page is unchanged."""

    @property
    def is_postponed(self) -> bool:
        """Return whether the request was postponed because the site asked us to wait."""
        return self.reason == "asked_to_wait"


def check_url(
    visitor: Visitor, url: str, *, etag: str = "", last_modified: str = "", title: str = ""
) -> LinkFinding:
    """Request the URL and classify the result. Errors of the server are results, not exceptions.

    Args:
        etag: the page's ETag at the last check, or "".
        last_modified: the page's Last-Modified date at the last check, or "".
        title: the known title of the source.
    """
    try:
        response = visitor.get(url, LIMITS, ACCEPTED_MEDIA_TYPES, etag, last_modified)
    except FetchError as error:
        return _build_finding_of_error(error)
    if response.status == 200 and is_missing_page(
        url, response.final_url, response.content, response.charset, title
    ):
        return LinkFinding(LinkOutcome.GONE, "missing_page", 200)
    if moved_to := _find_new_url(url, response.permanent_url):
        return LinkFinding(LinkOutcome.MOVED, "", response.status, moved_to, response=response)
    return LinkFinding(LinkOutcome.ALIVE, "", response.status, response=response)


def _find_new_url(url: str, permanent: str) -> str:
    """Return the permanent new URL, or "" if it is missing or only another spelling of `url`."""
    is_different_page = (
        permanent
        and permanent != url
        and build_url_key(permanent)
        and build_url_key(permanent) != build_url_key(url)
    )
    return permanent if is_different_page and len(permanent) <= MAX_ADDRESS_LENGTH else ""


def _build_finding_of_error(error: FetchError) -> LinkFinding:
    if error.reason_code in _PAGE_EXISTS_REASONS:
        return LinkFinding(LinkOutcome.ALIVE, error.reason_code, error.status or 200)
    if error.reason_code in ("not_found", "name_not_found"):
        return LinkFinding(LinkOutcome.GONE, error.reason_code, error.status, requested_delay=error.wait)
    # Sites that reject robots may show the page to people, so this failure says nothing about the page.
    return LinkFinding(LinkOutcome.UNREACHABLE, error.reason_code, error.status, requested_delay=error.wait)
