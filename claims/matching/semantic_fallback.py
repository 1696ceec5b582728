"""Results by meaning for a search whose words find nothing, most probable first."""

from collections.abc import Callable, Sequence
from functools import partial

from claims.matching import candidates, embedding
from claims.matching.candidates import load_publication_column
from claims.matching.posts import clean_post
from claims.matching.query import TextQuery
from claims.matching.ranking import rank_candidates
from claims.search.syntax import has_exclusion
from sources.extraction import detect_language

#: The minimum probability of a result.
MIN_PROBABILITY = 0.25
#: The maximum number of results, and of candidates from words and from vectors.
MAX_CLAIMS, MAX_CANDIDATES = 20, 20


def find_claims_by_meaning(text: str) -> list[int]:
    """Return the ids of publications that a text may mean, most probable first."""
    likely_claims = rank_claims_by_meaning(text, partial(candidates.find_published, limit=MAX_CANDIDATES))
    entries = load_publication_column(likely_claims, column="pk")
    return [entries[claim] for claim in likely_claims if claim in entries]


def rank_claims_by_meaning(
    text: str, find_candidates: Callable[[Sequence[TextQuery]], candidates.FoundCandidates]
) -> list[int]:
    """Return the ids of the claims from `find_candidates` that a text may mean, most probable first.

    If the search excludes words, return an empty list, because the results might contain them.
    """
    if has_exclusion(text):
        return []
    cleaned, language = clean_post(text), detect_language(text)
    [vector] = embedding.compute_query_vectors([cleaned], [language])
    query = TextQuery(text, cleaned, language, vector)
    result = find_candidates([query])
    return [
        ranked_candidate.candidate.claim
        for ranked_candidate in rank_candidates(query, result.candidates[0], rarity=result.rarity)[
            :MAX_CLAIMS
        ]
        if ranked_candidate.probability >= MIN_PROBABILITY
    ]
