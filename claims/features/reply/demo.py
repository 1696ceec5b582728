"""The demo's requests for reply, stored with its verdicts."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from claims.features.reply.models import ReplyRequest
from claims.management.demo.demo_newsroom import parse_moment
from claims.models import Verdict
from claims.newsroom.people import get_display_name

#: The times of a request: their names in the file, and the fields that store them.
_TIME_FIELDS = {"sent": "sent_at", "answer_by": "answer_by", "answered": "answered_at"}


def add_requests(*, verdict: Verdict, row: dict[str, Any], author: User, **signal: Any) -> None:
    """Store each version's requests to the claimant."""
    ReplyRequest.objects.filter(verdict=verdict).delete()
    requests = []
    for entry in row["right_of_reply"]:
        words = {name: text for name, text in entry.items() if name not in _TIME_FIELDS}
        moments: dict[str, datetime] = {
            _TIME_FIELDS[name]: parse_moment(entry[name]) for name in entry.keys() & _TIME_FIELDS.keys()
        }
        requests.append(
            ReplyRequest(
                verdict=verdict,
                claimant=verdict.claim.claimant,
                sent_by=author if moments else None,
                sent_by_name=get_display_name(author) if moments else "",
                **words,
                **moments,
            )
        )
    ReplyRequest.objects.bulk_create(requests)
