"""Match reviews of one statement to claims.

Two records are about one claim only if that is certain: they have the same statement and the same claimant. A
publisher has one verdict on a claim, so its review on another page or another day is of another claim. Uncertain
records become two claims, with a note for an editor that they may be the same.
"""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from claims.imports.reading.review_record import Review
from claims.imports.storing.existing_claim import ExistingClaim
from claims.imports.storing.references import ReferencedEntities
from claims.imports.storing.stage import StagedReview

#: Few letters and digits ("Old video", "On the Iran nuclear deal") may describe different entities, even by one
#: person. In scripts without spaces a character says more, and two claims that an editor merges do no harm.
DISTINCTIVE_LENGTH = 25

ClaimPair = tuple[ExistingClaim, ExistingClaim]


def assign_claims(
    group: Iterable[StagedReview],
    standings: list[ExistingClaim],
    entities: ReferencedEntities,
    *,
    known: dict[UUID, ExistingClaim],
    new: Callable[[Review], ExistingClaim],
) -> tuple[list[tuple[StagedReview, ExistingClaim]], list[ClaimPair]]:
    """Assign each review to a claim, and return pairs of claims that may be the same (the later, the earlier).

    Args:
        group: reviews of one statement.
        standings: the claims with this statement; new ones are added.
        known: maps `StagedReview.digest` to the claim of this review in an earlier import.
        new: creates the `ReviewedClaim` of a new claim.
    """
    assigned, pairs = [], []
    for staged in group:
        review = staged.review
        publisher = entities.get_publisher(review.publisher).pk if review.publisher else None
        standing = known.get(staged.digest) or next(_find_same_claims(review, publisher, standings), None)
        if standing is None:
            standing = new(review)
            if standings:
                pairs.append((standing, standings[0]))
            standings.append(standing)
        assigned.append((staged, standing))
        standing.count(review, publisher)
    return assigned, pairs


def is_distinctive(statement: str) -> bool:
    """Return whether the words are too long to be repeated by chance."""
    return sum(map(str.isalnum, statement)) >= DISTINCTIVE_LENGTH


def _find_same_claims(
    review: Review, publisher: int | None, standings: list[ExistingClaim]
) -> Iterator[ExistingClaim]:
    """Yield the claims that the review is certainly about, most certain first."""
    if not standings:
        return
    person = review.claimant
    fitting = [one for one in standings if one.may_be_by(person)]
    yield from (one for one in fitting if one.was_reviewed_on_page(review, publisher))
    if not is_distinctive(review.statement):
        return
    fitting = [one for one in fitting if not one.was_reviewed_elsewhere(review, publisher)]
    if person:
        yield from (one for one in fitting if one.is_by(person))
        # A publisher that judges a statement twice, once without naming who made it, judges one claim.
        yield from (one for one in fitting if not one.names and publisher in one.publisher_ids)
    elif review.rating is None and publisher is None:
        yield from fitting  # it names no one else who would differ
    else:
        yield from (one for one in fitting if publisher in one.publisher_ids)
        yield from (one for one in fitting if not one.names)
