"""Results by meaning for a search that finds nothing by its words, most probable first."""

from claims.matching import candidates, embedding
from claims.matching.claim_text import current
from claims.matching.posts import cleaned
from claims.matching.query import Asked
from claims.matching.ranking import ranked
from claims.search.syntax import excludes
from sources.extraction import detect_language

#: Claims that are less likely meant are no answer to a search.
LEAST = 0.25
#: So many claims are answered at most, from so many candidates by words, and as many by meaning.
MOST, _CANDIDATES = 20, 20


def entries_meant(text: str) -> list[int]:
    """Return ids of publications that a text may mean, most probable first.

    None for who says what they do not want: it might be answered.
    """
    if excludes(text):
        return []
    said, language = cleaned(text), detect_language(text)
    [vector] = embedding.query_vectors([said], [language])
    asked = Asked(text, said, language, vector)
    found = candidates.published([asked], most=_CANDIDATES)
    likely = [
        one.candidate.claim
        for one in ranked(asked, found.candidates[0], rarity=found.rarity)[:MOST]
        if one.probability >= LEAST
    ]
    entries = current(likely, column="pk")
    return [entries[claim] for claim in likely if claim in entries]
