"""Find claims that share rare words with a text: BM25 over current publications.

A claim need not contain all words of a text. Each word is looked up in full and by its first five letters, which most
forms of a word share in any language. Frequent words do not find claims, but count towards the score.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import log
from time import monotonic
from typing import Any

from claims.matching.similarity_features import PREFIX_LENGTH
from claims.search.spelling import correct_misspellings
from claims.search.texts import UNSPACED_PATTERN, make_searchable
from claims.search.word_frequencies import CACHE_SECONDS
from factcheck.database.read_connections import fetch_rows

#: The maximum number of words searched per text. Sentences have fewer.
WORD_LIMIT = 120
_MAX_WORD_LENGTH = 200

#: A word in more claims than this finds none of them by itself, but only together with another word.
COMMON_WORD_CLAIMS = 1_500
#: The rarest words of a text are searched, up to this many claims; the other words only add to the score.
_ENOUGH_CLAIMS = 800
#: If a text has hardly any rare words, this many of its common words are searched in pairs.
_PAIRED_WORDS = 4
_FEW_WORDS = 2

#: The maximum number of unknown words, which may be misspelt, looked up for one text and for all texts together.
_MAX_MISSPELT_WORDS, _MAX_MISSPELT_WORDS_IN_ALL = 3, 8
#: The weight of a corrected word relative to one that is not corrected.
_CORRECTED_WEIGHT = 0.8
_WORD_PATTERN = re.compile(r"[^\W\d_]{4,40}")

# BM25 with its usual parameters. The mean length is a constant, so that a claim's weight does not change over time.
_K1, _B, _MEAN_LENGTH = 1.2, 0.75, 19

#: The number of claims compared by all their words, as a multiple of `limit`.
_COMPARED_FACTOR = 2


def _build_length_sql(length: str) -> str:
    """Return SQL for the weight of one word in a claim with this many words."""
    return f"({_K1 + 1}::float8 / (1 + {_K1}::float8 * ({1 - _B}::float8 + {_B / _MEAN_LENGTH}::float8 * {length})))"


# Each form of a word is queried once, whatever the number of texts with it.
_SHARING_SQL = f"""
    WITH probe AS MATERIALIZED (
        SELECT number, query, known, is_sought, is_counted
        FROM unnest(%s::tsquery[], %s::float8[], %s::boolean[], %s::boolean[])
            WITH ORDINALITY AS probe (query, known, is_sought, is_counted, number)
    ), asked AS MATERIALIZED (
        SELECT text, number, part, leads
        FROM unnest(%s::integer[], %s::bigint[], %s::float8[], %s::boolean[]) AS asked (text, number, part, leads)
    ), posted AS MATERIALIZED (
        SELECT probe.number, found.claim_id, found.length
        FROM probe CROSS JOIN LATERAL (
            SELECT claim_id, length FROM claims_statedwords WHERE words @@ probe.query LIMIT {COMMON_WORD_CLAIMS}
        ) AS found
        WHERE probe.is_sought
    ), size AS MATERIALIZED (
        SELECT greatest(reltuples, {COMMON_WORD_CLAIMS})::float8 AS claims FROM pg_class
        WHERE oid = 'claims_statedwords'::regclass
    ), weighed AS MATERIALIZED (
        SELECT number, probe.query, probe.is_counted, known IS NULL AND had IS NULL AS is_unknown, coalesce(
            known, ln(1 + greatest(claims - coalesce(had, 0) + .5, .5) / (coalesce(had, 0) + .5))
        ) AS rarity
        FROM size CROSS JOIN probe
            LEFT JOIN (SELECT number, count(*) AS had FROM posted GROUP BY number) AS counted USING (number)
    ), likely AS MATERIALIZED (
        SELECT text, claim_id FROM (
            SELECT text, claim_id, row_number() OVER (
                PARTITION BY text ORDER BY sum(part * rarity) * {_build_length_sql("length")} DESC, claim_id DESC
            ) AS place
            FROM posted JOIN asked USING (number) JOIN weighed USING (number)
            WHERE asked.leads
            GROUP BY text, claim_id, length
        ) AS ordered
        WHERE place <= %s
        UNION
        SELECT text, claim_id FROM unnest(%s::integer[], %s::bigint[]) AS given (text, claim_id)
    ), compared AS MATERIALIZED (
        -- Few of all: each by its key.
        SELECT likely.text, known.* FROM likely CROSS JOIN LATERAL (
            SELECT claim_id, words, length FROM claims_statedwords WHERE claim_id = likely.claim_id OFFSET 0
        ) AS known
    )
    SELECT 0, number, rarity, is_unknown FROM weighed
    UNION ALL
    SELECT text, claim_id, sum(part * rarity) * {_build_length_sql("length")}, false
    FROM compared JOIN asked USING (text) JOIN weighed USING (number)
    WHERE is_counted AND words @@ query
    GROUP BY text, claim_id, length
