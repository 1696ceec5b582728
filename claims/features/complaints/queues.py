"""The queues of complaints and requests."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, Model
from django.utils.translation import gettext_lazy as _

from claims.admin.queues import ListedRow, Queue
from claims.features.complaints.admin.deadline_badge import build_deadline_badge
from claims.features.complaints.models import Complaint, ReaderRequest
from factcheck.admin.base import get_page_url


def _find_waiting_messages(messages: Any, person: User) -> Any:
    """Return the complaints or requests that are waiting for an answer."""
    return messages.waiting()


def _find_held_messages(messages: Any, person: User) -> Any:
    """Return messages held as possible spam."""
    return messages.held()


def _build_complaint_row(complaint: Complaint) -> ListedRow:
    return ListedRow(str(complaint.claim), get_page_url(complaint), build_deadline_badge(complaint))


QUEUES: dict[type[Model], dict[str, Queue]] = {
    Complaint: {
        # On the dashboard of everyone who may answer, so that no complaint goes unseen while a colleague is absent.
        "complaints": Queue(
            _("Complaints to answer"),
            lambda rows, person: _find_waiting_messages(rows, person).select_related("claim"),
            ("due_on", "pk"),
            "complaints.answer_complaint",
            list_row=_build_complaint_row,
        ),
        "held_complaints": Queue(
            _("Complaints held as possible spam"),
            _find_held_messages,
            ("received_at", "pk"),
            "complaints.answer_complaint",
            "received_at",
        ),
    },
    ReaderRequest: {
        "requests": Queue(
            _("Readers’ requests"),
            _find_waiting_messages,
            (F("askers").desc(), F("confirmed_at"), "pk"),
            "complaints.answer_readerrequest",
            "confirmed_at",
        ),
        "held_requests": Queue(
            _("Requests held as possible spam"),
            _find_held_messages,
            ("received_at", "pk"),
            "complaints.answer_readerrequest",
            "received_at",
        ),
    },
}
