"""Find claims with the same words, and queue possible duplicates for an editor.

Compared claims are recorded with their wording. An interrupted search can therefore be resumed, and a repeated search
only compares new and reworded claims. Nothing is merged here.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from claims.matching.alignment import drop_articles, split_words
from claims.matching.judgement import judge
from claims.matching.posts import clean_post
from claims.matching.query import Candidate, TextQuery, get_primary_language
from claims.models import Claim, ComparedStatement

#: The number of claims compared before the results are stored.
BATCH_SIZE = 2_000
#: The maximum length of a stored reason.
MAX_REASON_LENGTH = 500

#: Active claims. A declined claim is not compared either.
_OPEN_STATES = (Claim.State.PROPOSED, Claim.State.ACCEPTED)


class ComparedClaim(NamedTuple):
    """A claim with the fields needed for comparison."""

    pk: int
    statement: str
    language: str
    claimant: str
    key: UUID


class DuplicatePair(NamedTuple):
    """Two claims that may be the same (the newer first), the probability that they are, and the reasons."""

    claim: int
    earlier: int
    confidence: float
    reasons: list[str]


@dataclass
class PairTally:
    """The numbers that a duplicate search reports."""

    active_claim_count: int = 0
    compared_claim_count: int = 0
    #: The number of pairs compared, and of new possible duplicates among them.
    compared_pair_count: int = 0
    new_pair_count: int = 0


def search_duplicates(
    *,
    from_scratch: bool = False,
    dry_run: bool = False,
    report_progress: Callable[[int, int], None] = lambda done, total: None,
) -> PairTally:
    """Compare claims that have not been compared yet, and queue possible duplicates.

    Args:
        from_scratch: compare all claims again; decided pairs stay decided.
        dry_run: only count the pairs.
        report_progress: called with the number of compared claims and the total.
    """
    if from_scratch and not dry_run:
        ComparedStatement.objects.all().delete()
    claims = ComparedClaims()
    compared_keys = (
        {} if from_scratch else dict(ComparedStatement.objects.values_list("claim_id", "statement_key"))
    )
    new_positions = [
        position for position, claim in enumerate(claims.claims) if compared_keys.get(claim.pk) != claim.key
    ]
    compared_positions = set(range(len(claims.claims))).difference(new_positions)
    tally = PairTally(active_claim_count=len(claims.claims))
    for start in range(0, len(new_positions), BATCH_SIZE):
        positions = new_positions[start : start + BATCH_SIZE]
        pairs = list(_find_pairs(claims, positions, compared_positions, tally))
        if dry_run:
            tally.new_pair_count += len(pairs)
        else:
            tally.new_pair_count += _store(pairs, [claims.claims[position] for position in positions])
        tally.compared_claim_count += len(positions)
        report_progress(tally.compared_claim_count, len(new_positions))
    return tally


class ComparedClaims:
    """All active claims in the order of their ids, with a search for claims in the same words."""

    def __init__(self) -> None:
        self.claims = list(_load_claims())

    def find_same_words(self, position: int) -> list[int]:
        """Return the positions of claims with the same words as this one, with or without articles."""
        other_positions = {
            other_position
            for wording in self._wordings[position]
            for other_position in self._positions_by_wording[wording]
        }
        return sorted(other_positions - {position})

    # Both are built on first use, because without new claims nothing is compared.
    @cached_property
    def _wordings(self) -> list[tuple[int, ...]]:
        return list(map(_hash_wordings, self.claims))

    @cached_property
    def _positions_by_wording(self) -> dict[int, list[int]]:
        positions: dict[int, list[int]] = {}
        for position, wordings in enumerate(self._wordings):
            for wording in wordings:
                positions.setdefault(wording, []).append(position)
        return positions


def _hash_wordings(claim: ComparedClaim) -> tuple[int, ...]:
    """Return the hashes by which claims are compared: of the statement, and of its words with and without articles."""
    words = split_words(clean_post(claim.statement))
    main_words = drop_articles(words, get_primary_language(claim.language))
    wordings = (tuple(word.key for word in word_list) for word_list in (words, main_words) if word_list)
    return tuple({hash(wording) for wording in (claim.key, *wordings)})


def _load_claims() -> Iterator[ComparedClaim]:
    rows = Claim.objects.filter(state__in=_OPEN_STATES).order_by("pk")
    names = ("pk", "statement", "language", "claimant__name", "statement_key")
    for pk, statement, language, claimant, key in rows.values_list(*names).iterator(10_000):
        yield ComparedClaim(pk, statement, language, claimant or "", key)


def _find_pairs(
    claims: ComparedClaims, positions: Sequence[int], compared_positions: set[int], tally: PairTally
) -> Iterator[DuplicatePair]:
    """Yield possible duplicates among the claims at `positions`, and between these and claims compared before."""
    for position in positions:
        for other_position in claims.find_same_words(position):
            # Two new claims form one pair, which is yielded for the later of them.
            if other_position < position or other_position in compared_positions:
                tally.compared_pair_count += 1
                later_claim, earlier_claim = (
                    claims.claims[max(position, other_position)],
                    claims.claims[min(position, other_position)],
                )
                if pair := _judge_pair(later_claim, earlier_claim):
                    yield pair


def _judge_pair(later_claim: ComparedClaim, earlier_claim: ComparedClaim) -> DuplicatePair | None:
    """Return the pair if the two claims are probably the same, otherwise None."""
    if later_claim.key == earlier_claim.key:
        return DuplicatePair(later_claim.pk, earlier_claim.pk, 1.0, [_("The words are the same.")])
    query = TextQuery(
        later_claim.statement,
        clean_post(later_claim.statement),
        get_primary_language(later_claim.language),
        vector=None,
    )
    candidate = Candidate(
        claim=earlier_claim.pk,
        statement=earlier_claim.statement,
        language=get_primary_language(earlier_claim.language),
        claimant=earlier_claim.claimant,
        claimed_on=None,
        words=1.0,
        similarity=None,
        vector=None,
    )
    judgement = judge(query, candidate)
    if judgement.kind != "same":
        return None
    return DuplicatePair(later_claim.pk, earlier_claim.pk, judgement.confidence, list(judgement.reasons))


_QUEUE_SQL = """
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


_REMEMBER_SQL = """
    INSERT INTO claims_comparedstatement (claim_id, statement_key)
    SELECT claim, key FROM unnest(%s::bigint[], %s::uuid[]) AS compared (claim, key)
    WHERE EXISTS (SELECT FROM claims_claim WHERE id = claim FOR KEY SHARE)
    ON CONFLICT (claim_id) DO UPDATE SET statement_key = excluded.statement_key
"""


@transaction.atomic
def _store(pairs: Sequence[DuplicatePair], compared_claims: Sequence[ComparedClaim]) -> int:
    """Queue new pairs, record the compared claims, and return the number of new pairs."""
    reasons = [json.dumps([reason[:MAX_REASON_LENGTH] for reason in pair.reasons]) for pair in pairs]
    columns = [pair.claim for pair in pairs], [pair.earlier for pair in pairs]
    confidences = [pair.confidence for pair in pairs]
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE_SQL, [*columns, confidences, reasons])
        count: int = cursor.rowcount
        cursor.execute(
            _REMEMBER_SQL, [[claim.pk for claim in compared_claims], [claim.key for claim in compared_claims]]
        )
    return count
