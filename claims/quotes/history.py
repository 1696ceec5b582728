"""Record the status of published quotes whenever their source is captured again.

Statuses are kept for the positions in current publications, and for positions that a later publication may contain:
those of evidence, which stays on its snapshot, and of appearances that lost their words.
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
    source, newest = changed_text.snapshot.source_id, changed_text.snapshot.pk
    known_fates = {find_place(fate): fate for fate in QuoteStatus.objects.filter(snapshot__source=source)}
    published_places = {
        *find_published_places(source),
        *(QuotedPlace(*row) for row in _load_evidence(source)),
        *(QuotedPlace(a.snapshot_id or 0, a.start or 0, a.end or 0) for a in lost_quotes),
    }
    published_places = {place for place in published_places if place.snapshot != newest}
    changed_text.read(
        place.snapshot if place not in known_fates else known_fates[place].stood_in_id
        for place in published_places
    )
    changed_text.read(
        fate.looked_in_id for fate in known_fates.values() if fate.outcome == QuoteStatus.Outcome.CHANGED
    )
    searched = [(place, known_fates.get(place)) for place in sorted(published_places)]
    places = changed_text.follow([find_last_snapshot(changed_text, place, fate) for place, fate in searched])
    fates = [
        _look_up_quote(changed_text, place, fate, followed_quote)
        for (place, fate), followed_quote in zip(searched, places, strict=True)
        # Quotes that could not be looked up keep their last known status.
        if followed_quote.reason != OrphanReason.NOT_COMPARED
    ]
    outdated_ids = [fate.pk for place, fate in known_fates.items() if place not in published_places]
    if outdated_ids:
        QuoteStatus.objects.filter(pk__in=outdated_ids).delete()
    if fates:
        fields = [field.name for field in QuoteStatus._meta.concrete_fields if field.name != "id"]
        QuoteStatus.objects.bulk_create(
            fates,
            update_conflicts=True,
            unique_fields=["snapshot", "start", "end"],
            update_fields=fields[3:],
        )


def find_place(fate: QuoteStatus) -> QuotedPlace:
    """Return the position that the status is about."""
    return QuotedPlace(fate.snapshot_id, fate.start, fate.end)


def find_last_snapshot(
    changed_text: ChangedText, place: QuotedPlace, known_fate: QuoteStatus | None
) -> tuple[int, Anchor]:
    """Return the last snapshot that contained the words, with their anchor there."""
    last_place = (
        QuotedPlace(known_fate.stood_in_id, known_fate.stood_start, known_fate.stood_end)
        if known_fate
        else place
    )
    return last_place.snapshot, Anchor(
        changed_text.words(*last_place), "", "", last_place.start, last_place.end
    )


def find_published_places(source: int) -> Iterator[QuotedPlace]:
    """Return the positions in a source that the newest publications quote."""
    publications = Publication.objects.newest().filter(source_ids__contains=[source])
    for body in publications.values_list("body", flat=True).iterator(chunk_size=100):
        for quote in find_published_quotes(json.loads(body)):
            if quote.said["source"]["id"] == source:
                yield quote.place


def _load_evidence(source: int) -> Iterable[tuple[int, int, int]]:
    anchored = Evidence.objects.filter(source=source, start__isnull=False)
    rows: Iterable[Any] = anchored.order_by().values_list("snapshot_id", "start", "end").distinct()
    return rows


def _look_up_quote(
    changed_text: ChangedText,
    place: QuotedPlace,
    known_fate: QuoteStatus | None,
    followed_quote: FollowedQuote,
) -> QuoteStatus:
    """Return the current status of a quote, searching from its last known position."""
    newest = changed_text.snapshot
    fate = QuoteStatus(
        snapshot_id=place.snapshot, start=place.start, end=place.end, looked_in=newest, written_at=Now()
    )
    if followed_quote.anchor:
        fate.outcome, fate.stood_in = QuoteStatus.Outcome.STANDS, newest
        fate.stood_start, fate.stood_end = followed_quote.anchor.start, followed_quote.anchor.end
        return fate
    last_place = (
        (known_fate.stood_in_id, known_fate.stood_start, known_fate.stood_end) if known_fate else place
    )
    fate.stood_in_id, fate.stood_start, fate.stood_end = last_place
    fate.lost_in_id = known_fate.lost_in_id if known_fate and known_fate.lost_in_id else newest.pk
    fate.wording = _find_wording(changed_text, followed_quote) or _follow_wording(changed_text, known_fate)
    fate.outcome = QuoteStatus.Outcome.CHANGED if fate.wording else QuoteStatus.Outcome.GONE
    return fate


def _find_wording(changed_text: ChangedText, followed_quote: FollowedQuote) -> str:
    """Return the current wording of a quote's sentence; "" if the sentence is not identified."""
    if followed_quote.wording is None or followed_quote.reason not in (
        OrphanReason.CHANGED,
        OrphanReason.AROUND,
    ):
        return ""
    wording = changed_text.snapshot.text[slice(*followed_quote.wording)].strip()
    return wording if len(wording) <= MAX_QUOTE_LENGTH else ""


def _follow_wording(changed_text: ChangedText, known_fate: QuoteStatus | None) -> str:
    """Return the current wording of a quote whose words had changed before, even if it moved far away."""
    if known_fate is None or known_fate.outcome != QuoteStatus.Outcome.CHANGED:
        return ""
    text = changed_text.words(known_fate.looked_in_id, 0, None)
    if text.count(known_fate.wording) != 1:
        return ""
    start = text.index(known_fate.wording)
    anchor = Anchor(known_fate.wording, "", "", start, start + len(known_fate.wording))
    [followed_quote] = changed_text.follow([(known_fate.looked_in_id, anchor)])
    return (
        followed_quote.anchor.exact if followed_quote.anchor else _find_wording(changed_text, followed_quote)
    )
