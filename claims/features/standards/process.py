"""Figures about the newsroom's work in a period, counted from its records of published verdicts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Count, Exists, OuterRef, Q

from claims.features.archiving.models import ArchivedCopy
from claims.features.complaints.models import Complaint, ReaderRequest
from claims.features.complaints.models.complaint import ComplaintFigures
from claims.features.standards.period import Period
from claims.features.standards.published_reviews import PublishedReview
from claims.models import Claim, ImportedRecord, Publication, SignOff, Verdict

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ClaimSelection:
    """The number of claims for each method of selection, and the number with a stated reason."""

    counts_by_method: Counter[str]
    with_reason_count: int


@dataclass(frozen=True)
class SignOffCounts:
    """Counts of sign-offs by people other than the author, of verdicts signed off, and of people who signed off."""

    sign_off_count: int
    verdict_count: int
    person_count: int


@dataclass(frozen=True)
class CorrectionFigures:
    """The number of changes after publication, by kind, and the median number of days before a change."""

    counts_by_kind: Counter[str]
    median_days: float | None


@dataclass(frozen=True)
class ReaderRequestCounts:
    """The number of requests, and of answered requests; a request counts once, however many readers sent it."""

    request_count: int
    answered_count: int


def count_selection(reviews: Sequence[PublishedReview]) -> ClaimSelection:
    """Count the claims of these reviews by method of selection."""
    rows = (
        Claim.objects.filter(pk__any_of=[review.claim_id for review in reviews])
        .annotate(
            was_requested=Exists(ReaderRequest.objects.filter(claim=OuterRef("pk"))),
            was_imported=Exists(ImportedRecord.objects.filter(claim=OuterRef("pk"))),
        )
        .values_list("was_requested", "was_imported", "score", "reason")
    )
    methods: Counter[str] = Counter()
    reason_count = 0
    for was_requested, was_imported, score, reason in rows:
        if was_requested:
            method = "readers"
        elif was_imported:
            method = "other_fact_checkers"
        else:
            method = "by_hand" if score is None else "article_reader"
        methods[method] += 1
        reason_count += bool(reason.strip())
    return ClaimSelection(methods, reason_count)


def measure_days_to_publish(reviews: Sequence[PublishedReview], period: Period) -> float | None:
    """Return the median number of days from proposal to publication, for claims first published in the period."""
    first_publications = {
        review.claim_id: review.first_published_at
        for review in reviews
        if review.first_published_at >= period.start
    }
    added_at = Claim.objects.filter(pk__any_of=first_publications).values_list("pk", "created_at")
    days = [(first_publications[pk] - created_at) / _DAY for pk, created_at in added_at]
    return round(median(days), 1) if days else None


def count_sign_offs(reviews: Sequence[PublishedReview]) -> SignOffCounts:
    """Count the sign-offs in the final review round of each of these verdicts."""
    verdict_ids = [review.verdict_id for review in reviews]
    rounds = dict(Verdict.objects.filter(pk__any_of=verdict_ids).values_list("pk", "review_round"))
    sign_offs = SignOff.objects.filter(verdict__in=verdict_ids).values_list("verdict", "round", "by")
    valid_sign_offs = [
        (verdict, person)
        for verdict, sign_off_round, person in sign_offs
        if rounds.get(verdict) == sign_off_round
    ]
    return SignOffCounts(
        len(valid_sign_offs),
        len({verdict for verdict, _signer in valid_sign_offs}),
        len({person for _verdict, person in valid_sign_offs}),
    )


def find_archived_sources(reviews: Sequence[PublishedReview]) -> set[int]:
    """Return the ids of the sources that these reviews cite and that have an archived copy."""
    source_ids = {evidence.source_id for review in reviews for evidence in review.evidence}
    return set(ArchivedCopy.objects.filter(source__in=source_ids).values_list("source", flat=True).distinct())


def count_corrections(period: Period) -> CorrectionFigures:
    """Count the newsroom's own public changes in the period, and compute the median time before a correction."""
    kinds = Publication.Kind
    reported_kinds = (kinds.CLARIFICATION, kinds.CORRECTION, kinds.UPDATE, kinds.RETRACTION)
    entries = (
        Publication.objects.filter(
            kind__in=reported_kinds, published_at__gte=period.start, published_at__lt=period.end
        )
        .filter(Exists(Verdict.objects.filter(claim=OuterRef("claim"), origin=Verdict.Origin.HOUSE)))
        .values_list("kind", "published_at", "first_published_at")
    )
    counts_by_kind: Counter[str] = Counter()
    days = []
    for kind, published_at, first_published_at in entries:
        counts_by_kind[kind] += 1
        if kind in (kinds.CORRECTION, kinds.RETRACTION):
            days.append((published_at - first_published_at) / _DAY)
    return CorrectionFigures(counts_by_kind, round(median(days), 1) if days else None)


def count_complaints(period: Period) -> ComplaintFigures:
    """Count the complaints confirmed in the period, in total and by outcome."""
    return Complaint.objects.all().figures(period.start, period.end)


def count_requests(period: Period) -> ReaderRequestCounts:
    """Count the readers' requests confirmed in the period, and the requests that have been answered."""
    requests = ReaderRequest.objects.confirmed().filter(
        confirmed_at__gte=period.start, confirmed_at__lt=period.end
    )
    counts = requests.aggregate(
        request_count=Count("pk"), answered_count=Count("pk", filter=Q(state=ReaderRequest.State.ANSWERED))
    )
    return ReaderRequestCounts(**counts)
