"""Decide in memory on the outcome of each review in a batch; `claims.imports.storing.batches` stores the results."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby

from django.utils.translation import gettext

from claims.imports.reading.review_record import Review
from claims.imports.storing import known_claims
from claims.imports.storing.disagreement import Disagreement
from claims.imports.storing.existing_claim import ExistingClaim
from claims.imports.storing.house_records import HouseRecords
from claims.imports.storing.references import ReferencedEntities
from claims.imports.storing.same_claims import ClaimPair, assign_claims
from claims.imports.storing.seen_records import SeenRecords
from claims.imports.storing.stage import StagedReview
from claims.imports.storing.unusable_records import build_storing_problem
from claims.models import Claim, ImportedRecord, ImportProblem, ImportRun, Verdict
from factcheck.database.bulk_copy import RowMaker
from factcheck.installation.house_language import activate_house_language


@cache
def _get_claim_maker() -> RowMaker[Claim]:
    return RowMaker(Claim)


@dataclass(slots=True)
class DecidedReview:
    """A review and its outcome."""

    staged: StagedReview
    standing: ExistingClaim
    outcome: str
    verdict: Verdict | None
    left_out: dict[str, str]
    """Fields of which something else is stored, and what that is."""
    made_claim: bool
    made_verdict: bool


class Decisions:
    """The decisions about some reviews.

    Args:
        entities: the rows that the reviews refer to.
        now: the time of publication.
    """

    def __init__(self, run: ImportRun, entities: ReferencedEntities, now: datetime) -> None:
        self.run, self.entities, self.now = run, entities, now
        self._house = HouseRecords(run)
        self.taken: list[DecidedReview] = []
        self.pairs: list[ClaimPair] = []
        self.problems: list[ImportProblem] = []
        self._standings: dict[int, ExistingClaim] = {}

    @property
    def new(self) -> list[ExistingClaim]:
        """Claims to store."""
        return [one for one in self._standings.values() if one.is_new]

    @property
    def old(self) -> list[ExistingClaim]:
        """Claims to change."""
        return [one for one in self._standings.values() if not one.is_new]

    def decide_new(self, reviews: Iterable[StagedReview]) -> None:
        """Decide about reviews of unknown statements."""
        for _, group in groupby(self._admit(reviews), key=lambda staged: staged.statement_key):
            assigned, pairs = assign_claims(group, [], self.entities, known={}, new=self._build_claim)
            self.pairs += pairs
            for staged, standing in _sort_rated_first(assigned):
                self._take(staged, standing)

    def decide_known(self, reviews: list[StagedReview]) -> None:
        """Decide about reviews that may already be stored. Call it inside the storing transaction."""
        reviews = list(self._admit(reviews))
        earlier = SeenRecords(known_claims.find_earlier_records(reviews, run=self.run.pk))
        there = known_claims.load_claims({staged.statement_key for staged in reviews}, earlier.claims)
        for key, group in groupby(reviews, key=lambda staged: staged.statement_key):
            of_statement = list(group)
            found = {staged.digest: earlier.find(staged, there.by_id) for staged in of_statement}
            known = {digest: standing for digest, standing in found.items() if standing}
            standings = list(there.of_statement.get(key, []))
            assigned, pairs = assign_claims(
                of_statement, standings, self.entities, known=known, new=self._build_claim
            )
            self.pairs += pairs
            for staged, standing in _sort_rated_first(assigned):
                is_known = staged.digest in known
                revises = is_known and earlier.is_revision(staged, standing)
                self._take(staged, standing, is_known=is_known, revises=revises)

    def is_stored(self, standing: ExistingClaim) -> bool:
        return not standing.is_new or id(standing) in self._standings

    def _admit(self, reviews: Iterable[StagedReview]) -> Iterator[StagedReview]:
        """Yield reviews that may be imported, and record the others."""
        for staged in reviews:
            try:
                self.entities.require_no_namesake(staged.review.publisher)
            except Disagreement as disagreement:
                self._refuse(staged, disagreement)
            else:
                yield staged

    def _build_claim(self, review: Review) -> ExistingClaim:
        claim = _get_claim_maker()(
            statement=review.statement,
            language=review.language,
            state=Claim.State.PROPOSED,
            reason="" if review.rating else _describe_reason(review),
            created_by_id=self.run.started_by_id,
            updated_at=self.now,
        )
        return ExistingClaim(claim, is_new=True)

    def _take(
        self, staged: StagedReview, standing: ExistingClaim, *, is_known: bool = False, revises: bool = False
    ) -> None:
        first = standing.is_new and id(standing) not in self._standings
        before = len(standing.verdicts) + len(standing.drafts)
        try:
            outcome, verdict, left_out = standing.take(
                staged.review,
                self.entities,
                now=self.now,
                house=self._house,
                is_known=is_known,
                revises=revises,
            )
        except Disagreement as disagreement:
            self._refuse(staged, disagreement)
            return
        self._standings[id(standing)] = standing
        if first:
            outcome = ImportedRecord.Outcome.CREATED
        elif left_out and outcome == ImportedRecord.Outcome.AGREED:
            outcome = ImportedRecord.Outcome.MERGED
        made = len(standing.verdicts) + len(standing.drafts) > before
        self.taken.append(DecidedReview(staged, standing, outcome, verdict, left_out, first, made))

    def _refuse(self, staged: StagedReview, disagreement: Disagreement) -> None:
        self.problems += [
            build_storing_problem(self.run, one, disagreement.field, disagreement.code, str(disagreement))
            for one in (staged, *staged.iterate_repeats())
        ]


def _sort_rated_first(
    assigned: list[tuple[StagedReview, ExistingClaim]],
) -> list[tuple[StagedReview, ExistingClaim]]:
    """Sort rated reviews first, so that unrated records of a review find its verdict whatever the order of the file."""
    return sorted(assigned, key=lambda pair: pair[0].review.rating is None)


def _describe_reason(review: Review) -> str:
    """Return the reason stored with a claim without a verdict: the other details of its record."""
    with activate_house_language():
        lines = [gettext("Imported without a rating.")]
        if review.publisher:
            looked = (
                gettext("%(publisher)s checked it on %(day)s")
                if review.reviewed_on
                else gettext("%(publisher)s checked it")
            ) % {"publisher": review.publisher.name, "day": review.reviewed_on}
            lines[0] += f" {looked}" + (f": {review.url}" if review.url else ".")
        said = {
            gettext("Headline"): review.title,
            gettext("By"): review.byline,
            gettext("Finding"): review.summary,
            gettext("Language of the review"): review.review_language,
        }
    return "\n".join([*lines, *(f"{name}: {value}" for name, value in said.items() if value)])
