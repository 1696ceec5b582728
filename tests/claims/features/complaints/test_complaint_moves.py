"""Complaints at the desk, from taking one to the correction that came of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.features.complaints import complaint_moves, personal_data, quarantine, submissions
from claims.features.complaints.confirmations import Sender
from claims.features.complaints.models import Complaint, ReaderStep
from claims.features.teamwork.models import Notification
from claims.models import Claim, Publication, Verdict
from claims.newsroom.refusals import NotAllowed, NotPossible
from claims.review import verdict_drafts, workflow
from tests.claims.features.complaints.conftest import jobs, work
from tests.helpers.newsroom import make_claim, person
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db


def republish(draft: Verdict, author: User, other: User, **content: str) -> None:
    verdict_drafts.edit(draft, by=author, **content)
    for action, by in (("submit", author), ("sign_off", other), ("publish", other)):
        draft = workflow.move(draft, action, by=by)


def test_working_on_complaints_needs_permission(
    complain: Callable[..., Complaint], checker: User, editor: User
) -> None:
    complaint = complain()
    for button in (
        lambda: complaint_moves.assign_complaint(complaint, editor, by=checker),
        lambda: complaint_moves.start_correction(complaint, by=checker),
        lambda: complaint_moves.answer_complaint(complaint, outcome="clarified", answer="x", by=checker),
        lambda: complaint_moves.reject_complaint(complaint, reason="x", by=checker),
    ):
        with pytest.raises(NotAllowed):
            button()
    with pytest.raises(NotPossible, match="may not work on complaints"):
        complaint_moves.assign_complaint(complaint, checker, by=editor)


def test_an_assigned_person_is_notified(complain: Callable[..., Complaint], editor: User) -> None:
    colleague = person("erik", "Editor")
    complaint = complaint_moves.assign_complaint(complain(), colleague, by=editor)
    assert (complaint.state, complaint.assigned_to) == ("in_progress", colleague)
    notification = Notification.objects.get(kind="complaint_given")
    assert (notification.person, notification.actor) == (colleague, editor)
    complaint = complaint_moves.unassign(complaint, by=colleague)
    assert (complaint.state, complaint.assigned_to) == ("confirmed", None)
    steps = ReaderStep.objects.filter(number=complaint.pk).values_list("after", "by_name", "assigned_to")
    assert list(steps) == [
        ("confirmed", "", None),
        ("in_progress", "Edith", colleague.pk),
        ("confirmed", "Erik", None),
    ]


def test_a_publication_made_because_of_it_is_its_outcome(
    complain: Callable[..., Complaint], checker: User, editor: User
) -> None:
    complaint = complain()
    with pytest.raises(NotPossible, match="Publish the correction first"):
        complaint_moves.answer_complaint(complaint, outcome="corrected", answer="You are right.", by=editor)
    draft = complaint_moves.start_correction(complaint, by=editor)
    assert (draft.version, draft.correction_kind, draft.author) == (2, "correction", editor)
    assert complaint_moves.start_correction(complaint, by=editor) == draft  # no second one
    republish(draft, editor, person("erik", "Editor"), correction_note="The sum was wrong.")
    complaint.refresh_from_db()
    entry = Publication.objects.get(claim=complaint.claim, version=2)
    assert (complaint.entry, complaint.outcome, complaint.state) == (entry, "corrected", "in_progress")
    assert list(entry.complaints.all()) == [complaint]
    with pytest.raises(NotPossible, match="A change was published"):
        complaint_moves.answer_complaint(complaint, outcome="no_change", answer="No.", reason="x", by=editor)
    with pytest.raises(NotPossible, match="Now answer the complaint"):
        complaint_moves.reject_complaint(complaint, reason="x", by=editor)
    complaint = complaint_moves.answer_complaint(
        complaint, outcome="corrected", answer="You are right.", by=editor
    )
    assert (complaint.state, complaint.working_days) == ("answered", 0)
    sent = work()
    assert [message.subject for message in sent] == [
        "The answer to your complaint · Factcheck Newsroom",
    ]
    assert "You are right." in sent[0].body
    assert complaint.text not in sent[0].body
    assert f"/claims/{complaint.claim_id}/" in sent[0].body


def test_a_clarification_clarifies(complain: Callable[..., Complaint], editor: User) -> None:
    complaint = complain()
    draft = complaint_moves.start_correction(complaint, by=editor)
    republish(
        draft, editor, person("erik", "Editor"), correction_note="Clearer.", correction_kind="clarification"
    )
    complaint.refresh_from_db()
    assert complaint.outcome == "clarified"
    assert complaint.entry is not None


def test_an_open_draft_becomes_the_correction(
    complain: Callable[..., Complaint], checker: User, editor: User
) -> None:
    complaint = complain()
    draft = verdict_drafts.begin(complaint.claim, by=checker)
    assert complaint_moves.start_correction(complaint, by=editor) == draft
    verdict_drafts.discard(draft, by=checker)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.correction) == ("in_progress", None)


def test_a_publication_for_another_reason_is_not_its_outcome(
    complain: Callable[..., Complaint], publish: Callable[..., Claim]
) -> None:
    complaint = complain()
    publish(complaint.claim, correction_kind="update", correction_note="New figures.")
    complaint.refresh_from_db()
    assert (complaint.entry, complaint.outcome) == (None, "")


@sweep(
    ("outcome", "answer", "reason", "match"),
    [
        ("", "x", "", "Choose the outcome"),
        ("praised", "x", "", "Choose the outcome"),
        ("clarified", " ", "", "Write the answer"),
        ("no_change", "x", " ", "Explain why nothing is changed"),
    ],
    undone=True,
)
def test_an_answer_is_whole(
    outcome: str, answer: str, reason: str, match: str, complain: Callable[..., Complaint], editor: User
) -> None:
    with pytest.raises(NotPossible, match=match):
        complaint_moves.answer_complaint(complain(), outcome=outcome, answer=answer, reason=reason, by=editor)


def test_a_closed_complaint_is_not_answered_again(complain: Callable[..., Complaint], editor: User) -> None:
    complaint = complain()
    complaint_moves.reject_complaint(complaint, reason="This is about another newsroom.", by=editor)
    with pytest.raises(NotPossible, match="closed"):
        complaint_moves.answer_complaint(complaint, outcome="clarified", answer="x", by=editor)
    [message] = work()
    assert "another newsroom" in message.body
    assert work() == []


def test_people_who_deleted_their_data_get_no_mail(complain: Callable[..., Complaint], editor: User) -> None:
    complaint = complain()
    contact = complaint.contact
    complaint_moves.answer_complaint(complaint, outcome="clarified", answer="x", by=editor)
    personal_data.erase_contact(contact)
    assert work() == []
    assert [name for name, _arguments in jobs()] == ["mail_confirmation", "mail_answer"]


def test_a_merged_claim_is_corrected_at_its_target(
    complain: Callable[..., Complaint], publish: Callable[..., Claim], editor: User
) -> None:
    complaint, target = complain(), publish()
    workflow.move(complaint.claim, "merge", by=editor, into=target, note="The same.")
    draft = complaint_moves.start_correction(complaint, by=editor)
    assert draft.claim == target
    republish(draft, editor, person("erik", "Editor"), correction_note="The sum was wrong.")
    complaint.refresh_from_db()
    assert complaint.entry is not None
    assert complaint.entry.claim == target


def test_the_author_of_the_verdict_is_shown(
    complain: Callable[..., Complaint], checker: User, editor: User
) -> None:
    complaint = complain()
    assert complaint_moves.is_author_of_verdict(complaint, checker)
    assert not complaint_moves.is_author_of_verdict(complaint, editor)


def test_overdue_is_reported_once(complain: Callable[..., Complaint], editor: User) -> None:
    complaint = complain()
    assert complaint_moves.notify_overdue_complaints() == 0
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        assert complaint_moves.notify_overdue_complaints() == 1
        assert complaint_moves.notify_overdue_complaints() == 0
    assert [row.person for row in Notification.objects.filter(kind="complaint_late")] == [editor]
    due_on = complaint.due_on
    assert due_on is not None
    assert list(Complaint.objects.overdue(due_on + timedelta(days=1))) == [complaint]
    assert not Complaint.objects.overdue(due_on).exists()


def test_a_held_message_is_released_or_marked_as_spam(
    complain: Callable[..., Complaint], editor: User, checker: User
) -> None:
    one = complain(confirmed=False, text="<a href='x'>Prices</a>")
    two = complain(
        one.claim, confirmed=False, text="<a href='y'>Prices</a>", sender=Sender("ruth@example.org")
    )
    assert jobs() == []
    with pytest.raises(NotAllowed):
        quarantine.release_messages([one], by=checker)
    assert quarantine.release_messages([one], by=editor) == 1
    assert quarantine.release_messages([one], by=editor) == 0
    assert len(jobs()) == 1
    submissions.confirm_contact(one.contact)
    one.refresh_from_db()
    assert one.state == "confirmed"
    assert quarantine.mark_as_spam([two], by=editor) == 1
    two.refresh_from_db()
    assert two.state == "spam"
    assert not hasattr(Complaint.objects.get(pk=two.pk), "contact")


def test_figures_of_a_period(complain: Callable[..., Complaint], editor: User) -> None:
    """Nothing but numbers, by the clock of the database."""
    begin = datetime.now(UTC) - timedelta(minutes=1)
    claim = complain(confirmed=False).claim
    complaints = [
        complain(claim, sender=Sender(f"r{number}@example.org"), text=f"{number}") for number in range(5)
    ]
    complaint_moves.answer_complaint(complaints[0], outcome="clarified", answer="x", by=editor)
    complaint_moves.answer_complaint(complaints[1], outcome="no_change", answer="x", reason="y", by=editor)
    complaint_moves.reject_complaint(complaints[2], reason="x", by=editor)
    submissions.withdraw_message(complaints[3].contact)
    Complaint.objects.filter(pk=complaints[1].pk).update(working_days=9)
    end = datetime.now(UTC) + timedelta(minutes=1)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        figures = Complaint.objects.figures(begin, end)
    assert len(asked) == 1
    assert figures._asdict() == {
        "received": 5,
        "answered": 2,
        "median_working_days": 0.0,
        "in_time": 2,
        "corrected": 0,
        "clarified": 1,
        "unchanged": 1,
        "rejected": 1,
        "withdrawn": 1,
        "waiting": 1,
    }
    before = Complaint.objects.figures(begin - timedelta(days=30), begin)
    assert (before.received, before.median_working_days, before.waiting) == (0, None, 0)


def test_a_publication_costs_two_questions_more(publish: Callable[..., Claim]) -> None:
    """That complaints and requests wait for it costs a publication nothing else."""
    make_claim()
    with CaptureQueriesContext(connection) as asked:
        publish()
    of_readers = [
        query
        for query in asked
        if "complaints_complaint" in query["sql"] or "complaints_readerreq" in query["sql"]
    ]
    assert len(of_readers) == 2
