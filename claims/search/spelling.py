"""Typos: what a search that finds nothing was probably meant to say."""

from collections.abc import Iterator

from claims.search.syntax import plain, wanted_words
from claims.search.words import folded
from factcheck.database.read_connections import fetch

#: Only so many words of a search are corrected; who pastes a whole text has not mistyped a word.
CORRECTED_WORDS = 8

#: How many slips away, whether the first letter differs, how rare (negative), and the word: the least is likeliest.
Candidate = tuple[int, bool, int, str]


def corrections(text: str) -> Iterator[str]:
    """The search with its misspelt words replaced by the published words that are most likely meant, likeliest first.

    First only with the words replaced that nothing published has; then also with those that hardly anything has, and
    one much like it many have. What is excluded stays as it is, and so do phrases and operators. Only words of current
    publications are ever suggested.
    """
    searched = plain(text)
    spans = list(wanted_words(searched))
    typed = {span: folded(searched[slice(*span)]).strip() for span in spans}
    unknown, rare = _meant(list(dict.fromkeys(typed.values()))[:CORRECTED_WORDS])
    for meant in filter(None, (unknown, rare and unknown | rare)):
        written, last = [], 0
        for (start, end), word in typed.items():
            written += [searched[last:start], meant.get(word, searched[start:end])]
            last = end
        yield "".join([*written, searched[last:]])


def likely_meant(words: list[str]) -> dict[str, str]:
    """The published word that each of these is likely misspelt for, where it stands nowhere itself."""
    return _meant(words)[0]


def _meant(words: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The published word for each that resembles one: of those that are unknown, and of those that are rare."""
    rows = fetch(
        "SELECT asked, known, asked_letters, word, letters, publications"
        " FROM unnest(%s::text[]) AS asked, claims_search_similar(asked)",
        [words],
    )
    best: tuple[dict[str, Candidate], dict[str, Candidate]] = ({}, {})
    for asked, is_known, asked_letters, word, letters, publications in rows:
        mistyped, meant = asked_letters.decode(), letters.decode()
        distance = edits(mistyped, meant)
        if distance > (1 if is_known else slips(mistyped)):
            continue
        candidate = (distance, mistyped[0] != meant[0], -publications, _as_written(word.decode()))
        typed = asked.decode()
        best[is_known][typed] = min(best[is_known].get(typed, candidate), candidate)
    unknown, rare = ({typed: word for typed, (*_, word) in candidates.items()} for candidates in best)
    return unknown, rare


def _as_written(word: str) -> str:
    """The word with the sigma that Greek has at the end of words. All sigmas are searched as one."""
    return word[:-1] + "ς" if len(word) > 1 and word.endswith("σ") else word


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
