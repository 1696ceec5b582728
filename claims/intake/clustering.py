"""Reviews of one statement → the claims that they are about.

Two records are about one claim only where that is certain: the same statement, and the same claimant. What is not
certain becomes two claims, and a note for an editor that they may be one.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from claims.importers.identity import name_key
from claims.importers.review import Review
from claims.intake.staging import Staged
from claims.intake.standing import Standing
from claims.intake.things import Things

#: A statement of so few characters ("Old video") may be made of different things by people who are not named. In
#: scripts without spaces a character says more, but nobody is hurt by two claims that an editor merges.
DISTINCTIVE = 25

Pair = tuple[Standing, Standing]


def assign(
    group: Iterable[Staged],
    standings: list[Standing],
    things: Things,
    *,
    known: dict[UUID, int],
    new: Callable[[Review], Standing],
) -> tuple[list[tuple[Staged, Standing]], list[Pair]]:
    """The claim of each review, and pairs of claims that may be one (the later, the earlier).

    Args:
        group: reviews of one statement.
        standings: claims with this statement, and those that `known` names. New ones are added.
        known: `Staged.key` → id of the claim that this review was about when it was taken before.
        new: makes the standing of a claim that is not there yet.
    """
    assigned, pairs = [], []
    by_id = {standing.claim.pk: standing for standing in standings if not standing.is_new}
    for staged in group:
        review = staged.review
        name = name_key(review.claimant)
        publisher = things.publisher(review.publisher).pk if review.publisher else None
        standing = by_id.get(known.get(staged.key, 0)) if staged.key else None
        standing = standing or _same(review, name, publisher, standings)
        if standing is None:
            standing = new(review)
            if standings:
                pairs.append((standing, standings[0]))
            standings.append(standing)
        assigned.append((staged, standing))
        # The first review may not name the claimant, and the next one has to be compared with what both say.
        if name:
            standing.names.add(name)
        if publisher:
            standing.publisher_ids.add(publisher)
    return assigned, pairs


def _same(review: Review, name: str, publisher: int | None, standings: list[Standing]) -> Standing | None:
    """The claim that the review is certainly about."""
    if not standings:
        return None
    if name:
        same_person = (one for one in standings if name in one.names)
        # A publisher that judges a statement twice, once without naming who made it, judges one claim.
        nobody_yet = (one for one in standings if not one.names and publisher in one.publisher_ids)
        return next(same_person, None) or next(nobody_yet, None)
    if review.rating is None and publisher is None:
        return standings[0]  # it says nothing that the claim does not say already
    same_publisher = (one for one in standings if publisher in one.publisher_ids)
    unnamed = (one for one in standings if not one.names and len(review.statement) >= DISTINCTIVE)
    return next(same_publisher, None) or next(unnamed, None)
