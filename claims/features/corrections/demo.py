"""The demo's correction requests, from `demo.json`: one led to a correction, the other is open."""

from datetime import date
from typing import Any

from django.contrib.auth.models import User

from claims.features.corrections.models import Rectification
from claims.features.corrections.requests import add_step
from claims.models import Claim
from sources.models import Source


def add_requests(
    content: dict[str, Any], claims: dict[str, Claim], sources: dict[str, Source], people: dict[str, User]
) -> None:
    """Record correction requests with their steps; nothing is sent."""
    for row in content["rectifications"]:
        request = Rectification.objects.create(
            claim=claims[row["claim"]],
            outlet=row["outlet"],
            url=row["url"],
            asked_on=date.fromisoformat(row["asked_on"]),
            created_by=people[row["steps"][0]["by"]],
        )
        for step in row["steps"]:
            add_step(
                request,
                step["kind"],
                day=date.fromisoformat(step["on"]),
                note=step["note"],
                by=people[step["by"]],
            )
