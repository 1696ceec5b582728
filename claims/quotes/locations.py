"""Locate a quote in the latest snapshot of a source, for the desk and the editorial API."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from claims.models import Appearance, Evidence
from claims.quotes.anchors import Anchor, QuoteAmbiguous, find_quote, make_anchor
from factcheck.refusals import ActionRefused
from sources.models import Snapshot, Source

#: The maximum number of places of an ambiguous quote that are shown.
_MAX_PLACES = 4


class WrongPosition(ActionRefused):
    """The offsets do not match the quoted words in the latest snapshot; `str()` explains why."""


@dataclass(frozen=True, slots=True)
class QuotedWords:
    """A quote, with its position in the latest snapshot if known."""

    snapshot: Snapshot | None
    exact: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int | None = None
    end: int | None = None

    def put_on(self, row: Appearance | Evidence) -> None:
        """Store this quote on a row with the same source."""
        row.snapshot = self.snapshot
        row.exact, row.prefix, row.suffix = self.exact, self.prefix, self.suffix
        row.start, row.end = self.start, self.end
        if isinstance(row, Appearance):
            is_anchored = self.start is not None
            row.anchor = Appearance.Anchor.ANCHORED if is_anchored else Appearance.Anchor.UNANCHORED


def build_quote(source: Source, exact: str, *, prefix: str = "", suffix: str = "") -> QuotedWords:
    """Locate typed or pasted words. Without words, the source is cited without a quote.

    Args:
        prefix, suffix: any words directly before and after, to select one of several places.

    Raises:
        QuoteNotFound: the snapshot does not contain the words.
        QuoteAmbiguous: the snapshot contains the words several times.
    """
    exact, snapshot = exact.strip(), source.get_latest_snapshot()
    if not exact:
        return QuotedWords(snapshot)
    if snapshot is None:
        return QuotedWords(None, exact, prefix, suffix)
    return _build_quoted_words(snapshot, find_quote(snapshot.text, exact, prefix=prefix, suffix=suffix))


def read_quote_at(source: Source, number: int, start: int, end: int, *, exact: str = "") -> QuotedWords:
    """Return the words at these offsets (in code points) of the source's snapshot with this `number`.

    Args:
        exact: the words that the caller expects there.

    Raises:
        WrongPosition: `number` is not the latest snapshot, or the offsets are outside it or contain other words.
    """
    snapshot = source.get_latest_snapshot()
    if snapshot is None or snapshot.number != number:
        raise WrongPosition(
            _("The latest snapshot of the source is number %(latest)d. Use offsets in that one.")
            % {"latest": snapshot.number}
            if snapshot
            else _("The source has no snapshot, so offsets cannot be used.")
        )
    try:
        anchor = make_anchor(snapshot.text, start, end)
    except ValueError as problem:
        raise WrongPosition(str(problem)) from None
    if exact and exact != anchor.exact:
        raise WrongPosition(
            _("The snapshot has different words at %(start)d–%(end)d: “%(words)s”.")
            % {"start": start, "end": end, "words": _shorten(anchor.exact)}
        )
    return _build_quoted_words(snapshot, anchor)


def describe_places(text: str, problem: QuoteAmbiguous) -> list[str]:
    """Return the possible positions of an ambiguous quote, each with its context."""
    return [
        _("Possible passage: %(before)s [%(quote)s] %(after)s")
        % {
            "before": " ".join(cut_words_before(text, start, 40).split()),
            "quote": _shorten(text[start:end]),
            "after": " ".join(cut_words_after(text, end, 40).split()),
        }
        for start, end in problem.places[:_MAX_PLACES]
    ]


def cut_words_before(text: str, start: int, max_length: int) -> str:
    if start <= max_length:
        return text[:start]
    return "… " + text[start - max_length : start].partition(" ")[2]


def cut_words_after(text: str, end: int, max_length: int) -> str:
    if end + max_length >= len(text):
        return text[end:]
    return text[end : end + max_length].rpartition(" ")[0] + " …"


def _build_quoted_words(snapshot: Snapshot, anchor: Anchor) -> QuotedWords:
    return QuotedWords(snapshot, anchor.exact, anchor.prefix, anchor.suffix, anchor.start, anchor.end)


def _shorten(words: str) -> str:
    return " ".join(words.split())[:60]
