"""Tolerate typing errors: find corrections for a search without results."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from claims.search.syntax import find_wanted_words, straighten_quotes
from claims.search.texts import compile_word_pattern, fold_text
from factcheck.database.read_connections import fetch_rows

#: The maximum number of words corrected per search; a pasted text is not a typing error.
CORRECTION_LIMIT = 8
#: The number of candidates for a word that are combined with its neighbours.
CANDIDATE_LIMIT = 8
#: The number of candidates for each misspelt neighbour.
NEIGHBOUR_LIMIT = 4
#: Counting stops at this number of statements that contain both words.
MIN_STATEMENTS = 100
#: How many times more often the corrected words must occur together than the typed ones.
CORRECTION_FACTOR = 3


class LikelyWord(NamedTuple):
    """A published word that the reader may have meant. The most likely words sort first.

    Attributes:
        word: the correct spelling.
        is_likely: whether it may be suggested anywhere, rather than only beside related words.
        is_known: whether any publication contains the word as typed.
    """

    typo_count: int
    has_other_beginning: bool
    rarity: int
    word: str
    is_likely: bool
    is_known: bool


def find_corrections(text: str) -> Iterator[str]:
    """Yield corrections of the search that replace misspelt words with published words, most probable first.

    The first correction replaces only words that no publication contains. Later corrections also replace rare words, if
    a similar word is frequent. Excluded words, phrases and operators stay unchanged. Only words of current publications
    are suggested.
    """
    query = straighten_quotes(text)
    typed_words = {span: fold_text(query[slice(*span)]).strip() for span in find_wanted_words(query)}
    corrections = _find_likely_words(
        list(dict.fromkeys(typed_words.values()))[:CORRECTION_LIMIT], _find_neighbours(query, typed_words)
    )
    unknown_corrections = {
        word: candidate.word for word, candidate in corrections.items() if not candidate.is_known
    }
    all_corrections = {word: candidate.word for word, candidate in corrections.items()}
    for replacements in filter(
        None, (unknown_corrections, all_corrections if all_corrections != unknown_corrections else {})
    ):
        segments, last_end = [], 0
        for (start, end), word in typed_words.items():
            segments += [query[last_end:start], replacements.get(word, query[start:end])]
            last_end = end
        yield "".join([*segments, query[last_end:]])


def correct_misspellings(words: list[str]) -> dict[str, str]:
    """Return the probable published word for each misspelling that occurs in no publication."""
    return {
        word: candidate.word
        for word, candidate in _find_likely_words(words, []).items()
        if not candidate.is_known
    }


def _find_neighbours(query: str, typed_words: Mapping[tuple[int, int], str]) -> list[tuple[str, str]]:
    """Return pairs of neighbouring words with no other word between them."""
    return [
        (typed_words[left_word], typed_words[right_word])
        for left_word, right_word in pairwise(typed_words)
        if not compile_word_pattern().search(query, left_word[1], right_word[0])
    ]


def _find_likely_words(words: list[str], neighbours: Sequence[tuple[str, str]]) -> dict[str, LikelyWord]:
    """Return the likely published word for each unknown word.

    Words that occur beside the neighbouring word, like parts of a name, come before words that are merely frequent.
    If the typed word itself occurs beside its neighbour, it is probably not misspelt.
    """
    similar_words = _find_similar_words(words)
    pairs_by_candidate = {
        (word, candidate): list(_pair_with_neighbours(word, candidate, neighbours, similar_words))
        for word, candidates in similar_words.items()
        for candidate in (word, *(candidate.word for candidate in candidates[:CANDIDATE_LIMIT]))
    }
    pair_counts = _count_adjacent([words for pairs in pairs_by_candidate.values() for words in pairs])
    counts = {
        pair_key: max((pair_counts[words] for words in pairs), default=0)
        for pair_key, pairs in pairs_by_candidate.items()
    }
    corrections = {}
    for word, candidates in similar_words.items():
        required_count = CORRECTION_FACTOR * counts[word, word]
        counts_beside = {
            likely_word.word: counts.get((word, likely_word.word), 0) for likely_word in candidates
        }
        possible_candidates = [
            likely_word
            for likely_word in candidates
            if (likely_word.is_likely or counts_beside[likely_word.word])
            and counts_beside[likely_word.word] >= required_count
        ]
        if possible_candidates:
            corrections[word] = min(
                possible_candidates,
                key=lambda likely_word: (not counts_beside[likely_word.word], likely_word),
            )
    return corrections


def _pair_with_neighbours(
    word: str,
    candidate: str,
    neighbours: Sequence[tuple[str, str]],
    similar_words: Mapping[str, Sequence[LikelyWord]],
) -> Iterator[str]:
    """Yield pairs of the candidate and each neighbour of the word, with the neighbour as typed and as corrected."""
    for left_word, right_word in neighbours:
        if word in (left_word, right_word):
            neighbour = left_word if word == right_word else right_word
            for spelling in (
                neighbour,
                *(likely_word.word for likely_word in similar_words.get(neighbour, ())[:NEIGHBOUR_LIMIT]),
            ):
                yield f"{spelling} {candidate}" if word == right_word else f"{candidate} {spelling}"


def _count_adjacent(pairs: list[str]) -> dict[str, int]:
    """Return, for each pair, the number of statements in which its words are adjacent."""
    if not pairs:
        return {}
    rows = fetch_rows(
        "SELECT words, claims_search_together(words, %s) FROM unnest(%s::text[]) AS words",
        [MIN_STATEMENTS, list(dict.fromkeys(pairs))],
    )
    return {words.decode(): number for words, number in rows}


def _find_similar_words(words: list[str]) -> dict[str, list[LikelyWord]]:
    """Return the similar published words of each word, most probable first."""
    rows = fetch_rows(
        "SELECT asked, known, asked_letters, word, letters, publications, likely"
        " FROM unnest(%s::text[]) AS asked, claims_search_similar(asked)",
        [words],
    )
    similar_words: dict[str, list[LikelyWord]] = {}
    for typed_word, is_known, asked_letters, word, letters, publications, is_likely in rows:
        typo, correction = asked_letters.decode(), letters.decode()
        distance = compute_edit_distance(typo, correction)
        if distance <= (1 if is_known else count_tolerated_typos(typo)):
            has_other_beginning = typo[0] != correction[0]
            candidate = LikelyWord(
                distance,
                has_other_beginning,
                -publications,
                _restore_final_sigma(word.decode()),
                is_likely,
                is_known,
            )
            similar_words.setdefault(typed_word.decode(), []).append(candidate)
    return {word: sorted(candidates) for word, candidates in similar_words.items()}


def _restore_final_sigma(word: str) -> str:
    """Restore the form of sigma that ends Greek words. The search treats all sigmas as one letter."""
    return word[:-1] + "ς" if len(word) > 1 and word.endswith("σ") else word


def count_tolerated_typos(letters: str) -> int:
    """Return the number of typing errors tolerated in a word of this length."""
    return 0 if len(letters) < 3 else 1 if len(letters) < 7 else 2


def compute_edit_distance(word: str, other_word: str) -> int:
    """Return the edit distance of two words: each extra, missing, wrong or transposed letter adds one.

    This is the optimal string alignment distance, a restricted form of the Damerau–Levenshtein distance.
    """
    row_before_last: list[int] = []
    previous_row = list(range(len(other_word) + 1))
    for i, letter in enumerate(word, 1):
        row = [i]
        for j, opposite in enumerate(other_word, 1):
            distance = min(previous_row[j] + 1, row[j - 1] + 1, previous_row[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other_word[j - 2] and word[i - 2] == opposite:
                distance = min(distance, row_before_last[j - 2] + 1)
            row.append(distance)
        row_before_last, previous_row = previous_row, row
    return previous_row[-1]
