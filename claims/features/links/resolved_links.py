"""Store the result of a link check, after comparing the page with the quotes from it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from claims.features.archiving.requests import request_copy
from claims.features.links.due_links import store_result
from claims.features.links.link_findings import LinkFinding
from claims.features.links.link_notifications import notify_about_link
from claims.features.links.models import OUTCOMES_NEEDING_ACTION, LinkOutcome, LinkState
from claims.features.links.outcomes import LinkStatus, compute_next_check, compute_status
from claims.features.links.quoted_passages import PassageComparison, compare_passages, find_quoted_passages
from sources.capture import capture, extract_document
from sources.extraction import Document, ExtractionError
from sources.http.fetched_documents import FetchedDocument
from sources.http.validators import clean_validators
from sources.source_kinds import Material

_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class ResolvedLink:
    """A link that was checked, with the result of the check."""

    link: LinkState
    new_outcome: LinkOutcome
    is_change: bool
    """Whether the outcome has changed."""


class _PageReading(NamedTuple):
    """How many quotes a page has lost, and values by which the next check recognises an unchanged page."""

    lost_count: int
    """The number of quoted passages that the page does not contain."""
    facts: dict[str, Any]
    """The values by which the next check recognises that the page is unchanged."""
    comparison: PassageComparison | None = None
    material: Material | None = None
    document: Document | None = None


def store_link_status(
    link: LinkState, finding: LinkFinding, quote_version: str, *, jitter: float
) -> ResolvedLink | None:
    """Store a link's status after a check, and return the link. Returns None if the lease was lost.

    Args:
        quote_version: the source's value from `load_quote_versions`.
        jitter: see `compute_next_check`.
    """
    page_reading = _read_page(link, finding.response, quote_version) if finding.response else None
    outcome = finding.outcome
    if page_reading and page_reading.lost_count:
        outcome = LinkOutcome.CHANGED
    checked_at = timezone.now()
    previous_status = LinkStatus(link.outcome, link.since, link.suspected, link.failures, link.failing_since)
    new_status = compute_status(previous_status, outcome, finding.reason, checked_at)
    changes = _list_changes(link, finding, page_reading, new_status, checked_at)
    interval = timedelta(days=settings.LINK_CHECK_DAYS)
    next_check = compute_next_check(new_status, finding.reason, checked_at, interval=interval, jitter=jitter)
    is_change = (new_status.outcome, changes["moved_to"]) != (link.outcome, link.moved_to)
    if is_change:
        changes |= {"since": checked_at, "written_at": checked_at, "accepted_at": None, "accepted_by": None}
    with transaction.atomic():
        if not store_result(
            link,
            checked_at=checked_at,
            next_at=max(next_check, checked_at + finding.requested_delay),
            **changes,
        ):
            return None
        if page_reading and page_reading.comparison and _should_capture(page_reading.comparison, new_status):
            _capture_proof(link, page_reading)
        stored_link = LinkState.objects.select_related("source").get(pk=link.pk)
        if is_change and stored_link.outcome in OUTCOMES_NEEDING_ACTION:
            notify_about_link(stored_link)
    return ResolvedLink(stored_link, outcome, is_change)


def _list_changes(
    link: LinkState,
    finding: LinkFinding,
    page_reading: _PageReading | None,
    new_status: LinkStatus,
    now: datetime,
) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "outcome": new_status.outcome,
        "since": new_status.since,
        "suspected": new_status.suspected,
        "failures": new_status.failures,
        "failing_since": new_status.failing_since,
        "moved_to": "",
    }
    if new_status.outcome == LinkOutcome.MOVED:
        changes["moved_to"] = finding.moved_to or link.moved_to
    if (
        finding.outcome != LinkOutcome.UNREACHABLE
        or new_status.outcome == LinkOutcome.UNREACHABLE
        or not new_status.outcome
    ):
        # Keep the reason why the page is gone, even if the site is down today.
        changes |= {"http_status": finding.status, "reason": finding.reason}
    if page_reading:
        # While a change is only suspected, the page must be read again at each check.
        is_certain = new_status.suspected != LinkOutcome.CHANGED
        changes |= (
            {**page_reading.facts, "lost_quotes": page_reading.lost_count} if is_certain else _UNKNOWN_PAGE
        )
    return changes


_UNKNOWN_PAGE = {"etag": "", "last_modified": "", "content_sha256": ""}


def _read_page(link: LinkState, response: FetchedDocument, quote_version: str) -> _PageReading:
    """Read the page and compare it with the quotes, unless it is unchanged since the last check."""
    if response.status == _NOT_MODIFIED:
        return _PageReading(link.lost_quotes, {})
    digest = hashlib.sha256(response.content).hexdigest()
    page_facts = {
        **clean_validators(response.etag, response.last_modified),
        "content_sha256": digest,
        "quote_version": quote_version,
    }
    if digest == link.content_sha256 and quote_version == link.quote_version:
        return _PageReading(link.lost_quotes, page_facts)
    passages = find_quoted_passages(link.source_id)
    if not passages:
        return _PageReading(0, page_facts)
    material = Material.fetched(response)
    try:
        document = extract_document(material)
    except ExtractionError:
        # A cookie notice, a log-in page or a scan: the page exists, but whether it contains the quotes is unknown.
        return _PageReading(link.lost_quotes, page_facts)
    comparison = compare_passages(link.source_id, passages, document)
    if comparison.lost_count and any(caveat.code == "partly_read" for caveat in document.caveats):
        return _PageReading(link.lost_quotes, page_facts)
    return _PageReading(comparison.lost_count, page_facts, comparison, material, document)


def _should_capture(comparison: PassageComparison, new_status: LinkStatus) -> bool:
    """Return whether to store a snapshot: only if a quote's status has certainly changed (it is not just suspected)."""
    return comparison.differs_from_record and not new_status.is_suspected


def _capture_proof(link: LinkState, reading: _PageReading) -> None:
    """Store a snapshot of the page, with the status of each quote in it, and request an archived copy."""
    if reading.material and reading.document:
        capture(reading.material, source=link.source, document=reading.document)
        request_copy(link.source, reason="link_check")
