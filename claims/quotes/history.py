"""Record the status of published quotes whenever their source is captured again.

A status is stored for each quote in a current publication, and for quotes that a later publication may contain:
evidence, which stays on its snapshot, and appearances whose words could not be located.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models.functions import Now

from claims.models import Appearance, Evidence, Publication, QuoteStatus
from claims.models.anchored import MAX_QUOTE_LENGTH
from claims.quotes.anchors import Anchor
from claims.quotes.changed_text import ChangedText
from claims.quotes.followed_quotes import FollowedQuote
from claims.quotes.highlights import QuotedPlace, find_published_quotes
from claims.quotes.orphans import OrphanReason


def record_statuses(changed_text: ChangedText, lost_quotes: Iterable[Appearance]) -> None:
    """Record the status of every published quote of a source in its new snapshot.

    Args:
        lost_quotes: the appearances that could not be moved to the new snapshot.
    """
    source, newest_snapshot = changed_text.snapshot.source_id, changed_text.snapshot.pk
    known_statuses = {
        find_place(status): status for status in QuoteStatus.objects.filter(snapshot__source=source)
    }
    places = {
        *find_published_places(source),
        *(QuotedPlace(*row) for row in _load_evidence(source)),
        *(
            QuotedPlace(lost_quote.snapshot_id or 0, lost_quote.start or 0, lost_quote.end or 0)
            for lost_quote in lost_quotes
        ),
    }
    places = {place for place in places if place.snapshot != newest_snapshot}
    changed_text.read(
        place.snapshot if place not in known_statuses else known_statuses[place].last_found_in_id
        for place in places
    )
    changed_text.read(
        status.last_compared_in_id
        for status in known_statuses.values()
        if status.outcome == QuoteStatus.Outcome.CHANGED
    )
    searched_places = [(place, known_statuses.get(place)) for place in sorted(places)]
    followed_quotes = changed_text.follow(
        [find_last_snapshot(changed_text, place, status) for place, status in searched_places]
    )
    statuses = [
        _look_up_quote(changed_text, place, status, followed_quote)
        for (place, status), followed_quote in zip(searched_places, followed_quotes, strict=True)
        # Quotes that could not be looked up keep their last known status.
        if followed_quote.reason != OrphanReason.NOT_COMPARED
    ]
    outdated_ids = [status.pk for place, status in known_statuses.items() if place not in places]
    if outdated_ids:
        QuoteStatus.objects.filter(pk__in=outdated_ids).delete()
    if statuses:
        fields = [field.name for field in QuoteStatus._meta.concrete_fields if field.name != "id"]
        QuoteStatus.objects.bulk_create(
            statuses,
            update_conflicts=True,
            unique_fields=["snapshot", "start", "end"],
            update_fields=fields[3:],
        )


def find_place(status: QuoteStatus) -> QuotedPlace:
    """Return the position to which the status refers."""
    return QuotedPlace(status.snapshot_id, status.start, status.end)


def find_last_snapshot(
    changed_text: ChangedText, place: QuotedPlace, known_status: QuoteStatus | None
) -> tuple[int, Anchor]:
    """Return the id of the last snapshot that contained the words of a quote, and their anchor in that snapshot."""
    last_place = (
        QuotedPlace(known_status.last_found_in_id, known_status.found_start, known_status.found_end)
        if known_status
        else place
    )
    return last_place.snapshot, Anchor(
        changed_text.get_words(*last_place), "", "", last_place.start, last_place.end
    )


def find_published_places(source_id: int) -> Iterator[QuotedPlace]:
    """Yield the positions in a source that the newest publications quote."""
    publications = Publication.objects.newest().filter(source_ids__contains=[source_id])
    for body in publications.values_list("body", flat=True).iterator(chunk_size=100):
        for quote in find_published_quotes(json.loads(body)):
            if quote.quoted_item["source"]["id"] == source_id:
                yield quote.place


def _load_evidence(source_id: int) -> Iterable[tuple[int, int, int]]:
    anchored_evidence = Evidence.objects.filter(source_id=source_id, start__isnull=False)
    rows: Iterable[Any] = anchored_evidence.order_by().values_list("snapshot_id", "start", "end").distinct()
    return rows


def _look_up_quote(
    changed_text: ChangedText,
    place: QuotedPlace,
    known_status: QuoteStatus | None,
    followed_quote: FollowedQuote,
) -> QuoteStatus:
    """Return the current status of a quote, searching from its last known position."""
    newest_snapshot = changed_text.snapshot
    status = QuoteStatus(
        snapshot_id=place.snapshot,
        start=place.start,
        end=place.end,
        last_compared_in=newest_snapshot,
        written_at=Now(),
    )
    if followed_quote.anchor:
        status.outcome, status.last_found_in = QuoteStatus.Outcome.STANDS, newest_snapshot
        status.found_start, status.found_end = followed_quote.anchor.start, followed_quote.anchor.end
        return status
    last_place = (
        (known_status.last_found_in_id, known_status.found_start, known_status.found_end)
        if known_status
        else place
    )
    status.last_found_in_id, status.found_start, status.found_end = last_place
    status.first_missing_in_id = (
        known_status.first_missing_in_id
        if known_status and known_status.first_missing_in_id
        else newest_snapshot.pk
    )
    status.wording = _find_wording(changed_text, followed_quote) or _follow_wording(
        changed_text, known_status
    )
    status.outcome = QuoteStatus.Outcome.CHANGED if status.wording else QuoteStatus.Outcome.GONE
    return status


def _find_wording(changed_text: ChangedText, followed_quote: FollowedQuote) -> str:
    """Return the current wording of a quote's sentence; "" if the sentence is not identified."""
    if followed_quote.wording is None or followed_quote.reason not in (
        OrphanReason.CHANGED,
        OrphanReason.AROUND,
    ):
        return ""
    wording = changed_text.snapshot.text[slice(*followed_quote.wording)].strip()
    return wording if len(wording) <= MAX_QUOTE_LENGTH else ""


def _follow_wording(changed_text: ChangedText, known_status: QuoteStatus | None) -> str:
    """Return the current wording of a quote that had already changed earlier, even if it has moved far away."""
    if known_status is None or known_status.outcome != QuoteStatus.Outcome.CHANGED:
        return ""
    text = changed_text.get_words(known_status.last_compared_in_id, 0, None)
    if text.count(known_status.wording) != 1:
        return ""
    start = text.index(known_status.wording)
    anchor = Anchor(known_status.wording, "", "", start, start + len(known_status.wording))
    [followed_quote] = changed_text.follow([(known_status.last_compared_in_id, anchor)])
    return (
        followed_quote.anchor.exact if followed_quote.anchor else _find_wording(changed_text, followed_quote)
    )
