"""Suggest existing claimants that a name in a text may refer to.

"Reeves" may be Rachel Reeves, "A. Merkel" Angela Merkel, "WHO" the World Health Organization. The suggestions replace
nothing, because two people may share a surname, and two bodies their initials.
"""

import re
import unicodedata
from collections.abc import Iterable

from claims.models import Claimant

#: The maximum number of suggestions for a name: of twenty people called Smith, none is likely.
CLAIMANT_LIMIT = 5

_MIN_LETTERS = 2
_MAX_ACRONYM_LENGTH = 7
# Words that initials skip.
_SMALL_WORDS = frozenset(
    {
        "of",
        "for",
        "the",
        "and",
        "on",
        "in",
        "de",
        "la",
        "del",
        "des",
        "du",
        "di",
        "da",
        "der",
        "die",
        "für",
        "von",
    }
)


def find_likely_claimants(claimants: Iterable[Claimant]) -> dict[str, list[Claimant]]:
    """Return the known claimants that each name may refer to, those identified by an authority (`same_as`) first.

    A single query serves all names. A name with more than a few candidates gets no suggestions.

    Args:
        claimants: claimants as named in texts; unsaved rows are compared by name.

    Returns:
        The likely claimants by name. Names without suggestions are left out.
    """
    ids_by_name = {claimant.name: claimant.pk for claimant in claimants}
    patterns = [pattern for name in ids_by_name for pattern in _build_patterns(name)]
    if not patterns:
        return {}
    candidates = list(Claimant.objects.filter(name__iregex="|".join(patterns)).order_by("pk"))
    likely_claimants = {
        name: [
            candidate for candidate in candidates if candidate.pk != pk and may_refer_to(name, candidate.name)
        ]
        for name, pk in ids_by_name.items()
    }
    return {
        name: sorted(other_claimants, key=lambda candidate: not candidate.same_as)
        for name, other_claimants in likely_claimants.items()
        if 0 < len(other_claimants) <= CLAIMANT_LIMIT
    }


def may_refer_to(name: str, known_name: str) -> bool:
    """Return whether `name` in a text may refer to the person or body known as `known_name`.

    >>> may_refer_to("Merkel", "Angela Merkel"), may_refer_to("A. Merkel", "Angela Dorothea Merkel")
    (True, True)
    >>> may_refer_to("WHO", "World Health Organization"), may_refer_to("Angela Merkel", "Ulrich Merkel")
    (True, False)
    """
    name_words, known_words = _split_words(name), _split_words(known_name)
    if not name_words or not known_words or name == known_name:
        return False
    if name_words == known_words:
        return True
    if _is_acronym(name):
        return _build_initials(known_name) == name
    if _is_acronym(known_name):
        return _build_initials(name) == known_name
    if name_words[-1] != known_words[-1]:
        return False
    if len(name_words) == 1:
        return len(known_words) > 1
    if len(known_words) == 1:
        return False
    shorter_first_name, longer_first_name = sorted((name_words[0], known_words[0]), key=len)
    return shorter_first_name == longer_first_name or (
        len(shorter_first_name) == 1 and longer_first_name.startswith(shorter_first_name)
    )


def _build_patterns(name: str) -> list[str]:
    """Return PostgreSQL regular expressions for names that may match, slightly wider than `may_refer_to`."""
    words = name.replace(".", " ").split()
    if not words or len(words[-1]) < _MIN_LETTERS:
        return []
    if _is_acronym(name):
        return ["^" + r"\S*(\s+\S+)*\s+".join(re.escape(letter) for letter in name) + r"\S*$"]
    # Some texts omit the marks of letters: Peña, Pena.
    last_word = "".join(letter if letter.isascii() and letter.isalnum() else "." for letter in words[-1])
    patterns = [rf"(^|\s){last_word}$"]
    if len(words) > 1 and (initials := _build_initials(name)):
        patterns.append(f"^{re.escape(initials)}$")
    return patterns


def _split_words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).replace(".", " ").split()


def _is_acronym(name: str) -> bool:
    return (
        name.isalpha()
        and name.isupper()
        and name.isascii()
        and _MIN_LETTERS <= len(name) <= _MAX_ACRONYM_LENGTH
    )


def _build_initials(name: str) -> str:
    letters = "".join(word[0] for word in name.split() if word.lower() not in _SMALL_WORDS)
    return letters.upper() if _MIN_LETTERS <= len(letters) <= _MAX_ACRONYM_LENGTH else ""
