"""Typos: what a search that finds nothing was probably meant to say."""

from claims.search.syntax import plain, wanted_words
from factcheck.reading import fetch

#: Only so many words of a search are corrected; who pastes a whole text has not mistyped a word.
CORRECTED_WORDS = 8


def corrected(text: str) -> str | None:
    """The search with each unknown word replaced by the published word that is most likely meant.

    None where no word is unknown or nothing published resembles one. What is excluded stays as it is, and so do
    phrases and operators. Only words of current publications are ever suggested.
    """
    searched = plain(text)
    spans = list(wanted_words(searched))
    words = list(dict.fromkeys(searched[start:end] for start, end in spans))[:CORRECTED_WORDS]
    meant = _meant(words)
    if not meant:
        return None
    written, last = [], 0
    for start, end in spans:
        word = searched[start:end]
        written += [searched[last:start], meant.get(word, word)]
        last = end
    return "".join([*written, searched[last:]])


def _meant(words: list[str]) -> dict[str, str]:
    """The published word for each that is unknown and resembles one."""
    rows = fetch(
        "SELECT asked, asked_letters, word, letters, publications"
        " FROM unnest(%s::text[]) AS asked, claims_search_similar(asked)",
        [words],
    )
    best: dict[str, tuple[int, bool, int, str]] = {}
    for asked, asked_letters, word, letters, publications in rows:
        mistyped, meant = asked_letters.decode(), letters.decode()
        distance = edits(mistyped, meant)
        if distance > slips(mistyped):
            continue
        candidate = (distance, mistyped[0] != meant[0], -publications, word.decode())
        typed = asked.decode()
        best[typed] = min(best.get(typed, candidate), candidate)
    return {typed: word for typed, (*_, word) in best.items()}


def slips(letters: str) -> int:
    """How many mistakes a word of this length is expected to hold at most."""
    return 0 if len(letters) < 4 else 1 if len(letters) < 7 else 2


def edits(one: str, other: str) -> int:
    """How many slips turn one word into the other: a letter too much, too little, wrong, or changed with the next.

    The optimal string alignment distance, a restricted form of Damerau and Levenshtein's.
    """
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, opposite in enumerate(other, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, above = above, row
    return above[-1]
