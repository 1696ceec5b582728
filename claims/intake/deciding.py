"""What the reviews of a batch become: decided in memory, row by row, and stored by `claims.intake.writing`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from uuid import UUID

from claims.importers.review import Review
from claims.intake import loading
from claims.intake.clustering import Pair, assign
from claims.intake.disagreement import Disagreement
from claims.intake.house_records import HouseRecords
from claims.intake.problems import refusal_of
from claims.intake.staging import Staged
from claims.intake.standing import Standing
from claims.intake.things import Things
from claims.models import Claim, ImportedRecord, ImportProblem, ImportRun, Verdict
from factcheck.copying import Maker


@cache
def _claims() -> Maker[Claim]:
    return Maker(Claim)


@dataclass(slots=True)
class Taken:
    """A review, and what became of it."""

    staged: Staged
    standing: Standing
    outcome: str
    verdict: Verdict | None
    made_claim: bool
    made_verdict: bool


class Decisions:
    """What some reviews become.

    Args:
        things: what the reviews refer to.
        now: when what they say is published.
    """

    def __init__(self, run: ImportRun, things: Things, now: datetime) -> None:
        self.run, self.things, self.now = run, things, now
        self._house = HouseRecords(run)
        self.taken: list[Taken] = []
        self.pairs: list[Pair] = []
        self.problems: list[ImportProblem] = []
        self._standings: dict[int, Standing] = {}

    @property
    def new(self) -> list[Standing]:
        """Claims to store."""
        return [one for one in self._standings.values() if one.is_new]

    @property
    def old(self) -> list[Standing]:
        """Claims to change."""
        return [one for one in self._standings.values() if not one.is_new]

    def on_new(self, reviews: Iterable[Staged]) -> None:
        """Decide about reviews of statements that nothing is known of yet."""
        for _, group in groupby(reviews, key=lambda staged: staged.statement_key):
            assigned, pairs = assign(group, [], self.things, known={}, new=self._new)
            self.pairs += pairs
            for staged, standing in assigned:
                self._take(staged, standing, revises=False)

    def on_known(self, reviews: list[Staged]) -> None:
        """Decide about reviews of which something may be stored. Called inside the transaction that stores them."""
        taken_before = loading.claims_of_records(
            {staged.key for staged in reviews if staged.key}, run=self.run.pk
        )
        there = loading.standings(
            {staged.statement_key for staged in reviews},
            {claim for claims in taken_before.values() for claim, _ in claims},
        )
        by_claim = {one.claim.pk: one for group in there.values() for one in group}
        for key, group in groupby(reviews, key=lambda staged: staged.statement_key):
            of_statement = list(group)
            standings = list(there.get(key, []))
            known = self._known(of_statement, standings, taken_before, by_claim)
            assigned, pairs = assign(of_statement, standings, self.things, known=known, new=self._new)
            self.pairs += pairs
            for staged, standing in assigned:
                self._take(staged, standing, revises=self._revises(staged, standing, taken_before))

    def is_stored(self, standing: Standing) -> bool:
        return not standing.is_new or id(standing) in self._standings

    def _known(
        self,
        reviews: list[Staged],
        standings: list[Standing],
        taken_before: dict[UUID, list[tuple[int, bool]]],
        by_claim: dict[int, Standing],
    ) -> dict[UUID, int]:
        """Which claim each record was about when it was taken before.

        A page may hold reviews of several statements. Where it had one and has one, they are the same, though the
        statement may have been reworded.
        """
        known = {}
        for staged in reviews:
            claims = {claim for claim, _ in taken_before.get(staged.key, [])} if staged.key else set()
            same = next((one for one in standings if one.claim.pk in claims), None)
            if same is None and len(claims) == 1 and staged.is_alone:
                same = by_claim.get(next(iter(claims)))
                if same:
                    standings.append(same)
            if same and staged.key:
                known[staged.key] = same.claim.pk
        return known

    def _revises(
        self, staged: Staged, standing: Standing, taken_before: dict[UUID, list[tuple[int, bool]]]
    ) -> bool:
        """Whether it is a record that an earlier import took and says something else now.

        Where that record is here too, as it was, this is another one.
        """
        claim = standing.claim.pk
        records = taken_before.get(staged.key, []) if staged.key else []
        return (claim, True) in records and claim not in staged.seen_claims

    def _new(self, review: Review) -> Standing:
        claim = _claims()(
            statement=review.statement,
            language=review.language,
            state=Claim.State.PROPOSED,
            created_by_id=self.run.started_by_id,
            updated_at=self.now,
        )
        return Standing(claim, is_new=True)

    def _take(self, staged: Staged, standing: Standing, *, revises: bool) -> None:
        first = standing.is_new and id(standing) not in self._standings
        before = len(standing.verdicts) + len(standing.drafts)
        try:
            self.things.require_no_namesake(staged.review.publisher)
            outcome, verdict = standing.take(
                staged.review, self.things, now=self.now, house=self._house, revises=revises
            )
        except Disagreement as problem:
            self.problems.append(refusal_of(self.run, staged, problem.field, problem.code, str(problem)))
            return
        self._standings[id(standing)] = standing
        if first:
            outcome = ImportedRecord.Outcome.CREATED
        made = len(standing.verdicts) + len(standing.drafts) > before
        self.taken.append(Taken(staged, standing, outcome, verdict, first, made))
