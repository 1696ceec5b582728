"""What the search of claims means where nothing has its words: other forms of them, or a slip of the keyboard.

The list's own search (`factcheck.admin.found_rows`) knows neither letter case nor accents, and finds the beginnings of
words in every script. Here is what comes after it, and only where it found nothing.
"""

from collections.abc import Iterator, Sequence

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, Func, QuerySet, TextField
from django.db.models.functions import Lower

from claims.models import Claim
from claims.search.spelling import corrections
from claims.search.words import folded
from factcheck.admin.found_rows import with_words, words_of

#: A word of fewer letters has no ending that could be left out, and is like too many others.
_SHORTEST = 5
_LONGEST_ENDING = 3
#: So many of the newest claims are compared letter by letter.
MOST_COMPARED = 5_000
_MOST_WORDS = 6
_LONGEST_SEARCH = 200
#: How like each other words are of which one may be the other with a slip in it (pg_trgm).
_ALIKE = 0.5


def meant(rows: QuerySet[Claim], columns: Sequence[str], search: str) -> QuerySet[Claim] | None:
    """The claims that were probably meant, by the first of these readings that finds any; None where none does."""
    if "://" in search or '"' in search or len(search) > _LONGEST_SEARCH:
        return None  # an address, exact words or a whole text: it is spelled as it is meant
    return next((reading for reading in _readings(rows, columns, search) if reading.exists()), None)


def _readings(rows: QuerySet[Claim], columns: Sequence[str], search: str) -> Iterator[QuerySet[Claim]]:
    words = list(words_of(search))[:_MOST_WORDS]
    stems = [_without_ending(word) for word in words]
    if stems != words:
        yield with_words(rows, columns, " ".join(stems))
    for corrected in corrections(search):
        yield with_words(rows, columns, corrected)
    yield _alike(rows, columns, words)


def _without_ending(word: str) -> str:
    """A word as all its forms begin: a third of it at most is their ending."""
    if len(word) < _SHORTEST or not word.isalpha():
        return word
    return word[: -min(_LONGEST_ENDING, len(word) // 4)]


def _alike(rows: QuerySet[Claim], columns: Sequence[str], words: Sequence[str]) -> QuerySet[Claim]:
    """Claims that have the words which any claim has, and of the others words like them in what is claimed."""
    known: list[str] = []
    unknown: list[str] = []
    for word in words:
        (known if with_words(rows, columns, word).exists() else unknown).append(word)
    near = with_words(rows, columns, " ".join(known)) if known else rows
    newest = near.order_by("-pk").values_list("pk", flat=True)[:MOST_COMPARED]
    found = rows.filter(pk__in=list(newest))
    bare = Lower(Func(F("statement"), function="unaccent", output_field=TextField()))
    for number, word in enumerate(unknown):
        likeness = f"likeness_{number}"
        found = found.annotate(**{likeness: TrigramWordSimilarity(folded(word), bare)})
        found = found.filter(**{f"{likeness}__gte": _ALIKE if len(word) >= _SHORTEST else 1})
    return found if unknown else rows.none()
