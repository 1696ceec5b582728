"""The queues of complaints and requests."""

from django.db.models import F, Model
from django.utils.translation import gettext_lazy as _

from claims.admin.queues import ListedRow, Queue
from claims.features.complaints.admin.deadline_badge import build_deadline_badge
from claims.features.complaints.models import Complaint, ReaderRequest
from factcheck.admin.base import get_page_url


def _build_complaint_row(complaint: Complaint) -> ListedRow:
    return ListedRow(str(complaint.claim), get_page_url(complaint), build_deadline_badge(complaint))


QUEUES: dict[type[Model], dict[str, Queue]] = {
    Complaint: {
        # On the dashboard of everyone who may answer, so that no complaint goes unseen while a colleague is absent.
        "complaints": Queue(
            _("Complaints to answer"),
            lambda rows, person: rows.waiting().select_related("claim"),
            ("due_on", "pk"),
            "complaints.answer_complaint",
            list_row=_build_complaint_row,
        ),
        "held_complaints": Queue(
            _("Complaints held as possible spam"),
            lambda rows, person: rows.held(),
            ("received_at", "pk"),
            "complaints.answer_complaint",
            "received_at",
        ),
    },
    ReaderRequest: {
        "requests": Queue(
            _("Readers’ requests"),
            lambda rows, person: rows.waiting(),
            (F("reader_count").desc(), F("confirmed_at"), "pk"),
            "complaints.answer_readerrequest",
            "confirmed_at",
        ),
        "held_requests": Queue(
            _("Requests held as possible spam"),
            lambda rows, person: rows.held(),
            ("received_at", "pk"),
            "complaints.answer_readerrequest",
            "received_at",
        ),
    },
}
