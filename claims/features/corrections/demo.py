"""The demo's correction requests, from `demo.json`: one led to a correction, the other is open."""

from datetime import date

from claims.features.corrections.models import Rectification
from claims.features.corrections.requests import add_step
from claims.management.demo.incoming import DemoContent


def add_requests(demo: DemoContent) -> None:
    """Record correction requests with their steps; nothing is sent."""
    for row in demo.rows["rectifications"]:
        request = Rectification.objects.create(
            claim=demo.claims[row["claim"]],
            outlet=row["outlet"],
            url=row["url"],
            asked_on=date.fromisoformat(row["asked_on"]),
            created_by=demo.people[row["steps"][0]["by"]],
        )
        for step in row["steps"]:
            add_step(
                request,
                step["kind"],
                day=date.fromisoformat(step["on"]),
                note=step["note"],
                by=demo.people[step["by"]],
            )
