"""Words selected in a displayed text: accepted only if exact.

A browser sends the selected characters and their position. They are accepted only if the snapshot has the same
characters at that position. There is no search, so similar words elsewhere are never used.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from regex import compile as pattern

from claims.models.anchored import MAX_QUOTE_LENGTH
from claims.quotes.locations import QuotedWords, WrongPosition, read_quote_at
from sources.models import Source

#: The message if words were selected in a snapshot that is no longer the latest.
CAPTURED_AGAIN_MESSAGE = gettext_lazy(
    "The article was captured again since you opened the page. Reload it, then select the words in the new text."
)

#: A character as readers see it (UAX 29): an emoji of several code points, a letter with its marks.
_CHARACTER = pattern(r"\X")


def find_selected_words(source: Source, number: int, start: int, end: int, exact: str) -> QuotedWords:
    """Return the selected words, widened to whole characters and without white space at their edges.

    Args:
        number: the number of the displayed snapshot.
        start, end: the span of the words in its text, in code points.
        exact: the selected words as displayed.

    Raises:
        WrongPosition: the words are not at that position, the source has been captured again since, or the words cannot
            be a quote.
    """
    if not exact.strip():
        raise WrongPosition(_("You selected only spaces. Select words."))
    snapshot = source.get_latest_snapshot()
    if snapshot is None or snapshot.number != number:
        raise WrongPosition(str(CAPTURED_AGAIN_MESSAGE))
    read_quote_at(source, number, start, end, exact=exact)
    first_character, last_character = widen_to_characters(snapshot.text, start, end)
    if last_character - first_character > MAX_QUOTE_LENGTH:
        raise WrongPosition(
            _("A quote can have at most %(most)d characters; this one has %(number)d.")
            % {"most": MAX_QUOTE_LENGTH, "number": last_character - first_character}
        )
    return read_quote_at(source, number, first_character, last_character)


def widen_to_characters(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span that is not blank to whole characters as readers see them, without white space at its edges."""
    # Begin at the start of the line: a character never spans a line feed.
    line = text.rfind("\n", 0, start) + 1
    characters_inside: list[tuple[int, int]] = []
    for character in _CHARACTER.finditer(text, line):
        if character.start() >= end:
            break
        if character.end() > start and not character.group().isspace():
            characters_inside[1:] = [character.span()]
    return characters_inside[0][0], characters_inside[-1][1]
