"""The demo's work in progress: assignments, comments and a rule.

Dates are relative to the day on which the demo is loaded, so that some work is overdue and some is still to come.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from claims.features.teamwork import assignments, comments
from claims.features.teamwork.models import AssignmentRule, ChatChannel, Notification
from claims.management.demo.incoming import DemoContent
from claims.models import Claim, Topic, Verdict
from factcheck import features


def add_work(demo: DemoContent) -> None:
    """Create the demo's assignments, due dates and comments, and a chat channel that is switched off."""
    _mark_past_events_notified()
    for row in demo.rows["assignments"]:
        assignments.assign_work(
            _find_subject(row, demo.claims),
            demo.people[row["to"]],
            by=demo.people[row["by"]],
            due_on=timezone.localdate() + timedelta(days=row["due_in_days"]),
            priority=row["priority"],
            note=row["note"],
        )
    for row in demo.rows["comments"]:
        comment = comments.add_comment(
            demo.claims[row["claim"]], row["text"], by=demo.people[row["by"]]
        ).comment
        for reply in row["replies"]:
            comments.add_comment(
                demo.claims[row["claim"]], reply["text"], by=demo.people[reply["by"]], reply_to=comment
            )
    for row in demo.rows["assignment_rules"]:
        AssignmentRule.objects.create(
            name=row["name"],
            topic=Topic.objects.get(slug=row["topic"]),
            person=demo.people[row["person"]],
            due_in_days=row["due_in_days"],
        )
    for row in demo.rows["chat_channels"]:
        ChatChannel.objects.create(
            name=row["name"],
            shape=row["shape"],
            address=row["address"],
            active=False,
            created_by=demo.people[row["by"]],
        )


def _mark_past_events_notified() -> None:
    """Mark past events as already notified, so that the demo does not send messages about them."""
    past_notifications = Notification.objects.unread().exclude(kind__in=features.map_notification_lists())
    past_notifications.update(read_at=timezone.now())


def _find_subject(row: dict[str, Any], claims: dict[str, Claim]) -> Claim | Verdict:
    claim = claims[row["claim"]]
    return claim.verdicts.latest("pk") if row["of"] == "verdict" else claim
