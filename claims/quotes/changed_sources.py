"""Locate all quotes of a source again when a new snapshot of it is stored.

Appearances follow their words (`reanchor`). Publications stay unchanged: each names the snapshot to which its quotes
were anchored. A claim whose appearance moved is published again only when an editor decides to. The status of
published quotes is recorded separately (`history`). For an orphaned appearance, `find_lost_quote` suggests locations.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from django.db import IntegrityError, transaction

from claims.models import Appearance, Claim, Evidence, Verdict
from claims.quotes.anchors import Anchor, QuoteAmbiguous, QuoteNotFound
from claims.quotes.bounded_comparison import follow_bounded
from claims.quotes.changed_text import ChangedText
from claims.quotes.followed_quotes import FollowedQuote
from claims.quotes.history import record_statuses
from claims.quotes.locations import build_quote
from claims.quotes.orphans import OrphanReason
from sources.models import Snapshot

_NOT_FOUND = FollowedQuote("orphaned", None, OrphanReason.NOT_FOUND)
_SPAN_FIELDS = ("exact", "prefix", "suffix", "start", "end")


@dataclass(frozen=True, slots=True)
class AnchorOutcome:
    """The status of one appearance in a new snapshot."""

    appearance: Appearance
    state: Literal["held", "moved", "orphaned"]
    start_before: int
    reason: OrphanReason | Literal[""] = ""
    """The reason why it is orphaned; otherwise ""."""


@dataclass(frozen=True, slots=True)
class Reanchoring:
    """The status of all appearances of a source in a new snapshot."""

    held: list[AnchorOutcome] = field(default_factory=list)
    moved: list[AnchorOutcome] = field(default_factory=list)
    orphaned: list[AnchorOutcome] = field(default_factory=list)


class _FollowedAppearance(NamedTuple):
    appearance: Appearance
    outcome: AnchorOutcome
    anchor: Anchor


@transaction.atomic
def reanchor(snapshot: Snapshot) -> Reanchoring:
    """Point every appearance of the source to the new snapshot, or mark the appearance as orphaned.

    An orphaned appearance stays on the snapshot that has its words, and is tried again with the next snapshot.
    """
    appearances = list(
        Appearance.objects.select_for_update(of=("self",))
        .filter(source=snapshot.source_id, start__isnull=False)
        .exclude(snapshot=snapshot)
        .select_related("claim")
        .order_by("pk")
    )
    text = ChangedText(snapshot)
    result = Reanchoring()
    moved_quotes: list[_FollowedAppearance] = []
    text.read(appearance.snapshot_id for appearance in appearances if appearance.snapshot_id)
    # Do not compare the texts for a lost quote whose words the new text does not contain.
    absent_ids = {
        row.pk
        for row in appearances
        if row.anchor == Appearance.Anchor.ORPHANED and not text.contains(row.exact)
    }
    searched_appearances = [row for row in appearances if row.pk not in absent_ids]
    followed_quotes = text.follow([(row.snapshot_id or 0, build_anchor(row)) for row in searched_appearances])
    quotes_by_id = dict(zip((row.pk for row in searched_appearances), followed_quotes, strict=True))
    for appearance in appearances:
        followed_quote = quotes_by_id.get(appearance.pk, _NOT_FOUND)
        outcome = AnchorOutcome(
            appearance, followed_quote.state, appearance.start or 0, followed_quote.reason or ""
        )
        if followed_quote.anchor is None:
            result.orphaned.append(outcome)
        else:
            moved_quotes.append(_FollowedAppearance(appearance, outcome, followed_quote.anchor))
    clashing_appearances = _store_positions(snapshot, moved_quotes, result)
    result.orphaned.extend(
        AnchorOutcome(appearance_row, "orphaned", outcome.start_before, OrphanReason.PLACE_TAKEN)
        for appearance_row, outcome, _ in clashing_appearances
    )
    orphaned_appearances = [outcome.appearance for outcome in result.orphaned]
    for appearance in orphaned_appearances:
        appearance.anchor = Appearance.Anchor.ORPHANED
    Appearance.objects.filter(pk__in=[appearance.pk for appearance in orphaned_appearances]).exclude(
        anchor=Appearance.Anchor.ORPHANED
    ).update(anchor=Appearance.Anchor.ORPHANED)
    record_statuses(text, orphaned_appearances)
    return result


def follow_source(sender: type[Snapshot], *, snapshot: Snapshot, **signal: Any) -> Reanchoring:
    """Update appearances in the same transaction when a snapshot is stored."""
    if snapshot.number == 1:
        complete_waiting_quotes(snapshot)
        return Reanchoring()  # no quote is anchored to an older snapshot
    return reanchor(snapshot)


def complete_waiting_quotes(snapshot: Snapshot) -> None:
    """Complete the quotes of rows that were created before their source had a snapshot."""
    source = snapshot.source
    if source.url and source.title != source.url:
        untitled_claims = Claim.objects.filter(
            appearances__source=source, statement=source.url, state=Claim.State.PROPOSED
        )
        untitled_claims.update(statement=source.title)
    conditions = {"source": snapshot.source_id, "snapshot": None}
    drafts = Evidence.objects.filter(**conditions, verdict__state=Verdict.State.DRAFT)
    rows: list[Appearance | Evidence] = [*Appearance.objects.filter(**conditions), *drafts]
    for row in rows:
        try:
            with transaction.atomic():
                build_quote(snapshot.source, row.exact, prefix=row.prefix, suffix=row.suffix).put_on(row)
                row.save()
        except (QuoteNotFound, QuoteAmbiguous, IntegrityError):
            continue


def build_anchor(appearance: Appearance) -> Anchor:
    """Return the anchor of an anchored appearance."""
    return Anchor(
        appearance.exact, appearance.prefix, appearance.suffix, appearance.start or 0, appearance.end or 0
    )


def _store_positions(
    snapshot: Snapshot, followed_quotes: list[_FollowedAppearance], result: Reanchoring
) -> list[_FollowedAppearance]:
    """Store the located quotes; return those that clash with another appearance at the same place.

    Two appearances of one claim may swap positions, so each round writes only to positions that were free at its start.
    """
    anchored_appearances = Appearance.objects.filter(source=snapshot.source_id, start__isnull=False)
    used_positions = set(anchored_appearances.values_list("claim_id", "start"))
    while followed_quotes:
        clashing_appearances: list[_FollowedAppearance] = []
        ready_rows: list[Appearance] = []
        freed_positions = set()
        for followed_quote in followed_quotes:
            appearance, outcome, anchor = followed_quote
            position_before, position_after = (
                (appearance.claim_id, appearance.start),
                (appearance.claim_id, anchor.start),
            )
            if position_after in used_positions and position_after != position_before:
                clashing_appearances.append(followed_quote)
                continue
            used_positions.add(position_after)
            freed_positions.add(position_before)
            ready_rows.append(_move_appearance(appearance, anchor, snapshot))
            getattr(result, outcome.state).append(outcome)
        if not ready_rows:
            break
        used_positions = used_positions - freed_positions | {
            (appearance.claim_id, appearance.start) for appearance in ready_rows
        }
        Appearance.objects.bulk_update(ready_rows, [*_SPAN_FIELDS, "snapshot", "anchor"], batch_size=200)
        followed_quotes = clashing_appearances
    return followed_quotes


def _move_appearance(appearance: Appearance, anchor: Anchor, snapshot: Snapshot) -> Appearance:
    for name in _SPAN_FIELDS:
        setattr(appearance, name, getattr(anchor, name))
    appearance.snapshot, appearance.anchor = snapshot, Appearance.Anchor.ANCHORED
    return appearance


@dataclass(frozen=True, slots=True)
class LostQuote:
    """A quote without a position in the newest snapshot of its source: the reason, and possible positions."""

    newest_snapshot: Snapshot
    reason: OrphanReason
    #: The current wording of its sentence if changed; otherwise "".
    wording: str
    #: Spans of the newest snapshot where the quote may be, most likely first.
    candidates: tuple[tuple[int, int], ...]


def find_lost_quote(appearance: Appearance) -> LostQuote | None:
    """Return the lost quote of an orphaned appearance; None if there is nothing to compare with.

    The result is computed whenever it is needed, from the two texts that anchoring compared, so the candidates are
    never out of date.
    """
    earlier_snapshot, newest_snapshot = appearance.snapshot, appearance.source.get_latest_snapshot()
    if earlier_snapshot is None or newest_snapshot is None or newest_snapshot.pk == earlier_snapshot.pk:
        return None
    [followed_quote] = follow_bounded(earlier_snapshot.text, newest_snapshot.text, [build_anchor(appearance)])
    if followed_quote.anchor:
        # The quote has a position, but another appearance of the claim has it too, or a person decided against it.
        span = followed_quote.anchor.start, followed_quote.anchor.end
        return LostQuote(newest_snapshot, OrphanReason.PLACE_TAKEN, "", (span,))
    wording = newest_snapshot.text[slice(*followed_quote.wording)] if followed_quote.wording else ""
    reason = followed_quote.reason or OrphanReason.NOT_FOUND
    return LostQuote(newest_snapshot, reason, wording, followed_quote.candidates)
