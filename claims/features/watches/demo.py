"""The demo's watches (claims/management/demo/README.md)."""

from typing import Any

from django.contrib.auth.models import User

from claims.features.watches.models import Watch
from claims.models import Claim
from sources.models import Source


def add_watches(
    content: dict[str, Any],
    claims: dict[str, Claim],
    sources: dict[str, Source],
    people: dict[str, User],
) -> None:
    """Add paused watches, so that the demo makes no requests until a person resumes one."""
    for row in content["watches"]:
        if Watch.objects.with_url(row["url"]) is None:
            field_values = {field_name: row[field_name] for field_name in ("name", "url", "language")}
            Watch.objects.create(created_by=people[row["by"]], active=False, **field_values)
