"""Run `claims.matching` on a data set's claims in memory instead of a database."""

from collections.abc import Sequence

import numpy as np

from benchmarks.matching.datasets import Claim
from benchmarks.matching.embeddings import Embeddings
from benchmarks.matching.word_index import FormIndex, Scores, select_best
from claims.matching.query import Candidate, TextQuery, Vector
from claims.matching.similarity_features import find_author

#: So many candidates come from words, and as many from vectors.
MAX_CANDIDATES = 30


class Finder:
    """Claims, indexed by words and vectors."""

    def __init__(self, claims: Sequence[Claim], embeddings: Embeddings | None) -> None:
        self.claims = claims
        self._vectors = (
            None
            if embeddings is None
            else embeddings.embed_claims(
                [claim.statement for claim in claims], [claim.language for claim in claims]
            )
        )
        self._words = FormIndex(f"{claim.statement} {claim.headline}" for claim in claims)

    def get_claim_id(self, candidate: Candidate) -> str:
        return self.claims[candidate.claim].id

    def find_candidates(self, query: TextQuery) -> tuple[list[Candidate], dict[str, float]]:
        """Return the candidates and the rarity of the known words."""
        shares, rarity = self._words.compute_shares(f"{query.cleaned} {find_author(query.text)}")
        numbers = dict.fromkeys(select_best(shares, MAX_CANDIDATES).tolist())
        similarities = self.compute_similarities(query.vector)
        if similarities is not None:
            numbers |= dict.fromkeys(select_best(similarities, MAX_CANDIDATES).tolist())
        candidates = [
            self._build_candidate(number, shares, similarities)
            for number in numbers
            if shares[number] or similarities is not None
        ]
        return candidates, {**self._words.common, **rarity}

    def compute_similarities(self, vector: Vector | None) -> Scores | None:
        """Return exact similarities; a database would use an index."""
        if vector is None or self._vectors is None:
            return None
        return np.asarray(self._vectors @ vector)

    def _build_candidate(self, number: int, shares: Scores, similarities: Scores | None) -> Candidate:
        claim = self.claims[number]
        return Candidate(
            claim=number,
            statement=claim.statement,
            language=claim.language,
            claimant=claim.claimant,
            claimed_on=claim.claimed_on,
            words=float(shares[number]),
            similarity=None if similarities is None else float(similarities[number]),
            vector=None if self._vectors is None else self._vectors[number],
            headline=claim.headline,
            reviewed_on=claim.reviewed_on,
        )
