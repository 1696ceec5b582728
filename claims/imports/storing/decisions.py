"""Decide in memory on the outcome of each review in a batch; `claims.imports.storing.batches` stores the results.

Two records are about one claim only if that is certain: they have the same statement and the same claimant. A
publisher has one verdict on a claim, so its review on another page or another day is about another claim. Uncertain
records become two claims, with a note for an editor that they may be the same.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext

from claims.imports.reading.review_record import Review
from claims.imports.storing import known_claims
from claims.imports.storing.disagreement import Disagreement
from claims.imports.storing.existing_claim import ExistingClaim
from claims.imports.storing.house_records import HouseRecords
from claims.imports.storing.known_claims import SeenRecords
from claims.imports.storing.references import ReferencedEntities
from claims.imports.storing.stage import StagedReview
from claims.imports.storing.unusable_records import build_storing_problem
from claims.models import Claim, ImportedRecord, ImportProblem, ImportRun, Verdict
from factcheck.database.bulk_copy import RowMaker
from factcheck.installation.messages import activate_newsroom_language

#: Short statements ("Old video", "On the Iran nuclear deal") may describe different things, even by one person. In
#: scripts without spaces a character carries more meaning, and two claims that an editor merges do no harm.
DISTINCTIVE_LENGTH = 25

ClaimPair = tuple[ExistingClaim, ExistingClaim]


@cache
def _get_claim_factory() -> RowMaker[Claim]:
    return RowMaker(Claim)


@dataclass(slots=True)
class DecidedReview:
    """A review and its outcome."""

    staged_review: StagedReview
    existing_claim: ExistingClaim
    outcome: str
    verdict: Verdict | None
    omitted_values: dict[str, str]
    """The review's fields whose stored value differs, with that value."""
    made_claim: bool
    made_verdict: bool


class Decisions:
    """The decisions about some reviews: a claim and an outcome for each.

    Args:
        entities: the rows that the reviews refer to.
        now: the time of publication.
    """

    def __init__(self, run: ImportRun, entities: ReferencedEntities, now: datetime) -> None:
        self.run, self.entities, self.now = run, entities, now
        self._house_records = HouseRecords(run)
        self.decided_reviews: list[DecidedReview] = []
        self.duplicate_pairs: list[ClaimPair] = []
        self.problems: list[ImportProblem] = []
        self._claims: dict[int, ExistingClaim] = {}

    @property
    def new_claims(self) -> list[ExistingClaim]:
        """Return the claims to store."""
        return [claim for claim in self._claims.values() if claim.is_new]

    @property
    def old_claims(self) -> list[ExistingClaim]:
        """Return the claims to change."""
        return [claim for claim in self._claims.values() if not claim.is_new]

    def decide_new(self, reviews: Iterable[StagedReview]) -> None:
        """Decide what to do with reviews of statements that are new."""
        for _, group in groupby(self._admit(reviews), key=lambda staged_review: staged_review.statement_key):
            assignments, pairs = assign_claims(
                group, [], self.entities, known_by_digest={}, build_claim=self._build_claim
            )
            self.duplicate_pairs += pairs
            for staged_review, claim_of_review in _sort_rated_first(assignments):
                self._apply(staged_review, claim_of_review)

    def decide_known(self, reviews: list[StagedReview]) -> None:
        """Decide about reviews that may already be stored. Call it inside the storing transaction."""
        reviews = list(self._admit(reviews))
        earlier_records = SeenRecords(known_claims.find_earlier_records(reviews, run=self.run.pk))
        known_claims_found = known_claims.load_claims(
            {staged_review.statement_key for staged_review in reviews}, earlier_records.claims
        )
        for key, group in groupby(reviews, key=lambda staged_review: staged_review.statement_key):
            reviews_of_statement = list(group)
            claims_by_digest = {
                staged_review.digest: earlier_records.find(staged_review, known_claims_found.by_id)
                for staged_review in reviews_of_statement
            }
            known_by_digest = {digest: claim for digest, claim in claims_by_digest.items() if claim}
            existing_claims = list(known_claims_found.by_statement_key.get(key, []))
            assignments, pairs = assign_claims(
                reviews_of_statement,
                existing_claims,
                self.entities,
                known_by_digest=known_by_digest,
                build_claim=self._build_claim,
            )
            self.duplicate_pairs += pairs
            for staged_review, existing_claim in _sort_rated_first(assignments):
                is_known = staged_review.digest in known_by_digest
                is_revision = is_known and earlier_records.is_revision(staged_review, existing_claim)
                self._apply(staged_review, existing_claim, is_known=is_known, is_revision=is_revision)

    def is_stored(self, existing_claim: ExistingClaim) -> bool:
        return not existing_claim.is_new or id(existing_claim) in self._claims

    def _admit(self, reviews: Iterable[StagedReview]) -> Iterator[StagedReview]:
        """Yield the reviews that may be imported, and record why the others are refused."""
        for staged_review in reviews:
            try:
                self.entities.require_no_namesake(staged_review.review.publisher)
            except Disagreement as disagreement:
                self._refuse(staged_review, disagreement)
            else:
                yield staged_review

    def _build_claim(self, review: Review) -> ExistingClaim:
        claim = _get_claim_factory()(
            statement=review.statement,
            language=review.language,
            state=Claim.State.PROPOSED,
            reason="" if review.rating else _describe_reason(review),
            created_by_id=self.run.started_by_id,
            updated_at=self.now,
        )
        return ExistingClaim(claim, is_new=True)

    def _apply(
        self,
        staged_review: StagedReview,
        existing_claim: ExistingClaim,
        *,
        is_known: bool = False,
        is_revision: bool = False,
    ) -> None:
        is_first = existing_claim.is_new and id(existing_claim) not in self._claims
        count_before = len(existing_claim.verdicts) + len(existing_claim.drafts)
        try:
            outcome, verdict, omitted_values = existing_claim.apply_review(
                staged_review.review,
                self.entities,
                now=self.now,
                house_records=self._house_records,
                is_known=is_known,
                is_revision=is_revision,
            )
        except Disagreement as disagreement:
            self._refuse(staged_review, disagreement)
            return
        self._claims[id(existing_claim)] = existing_claim
        if is_first:
            outcome = ImportedRecord.Outcome.CREATED
        elif omitted_values and outcome == ImportedRecord.Outcome.AGREED:
            outcome = ImportedRecord.Outcome.MERGED
        has_new_verdict = len(existing_claim.verdicts) + len(existing_claim.drafts) > count_before
        self.decided_reviews.append(
            DecidedReview(
                staged_review, existing_claim, outcome, verdict, omitted_values, is_first, has_new_verdict
            )
        )

    def _refuse(self, staged_review: StagedReview, disagreement: Disagreement) -> None:
        self.problems += [
            build_storing_problem(
                self.run, rejected_review, disagreement.field, disagreement.code, str(disagreement)
            )
            for rejected_review in (staged_review, *staged_review.iterate_repeats())
        ]


