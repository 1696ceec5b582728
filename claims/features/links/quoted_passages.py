"""Check whether the current text of a page still contains the passages that publications quote.

Quotes are located by the same rules as in a new snapshot (`claims.quotes`), but no snapshot is stored while
the page still has all its quoted passages.
"""

from dataclasses import dataclass

from claims.models import QuoteStatus
from claims.quotes.changed_text import ChangedText
from claims.quotes.highlights import QuotedPlace
from claims.quotes.history import find_last_snapshot, find_place, find_published_places
from claims.quotes.orphans import OrphanReason
from claims.review.removal_words import REPLACEMENT_BAR
from sources.extraction import Document
from sources.models import Snapshot


@dataclass(frozen=True, slots=True)
class PassageComparison:
    """How many quoted passages the page has lost, and whether this differs from the recorded results."""

    lost_count: int
    """The number of passages that the page no longer contains, or contains in other words."""
    differs_from_record: bool
    """Whether the result for any passage differs from the recorded one."""


def find_quoted_passages(source_id: int) -> set[QuotedPlace]:
    """Return the passages of a source that publications quote, or an empty set if some of its text was
    removed by law, because reading the page again would restore that text.
    """
    if Snapshot.objects.filter(source=source_id, text__contains=REPLACEMENT_BAR * 2).exists():
        return set()
    return set(find_published_places(source_id))


def compare_passages(source_id: int, passages: set[QuotedPlace], document: Document) -> PassageComparison:
    """Look up each of the passages in the current text of the page."""
    statuses_by_passage = {
        find_place(status): status for status in QuoteStatus.objects.filter(snapshot__source=source_id)
    }
    changed_text = ChangedText(Snapshot(source_id=source_id, text=document.text))
    changed_text.read(
        statuses_by_passage[passage].last_found_in_id if passage in statuses_by_passage else passage.snapshot
        for passage in passages
    )
    missing_count, differs_from_record = 0, False
    statuses = [statuses_by_passage.get(passage) for passage in sorted(passages)]
    results = [
        find_last_snapshot(changed_text, passage, status)
        for passage, status in zip(sorted(passages), statuses, strict=True)
    ]
    for status, followed_quote in zip(statuses, changed_text.follow(results), strict=True):
        was_missing = status is not None and status.outcome != QuoteStatus.Outcome.STANDS
        is_unclear = followed_quote.reason == OrphanReason.NOT_COMPARED
        is_missing = was_missing if is_unclear else followed_quote.anchor is None
        missing_count += is_missing
        differs_from_record |= is_missing != was_missing
    return PassageComparison(missing_count, differs_from_record)
