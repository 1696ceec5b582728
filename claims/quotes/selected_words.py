"""Words selected in a displayed text: accepted only if exact.

A browser says which characters it shows as selected and where; only where the snapshot has just these there are they
taken. Nothing is looked for, so nothing is ever taken from a lookalike.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from regex import compile as pattern

from claims.models.anchored import MAX_QUOTE_LENGTH
from claims.quotes.locations import QuotedWords, WrongPlace, read_quote_at
from sources.models import Source

#: Why words are not taken that were selected in an older text.
CAPTURED_AGAIN_MESSAGE = gettext_lazy(
    "The article was captured again since you opened the page. Reload it, then select the words in the new "
    "text."
)

#: What a reader takes for one character (UAX 29): an emoji of several code points, a letter with its marks.
_CHARACTER = pattern(r"\X")


def find_selected_words(source: Source, number: int, start: int, end: int, exact: str) -> QuotedWords:
    """Return the selected words, widened to whole characters and without white space at their edges.

    Args:
        number: which of the source's snapshots was on the screen.
        start, end: where they stand in its text, in code points.
        exact: the words that the person saw selected.

    Raises:
        WrongPlace: they do not stand there, the source was captured again since, or they are no quotation.
    """
    if not exact.strip():
        raise WrongPlace(_("You selected only white space."))
    snapshot = source.latest_snapshot()
    if snapshot is None or snapshot.number != number:
        raise WrongPlace(str(CAPTURED_AGAIN_MESSAGE))
    read_quote_at(source, number, start, end, exact=exact)
    first, last = widen_to_characters(snapshot.text, start, end)
    if last - first > MAX_QUOTE_LENGTH:
        raise WrongPlace(
            _("A quote can have at most %(most)d characters; this one has %(number)d.")
            % {"most": MAX_QUOTE_LENGTH, "number": last - first}
        )
    return read_quote_at(source, number, first, last)


def widen_to_characters(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen the span to whole characters as readers see them, without white space at its edges.

    The span has something else than white space in it.
    """
    # Behind a line feed a character begins, whatever follows.
    line = text.rfind("\n", 0, start) + 1
    inside: list[tuple[int, int]] = []
    for character in _CHARACTER.finditer(text, line):
        if character.start() >= end:
            break
        if character.end() > start and not character.group().isspace():
            inside[1:] = [character.span()]
    return inside[0][0], inside[-1][1]