"""  # noqa: S608  made of constants of this file

_FREQUENT_SQL = """
    SELECT frequent.word, frequent.share, (SELECT reltuples FROM pg_class WHERE oid = 'claims_statedwords'::regclass)
    FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS frequent (word, share)
    WHERE schemaname = 'public' AND tablename = 'claims_statedwords' AND attname = 'words'
        AND frequent.word IS NOT NULL
"""

#: The forms of a text's words, with their weights.
WordForms = dict[str, float]


@dataclass(frozen=True)
class WordsInCommon:
    """The words that claims share with texts.

    Attributes:
        shares: for each text, by claim id: the BM25 score of the text for the claim, divided by the text's score for
            itself; from 0 to 1.
        rarity: the rarity of each word form in these texts; a form in fewer claims has a higher value.
        unknown_forms: the forms that no claim contains.
    """

    shares: list[dict[int, float]]
    rarity: Mapping[str, float]
    unknown_forms: frozenset[str] = frozenset()


def find_claims_sharing_words(
    texts: Sequence[str], limit: int, *, further_claims: Sequence[Iterable[int]] = ()
) -> WordsInCommon:
    """Return publications that share words with each of these texts, up to a limit per text.

    Args:
        further_claims: for each text, further claims to compare, whether or not they share a rare word.
    """
    words = split_words(texts)
    forms = [build_forms(claim_ids) for claim_ids in words]
    further_lists = [list(text_words) for text_words in further_claims] or [[] for _ in texts]
    result = _query_shared_words(forms, limit, further_lists)
    corrections = _correct_words(words, result.unknown_forms)
    if not corrections:
        return result
    affected_forms = [
        _build_corrected_forms(words[text], correction) for text, correction in corrections.items()
    ]
    second_result = _query_shared_words(affected_forms, limit, [further_lists[text] for text in corrections])
    for text, shares in zip(corrections, second_result.shares, strict=True):
        result.shares[text] = shares
    return WordsInCommon(result.shares, {**second_result.rarity, **result.rarity}, result.unknown_forms)


def split_words(texts: Sequence[str]) -> list[list[str]]:
    """Return the distinct searchable words of each text."""
    words = [
        list(filter(_is_searchable, dict.fromkeys(make_searchable(text).split())))[:WORD_LIMIT]
        for text in texts
    ]
    non_ascii = list(dict.fromkeys(word for text_words in words for word in text_words if not word.isascii()))
    stripped = dict(zip(non_ascii, strip_accents(non_ascii), strict=True))
    return [[stripped.get(word, word) for word in text_words] for text_words in words]


def _is_searchable(word: str) -> bool:
    # In a script without spaces, the last letter of a run is also a word; single letters are not searched.
    return len(word) <= _MAX_WORD_LENGTH and not (len(word) == 1 and UNSPACED_PATTERN.match(word))


def strip_accents(texts: list[str]) -> list[str]:
    """Return the texts without accents, in the form that the database compares: `ł` as `l`, `ø` as `o`."""
    if not texts:
        return []
    rows = fetch_rows(
        "SELECT public.unaccent('public.unaccent', given.text) FROM unnest(%s::text[]) WITH ORDINALITY"
        " AS given (text, number) ORDER BY number",
        [texts],
    )
    return [text.decode() for (text,) in rows]


def build_forms(words: Iterable[str]) -> WordForms:
    """Return each word and its stem, with a weight of one half each."""
    forms: WordForms = {}
    for word in words:
        if len(word) <= PREFIX_LENGTH:
            forms[word] = 1.0
        else:
            forms[word] = 0.5
            forms.setdefault(word[:PREFIX_LENGTH], 0.5)
    return forms


def compute_shares(forms: WordForms, claim_forms: WordForms, rarity: Mapping[str, float]) -> float:
    """Return the BM25 score of a text for a claim, divided by the text's score for itself: 0 to 1."""
    whole_score = _compute_bm25(forms, forms, rarity)
    return min(1.0, _compute_bm25(forms, claim_forms, rarity) / whole_score) if whole_score else 0.0


