"""Slips of whoever typed a text: a word that no claim has, one slip away from a word of the claim it is compared with.

Facts are compared after slips are mended, or "bililon" would be no billion and "nevre" would deny nothing. A name is
mended only where two neighbouring letters changed places: with a letter more or less, it may be somebody else's.
"""

import re
from collections.abc import Set

from claims.matching.facts.lexicon import language_of, lexicon
from claims.matching.facts.slips import is_slip, is_swap
from claims.search.words import folded

#: Shorter words are too near to each other.
_SHORTEST = 4
_WORD = re.compile(rf"[^\W\d_]{{{_SHORTEST},}}")


def mended(text: str, statement: str, language: str, unknown: Set[str]) -> str:
    """The text with its slips as the statement has these words.

    Args:
        language: of the text. Its words that tell a fact (never, million) are what they are.
        unknown: the words of the text that no claim has, folded.
    """
    doubtful = [found for found in _WORD.finditer(text) if folded(found[0]) in unknown]
    if not doubtful:
        return text
    said = {folded(word) for word in _WORD.findall(text)}
    others = [word for word in _WORD.findall(statement) if folded(word) not in said]
    known = lexicon(language_of(language))
    parts, end = [], 0
    for found in doubtful:
        if known.meanings(folded(found[0])):
            continue
        meant = {folded(word): word for word in others if _may_be(found[0], word)}
        if len(meant) == 1:
            parts += [text[end : found.start()], *meant.values()]
            end = found.end()
    return "".join([*parts, text[end:]])


def _may_be(typed: str, meant: str) -> bool:
    one, other = folded(typed), folded(meant)
    if typed[0].isupper() or meant[0].isupper():
        return is_swap(one, other)
    # What a word begins with is seldom mistyped, and often tells million from billion.
    return is_swap(one, other) or (one[0] == other[0] and is_slip(one, other))
