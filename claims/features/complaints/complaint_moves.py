"""What editors do with complaints at the desk: assign, start a correction, answer, reject.

Each function locks the complaint, reads it again, decides and writes. The database records the change and the
person who made it.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.features.complaints import reader_mails, working_days
from claims.features.complaints.models import Complaint
from claims.features.complaints.submissions import ANSWER_PERMISSION, summarise_complaint
from claims.models import Claim, Publication, Verdict
from claims.newsroom.notifications import NotificationKind, notify_people
from claims.newsroom.people import find_people_with, get_display_name
from claims.newsroom.refusals import NotPossible
from claims.newsroom.roles import require_permission
from claims.review import verdict_drafts
from sources.models import Publisher

_State, _Outcome = Complaint.State, Complaint.Outcome


@transaction.atomic
def assign_complaint(complaint: Complaint, to: User, *, by: User) -> Complaint:
    """Assign the complaint to a person, and notify them.

    Raises:
        NotPossible: the complaint is closed, or the person does not work on complaints.
    """
    complaint = _lock_open_complaint(complaint, by)
    if not (to.is_active and to.has_perm(ANSWER_PERMISSION)):
        raise NotPossible(_("%(person)s may not work on complaints.") % {"person": get_display_name(to)})
    complaint.save_move(by, state=_State.IN_PROGRESS, assigned_to=to)
    notify_people(
        NotificationKind.COMPLAINT_GIVEN,
        claim=complaint.claim,
        to=[to],
        by=by,
        note=summarise_complaint(complaint),
    )
    return complaint


@transaction.atomic
def unassign(complaint: Complaint, *, by: User) -> Complaint:
    """Remove the assignee, so that another person can work on the complaint."""
    return _lock_open_complaint(complaint, by).save_move(by, state=_State.CONFIRMED, assigned_to=None)


@transaction.atomic
def start_correction(complaint: Complaint, *, by: User) -> Verdict:
    """Draft a new version of the newsroom's verdict, linked to the complaint.

    If there is already an open draft, the complaint is linked to it instead.

    Raises:
        NotPossible: the complaint is closed, or the claim cannot get a verdict.
        NotAllowed: the person may not draft verdicts.
    """
    complaint = _lock_open_complaint(complaint, by)
    if complaint.entry_id:
        raise NotPossible(_("A correction has already been published. Now answer the complaint."))
    claim = complaint.claim.merged_into or complaint.claim
    own_publisher = Publisher.objects.get_house()
    open_states = [Verdict.State.DRAFT, Verdict.State.IN_REVIEW]
    draft = claim.verdicts.filter(publisher=own_publisher, state__in=open_states).first()
    if draft is None:
        draft = verdict_drafts.begin(claim, by=by)
        if draft.supersedes_id:
            draft = verdict_drafts.edit(draft, by=by, correction_kind=Publication.Kind.CORRECTION)
    complaint.save_move(
        by,
        state=_State.IN_PROGRESS,
        correction=draft,
        assigned_to=complaint.assigned_to or (by if by.has_perm(ANSWER_PERMISSION) else None),
    )
    return draft


@transaction.atomic
def answer_complaint(
    complaint: Complaint, *, outcome: str, answer: str, reason: str = "", by: User
) -> Complaint:
    """Send the outcome of a complaint to the reader, by email and on the reader's page.

    Raises:
        NotPossible: the complaint is closed, the answer or a reason is missing, or no correction was published.
    """
    complaint = _lock_open_complaint(complaint, by)
    answer, reason = answer.strip(), reason.strip()
    if outcome not in _Outcome.values:
        raise NotPossible(_("Choose the outcome: corrected, clarified, or no change."))
    if not answer:
        raise NotPossible(_("Write the answer to the reader."))
    if outcome == _Outcome.CORRECTED and complaint.entry_id is None:
        raise NotPossible(_("Publish the correction first: the answer links to it."))
    if outcome == _Outcome.NO_CHANGE and complaint.entry_id:
        raise NotPossible(
            _("A change was published because of this complaint; the answer refers to the change.")
        )
    if outcome == _Outcome.NO_CHANGE and not reason:
        raise NotPossible(_("Explain why nothing is changed."))
    return _close_complaint(
        complaint, by, state=_State.ANSWERED, outcome=outcome, answer=answer, reason=reason
    )


@transaction.atomic
def reject_complaint(complaint: Complaint, *, reason: str, by: User) -> Complaint:
    """Reject a message that is not an answerable complaint, and give the reader the reason.

    Raises:
        NotPossible: the complaint is closed, it led to a correction, or no reason is given.
    """
    complaint = _lock_open_complaint(complaint, by)
    if complaint.entry_id:
        raise NotPossible(_("A change was published because of this complaint. Now answer the complaint."))
    if not reason.strip():
        raise NotPossible(_("Explain why the complaint is rejected: the reader will receive this."))
    return _close_complaint(complaint, by, state=_State.REJECTED, reason=reason.strip())


def notify_overdue_complaints() -> int:
    """Notify the assignee of each overdue complaint, or all handlers, only once; return the number of complaints."""
    overdue_complaints = Complaint.objects.overdue(working_days.get_today()).filter(overdue_told_at=None)
    notified_count = 0
    for pk in overdue_complaints.values_list("pk", flat=True):
        with transaction.atomic():
            if not overdue_complaints.filter(pk=pk).update(overdue_told_at=timezone.now()):
                continue
            complaint = Complaint.objects.select_related("claim", "assigned_to").get(pk=pk)
            people = [complaint.assigned_to] if complaint.assigned_to else find_complaint_handlers()
            notify_people(
                NotificationKind.COMPLAINT_LATE,
                claim=complaint.claim,
                to=people,
                note=summarise_complaint(complaint),
            )
            notified_count += 1
    return notified_count


def find_complaint_handlers() -> Any:
    """Return all people who work on complaints, sorted by name."""
    return find_people_with(ANSWER_PERMISSION).order_by("first_name", "last_name", "username")


def is_author_of_verdict(complaint: Complaint, person: User) -> bool:
    """Return whether the person wrote a published verdict on the claim; if so, another person should answer."""
    is_author = Q(author=person) | Q(edited_by__contains=[person.pk])
    claims = [complaint.claim_id, complaint.claim.merged_into_id]
    states = [Verdict.State.PUBLISHED, Verdict.State.SUPERSEDED, Verdict.State.RETRACTED]
    return Verdict.objects.filter(is_author, claim__in=filter(None, claims), state__in=states).exists()


def _lock_open_complaint(complaint: Complaint, by: User) -> Complaint:
    """Return the complaint, read again under lock, after locking its claim.

    Raises:
        NotAllowed: the person does not work on complaints.
        NotPossible: the complaint is closed.
    """
    require_permission(by, ANSWER_PERMISSION, _("work on complaints"))
    Claim.objects.select_for_update().filter(pk=complaint.claim_id).first()
    rows = Complaint.objects.select_for_update(of=("self",)).select_related(
        "claim__merged_into", "assigned_to"
    )
    locked_complaint = rows.filter(pk=complaint.pk).first()
    if locked_complaint is None or not locked_complaint.is_waiting:
        raise NotPossible(_("This complaint is closed, or the reader has withdrawn it."))
    return locked_complaint


def _close_complaint(complaint: Complaint, by: User, *, state: str, **fields: Any) -> Complaint:
    assert complaint.confirmed_at is not None  # noqa: S101  it has reached the desk
    days_taken = working_days.count_working_days_between(complaint.confirmed_at, timezone.now())
    complaint.save_move(by, state=state, working_days=days_taken, **fields)
    reader_mails.queue_answer(filter(None, [getattr(complaint, "contact", None)]))
    return complaint
