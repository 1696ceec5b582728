"""All claims compared with all others: pairs that may be the same, for an editor to decide about.

What was compared is remembered with the words in which it was, so a search that was stopped goes on where it was, and
one that runs again compares what is new or says something else now. Nothing is merged here.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from claims.matching import embedding
from claims.matching.asked import Asked, Candidate, Vector
from claims.matching.judgement import judge
from claims.matching.rare_words import RareWords
from claims.models import Claim, ComparedStatement

#: Claims that are compared before what was found is stored.
BATCH = 2_000
#: From which confidence on a pair is worth somebody's time.
LEAST_CONFIDENCE = 0.7
#: So many claims that are near in meaning are compared with each, if they are as near as this (cosine).
NEAREST, LEAST_SIMILARITY = 10, 0.5
#: A reason is at most so long where it is stored.
LONGEST_REASON = 500

#: Claims that stand by themselves. What was declined is not checked under another number either, and not asked about.
_STANDING = (Claim.State.PROPOSED, Claim.State.ACCEPTED)


class Stated(NamedTuple):
    """A claim as it is compared."""

    pk: int
    statement: str
    language: str
    claimant: str
    claimed_on: date | None
    key: UUID


class Pair(NamedTuple):
    """Two claims that may be the same, the later one first, how sure that is and why."""

    claim: int
    earlier: int
    confidence: float
    reasons: list[str]


@dataclass
class PairTally:
    """What a search came to."""

    standing: int = 0
    compared: int = 0
    #: Pairs that were looked at, and those of them that nobody had been asked about.
    judged: int = 0
    found: int = 0


def search(
    *,
    least: float = LEAST_CONFIDENCE,
    again: bool = False,
    dry_run: bool = False,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> PairTally:
    """Compare what was not compared yet, and queue the pairs that may be the same.

    Args:
        least: the least confidence, from 0 to 1.
        again: compare everything once more. Pairs that were decided about stay decided.
        dry_run: only count.
        tick: is told how many claims are done, and of how many.
    """
    if again and not dry_run:
        ComparedStatement.objects.all().delete()
    standing = ComparedSoFar()
    known = {} if again else dict(ComparedStatement.objects.values_list("claim_id", "statement_key"))
    fresh = [place for place, claim in enumerate(standing.claims) if known.get(claim.pk) != claim.key]
    compared = set(range(len(standing.claims))).difference(fresh)
    tally = PairTally(standing=len(standing.claims))
    for start in range(0, len(fresh), BATCH):
        places = fresh[start : start + BATCH]
        pairs = list(_pairs(standing, places, compared, tally, least))
        if dry_run:
            tally.found += len(pairs)
        else:
            tally.found += _store(pairs, [standing.claims[place] for place in places])
        tally.compared += len(places)
        tick(tally.compared, len(fresh))
    return tally


class ComparedSoFar:
    """All claims that stand by themselves, in the order of their ids, and how near they are to each other."""

    def __init__(self) -> None:
        self.claims = list(_stated())
        self._place_of = {claim.pk: place for place, claim in enumerate(self.claims)}
        self._words: RareWords | None = None

    @property
    def words(self) -> RareWords:
        """Read when they are first asked for: where nothing is new, nothing is."""
        if self._words is None:
            self._words = RareWords(claim.statement for claim in self.claims)
        return self._words

    def near(self, place: int) -> dict[int, float]:
        """By their places: claims that share rare words with the one there, and how much of their words is the same."""
        return {near.place: near.share for near in self.words.near(place)}

    def near_in_meaning(self, place: int, vectors: Mapping[int, Vector]) -> dict[int, float]:
        """The same for claims that are near in meaning, in whatever language; none without an embedder."""
        vector = vectors.get(self.claims[place].pk)
        if vector is None:
            return {}
        found = embedding.nearest(vector, public=False, most=NEAREST)
        places = [
            self._place_of.get(claim)
            for claim, similarity, _vector in found
            if similarity >= LEAST_SIMILARITY
        ]
        return {
            other: self.words.share(place, other) for other in places if other is not None and other != place
        }


def _stated() -> Iterator[Stated]:
    rows = Claim.objects.filter(state__in=_STANDING).order_by("pk")
    names = ("pk", "statement", "language", "claimant__name", "claimed_on", "statement_key")
    for pk, statement, language, claimant, claimed_on, key in rows.values_list(*names).iterator(10_000):
        yield Stated(pk, statement, language, claimant or "", claimed_on, key)


def _pairs(
    standing: ComparedSoFar, places: Sequence[int], compared: set[int], tally: PairTally, least: float
) -> Iterator[Pair]:
    """The pairs of these claims with those before them, and with all that were compared earlier."""
    near = {place: standing.near(place) for place in places}
    own = embedding.vectors_of([standing.claims[place].pk for place in places], public=False)
    for place in places:
        near[place] |= standing.near_in_meaning(place, own)
    # One that comes later and is new will meet this one itself.
    near = {
        place: {other: share for other, share in found.items() if other < place or other in compared}
        for place, found in near.items()
    }
    others = {standing.claims[other].pk for found in near.values() for other in found}
    vectors = own | embedding.vectors_of(sorted(others - own.keys()), public=False)
    for place, found in near.items():
        for other, share in found.items():
            tally.judged += 1
            later, earlier = standing.claims[max(place, other)], standing.claims[min(place, other)]
            if (pair := _judged(later, earlier, share, vectors)) and pair.confidence >= least:
                yield pair


def _judged(later: Stated, earlier: Stated, share: float, vectors: Mapping[int, Vector]) -> Pair | None:
    """The two as a pair where they are the same claim."""
    if later.key == earlier.key:
        return Pair(later.pk, earlier.pk, 1.0, [_("The words are the same.")])
    asked = _asked(later, vectors)
    judged = judge(asked, _candidate(earlier, share, asked.vector, vectors))
    if judged.kind != "same":
        return None
    return Pair(later.pk, earlier.pk, judged.confidence, list(judged.reasons))


def _asked(claim: Stated, vectors: Mapping[int, Vector]) -> Asked:
    return Asked(
        text=claim.statement,
        cleaned=claim.statement,
        language=claim.language.partition("-")[0].lower(),
        vector=vectors.get(claim.pk),
        claimant=claim.claimant,
        said_on=claim.claimed_on,
    )


def _candidate(
    claim: Stated, share: float, beside: Vector | None, vectors: Mapping[int, Vector]
) -> Candidate:
    vector = vectors.get(claim.pk)
    return Candidate(
        claim=claim.pk,
        statement=claim.statement,
        language=claim.language.partition("-")[0].lower(),
        claimant=claim.claimant,
        claimed_on=claim.claimed_on,
        words=share,
        similarity=None if beside is None or vector is None else float(beside @ vector),
        vector=vector,
    )


_QUEUE = """
    INSERT INTO claims_possibleduplicate (claim_id, earlier_id, confidence, reasons, dismissed_by_name)
    SELECT claim, earlier, confidence, ARRAY(SELECT jsonb_array_elements_text(reasons)), ''
    FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::jsonb[]) AS pair (claim, earlier, confidence, reasons)
    WHERE NOT EXISTS (  -- whichever of the two is called the earlier one
        SELECT FROM claims_possibleduplicate AS known
        WHERE known.claim_id = pair.earlier AND known.earlier_id = pair.claim
    ) AND NOT EXISTS (  -- who put both into one cluster has decided that they are two
        SELECT FROM claims_clustermember AS one JOIN claims_clustermember AS other USING (cluster_id)
        WHERE one.claim_id = pair.claim AND other.claim_id = pair.earlier
    ) AND 2 = (SELECT count(*) FROM claims_claim WHERE id IN (pair.claim, pair.earlier) AND state <> 'merged')
    ON CONFLICT (claim_id, earlier_id) DO NOTHING
"""


_REMEMBER = """
    INSERT INTO claims_comparedstatement (claim_id, statement_key)
    SELECT claim, key FROM unnest(%s::bigint[], %s::uuid[]) AS compared (claim, key)
    WHERE EXISTS (SELECT FROM claims_claim WHERE id = claim FOR KEY SHARE)
    ON CONFLICT (claim_id) DO UPDATE SET statement_key = excluded.statement_key
"""


@transaction.atomic
def _store(pairs: Sequence[Pair], compared: Sequence[Stated]) -> int:
    """Queue the pairs that nobody was asked about, remember what was compared, and return how many pairs are new."""
    reasons = [json.dumps([reason[:LONGEST_REASON] for reason in pair.reasons]) for pair in pairs]
    columns = [pair.claim for pair in pairs], [pair.earlier for pair in pairs]
    confidences = [pair.confidence for pair in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, [*columns, confidences, reasons])
        found: int = cursor.rowcount
        cursor.execute(_REMEMBER, [[claim.pk for claim in compared], [claim.key for claim in compared]])
    return found
