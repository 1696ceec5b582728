"""The demo's requests for reply, stored with its verdicts."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from claims.features.reply.models import ReplyRequest
from claims.management.demo.demo_newsroom import parse_moment
from claims.models import Verdict
from claims.newsroom.people import get_display_name

#: A time in the demo's file → the field that stores it.
_TIME_FIELDS = {"sent": "sent_at", "answer_by": "answer_by", "answered": "answered_at"}


def add_requests(*, verdict: Verdict, row: dict[str, Any], author: User, **signal: Any) -> None:
    """Store the requests for reply that the demo's file lists for this version of the verdict."""
    ReplyRequest.objects.filter(verdict=verdict).delete()
    requests = []
    for request_data in row["right_of_reply"]:
        field_values = {name: text for name, text in request_data.items() if name not in _TIME_FIELDS}
        moments_by_field: dict[str, datetime] = {
            _TIME_FIELDS[name]: parse_moment(request_data[name])
            for name in request_data.keys() & _TIME_FIELDS.keys()
        }
        requests.append(
            ReplyRequest(
                verdict=verdict,
                claimant=verdict.claim.claimant,
                sent_by=author if moments_by_field else None,
                sent_by_name=get_display_name(author) if moments_by_field else "",
                **field_values,
                **moments_by_field,
            )
        )
    ReplyRequest.objects.bulk_create(requests)
