"""Compare a new snapshot of a source with older snapshots."""

from collections.abc import Iterable, Sequence

from claims.quotes.anchors import Anchor
from claims.quotes.bounded_comparison import follow_bounded
from claims.quotes.folded_text import FoldedText
from claims.quotes.followed_quotes import FollowedQuote
from claims.quotes.orphans import OrphanReason
from sources.models import Snapshot


class ChangedText:
    """The text of a new snapshot, for comparison with older ones.

    After one failed comparison, no other is attempted, so a hostile text can reach the limit only once.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._folded = FoldedText(snapshot.text)
        self._texts: dict[int, str] = {}
        self._has_failed = False

    def read(self, snapshots: Iterable[int]) -> None:
        """Load the texts of older snapshots that are not loaded yet, in one query."""
        if missing_snapshots := set(snapshots) - self._texts.keys():
            self._texts |= dict(Snapshot.objects.filter(pk__in=missing_snapshots).values_list("pk", "text"))

    def get_words(self, snapshot: int, start: int, end: int | None) -> str:
        """Return the text of a span in an older snapshot; without `end`, all text from `start` on."""
        return self._texts[snapshot][start:end]

    def contains(self, words: str) -> bool:
        """Return whether the new text contains the words."""
        return self._folded.contains(words)

    def follow(self, quotes: Sequence[tuple[int, Anchor]]) -> list[FollowedQuote]:
        """Locate quotes of older snapshots in the new one."""
        results: dict[tuple[int, Anchor], FollowedQuote] = {}
        for snapshot in dict.fromkeys(snapshot for snapshot, _ in quotes):
            anchors = [anchor for number, anchor in quotes if number == snapshot]
            for anchor, followed_quote in zip(anchors, self._compare(snapshot, anchors), strict=True):
                results[snapshot, anchor] = followed_quote
        return [results[quote] for quote in quotes]

    def _compare(self, snapshot: int, anchors: list[Anchor]) -> list[FollowedQuote]:
        if self._texts[snapshot] == self.snapshot.text:
            return [FollowedQuote("held", anchor) for anchor in anchors]
        if self._has_failed:
            return [FollowedQuote("orphaned", None, OrphanReason.NOT_COMPARED)] * len(anchors)
        quotes = follow_bounded(self._texts[snapshot], self.snapshot.text, anchors)
        self._has_failed = any(
            followed_quote.reason == OrphanReason.NOT_COMPARED for followed_quote in quotes
        )
        return quotes
