"""When a source changed: every quote anchored in it is looked up again in the new snapshot.

Publications are not touched: each names the snapshot that its quotes were anchored to. A claim whose appearance moved
is published anew when an editor decides so.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import transaction
from django.dispatch import receiver

from claims.models import Appearance
from claims.quotes.anchors import Anchor, locate_all
from sources.models import Snapshot
from sources.signals import snapshot_stored

PLACE_TAKEN = "another appearance of the same claim is there"

_SPAN = ("exact", "prefix", "suffix", "start", "end")


@dataclass(frozen=True, slots=True)
class AnchorOutcome:
    """What became of one appearance in a new snapshot."""

    appearance: Appearance
    state: Literal["held", "moved", "orphaned"]
    start_before: int
    reason: str = ""
    """Why it is orphaned."""


@dataclass(frozen=True, slots=True)
class Reanchoring:
    """What became of all appearances of a source in a new snapshot."""

    held: list[AnchorOutcome] = field(default_factory=list)
    moved: list[AnchorOutcome] = field(default_factory=list)
    orphaned: list[AnchorOutcome] = field(default_factory=list)


@transaction.atomic
def reanchor(snapshot: Snapshot) -> Reanchoring:
    """Point every anchored appearance of the source at its new snapshot, or mark it orphaned.

    An orphaned one stays on the snapshot that has its words, and is tried again with the next.
    """
    appearances = list(
        Appearance.objects.select_for_update(of=("self",))
        .filter(source=snapshot.source_id, start__isnull=False)
        .exclude(snapshot=snapshot)
        .select_related("claim")
        .order_by("pk")
    )
    result = Reanchoring()
    found: list[tuple[Appearance, AnchorOutcome, Anchor]] = []
    located_all = locate_all(snapshot.text, map(_anchor, appearances))
    for appearance, located in zip(appearances, located_all, strict=True):
        outcome = AnchorOutcome(appearance, located.state, appearance.start or 0, located.reason)
        if located.anchor is None:
            result.orphaned.append(outcome)
        else:
            found.append((appearance, outcome, located.anchor))
    waiting = _write(snapshot, found, result)
    result.orphaned.extend(
        AnchorOutcome(a, "orphaned", outcome.start_before, PLACE_TAKEN) for a, outcome, _ in waiting
    )
    lost = [outcome.appearance for outcome in result.orphaned]
    for appearance in lost:
        appearance.anchor = Appearance.Anchor.ORPHANED
    Appearance.objects.filter(pk__in=[appearance.pk for appearance in lost]).exclude(
        anchor=Appearance.Anchor.ORPHANED
    ).update(anchor=Appearance.Anchor.ORPHANED)
    return result


@receiver(snapshot_stored, dispatch_uid="claims.quotes.changed_sources")
def follow_source(sender: type[Snapshot], *, snapshot: Snapshot, **signal: Any) -> Reanchoring:
    """Whoever stores a snapshot, the appearances follow in the same transaction."""
    return reanchor(snapshot)


def _write(
    snapshot: Snapshot, found: list[tuple[Appearance, AnchorOutcome, Anchor]], result: Reanchoring
) -> list[tuple[Appearance, AnchorOutcome, Anchor]]:
    """Write what was found; returns what cannot be, because the claim has another appearance at that place.

    Two appearances of one claim may change places, so each round writes only to places that are free before it.
    """
    places = Appearance.objects.filter(source=snapshot.source_id, start__isnull=False)
    taken = set(places.values_list("claim_id", "start"))
    while found:
        left: list[tuple[Appearance, AnchorOutcome, Anchor]] = []
        ready: list[Appearance] = []
        freed = set()
        for appearance, outcome, anchor in found:
            before, after = (appearance.claim_id, appearance.start), (appearance.claim_id, anchor.start)
            if after in taken and after != before:
                left.append((appearance, outcome, anchor))
                continue
            taken.add(after)
            freed.add(before)
            ready.append(_moved(appearance, anchor, snapshot))
            getattr(result, outcome.state).append(outcome)
        if not ready:
            break
        taken = taken - freed | {(appearance.claim_id, appearance.start) for appearance in ready}
        Appearance.objects.bulk_update(ready, [*_SPAN, "snapshot", "anchor"], batch_size=200)
        found = left
    return found


def _anchor(appearance: Appearance) -> Anchor:
    # Both offsets are there, as the caller's filter says.
    start, end = appearance.start or 0, appearance.end or 0
    return Anchor(appearance.exact, appearance.prefix, appearance.suffix, start, end)


def _moved(appearance: Appearance, anchor: Anchor, snapshot: Snapshot) -> Appearance:
    for name in _SPAN:
        setattr(appearance, name, getattr(anchor, name))
    appearance.snapshot, appearance.anchor = snapshot, Appearance.Anchor.ANCHORED
    return appearance
