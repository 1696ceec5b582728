"""The queues of requests for reply."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model, Q
from django.utils.translation import gettext_lazy as _

from claims.admin.queues import ListedRow, Queue
from claims.features.reply.admin.badges import build_deadline_badge
from claims.features.reply.models import ReplyRequest
from factcheck.admin.base import get_page_url


def _find_open_requests_of_person(requests: Any, person: User) -> Any:
    rows = requests.needing_attention().filter(Q(sent_by=person) | Q(verdict__author=person))
    return rows.select_related("verdict__claim", "claimant").defer("text", "answer")


def _build_request_row(row: ReplyRequest) -> ListedRow:
    claim = row.verdict.claim
    return ListedRow(
        f"{row.recipient_name}: {claim}", f"{get_page_url(claim)}#right-of-reply", build_deadline_badge(row)
    )


QUEUES: dict[type[Model], dict[str, Queue]] = {
    ReplyRequest: {
        "awaited": Queue(
            _("Awaiting replies"),
            lambda rows, person: rows.needing_attention(),
            ("answer_by", "pk"),
            "reply.change_replyrequest",
            "sent_at",
        ),
        "my_requests": Queue(
            _("Awaiting replies to my requests"),
            _find_open_requests_of_person,
            ("answer_by", "pk"),
            "reply.change_replyrequest",
            list_row=_build_request_row,
        ),
    }
}
