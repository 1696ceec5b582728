"""One batch of reviews → rows: found, changed, stored, published; all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from claims import publishing
from claims.entries import Line, entry
from claims.importers.review import Review
from claims.intake import evidence, loading
from claims.intake.clustering import Pair, assign
from claims.intake.problems import refusal_of
from claims.intake.staging import Staged
from claims.intake.standing import Disagreement, Standing
from claims.intake.things import Things
from claims.models import (
    Appearance,
    Claim,
    ClaimTopic,
    ImportedRecord,
    ImportProblem,
    ImportRun,
    PossibleDuplicate,
    Publication,
    Transition,
    Verdict,
)
from factcheck.copying import copy, reserve_ids

_LONGEST_PLACE = {"file": 500, "position": 200}


@dataclass(slots=True)
class Written:
    """How many records of a batch became what."""

    created: int = 0
    updated: int = 0
    agreed: int = 0
    refused: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.created + other.created,
            self.updated + other.updated,
            self.agreed + other.agreed,
            self.refused + other.refused,
        )


@transaction.atomic
def write(batch: Sequence[Staged], run: ImportRun) -> Written:
    """Store a batch of reviews, and publish what they change for the public."""
    # Small tables make plans that large ones regret.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return _Batch(batch, run).written()


@dataclass(slots=True)
class _Taken:
    staged: Staged
    standing: Standing
    outcome: str
    verdict: Verdict | None
    made_claim: bool
    made_verdict: bool


class _Batch:
    """One batch on its way in."""

    def __init__(self, batch: Sequence[Staged], run: ImportRun) -> None:
        self.batch, self.run = batch, run
        # `now()` of the database: transitions are stamped with it, and no entry of the ledger may be earlier.
        self.now: datetime = timezone.now()
        self.things = Things((staged.review for staged in batch), now=self.now, by=run.started_by)
        self.standings: dict[int, Standing] = {}
        self.taken: list[_Taken] = []
        self.pairs: list[Pair] = []
        self.problems: list[ImportProblem] = []

    def written(self) -> Written:
        self._take_all()
        self._store()
        counts = Written(refused=len(self.problems))
        for taken in self.taken:
            setattr(counts, taken.outcome, getattr(counts, taken.outcome) + 1)
        return counts

    # Deciding ---------------------------------------------------------------------------------------------------------

    def _take_all(self) -> None:
        taken_before = loading.claims_of_records(
            {staged.key for staged in self.batch if staged.key}, run=self.run.pk
        )
        there = loading.standings(
            {staged.statement_key for staged in self.batch},
            {claim for claims in taken_before.values() for claim, _ in claims},
        )
        by_claim = {one.claim.pk: one for group in there.values() for one in group}
        for key, group in groupby(self.batch, key=lambda staged: staged.statement_key):
            reviews = list(group)
            standings = list(there.get(key, []))
            known = self._known(reviews, standings, taken_before, by_claim)
            assigned, pairs = assign(reviews, standings, self.things, known=known, new=self._new)
            self.pairs += pairs
            for staged, standing in assigned:
                self._take(staged, standing, revises=self._revises(staged, standing, taken_before))

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
        records = taken_before.get(staged.key, []) if staged.key else []
        return any(claim == standing.claim.pk and earlier for claim, earlier in records)

    def _new(self, review: Review) -> Standing:
        claim = Claim(
            statement=review.statement,
            language=review.language,
            state=Claim.State.PROPOSED,
            created_by=self.run.started_by,
            updated_at=self.now,
        )
        return Standing(claim, is_new=True)

    def _take(self, staged: Staged, standing: Standing, *, revises: bool) -> None:
        first = standing.is_new and id(standing) not in self.standings
        before = len(standing.verdicts)
        try:
            outcome, verdict = standing.take(staged.review, self.things, now=self.now, revises=revises)
        except Disagreement as disagreement:
            self.problems.append(
                refusal_of(self.run, staged.review, "rating", "disagreement", str(disagreement))
            )
            return
        self.standings[id(standing)] = standing
        if first:
            outcome = ImportedRecord.Outcome.CREATED
        made = len(standing.verdicts) > before
        self.taken.append(_Taken(staged, standing, outcome, verdict, first, made))

    # Storing ----------------------------------------------------------------------------------------------------------

    def _store(self) -> None:
        new = [one for one in self.standings.values() if one.is_new]
        old = [one for one in self.standings.values() if not one.is_new]
        self._store_new_claims(new)
        self._change_old_claims(old)
        everything = [*new, *old]
        self._store_parts(everything)
        self._publish_new(new)
        self._publish_old(old)
        self._write_down()

    def _store_new_claims(self, new: list[Standing]) -> None:
        for standing, pk in zip(new, reserve_ids(Claim, len(new)), strict=True):
            claim = standing.claim
            claim.pk = pk
            if standing.verdicts:
                claim.state = Claim.State.ACCEPTED
        appearances = [row for standing in new for row in standing.appearances]
        for row, pk in zip(appearances, reserve_ids(Appearance, len(appearances)), strict=True):
            row.pk = pk
            if row.claim.first_appearance_id is None:
                row.claim.first_appearance_id = pk
        for taken in self.taken:
            if taken.made_claim and not taken.standing.verdicts:
                taken.standing.claim.reason = _reason(taken.staged.review)
        copy(Claim, [standing.claim for standing in new])

    def _change_old_claims(self, old: list[Standing]) -> None:
        accepted = [one.claim for one in old if one.verdicts and one.claim.state == Claim.State.PROPOSED]
        superseded = [verdict for one in old for verdict in one.superseded]
        copy(
            Transition,
            [
                *(self._transition(claim, None, "accept", "proposed", "accepted") for claim in accepted),
                *(
                    self._transition(verdict.claim, verdict, "supersede", "published", "superseded")
                    for verdict in superseded
                ),
            ],
        )
        for claim in accepted:
            claim.state = Claim.State.ACCEPTED
        changed = [one.claim for one in old if one.changed or one.claim in accepted]
        Claim.objects.bulk_update(
            changed, ["state", "statement", "claimant", "claimed_on", "context"], batch_size=500
        )
        Verdict.objects.filter(pk__in=[verdict.pk for verdict in superseded]).update(
            state=Verdict.State.SUPERSEDED
        )

    def _store_parts(self, standings: list[Standing]) -> None:
        verdicts = [row for one in standings for row in one.verdicts]
        for row, pk in zip(verdicts, reserve_ids(Verdict, len(verdicts)), strict=True):
            row.pk = pk
            row.claim_id = row.claim.pk
        copy(Verdict, verdicts)
        for standing in standings:
            for place in standing.appearances:
                place.claim_id = standing.claim.pk
        copy(Appearance, [place for one in standings if one.is_new for place in one.appearances])
        copy(Appearance, [place for one in standings if not one.is_new for place in one.appearances])
        copy(
            ClaimTopic,
            [
                ClaimTopic(claim_id=one.claim.pk, topic_id=topic.pk)
                for one in standings
                for topic in one.topics
            ],
        )
        evidence.take_over({row.supersedes_id: row.pk for row in verdicts if row.supersedes_id})

    # Publishing -------------------------------------------------------------------------------------------------------

    def _publish_new(self, new: list[Standing]) -> None:
        this = Line(version=1, kind=Publication.Kind.PUBLICATION, note="", published_at=self.now)
        entries = []
        for standing in new:
            if not standing.verdicts:
                continue
            claim = standing.claim
            claim._prefetched_objects_cache = {"topics": standing.topics}  # type: ignore[attr-defined]  # nothing to read
            for verdict in standing.verdicts:
                verdict._prefetched_objects_cache = {"evidence": []}  # type: ignore[attr-defined]  # the same
            verdicts = sorted(
                standing.verdicts, key=lambda row: (row.reviewed_on is None, row.reviewed_on, row.pk)
            )
            entries.append(
                entry(
                    claim, appearances=standing.appearances, verdicts=verdicts, merged_from=[], ledger=[this]
                )
            )
        if entries:
            publishing.append(entries)

    def _publish_old(self, old: list[Standing]) -> None:
        changes: dict[int, publishing.Change] = {}
        for one in old:
            corrections = [verdict for verdict in one.verdicts if verdict.supersedes_id]
            public = any(verdict.pk for verdict in one.live.values())
            if corrections:
                note = " ".join(dict.fromkeys(verdict.correction_note for verdict in corrections))
                changes[one.claim.pk] = publishing.Change(Publication.Kind.UPDATE, note)
            elif public and (one.changed or one.appearances or one.topics):
                changes[one.claim.pk] = publishing.Change(Publication.Kind.UPDATE, one.note())
            elif one.verdicts:
                changes[one.claim.pk] = publishing.Change(Publication.Kind.ADDITION)
        publishing.record_all(changes)

    # Writing down -----------------------------------------------------------------------------------------------------

    def _write_down(self) -> None:
        copy(ImportedRecord, [self._record(taken) for taken in self.taken])
        copy(ImportProblem, self.problems)
        stored = {id(one) for one in self.standings.values()}
        copy(
            PossibleDuplicate,
            [
                PossibleDuplicate(claim=later.claim, earlier=earlier.claim, run=self.run)
                for later, earlier in self.pairs
                if id(later) in stored and earlier.claim.pk is not None
            ],
        )

    def _record(self, taken: _Taken) -> dict[str, Any]:
        review = taken.staged.review
        return {
            "run_id": self.run.pk,
            "digest": taken.staged.digest,
            "key": taken.staged.key,
            "claim_id": taken.standing.claim.pk,
            "verdict_id": taken.verdict.pk if taken.verdict else None,
            "outcome": taken.outcome,
            "made_claim": taken.made_claim,
            "made_verdict": taken.made_verdict,
            "label": review.rating.raw if review.rating else "",
            "file": review.place.file[: _LONGEST_PLACE["file"]],
            "position": review.place.position[: _LONGEST_PLACE["position"]],
        }

    def _transition(
        self, claim: Claim, verdict: Verdict | None, action: str, before: str, after: str
    ) -> Transition:
        return Transition(
            claim=claim,
            verdict=verdict,
            action=action,
            before=before,
            after=after,
            actor=self.run.started_by,
            actor_name=self.run.started_by_name or str(self.run),
            note=str(self.run),
        )


def _reason(review: Review) -> str:
    """Why a claim without a verdict is there."""
    if review.publisher and review.url:
        return f"Imported without a rating. {review.publisher.name} looked at it: {review.url}"
    return "Imported without a rating."
