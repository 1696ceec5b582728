"""Records seen by earlier imports: their claims, and whether their content has changed.

A review is recognised by its page and statement, or by the file's own number. Many files number their rows from one,
so a number alone proves little: the statement, the page or, without a page, the file must be the same too. Otherwise
the record is a second claim of the same page.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from claims.imports.reading.review_record import Review
from claims.imports.storing.existing_claim import ExistingClaim
from claims.imports.storing.known_claims import EarlierRecord
from claims.imports.storing.stage import StagedReview


class SeenRecords:
    """Records of earlier imports, latest first."""

    def __init__(self, records: Sequence[EarlierRecord]) -> None:
        self.claims = {one.claim for one in records}
        self._alike: dict[UUID, list[EarlierRecord]] = defaultdict(list)
        for one in records:
            for key in (one.digest, one.key, one.number_key):
                if key:
                    self._alike[key].append(one)

    def find(self, staged: StagedReview, by_id: Mapping[int, ExistingClaim]) -> ExistingClaim | None:
        """Return the claim of an earlier record, if it is in `by_id`."""
        for record in self._get_records(staged.digest):
            if standing := by_id.get(record.claim):
                return standing
        others = []
        for record in self._get_records(staged.key):
            standing = by_id.get(record.claim)
            if standing and standing.may_be_by(staged.review.claimant):
                return standing
            # Another claimant said the same on the same page, unless the publisher corrected who it was.
            if (
                standing
                and record.claim not in staged.seen_claims
                and not _are_numbered_apart(record, staged.review)
            ):
                others.append(standing)
        for record in self._get_records(staged.number_key) if staged.has_number else ():
            standing = by_id.get(record.claim)
            if (
                standing
                and record.claim not in staged.seen_claims
                and _is_same_review(record, staged, standing)
            ):
                return standing
        return others[0] if others else None

    def is_revision(self, staged: StagedReview, standing: ExistingClaim) -> bool:
        """Return whether the record revises its claim's previous record."""
        claim = standing.claim.pk
        if claim in staged.seen_claims:
            return False
        last = next((one for one in self._iterate_latest(staged) if one.claim == claim), None)
        if last is None:
            return False
        # An import may have taken several records of one review: it says the same as one of them.
        same = self._get_records(staged.digest)
        return not any((one.run, one.claim) == (last.run, claim) for one in same)

    def _iterate_latest(self, staged: StagedReview) -> Iterator[EarlierRecord]:
        yield from self._get_records(staged.key)
        yield from self._get_records(staged.number_key) if staged.has_number else ()

    def _get_records(self, key: UUID | None) -> Sequence[EarlierRecord]:
        return self._alike.get(key, ()) if key else ()


def _are_numbered_apart(record: EarlierRecord, review: Review) -> bool:
    """Return whether the file gives the two records different numbers."""
    return bool(record.number and review.id and record.number != review.id)


def _is_same_review(record: EarlierRecord, staged: StagedReview, standing: ExistingClaim) -> bool:
    """Return whether two records with one number are one review."""
    if standing.claim.statement_key == staged.statement_key:
        return True
    page = standing.compare_page(staged.review)
    return page if page is not None else record.file == staged.review.place.file