def _compute_bm25(forms: WordForms, claim_forms: WordForms, rarity: Mapping[str, float]) -> float:
    """Return the BM25 score of a claim for a text."""
    length = sum(claim_forms.values())
    saturation = (_K1 + 1) / (1 + _K1 * (1 - _B + _B * length / _MEAN_LENGTH))
    return saturation * sum(
        weight * rarity.get(form, 0.0) for form, weight in forms.items() if form in claim_forms
    )


def _query_shared_words(
    forms: Sequence[WordForms], limit: int, further_claims: Sequence[Sequence[int]]
) -> WordsInCommon:
    common_words = get_common_words()
    form_numbers = {
        form: number
        for number, form in enumerate(dict.fromkeys(form for text_forms in forms for form in text_forms), 1)
    }
    if not form_numbers:
        return WordsInCommon([{} for _ in forms], {})
    queries = [_quote_form(form) for form in form_numbers]
    rarities = [common_words.rarity(form) for form in form_numbers]
    probe_rows: list[tuple[int, int, float, bool]] = []
    leading_numbers: set[int] = set()
    for text, text_forms in enumerate(forms, 1):
        leading_forms = _choose_leading_forms(text_forms, common_words)
        probe_rows += [
            (text, form_numbers[form], weight, form in leading_forms) for form, weight in text_forms.items()
        ]
        leading_numbers |= {form_numbers[form] for form in leading_forms}
        for query, rarity in _pair_words(text_forms, leading_forms, common_words):
            queries.append(query)
            rarities.append(rarity)
            leading_numbers.add(len(queries))
            probe_rows.append((text, len(queries), 1.0, True))
    numbers = range(1, len(queries) + 1)
    is_sought, is_counted = (
        [number in leading_numbers for number in numbers],
        [number <= len(form_numbers) for number in numbers],
    )
    excluded_claims = [
        (text, claim) for text, text_forms in enumerate(further_claims, 1) for claim in text_forms
    ]
    rows = fetch_rows(
        _SHARING_SQL,
        [
            queries,
            rarities,
            is_sought,
            is_counted,
            *_transpose_rows(probe_rows, 4),
            _COMPARED_FACTOR * limit,
            *_transpose_rows(excluded_claims, 2),
        ],
    )
    return _build_result(rows, forms, form_numbers, limit, further_claims)


def _build_result(
    rows: Sequence[tuple[Any, ...]],
    forms: Sequence[WordForms],
    form_numbers: Mapping[str, int],
    limit: int,
    further_claims: Sequence[Sequence[int]],
) -> WordsInCommon:
    """Build the result from the rows that the database returned."""
    rarity_by_number = {number: (rarity, is_unknown) for text, number, rarity, is_unknown in rows if not text}
    rarity = {form: rarity_by_number[number][0] for form, number in form_numbers.items()}
    totals = [_compute_bm25(text_forms, text_forms, rarity) for text_forms in forms]
    shares: list[dict[int, float]] = [{} for _ in forms]
    for text, claim, score, _is_unknown in rows:
        if text:
            shares[text - 1][claim] = min(1.0, score / totals[text - 1])
    unknown_forms = frozenset(form for form, number in form_numbers.items() if rarity_by_number[number][1])
    chosen_shares = [
        _choose_best(text_shares, limit, further_ids)
        for text_shares, further_ids in zip(shares, further_claims, strict=True)
    ]
    return WordsInCommon(chosen_shares, rarity, unknown_forms)


