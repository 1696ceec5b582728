"""Requests for answers as tests have them: sent long ago, with a deadline that has passed or not."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from claims.features.reply import reply_requests
from claims.features.reply.models import ReplyRequest
from claims.features.reply.reply_requests import ReceivedReply
from claims.models import Claimant, Verdict
from tests.helpers.newsroom import make_claim, make_draft


def named_draft(author: User, **content: Any) -> Verdict:
    """A complete draft about a claimant who has not been asked yet."""
    claimant = Claimant.objects.create(name="Mara Lindqvist", job_title="Minister of Transport")
    draft = make_draft(
        make_claim("The bridge cost ninety million euros.", claimant=claimant), author, **content
    )
    draft.reply_requests.all().delete()
    return draft


def ask(verdict: Verdict, by: User, *, hours: float = 24, ago: float = 2, **fields: Any) -> ReplyRequest:
    """A request to the claimant that was passed on some hours ago; with negative hours its deadline has passed."""
    now = timezone.now()
    asked: dict[str, Any] = {
        "claimant": verdict.claim.claimant,
        "channel": "email",
        "address": "press@ministry.example",
        "language": "en",
        "subject": "Your speech",
        "text": "What does it rest on?",
        "sent_at": now - timedelta(hours=ago),
        "answer_by": now + timedelta(hours=hours),
    }
    return reply_requests.add_request(verdict, by=by, **(asked | fields))


def answer(text: str = "It rests on the tender.", **fields: Any) -> ReceivedReply:
    given: dict[str, Any] = {
        "answered_at": timezone.now(),
        "channel": "email",
        "text": text,
        "display": "full",
    }
    return ReceivedReply(**(given | fields))
