"""Apply new ledger entries to complaints and requests."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from claims.features.complaints import reader_mails
from claims.features.complaints.models import Complaint, ReaderRequest
from claims.models import Claim, Publication, Verdict


def apply_new_entries(*, claims: Collection[int], **signal: Any) -> None:
    """Link complaints to corrections, and answer requests, within the publishing transaction."""
    _link_published_corrections(claims)
    _answer_requests(claims)


def _link_published_corrections(claims: Collection[int]) -> None:
    """Link complaints to the corrections that were just published for these claims.

    An editor still writes the answer, but the outcome is now fixed.
    """
    waiting_complaints = Complaint.objects.select_for_update(of=("self",)).filter(
        entry=None,
        correction__claim__in=claims,
        correction__state=Verdict.State.PUBLISHED,
        state__in=[Complaint.State.CONFIRMED, Complaint.State.IN_PROGRESS],
    )
    for complaint in waiting_complaints.select_related("correction"):
        assert complaint.correction is not None  # noqa: S101  it was requested
        entry = Publication.objects.newest().filter(claim_id=complaint.correction.claim_id).first()
        if entry is None or entry.version == 1 or entry.published_at < complaint.received_at:
            continue
        is_clarification = entry.kind == Publication.Kind.CLARIFICATION
        complaint.entry = entry
        complaint.outcome = Complaint.Outcome.CLARIFIED if is_clarification else Complaint.Outcome.CORRECTED
        complaint.save(update_fields=["entry", "outcome"])


def _answer_requests(claims: Collection[int]) -> None:
    """Answer the requests on claims that were just published."""
    # Two queries: a single one with OR would read all accepted requests.
    merged_claims = Claim.objects.filter(merged_into__in=claims).values_list("pk", flat=True)
    _answer_requests_on_published_claims(ReaderRequest.objects.filter(claim__in=[*claims, *merged_claims]))


@transaction.atomic
def answer_all_published() -> None:
    """Answer all requests on published claims. Needed after imports, which send no signal for each claim."""
    _answer_requests_on_published_claims(ReaderRequest.objects.all())


def _answer_requests_on_published_claims(requests: QuerySet[ReaderRequest]) -> None:
    waiting_requests = requests.filter(state=ReaderRequest.State.TAKEN_UP)
    if not waiting_requests.exists():  # the usual case, checked five times as fast as by the query below
        return
    current_publications = Publication.objects.current()
    rows = waiting_requests.select_for_update(of=("self",)).filter(
        Exists(current_publications.filter(claim=OuterRef("claim")))
        | Exists(current_publications.filter(claim=OuterRef("claim__merged_into")))
    )
    for row in rows.select_related("claim__merged_into"):
        assert row.claim is not None  # noqa: S101  it is published
        row.save_move(None, state=ReaderRequest.State.ANSWERED, claim=row.claim.merged_into or row.claim)
        reader_mails.queue_answer(row.contacts.all())
