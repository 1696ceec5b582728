"""Find appearances whose quote can no longer be located: the reason, and possible locations in the newest snapshot."""

from dataclasses import dataclass

from claims.models import Appearance
from claims.quotes.bounded_comparison import follow_bounded
from claims.quotes.changed_sources import build_anchor
from claims.quotes.orphans import OrphanReason
from sources.models import Snapshot


@dataclass(frozen=True, slots=True)
class LostQuote:
    """A quote without a position in the newest snapshot of its source: the reason, and possible positions."""

    newest: Snapshot
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
