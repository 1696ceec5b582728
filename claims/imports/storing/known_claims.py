"""What is stored already: existing claims that reviews may be about, under lock, and records of earlier imports.

A review is recognised by its page and statement, or by the file's own number. Many files number their rows from one,
so a number alone proves little: the statement, the page or, without a page, the file must be the same too. Otherwise
the record is a second claim of the same page.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from claims.imports.reading.identity import build_name_key
from claims.imports.reading.review_record import Person, Review
from claims.imports.storing.existing_claim import ExistingClaim
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

    of_statement: dict[UUID, list[ExistingClaim]]
    by_id: dict[int, ExistingClaim]
    """By the ids of claims; one that was merged stands for its target."""


def load_claims(keys: Iterable[UUID], ids: Iterable[int]) -> KnownClaims:
    """Load the claims with these statements or ids.

    A merged claim is replaced by its target. A declined claim is skipped: an editor decided not to check it, but
    another publisher did.
    """
    wanted = Q(statement_key__any_of=keys) | Q(pk__any_of=ids)
    there = Claim.objects.filter(wanted).exclude(state=Claim.State.DECLINED)
    rows = list(there.values_list("pk", "merged_into", "statement_key"))
    if not rows:
        return KnownClaims({}, {})
    claims = {
        claim.pk: claim
        for claim in Claim.objects.select_for_update(of=("self",))
        .select_related("claimant")
        .filter(pk__in={target or pk for pk, target, _ in rows})
        .order_by("pk")
    }
    loaded = _load_details(claims)
    found = KnownClaims({}, {})
    for pk, target, key in sorted(rows):
        if standing := loaded.get(target or pk):
            found.by_id[pk] = standing
            group = found.of_statement.setdefault(key, [])
            if standing not in group:
                group.append(standing)
    return found


def find_earlier_records(reviews: Iterable[StagedReview], *, run: int) -> list[EarlierRecord]:
    """Return earlier records of the same content or the same reviews, newest first.

    Records of this import itself are excluded: if it was interrupted within a page, the other reviews of that page
    are different reviews.
    """
    reviews = list(reviews)
    alike = (
        Q(digest__any_of={staged.digest for staged in reviews})
        | Q(key__any_of={staged.key for staged in reviews if staged.key})
        | Q(number_key__any_of={staged.number_key for staged in reviews if staged.number_key})
    )
    rows = ImportedRecord.objects.filter(alike).exclude(run=run).order_by("-pk")
    return [
        EarlierRecord(*row)
        for row in rows.values_list("run_id", "claim_id", "digest", "key", "number_key", "number", "file")
    ]


def find_first_records(claims: Iterable[int]) -> dict[int, str]:
    """Map each claim to the record that created it or first described it."""
    rows = ImportedRecord.objects.filter(claim__in=set(claims)).exclude(outcome="merged").order_by("-pk")
    return {
        claim: f"{file}, {position}"
        for claim, file, position in rows.values_list("claim", "file", "position")
    }


def _load_details(claims: dict[int, Claim]) -> dict[int, ExistingClaim]:
    found = {pk: _build_existing_claim(claim) for pk, claim in claims.items()}
    verdicts = (
        Verdict.objects.filter(Q(claim__in=claims) | Q(claim__merged_into__in=claims))
        .select_related("rating__scale", "publisher", "claim", "archive_run")
        .order_by("pk")
    )
    for verdict in verdicts:
        standing = found[verdict.claim.merged_into_id or verdict.claim_id]
        if verdict.claim_id == standing.claim.pk:
            standing.versions[verdict.publisher_id] = max(
                verdict.version, standing.versions.get(verdict.publisher_id, 0)
            )
        if verdict.state in (Verdict.State.DRAFT, Verdict.State.IN_REVIEW):
            standing.open.setdefault(verdict.publisher_id, verdict)
        if verdict.state == Verdict.State.PUBLISHED:
            standing.live.setdefault(verdict.publisher_id, verdict)
            standing.retracted.discard(verdict.publisher_id)
        elif verdict.state == Verdict.State.RETRACTED and verdict.claim_id == standing.claim.pk:
            taken_back = verdict.archive_run is not None and verdict.archive_run.state in _UNDONE_STATES
            standing.undone.discard(verdict.publisher_id)
            (standing.undone if taken_back else standing.retracted).add(verdict.publisher_id)
        if verdict.state in _EDITORS_STATES and verdict.origin != Verdict.Origin.IMPORTED:
            standing.words_are_ours = True
        standing.publisher_ids.add(verdict.publisher_id)
    for claim, source in Appearance.objects.filter(claim__in=claims).values_list("claim_id", "source_id"):
        found[claim].source_ids.add(source)
    for claim, topic in Claim.topics.through.objects.filter(claim__in=claims).values_list(
        "claim_id", "topic_id"
    ):
        found[claim].topic_ids.add(topic)
    return found


def _build_existing_claim(claim: Claim) -> ExistingClaim:
    if claim.claimant is None:
        return ExistingClaim(claim)
    known = claim.claimant.same_as
    return ExistingClaim(
        claim, names={build_name_key(Person(claim.claimant.name))}, same_as=[known] if known else []
    )


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
            # Another person made the same claim on the same page, unless the publisher corrected the claimant.
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
        # An import may have stored several records of one review: it equals one of them.
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
