"""Store a batch of reviews in one transaction: look up, change, insert, publish.

Most reviews in an archive are of new statements. `prepare_batch` decides about these reviews, assigns ids and renders
ledger entries in Python, while PostgreSQL stores the previous batch (`store_batch`). Decisions about existing claims
are made under their lock, inside the transaction that stores them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from claims.imports.storing import known_claims
from claims.imports.storing.decisions import DecidedReview, Decisions
from claims.imports.storing.existing_claim import ExistingClaim
from claims.imports.storing.references import ReferencedEntities
from claims.imports.storing.stage import StagedReview
from claims.imports.storing.unusable_records import build_left_out_problems
from claims.ledger import publishing
from claims.ledger.entry_builder import LedgerEntry, LedgerLine, build_entry
from claims.ledger.signals import entries_added
from claims.models import (
    Appearance,
    Claim,
    ClaimTopic,
    ImportedChange,
    ImportedRecord,
    ImportProblem,
    ImportRun,
    PossibleDuplicate,
    Publication,
    Transition,
    Verdict,
)
from claims.models.claim_rules import JUDGED_FIELDS
from claims.models.evidence import copy_evidence
from factcheck.database import clock
from factcheck.database.bulk_copy import (
    CopyLines,
    build_lines,
    copy_rows,
    reserve_ids,
    send_lines,
    speed_up_transaction,
)
from factcheck.installation.messages import activate_newsroom_language

_MAX_LENGTHS = {"file": 500, "position": 200}
#: The reason stored with a claim for which an import created a draft.
_ARCHIVE_NOTE = gettext_noop("Imported from the newsroom’s own records: the verdict is a draft.")


@dataclass(slots=True)
class WrittenBatch:
    """The number of records in a batch for each outcome."""

    created: int = 0
    updated: int = 0
    agreed: int = 0
    merged: int = 0
    refused: int = 0
    incomplete: int = 0


@dataclass(slots=True)
class PreparedBatch:
    """A batch that is ready to be stored. Only the work that needs locks remains."""

    batch: Sequence[StagedReview]
    run: ImportRun
    entities: ReferencedEntities
    new_rows: "_BatchRows"
    known_reviews: list[StagedReview]
    """Reviews that may already be stored in part."""


def prepare_batch(batch: Sequence[StagedReview], run: ImportRun) -> PreparedBatch:
    """Prepare a batch for storing, without locking its claims. Publishers and claimants are stored immediately."""
    now = clock.get_database_time()
    with transaction.atomic():
        speed_up_transaction()  # the caller waits for all commits before the import ends
        entities = ReferencedEntities(
            (staged_review.review for staged_review in batch), now=now, by=run.started_by
        )
        new_reviews, known_reviews = _split_batch(batch, run)
        decisions = Decisions(run, entities, now)
        decisions.decide_new(new_reviews)
        rows = _BatchRows(decisions)
    return PreparedBatch(batch, run, entities, rows, known_reviews)


@transaction.atomic
def store_batch(prepared_batch: PreparedBatch) -> WrittenBatch:
    """Store a batch, and publish its changes."""
    speed_up_transaction()
    counts = WrittenBatch()
    prepared_batch.new_rows.store(counts)
    if prepared_batch.known_reviews:
        decisions = Decisions(prepared_batch.run, prepared_batch.entities, clock.get_database_time())
        decisions.decide_known(prepared_batch.known_reviews)
        _BatchRows(decisions).store(counts)
    return counts


def _split_batch(
    batch: Sequence[StagedReview], run: ImportRun
) -> tuple[list[StagedReview], list[StagedReview]]:
    """Split a batch into the reviews of new statements and all other reviews."""
    keys = {staged_review.key for staged_review in batch if staged_review.key}
    numbers = {staged_review.number_key for staged_review in batch if staged_review.number_key}
    # Records stored by this import are not earlier versions of its later records.
    records = ImportedRecord.objects.filter(Q(key__any_of=keys) | Q(number_key__any_of=numbers)).exclude(
        run=run
    )
    stored_keys = {
        key for keys_of_record in records.values_list("key", "number_key") for key in keys_of_record if key
    }
    statements: set[UUID] = {staged_review.statement_key for staged_review in batch}
    known_keys = set(
        Claim.objects.filter(statement_key__any_of=statements).values_list("statement_key", flat=True)
    )
    known_keys |= {review.statement_key for review in batch if {review.key, review.number_key} & stored_keys}
    new_reviews = [staged_review for staged_review in batch if staged_review.statement_key not in known_keys]
    return new_reviews, [review for review in batch if review.statement_key in known_keys]


@dataclass(slots=True)
class _BatchRows:
    """The rows to store for the decisions of a batch, with their ids."""

    decisions: Decisions
    lines: list[CopyLines] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._assign_ids()
        self.lines = [*self._iterate_parts(), *self._build_record_lines(), *self._build_problem_lines()]

    # Preparing --------------------------------------------------------------------------------------------------------

    def _assign_ids(self) -> None:
        new_claims, old_claims = self.decisions.new_claims, self.decisions.old_claims
        for new_claim, pk in zip(new_claims, reserve_ids(Claim, len(new_claims)), strict=True):
            new_claim.claim.pk = pk
            if new_claim.verdicts:
                new_claim.claim.state = Claim.State.ACCEPTED
            elif new_claim.drafts:
                with activate_newsroom_language():
                    note = gettext(_ARCHIVE_NOTE)
                new_claim.claim.reason = f"{note}\n{new_claim.claim.reason}".strip()
        appearances = [
            (existing_claim, appearance)
            for existing_claim in (*new_claims, *old_claims)
            for appearance in existing_claim.appearances
        ]
        for (existing_claim, appearance), pk in zip(
            appearances, reserve_ids(Appearance, len(appearances)), strict=True
        ):
            appearance.pk, appearance.claim_id = pk, existing_claim.claim.pk
            if existing_claim.is_new and existing_claim.claim.first_appearance_id is None:
                existing_claim.claim.first_appearance_id = pk
        verdicts = [
            (existing_claim.claim, verdict)
            for existing_claim in (*new_claims, *old_claims)
            for verdict in (*existing_claim.verdicts, *existing_claim.drafts)
        ]
        for (claim, verdict), pk in zip(verdicts, reserve_ids(Verdict, len(verdicts)), strict=True):
            verdict.pk, verdict.claim_id = pk, claim.pk

    def _build_entry(self, existing_claim: ExistingClaim) -> LedgerEntry:
        """Build the first entry of a new claim's ledger."""
        verdicts = sorted(
            existing_claim.verdicts, key=lambda row: (row.reviewed_on is None, row.reviewed_on, row.pk)
        )
        line = LedgerLine(
            version=1, kind=Publication.Kind.PUBLICATION, note="", published_at=self.decisions.now
        )
        return build_entry(
            existing_claim.claim,
            topics=existing_claim.topics,
            appearances=existing_claim.appearances,
            verdicts=[(verdict, ()) for verdict in verdicts],
            merged_from=[],
            ledger=[line],
        )

    def _iterate_parts(self) -> Iterator[CopyLines]:
        """Yield the claims, their related rows and their first ledger entries, as lines for COPY."""
        new_claims, old_claims = self.decisions.new_claims, self.decisions.old_claims
        existing_claims = [*new_claims, *old_claims]
        yield from build_lines(Claim, [existing_claim.claim for existing_claim in new_claims])
        yield from build_lines(
            Verdict, [verdict for existing_claim in existing_claims for verdict in existing_claim.verdicts]
        )
        yield from build_lines(
            Verdict, [verdict for existing_claim in existing_claims for verdict in existing_claim.drafts]
        )
        yield from build_lines(
            Appearance,
            [appearance for existing_claim in existing_claims for appearance in existing_claim.appearances],
        )
        topics = [
            (existing_claim.claim.pk, topic.pk)
            for existing_claim in existing_claims
            for topic in existing_claim.topics
        ]
        yield from build_lines(
            ClaimTopic, [{"claim_id": claim, "topic_id": topic} for claim, topic in topics]
        )
        yield from publishing.build_entry_lines(
            [self._build_entry(existing_claim) for existing_claim in new_claims if existing_claim.verdicts]
        )

    def _build_record_lines(self) -> list[CopyLines]:
        return build_lines(
            ImportedRecord,
            [self._build_record(decided_review) for decided_review in self.decisions.decided_reviews],
        )

    def _build_problem_lines(self) -> list[CopyLines]:
        """Return the problems for values that conflict with stored ones, as lines for COPY."""
        conflicting_reviews = [
            decided_review
            for decided_review in self.decisions.decided_reviews
            if decided_review.omitted_values
        ]
        if not conflicting_reviews:
            return []
        first_records = known_claims.find_first_records(
            decided_review.existing_claim.claim.pk
            for decided_review in conflicting_reviews
            if not decided_review.existing_claim.is_new
        )
        return build_lines(
            ImportProblem,
            [
                problem
                for decided_review in conflicting_reviews
                for staged_review in (
                    decided_review.staged_review,
                    *decided_review.staged_review.iterate_repeats(),
                )
                for problem in build_left_out_problems(
                    self.decisions.run,
                    staged_review,
                    decided_review.omitted_values,
                    target=f"claim {decided_review.existing_claim.claim.pk}",
                    first_record=str(
                        decided_review.existing_claim.first_location
                        or first_records.get(decided_review.existing_claim.claim.pk, "")
                    ),
                    is_merged=decided_review.outcome == ImportedRecord.Outcome.MERGED
                    or staged_review is not decided_review.staged_review,
                )
            ],
        )

    # Storing ----------------------------------------------------------------------------------------------------------

    def store(self, counts: WrittenBatch) -> None:
        """Store the rows of the batch, and add the numbers of outcomes to `counts`."""
        old_claims = self.decisions.old_claims
        self._change_old_claims(old_claims)
        send_lines(self.lines)
        if published_ids := [
            new_claim.claim.pk for new_claim in self.decisions.new_claims if new_claim.verdicts
        ]:
            entries_added.send(Publication, claims=published_ids)
        verdicts = (verdict for old_claim in old_claims for verdict in old_claim.verdicts)
        if replacements := {row.supersedes_id: row.pk for row in verdicts if row.supersedes_id}:
            copy_evidence(replacements)
        self._publish_old(old_claims)
        self._store_transitions()
        counts.refused += len(self.decisions.problems)
        counts.incomplete += sum(
            bool(decided_review.omitted_values) and decided_review.outcome != ImportedRecord.Outcome.MERGED
            for decided_review in self.decisions.decided_reviews
        )
        for decided_review in self.decisions.decided_reviews:
            setattr(counts, decided_review.outcome, getattr(counts, decided_review.outcome) + 1)
            repeat_count = len(decided_review.staged_review.repeats)
            counts.merged += repeat_count if decided_review.omitted_values else 0
            counts.agreed += 0 if decided_review.omitted_values else repeat_count

    def _change_old_claims(self, old_claims: list[ExistingClaim]) -> None:
        accepted_claims = [
            old_claim.claim
            for old_claim in old_claims
            if old_claim.verdicts and old_claim.claim.state == Claim.State.PROPOSED
        ]
        superseded_verdicts = [
            verdict for old_claim in old_claims for verdict in old_claim.superseded_verdicts
        ]
        copy_rows(
            Transition,
            [
                *(
                    self._build_transition(claim, None, "accept", "proposed", "accepted")
                    for claim in accepted_claims
                ),
                *(
                    self._build_transition(verdict.claim, verdict, "supersede", "published", "superseded")
                    for verdict in superseded_verdicts
                ),
            ],
        )
        for claim in accepted_claims:
            claim.state = Claim.State.ACCEPTED
        changed_claims = [
            old_claim.claim
            for old_claim in old_claims
            if old_claim.earlier_values or old_claim.claim in accepted_claims
        ]
        for claim in changed_claims:
            claim.updated_at = self.decisions.now
        Claim.objects.bulk_update(changed_claims, ["state", "updated_at", *JUDGED_FIELDS], batch_size=500)
        Verdict.objects.filter(pk__in=[verdict.pk for verdict in superseded_verdicts]).update(
            state=Verdict.State.SUPERSEDED
        )

    def _publish_old(self, old_claims: list[ExistingClaim]) -> None:
        changes: dict[int, publishing.LedgerChange] = {}
        for old_claim in old_claims:
            corrections = [verdict for verdict in old_claim.verdicts if verdict.supersedes_id]
            is_public = any(verdict.pk for verdict in old_claim.live_verdicts.values())
            if corrections or (is_public and old_claim.notes):
                changes[old_claim.claim.pk] = publishing.LedgerChange(
                    Publication.Kind.UPDATE, old_claim.describe_changes()
                )
            elif old_claim.verdicts:
                changes[old_claim.claim.pk] = publishing.LedgerChange(Publication.Kind.ADDITION)
        publishing.record_all(changes)

    def _store_transitions(self) -> None:
        copy_rows(ImportProblem, self.decisions.problems)
        copy_rows(
            ImportedChange,
            [
                self._build_change(changed_claim)
                for changed_claim in self.decisions.old_claims
                if changed_claim.is_changed
            ],
        )
        copy_rows(
            PossibleDuplicate,
            [
                PossibleDuplicate(
                    claim=later_claim.claim, earlier=earlier_claim.claim, run=self.decisions.run
                )
                for later_claim, earlier_claim in self.decisions.duplicate_pairs
                if self.decisions.is_stored(later_claim) and self.decisions.is_stored(earlier_claim)
            ],
        )

    def _build_record(self, decided_review: DecidedReview) -> dict[str, Any]:
        review = decided_review.staged_review.review
        return {
            "run_id": self.decisions.run.pk,
            "digest": decided_review.staged_review.digest,
            "key": decided_review.staged_review.key,
            "number_key": decided_review.staged_review.number_key,
            "number": review.id,
            "differs": bool(decided_review.omitted_values),
            "at": self.decisions.now,
            "claim_id": decided_review.existing_claim.claim.pk,
            "verdict_id": decided_review.verdict.pk if decided_review.verdict else None,
            "outcome": decided_review.outcome,
            "made_claim": decided_review.made_claim,
            "made_verdict": decided_review.made_verdict,
            "label": review.rating.raw if review.rating else "",
            "file": review.location.file[: _MAX_LENGTHS["file"]],
            "position": review.location.position[: _MAX_LENGTHS["position"]],
        }

    def _build_change(self, existing_claim: ExistingClaim) -> ImportedChange:
        """Build the row that records a change, so that the import can be undone."""
        claim = existing_claim.claim
        return ImportedChange(
            run=self.decisions.run,
            claim=claim,
            fields={
                name: [_to_plain(earlier_value), _to_plain(getattr(claim, name))]
                for name, earlier_value in existing_claim.earlier_values.items()
            },
            appearances=[appearance.pk for appearance in existing_claim.appearances],
            topics=[topic.pk for topic in existing_claim.topics],
        )

    def _build_transition(
        self, claim: Claim, verdict: Verdict | None, action: str, state_before: str, state_after: str
    ) -> Transition:
        return Transition(
            claim=claim,
            verdict=verdict,
            action=action,
            before=state_before,
            after=state_after,
            actor=self.decisions.run.started_by,
            actor_name=self.decisions.run.started_by_name or str(self.decisions.run),
            import_run=self.decisions.run,
            note=str(self.decisions.run),
        )


def _to_plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
