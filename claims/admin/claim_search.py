"""Suggestions when a search for claims finds nothing: other word forms, or a corrected typo.

The list's own search (`factcheck.admin.found_rows`) knows neither letter case nor accents, and finds the beginnings of
words in every script. Here is what comes after it, and only where it found nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, Func, QuerySet, TextField
from django.db.models.functions import Lower

from claims.models import Claim
from claims.search.spelling import compute_edit_distance, count_tolerated_typos, find_corrections
from claims.search.words import compile_word_pattern, fold_text
from factcheck.admin.found_rows import with_words, words_of

#: A word of fewer letters has no ending that could be left out, and is like too many others.
_MIN_STEM_LENGTH = 5
_MAX_ENDING_LENGTH = 3
#: The words of so many of the newest claims are compared letter by letter.
COMPARED_LIMIT = 5_000
_WORD_LIMIT = 6
_MAX_SEARCH_LENGTH = 200
#: How like each other words are of which one may be another form of the other (pg_trgm).
_MIN_SIMILARITY = 0.5


def find_meant_claims(rows: QuerySet[Claim], columns: Sequence[str], search: str) -> QuerySet[Claim] | None:
    """Return the claims of the first reading that finds any; None if none does."""
    if "://" in search or '"' in search or len(search) > _MAX_SEARCH_LENGTH:
        return None  # an address, exact words or a whole text: it is spelled as it is meant
    return next((reading for reading in _iterate_readings(rows, columns, search) if reading.exists()), None)


def _iterate_readings(
    rows: QuerySet[Claim], columns: Sequence[str], search: str
) -> Iterator[QuerySet[Claim]]:
    words = list(words_of(search))[:_WORD_LIMIT]
    stems = [_without_ending(word) for word in words]
    if stems != words:
        yield with_words(rows, columns, " ".join(stems))
    for corrected in find_corrections(search):
        yield with_words(rows, columns, corrected)
    yield _find_corrected(rows, columns, words)
    yield _find_similar(rows, columns, words)


def _without_ending(word: str) -> str:
    """Return a word without its probable ending, at most a quarter of its letters."""
    if len(word) < _MIN_STEM_LENGTH or not word.isalpha():
        return word
    return word[: -min(_MAX_ENDING_LENGTH, len(word) // 4)]


def _split_known_words(
    rows: QuerySet[Claim], columns: Sequence[str], words: Sequence[str]
) -> tuple[QuerySet[Claim], list[str], list[str]]:
    """Split the words into those that some claim contains and the others, and return the claims with all known
    words.
    """
    known: list[str] = []
    unknown: list[str] = []
    for word in words:
        (known if with_words(rows, columns, word).exists() else unknown).append(word)
    return (with_words(rows, columns, " ".join(known)) if known else rows), known, unknown


def _find_corrected(rows: QuerySet[Claim], columns: Sequence[str], words: Sequence[str]) -> QuerySet[Claim]:
    """Find claims with all known words and, for each unknown word, the most likely word in such claims."""
    near, known, unknown = _split_known_words(rows, columns, words)
    newest = near.order_by("-pk").values_list("statement", "claimant__name")[:COMPARED_LIMIT]
    texts = (fold_text(f"{statement} {name or ''}").lower() for statement, name in newest)
    written = Counter(word for text in texts for word in compile_word_pattern().findall(text))
    # Beside two words that are right, even a short one may be wrong in a letter.
    fewest = 1 if len(known) > 1 else 0
    likeliest = [_choose_likeliest(fold_text(word).lower(), written, fewest) for word in unknown]
    return with_words(near, columns, " ".join(likeliest)) if unknown and all(likeliest) else rows.none()


def _find_similar(rows: QuerySet[Claim], columns: Sequence[str], words: Sequence[str]) -> QuerySet[Claim]:
    """Find claims with all known words and words similar to the unknown ones."""
    near, _known, unknown = _split_known_words(rows, columns, words)
    newest = near.order_by("-pk").values_list("pk", flat=True)[:COMPARED_LIMIT]
    found = rows.filter(pk__in=list(newest))
    bare = Lower(Func(F("statement"), function="unaccent", output_field=TextField()))
    for number, word in enumerate(unknown):
        likeness = f"likeness_{number}"
        found = found.annotate(**{likeness: TrigramWordSimilarity(fold_text(word), bare)})
        found = found.filter(**{f"{likeness}__gte": _MIN_SIMILARITY if len(word) >= _MIN_STEM_LENGTH else 1})
    return found if unknown else rows.none()


def _choose_likeliest(word: str, written: Counter[str], fewest: int) -> str:
    """Return the written word that this one most likely is with slips in it; "" where none is."""
    allowed = max(count_tolerated_typos(word), fewest)
    candidates = (
        (compute_edit_distance(word, other), other[0] != word[0], -number, other)
        for other, number in written.items()
        if abs(len(other) - len(word)) <= allowed and len(set(word) - set(other)) <= allowed
    )
    return min((one for one in candidates if one[0] <= allowed), default=(0, False, 0, ""))[3]
