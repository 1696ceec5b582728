"""Find the stored claims that reviews may be about (under lock), and the records of earlier imports.

A review is recognised by its page and statement, or by the file's own number. Many files number their rows from one,
so a number alone proves little: the statement, the page or, without a page, the file must be the same too. Otherwise
the two records are about different claims.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from claims.imports.reading.review_record import Person, Review
from claims.imports.storing.existing_claim import ExistingClaim
from claims.imports.storing.reviewed_claim import build_name_key
from claims.imports.storing.stage import StagedReview
from claims.models import Appearance, Claim, ImportedRecord, ImportRun, Verdict

_UNDONE_STATES = (ImportRun.State.UNDOING, ImportRun.State.UNDONE)
_EDITORS_STATES = (Verdict.State.PUBLISHED, Verdict.State.IN_REVIEW)


class EarlierRecord(NamedTuple):
    """A record stored by an earlier import."""

    run: int
    claim: int
    digest: UUID
    key: UUID | None
    number_key: UUID | None
    number: str
    file: str


class KnownClaims(NamedTuple):
    """Existing claims, oldest first."""

    by_statement_key: dict[UUID, list[ExistingClaim]]
    by_id: dict[int, ExistingClaim]
    """Claims by id; a merged claim is replaced by its target."""


def load_claims(keys: Iterable[UUID], ids: Iterable[int]) -> KnownClaims:
    """Load the claims with these statement keys or ids.

    A merged claim is replaced by its target. A declined claim is skipped, because an editor decided not to check it
    although another publisher did.
    """
    condition = Q(statement_key__any_of=keys) | Q(pk__any_of=ids)
    claims_found = Claim.objects.filter(condition).exclude(state=Claim.State.DECLINED)
    rows = list(claims_found.values_list("pk", "merged_into", "statement_key"))
    if not rows:
        return KnownClaims({}, {})
    claims = {
        claim.pk: claim
        for claim in Claim.objects.select_for_update(of=("self",))
        .select_related("claimant")
        .filter(pk__in={target or pk for pk, target, _ in rows})
        .order_by("pk")
    }
    details = _load_details(claims)
    known_claims = KnownClaims({}, {})
    for pk, target, key in sorted(rows):
        if existing_claim := details.get(target or pk):
            known_claims.by_id[pk] = existing_claim
            claims_of_statement = known_claims.by_statement_key.setdefault(key, [])
            if existing_claim not in claims_of_statement:
                claims_of_statement.append(existing_claim)
    return known_claims


def find_earlier_records(reviews: Iterable[StagedReview], *, run: int) -> list[EarlierRecord]:
    """Return earlier records with the same content, or of the same reviews, newest first.

    Records of this import are excluded: after an interruption in the middle of a page, the stored reviews of that page
    are not earlier versions of the page's other reviews.
    """
    reviews = list(reviews)
    same_record = (
        Q(digest__any_of={staged_review.digest for staged_review in reviews})
        | Q(key__any_of={staged_review.key for staged_review in reviews if staged_review.key})
        | Q(
            number_key__any_of={
                staged_review.number_key for staged_review in reviews if staged_review.number_key
            }
        )
    )
    rows = ImportedRecord.objects.filter(same_record).exclude(run=run).order_by("-pk")
    return [
        EarlierRecord(*row)
        for row in rows.values_list("run_id", "claim_id", "digest", "key", "number_key", "number", "file")
    ]


def find_first_records(claims: Iterable[int]) -> dict[int, str]:
    """Map each claim to the file and position of the record that created or first described the claim."""
    rows = ImportedRecord.objects.filter(claim__in=set(claims)).exclude(outcome="merged").order_by("-pk")
    return {
        claim: f"{file}, {position}"
        for claim, file, position in rows.values_list("claim", "file", "position")
    }


def _load_details(claims: dict[int, Claim]) -> dict[int, ExistingClaim]:
    claims_by_id = {pk: _build_existing_claim(claim) for pk, claim in claims.items()}
    verdicts = (
        Verdict.objects.filter(Q(claim__in=claims) | Q(claim__merged_into__in=claims))
        .select_related("rating__scale", "publisher", "claim", "archive_run")
        .order_by("pk")
    )
    for verdict in verdicts:
        existing_claim = claims_by_id[verdict.claim.merged_into_id or verdict.claim_id]
        if verdict.claim_id == existing_claim.claim.pk:
            existing_claim.latest_versions[verdict.publisher_id] = max(
                verdict.version, existing_claim.latest_versions.get(verdict.publisher_id, 0)
            )
        if verdict.state in (Verdict.State.DRAFT, Verdict.State.IN_REVIEW):
            existing_claim.open_verdicts.setdefault(verdict.publisher_id, verdict)
        if verdict.state == Verdict.State.PUBLISHED:
            existing_claim.live_verdicts.setdefault(verdict.publisher_id, verdict)
            existing_claim.retracted_publishers.discard(verdict.publisher_id)
        elif verdict.state == Verdict.State.RETRACTED and verdict.claim_id == existing_claim.claim.pk:
            was_undone = verdict.archive_run is not None and verdict.archive_run.state in _UNDONE_STATES
            existing_claim.undone_publishers.discard(verdict.publisher_id)
            (existing_claim.undone_publishers if was_undone else existing_claim.retracted_publishers).add(
                verdict.publisher_id
            )
        if verdict.state in _EDITORS_STATES and verdict.origin != Verdict.Origin.IMPORTED:
            existing_claim.has_own_wording = True
        existing_claim.publisher_ids.add(verdict.publisher_id)
    for claim, source in Appearance.objects.filter(claim__in=claims).values_list("claim_id", "source_id"):
        claims_by_id[claim].source_ids.add(source)
    for claim, topic in Claim.topics.through.objects.filter(claim__in=claims).values_list(
        "claim_id", "topic_id"
    ):
        claims_by_id[claim].topic_ids.add(topic)
    return claims_by_id


def _build_existing_claim(claim: Claim) -> ExistingClaim:
    if claim.claimant is None:
        return ExistingClaim(claim)
    identifiers = claim.claimant.same_as
    return ExistingClaim(
        claim,
        claimant_names={build_name_key(Person(claim.claimant.name))},
        same_as=[identifiers] if identifiers else [],
    )


class SeenRecords:
    """The records of earlier imports, latest first."""

    def __init__(self, records: Sequence[EarlierRecord]) -> None:
        self.claims = {record.claim for record in records}
        self._records_by_key: dict[UUID, list[EarlierRecord]] = defaultdict(list)
        for record in records:
            for key in (record.digest, record.key, record.number_key):
                if key:
                    self._records_by_key[key].append(record)

    def find(self, staged_review: StagedReview, by_id: Mapping[int, ExistingClaim]) -> ExistingClaim | None:
        """Return the claim of an earlier record of this review if the claim is in `by_id`; otherwise None."""
        for record in self._get_records(staged_review.digest):
            if existing_claim := by_id.get(record.claim):
                return existing_claim
        candidates = []
        for record in self._get_records(staged_review.key):
            existing_claim = by_id.get(record.claim)
            if existing_claim and existing_claim.may_have_been_made_by(staged_review.review.claimant):
                return existing_claim
            # Another person made the same claim on the same page, unless the publisher corrected the claimant.
            if (
                existing_claim
                and record.claim not in staged_review.seen_claims
                and not _have_different_numbers(record, staged_review.review)
            ):
                candidates.append(existing_claim)
        for record in self._get_records(staged_review.number_key) if staged_review.has_number else ():
            existing_claim = by_id.get(record.claim)
            if (
                existing_claim
                and record.claim not in staged_review.seen_claims
                and _is_same_review(record, staged_review, existing_claim)
            ):
                return existing_claim
        return candidates[0] if candidates else None

    def is_revision(self, staged_review: StagedReview, existing_claim: ExistingClaim) -> bool:
        """Return whether the record changes a review that its claim got from an earlier record."""
        claim = existing_claim.claim.pk
        if claim in staged_review.seen_claims:
            return False
        latest_record = next(
            (record for record in self._iterate_latest(staged_review) if record.claim == claim), None
        )
        if latest_record is None:
            return False
        # An import may have stored several records of one review, and this may be any of them.
        same_content = self._get_records(staged_review.digest)
        return not any((record.run, record.claim) == (latest_record.run, claim) for record in same_content)

    def _iterate_latest(self, staged_review: StagedReview) -> Iterator[EarlierRecord]:
        yield from self._get_records(staged_review.key)
        yield from self._get_records(staged_review.number_key) if staged_review.has_number else ()

    def _get_records(self, key: UUID | None) -> Sequence[EarlierRecord]:
        return self._records_by_key.get(key, ()) if key else ()


def _have_different_numbers(record: EarlierRecord, review: Review) -> bool:
    """Return whether the file gives the two records different numbers."""
    return bool(record.number and review.id and record.number != review.id)


def _is_same_review(
    record: EarlierRecord, staged_review: StagedReview, existing_claim: ExistingClaim
) -> bool:
    """Return whether two records with the same number are of the same review."""
    if existing_claim.claim.statement_key == staged_review.statement_key:
        return True
    page = existing_claim.compare_page(staged_review.review)
    return page if page is not None else record.file == staged_review.review.location.file