def _sort_rated_first(
    assignments: list[tuple[StagedReview, ExistingClaim]],
) -> list[tuple[StagedReview, ExistingClaim]]:
    """Return the assignments, rated records first, so that unrated records of the same review find its verdict."""
    return sorted(assignments, key=lambda pair: pair[0].review.rating is None)


def _describe_reason(review: Review) -> str:
    """Return the reason stored with a claim without a verdict: the other details of its record."""
    with activate_newsroom_language():
        lines = [gettext("Imported without a rating.")]
        if review.publisher:
            check_text = (
                gettext("Checked by %(publisher)s on %(day)s")
                if review.reviewed_on
                else gettext("Checked by %(publisher)s")
            ) % {"publisher": review.publisher.name, "day": review.reviewed_on}
            lines[0] += f" {check_text}" + (f": {review.url}" if review.url else ".")
        values = {
            gettext("Headline"): review.title,
            gettext("Author"): review.byline,
            gettext("Finding"): review.summary,
            gettext("Language of the review"): review.review_language,
        }
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in values.items() if value)])


def assign_claims(
    group: Iterable[StagedReview],
    existing_claims: list[ExistingClaim],
    entities: ReferencedEntities,
    *,
    known_by_digest: dict[UUID, ExistingClaim],
    build_claim: Callable[[Review], ExistingClaim],
) -> tuple[list[tuple[StagedReview, ExistingClaim]], list[ClaimPair]]:
    """Assign each review to a claim, and return pairs (later claim, earlier claim) that may be the same claim.

    Args:
        group: reviews of one statement.
        existing_claims: the claims with this statement; new ones are added.
        known_by_digest: maps `StagedReview.digest` to the claim of this review in an earlier import.
        build_claim: creates the `ReviewedClaim` of a new claim.
    """
    assignments, duplicate_pairs = [], []
    for staged_review in group:
        review = staged_review.review
        publisher = entities.get_publisher(review.publisher).pk if review.publisher else None
        existing_claim = known_by_digest.get(staged_review.digest) or next(
            _find_same_claims(review, publisher, existing_claims), None
        )
        if existing_claim is None:
            existing_claim = build_claim(review)
            if existing_claims:
                duplicate_pairs.append((existing_claim, existing_claims[0]))
            existing_claims.append(existing_claim)
        assignments.append((staged_review, existing_claim))
        existing_claim.note_review(review, publisher)
    return assignments, duplicate_pairs


def is_distinctive(statement: str) -> bool:
    """Return whether the statement is so long that two people are unlikely to use the same words by chance."""
    return sum(map(str.isalnum, statement)) >= DISTINCTIVE_LENGTH


def _find_same_claims(
    review: Review, publisher_id: int | None, existing_claims: list[ExistingClaim]
) -> Iterator[ExistingClaim]:
    """Yield the claims that the review is certainly about, most certain first."""
    if not existing_claims:
        return
    person = review.claimant
    fitting_claims = [candidate for candidate in existing_claims if candidate.may_have_been_made_by(person)]
    yield from (
        candidate for candidate in fitting_claims if candidate.was_reviewed_on_page(review, publisher_id)
    )
    if not is_distinctive(review.statement):
        return
    fitting_claims = [
        candidate
        for candidate in fitting_claims
        if not candidate.was_reviewed_elsewhere(review, publisher_id)
    ]
    if person:
        yield from (candidate for candidate in fitting_claims if candidate.was_made_by(person))
        # A publisher that judges a statement twice, once without a claimant, judges a single claim.
        yield from (
            candidate
            for candidate in fitting_claims
            if not candidate.claimant_names and publisher_id in candidate.publisher_ids
        )
    elif review.rating is None and publisher_id is None:
        yield from fitting_claims  # this review names no other claimant
    else:
        yield from (candidate for candidate in fitting_claims if publisher_id in candidate.publisher_ids)
        yield from (candidate for candidate in fitting_claims if not candidate.claimant_names)
