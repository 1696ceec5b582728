"""Work in progress in the demo: scheduled publications and saved views.

Days are counted from the day on which the demo is loaded, so that some publications are overdue and others are
upcoming.
"""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from claims.models import Claim, SavedView
from claims.newsroom import api_tokens
from claims.review import scheduled_publications

Row = dict[str, Any]


def create_desk_work(content: Row, claims: dict[str, Claim], people: dict[str, User]) -> None:
    """Schedule publications and save the views in the content."""
    for row in content["schedules"]:
        day = timezone.localdate() + timedelta(days=row["in_days"])
        moment = timezone.make_aware(datetime.combine(day, time.fromisoformat(row["at"])))
        scheduled_publications.schedule(
            claims[row["claim"]].verdicts.latest("pk"), moment, by=people[row["by"]]
        )
    for row in content["views"]:
        SavedView.objects.create(
            name=row["name"],
            listed=row["listed"],
            query=row["query"],
            owner=people[row["by"]],
            is_shared=row["is_shared"],
        )


def create_api_token(content: Row, people: dict[str, User]) -> None:
    """Add an API token and discard its secret."""
    for row in content["tokens"]:
        api_tokens.issue_token(
            people[row["person"]],
            name=row["name"],
            scopes=row["scopes"],
            days=row["days"],
            by=people[row["by"]],
        )