def _transpose_rows(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Return the `width` columns of these rows as lists, for PostgreSQL's `unnest`."""
    return [[row[column] for row in rows] for column in range(width)]


def _quote_form(form: str) -> str:
    """Return a word quoted for PostgreSQL's `tsquery`."""
    return "'" + form.replace("\\", "\\\\").replace("'", "''") + "'"


def _choose_leading_forms(forms: WordForms, common_words: "CommonWords") -> set[str]:
    """Return the rarest forms, then common forms until enough claims contain one of the returned forms."""
    leading_forms = {form for form in forms if form not in common_words.claims}
    claims_needed: float = _ENOUGH_CLAIMS
    for form in sorted(forms.keys() - leading_forms, key=lambda form: common_words.claims[form]):
        claims_needed -= common_words.claims[form]
        if claims_needed < 0 or common_words.claims[form] > COMMON_WORD_CLAIMS:
            break
        leading_forms.add(form)
    return leading_forms


def _pair_words(
    forms: WordForms, leading_forms: set[str], common_words: "CommonWords"
) -> list[tuple[str, float]]:
    """Return pairs of a text's rare words, with their weights, if only few of its words are searched alone."""
    if sum(forms[form] for form in leading_forms) >= _FEW_WORDS:
        return []
    other_forms = sorted(forms.keys() - leading_forms, key=lambda form: (common_words.claims[form], form))[
        :_PAIRED_WORDS
    ]
    return [
        (
            f"{_quote_form(form_a)} & {_quote_form(form_b)}",
            (common_words.rarity(form_a) or 0.0) + (common_words.rarity(form_b) or 0.0),
        )
        for form_a, form_b in combinations(other_forms, 2)
        # A word and its own beginning are no pair.
        if not form_a.startswith(form_b) and not form_b.startswith(form_a)
    ]


def _choose_best(shares: dict[int, float], limit: int, further_claims: Sequence[int]) -> dict[int, float]:
    """Return the `limit` largest shares (if equal, of the newer claims) and the shares of `further_claims`."""
    largest_shares = dict(sorted(shares.items(), key=lambda share: (-share[1], -share[0]))[:limit])
    return largest_shares | {claim: shares[claim] for claim in further_claims if claim in shares}


# Misspelt words -------------------------------------------------------------------------------------------------------


def _correct_words(
    words: Sequence[Sequence[str]], unknown_forms: frozenset[str]
) -> dict[int, dict[str, str]]:
    """Return the probable corrections of misspelt words, by the index of their text."""
    doubtful_words: dict[int, list[str]] = {}
    for text, text_words in enumerate(words):
        misspelt = [
            word
            for word in text_words
            if _WORD_PATTERN.fullmatch(word) and unknown_forms.issuperset(build_forms([word]))
        ]
        # If most words are unknown, the text is in a language without published claims rather than misspelt.
        if misspelt and len(misspelt) <= max(1, len(text_words) // 2):
            doubtful_words[text] = misspelt[:_MAX_MISSPELT_WORDS]
    misspelt_words = list(
        dict.fromkeys(word for misspelt_in_text in doubtful_words.values() for word in misspelt_in_text)
    )[:_MAX_MISSPELT_WORDS_IN_ALL]
    correction_of = correct_misspellings(misspelt_words) if misspelt_words else {}
    candidates_found = {
        text: {word: correction_of[word] for word in misspelt_in_text if word in correction_of}
        for text, misspelt_in_text in doubtful_words.items()
    }
    return {text: corrections for text, corrections in candidates_found.items() if corrections}


def _build_corrected_forms(words: Sequence[str], correction_of: Mapping[str, str]) -> WordForms:
    """Return the forms of these words, with corrections in place of misspelt words. Corrected forms weigh less."""
    forms = build_forms(word for word in words if word not in correction_of)
    for form, weight in build_forms(correction_of.values()).items():
        forms.setdefault(form, _CORRECTED_WEIGHT * weight)
    return forms


# Common words ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CommonWords:
    """The number of all claims, and the number of claims that contain each of the most common word forms."""

    claim_count: float
    claims: Mapping[str, float]

    def rarity(self, form: str) -> float | None:
        """Return the rarity of a form; None if the form is not known to be common."""
        claims = self.claims.get(form)
        return None if claims is None else log(1 + (self.claim_count - claims + 0.5) / (claims + 0.5))


def get_common_words() -> CommonWords:
    """Return the statistics of common words, cached for `CACHE_SECONDS`."""
    return load_common_words(int(monotonic() / CACHE_SECONDS))


@lru_cache(maxsize=1)
def load_common_words(period: int) -> CommonWords:
    """Load the word statistics that ANALYZE collected. They are cached until the number `period` changes."""
    rows = fetch_rows(_FREQUENT_SQL)
    claim_count = rows[0][2] if rows else 0.0
    return CommonWords(claim_count, {word.decode(): share * claim_count for word, share, _ in rows})
