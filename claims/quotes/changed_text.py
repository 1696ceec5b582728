"""A new snapshot of a source beside its older ones."""

from collections.abc import Iterable

from claims.quotes.anchors import Anchor
from claims.quotes.folded_text import FoldedText
from claims.quotes.followed_quotes import FollowedQuote, Follower
from claims.quotes.orphans import OrphanReason
from sources.models import Snapshot


class ChangedText:
    """The text of a new snapshot, with which each older one is aligned once, lazily."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._folded = FoldedText(snapshot.text)
        self._texts: dict[int, str] = {}
        self._followers: dict[int, Follower] = {}

    def read(self, snapshots: Iterable[int]) -> None:
        """Read the texts of older snapshots that are not here yet, all at once."""
        if missing := set(snapshots) - self._texts.keys():
            self._texts |= dict(Snapshot.objects.filter(pk__in=missing).values_list("pk", "text"))

    def words(self, snapshot: int, start: int, end: int | None) -> str:
        """What a span of an older snapshot reads; without an end, all from its start on."""
        return self._texts[snapshot][start:end]

    def followed(self, snapshot: int, anchor: Anchor, *, was_lost: bool = False) -> FollowedQuote:
        """Where a quote of an older snapshot is in the new one.

        Args:
            was_lost: it was so before. As long as its words stand nowhere, the texts are not compared for it.
        """
        if was_lost and not self._folded.has(anchor.exact):
            return FollowedQuote("orphaned", None, OrphanReason.NOT_FOUND)
        if snapshot not in self._followers:
            self._followers[snapshot] = Follower(self._texts[snapshot], self.snapshot.text)
        [followed] = self._followers[snapshot].follow([anchor])
        return followed
