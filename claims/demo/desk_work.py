"""Work in progress in the demo: assignments, comments and scheduled publications.

The days are counted from the day on which the demo is loaded, so that something is overdue and something is to come.
"""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from claims.models import AssignmentRule, ChatChannel, Claim, Notification, SavedView, Topic, Verdict
from claims.newsroom import api_tokens
from claims.review import scheduled_publications
from claims.teamwork import assignments, comments

Row = dict[str, Any]


def put_to_work(content: Row, claims: dict[str, Claim], people: dict[str, User]) -> None:
    """Give out, date, discuss and schedule what the content says."""
    _mark_past_events_notified()
    for row in content["assignments"]:
        assignments.assign(
            _find_subject(row, claims),
            people[row["to"]],
            by=people[row["by"]],
            due_on=timezone.localdate() + timedelta(days=row["due_in_days"]),
            priority=row["priority"],
            note=row["note"],
        )
    for row in content["comments"]:
        said = comments.write(claims[row["claim"]], row["text"], by=people[row["by"]]).comment
        for reply in row["replies"]:
            comments.write(claims[row["claim"]], reply["text"], by=people[reply["by"]], reply_to=said)
    for row in content["schedules"]:
        day = timezone.localdate() + timedelta(days=row["in_days"])
        moment = timezone.make_aware(datetime.combine(day, time.fromisoformat(row["at"])))
        scheduled_publications.schedule(
            _get_latest_verdict(claims[row["claim"]]), moment, by=people[row["by"]]
        )
    for row in content["rules"]:
        AssignmentRule.objects.create(
            name=row["name"],
            topic=Topic.objects.get(slug=row["topic"]),
            person=people[row["person"]],
            due_in_days=row["due_in_days"],
        )
    for row in content["views"]:
        SavedView.objects.create(
            name=row["name"],
            listed=row["listed"],
            query=row["query"],
            owner=people[row["by"]],
            is_shared=row["is_shared"],
        )


def connect(content: Row, people: dict[str, User]) -> None:
    """Add a chat channel, which is switched off, and an API token, whose secret is discarded."""
    for row in content["chat_channels"]:
        ChatChannel.objects.create(
            name=row["name"],
            shape=row["shape"],
            address=row["address"],
            active=False,
            created_by=people[row["by"]],
        )
    for row in content["tokens"]:
        api_tokens.issue_token(
            people[row["person"]],
            name=row["name"],
            scopes=row["scopes"],
            days=row["days"],
            by=people[row["by"]],
        )


def _mark_past_events_notified() -> None:
    """Mark past events as notified, so that the demo sends nothing about them."""
    Notification.objects.unread().update(read_at=timezone.now())


def _find_subject(row: Row, claims: dict[str, Claim]) -> Claim | Verdict:
    claim = claims[row["claim"]]
    return _get_latest_verdict(claim) if row["of"] == "verdict" else claim


def _get_latest_verdict(claim: Claim) -> Verdict:
    return claim.verdicts.latest("pk")
