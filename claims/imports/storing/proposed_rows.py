"""Turn pasted claims into proposals. Each row is new, already there, or rejected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from claims.imports.reading.review_record import Review
from claims.imports.storing.references import ReferencedEntities
from claims.models import Appearance, Claim, Claimant
from claims.newsroom.roles import require_permission
from claims.review import claim_edits
from factcheck.database import clock
from factcheck.database.bounds import is_today_or_earlier
from factcheck.database.locks import lock_names
from factcheck.database.rules import describe_refusal
from sources.identifiers import are_different_entities

Outcome = Literal["created", "there", "refused"]


@dataclass(frozen=True, slots=True)
class StoredRow:
    """The outcome for a pasted row."""

    review: Review
    outcome: Outcome
    #: The new or the existing claim.
    claim: Claim | None = None
    reason: str = ""


def find_existing(reviews: Sequence[Review], *, by: User) -> list[Claim | None]:
    """For each review, return a claim with the same statement and possibly the same claimant; None if there is none."""
    keys = _compute_keys([review.statement for review in reviews])
    claims_by_statement: dict[object, list[Claim]] = {}
    rows = Claim.objects.readable_by(by).filter(statement_key__in=set(keys))
    for claim in rows.select_related("claimant", "merged_into").order_by("pk"):
        claims_by_statement.setdefault(claim.statement_key, []).append(claim)
    return [
        next(
            (
                claim.merged_into or claim
                for claim in claims_by_statement.get(key, [])
                if _may_share_claimant(review, claim.claimant)
            ),
            None,
        )
        for review, key in zip(reviews, keys, strict=True)
    ]


@transaction.atomic
def propose_rows(reviews: Sequence[Review], *, by: User) -> list[StoredRow]:
    """Propose the claims that do not exist yet. Pasting the same rows again creates nothing.

    Raises:
        NotAllowed: the person's role does not include proposing claims.
    """
    require_permission(by, "claims.run_import", _("paste rows"))
    # Locks, so that two people who paste the same rows at once create each claim once.
    lock_names("pasted rows")
    stored_rows: list[StoredRow] = []
    for review in reviews:
        [existing_claim] = find_existing([review], by=by)
        stored_rows.append(
            StoredRow(review, "there", existing_claim) if existing_claim else _propose_row(review, by)
        )
    return stored_rows


def _propose_row(review: Review, user: User) -> StoredRow:
    if review.claimed_on and not is_today_or_earlier(review.claimed_on):
        return StoredRow(
            review, "refused", reason=_("%s has not yet arrived.") % review.claimed_on.isoformat()
        )
    try:
        with transaction.atomic():
            entities = ReferencedEntities(
                [review._replace(publisher=None, rating=None)], now=clock.get_database_time(), by=user
            )
            claim = claim_edits.create(
                by=user,
                topics=[entities.get_topic(name) for name in review.topics],
                statement=review.statement,
                language=review.language,
                claimant=entities.get_claimant(review.claimant) if review.claimant else None,
                claimed_on=review.claimed_on,
                context=review.context,
            )
            sources = [source for url in review.appearances if (source := entities.get_source(url))]
            Appearance.objects.bulk_create(Appearance(claim=claim, source=source) for source in sources)
    except IntegrityError as refusal:
        return StoredRow(review, "refused", reason=describe_refusal(refusal))
    return StoredRow(review, "created", claim)


def _compute_keys(statements: Sequence[str]) -> list[object]:
    """Return the statement keys, as the database computes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claims_statement_key(said) FROM unnest(%s::text[]) WITH ORDINALITY AS given (said, at) ORDER BY at",
            [list(statements)],
        )
        return [key for (key,) in cursor.fetchall()]


def _may_share_claimant(review: Review, claimant: Claimant | None) -> bool:
    if review.claimant is None or claimant is None:
        return True
    if are_different_entities(review.claimant.same_as, claimant.same_as):
        return False
    return review.claimant.name.casefold() == claimant.name.casefold()
