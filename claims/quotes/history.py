"""Record the status of published quotes whenever their source is captured again.

Statuses are kept for the positions in current publications, and for positions that a later publication may contain:
those of evidence, which stays on its snapshot, and of appearances that lost their words.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models.functions import Now

from claims.models import Appearance, Evidence, Publication, QuoteFate
from claims.models.anchored import MAX_QUOTE_LENGTH
from claims.quotes.anchors import Anchor
from claims.quotes.changed_text import ChangedText
from claims.quotes.followed_quotes import FollowedQuote
from claims.quotes.highlights import QuotedPlace, find_published_quotes
from claims.quotes.orphans import OrphanReason


def record_statuses(changed: ChangedText, lost: Iterable[Appearance]) -> None:
    """Record the status of every published quote of a source in its new snapshot.

    Args:
        lost: the appearances that could not be moved to the new snapshot.
    """
    source, newest = changed.snapshot.source_id, changed.snapshot.pk
    known = {find_place(fate): fate for fate in QuoteFate.objects.filter(snapshot__source=source)}
    wanted = {
        *find_published_places(source),
        *(QuotedPlace(*row) for row in _load_evidence(source)),
        *(QuotedPlace(a.snapshot_id or 0, a.start or 0, a.end or 0) for a in lost),
    }
    wanted = {place for place in wanted if place.snapshot != newest}
    changed.read(place.snapshot if place not in known else known[place].stood_in_id for place in wanted)
    changed.read(fate.looked_in_id for fate in known.values() if fate.outcome == QuoteFate.Outcome.CHANGED)
    sought = [(place, known.get(place)) for place in sorted(wanted)]
    places = changed.follow([find_last_snapshot(changed, place, fate) for place, fate in sought])
    fates = [
        _look_up_quote(changed, place, fate, followed)
        for (place, fate), followed in zip(sought, places, strict=True)
        # What could not be looked up stays as it is known.
        if followed.reason != OrphanReason.NOT_COMPARED
    ]
    forgotten = [fate.pk for place, fate in known.items() if place not in wanted]
    if forgotten:
        QuoteFate.objects.filter(pk__in=forgotten).delete()
    if fates:
        fields = [field.name for field in QuoteFate._meta.concrete_fields if field.name != "id"]
        QuoteFate.objects.bulk_create(
            fates,
            update_conflicts=True,
            unique_fields=["snapshot", "start", "end"],
            update_fields=fields[3:],
        )


def find_place(fate: QuoteFate) -> QuotedPlace:
    """Return the stored position to which the status belongs."""
    return QuotedPlace(fate.snapshot_id, fate.start, fate.end)


def find_last_snapshot(
    changed: ChangedText, place: QuotedPlace, known: QuoteFate | None
) -> tuple[int, Anchor]:
    """Return the last snapshot that contained the words, with their anchor there."""
    stood = QuotedPlace(known.stood_in_id, known.stood_start, known.stood_end) if known else place
    return stood.snapshot, Anchor(changed.words(*stood), "", "", stood.start, stood.end)


def find_published_places(source: int) -> Iterator[QuotedPlace]:
    """Return the positions in a source that the newest publications quote."""
    naming = Publication.objects.newest().filter(source_ids__contains=[source])
    for body in naming.values_list("body", flat=True).iterator(chunk_size=100):
        for quote in find_published_quotes(json.loads(body)):
            if quote.said["source"]["id"] == source:
                yield quote.place


def _load_evidence(source: int) -> Iterable[tuple[int, int, int]]:
    anchored = Evidence.objects.filter(source=source, start__isnull=False)
    rows: Iterable[Any] = anchored.order_by().values_list("snapshot_id", "start", "end").distinct()
    return rows


def _look_up_quote(
    changed: ChangedText, place: QuotedPlace, known: QuoteFate | None, followed: FollowedQuote
) -> QuoteFate:
    """Return the current status of a quote, searching from its last known position."""
    newest = changed.snapshot
    fate = QuoteFate(
        snapshot_id=place.snapshot, start=place.start, end=place.end, looked_in=newest, written_at=Now()
    )
    if followed.anchor:
        fate.outcome, fate.stood_in = QuoteFate.Outcome.STANDS, newest
        fate.stood_start, fate.stood_end = followed.anchor.start, followed.anchor.end
        return fate
    stood = (known.stood_in_id, known.stood_start, known.stood_end) if known else place
    fate.stood_in_id, fate.stood_start, fate.stood_end = stood
    fate.lost_in_id = known.lost_in_id if known and known.lost_in_id else newest.pk
    fate.wording = _find_wording(changed, followed) or _follow_wording(changed, known)
    fate.outcome = QuoteFate.Outcome.CHANGED if fate.wording else QuoteFate.Outcome.GONE
    return fate


def _find_wording(changed: ChangedText, followed: FollowedQuote) -> str:
    """Return the current wording of a quote's sentence; "" if the sentence is not identified."""
    if followed.wording is None or followed.reason not in (OrphanReason.CHANGED, OrphanReason.AROUND):
        return ""
    wording = changed.snapshot.text[slice(*followed.wording)].strip()
    return wording if len(wording) <= MAX_QUOTE_LENGTH else ""


def _follow_wording(changed: ChangedText, known: QuoteFate | None) -> str:
    """Return the current wording of changed words, even if they moved far away."""
    if known is None or known.outcome != QuoteFate.Outcome.CHANGED:
        return ""
    text = changed.words(known.looked_in_id, 0, None)
    if text.count(known.wording) != 1:
        return ""
    start = text.index(known.wording)
    anchor = Anchor(known.wording, "", "", start, start + len(known.wording))
    [followed] = changed.follow([(known.looked_in_id, anchor)])
    return followed.anchor.exact if followed.anchor else _find_wording(changed, followed)
