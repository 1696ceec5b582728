"""The demo's watches (claims/management/demo/README.md)."""

from claims.features.watches.models import Watch
from claims.management.demo.incoming import DemoContent


def add_watches(demo: DemoContent) -> None:
    """Add paused watches, so that the demo makes no requests until a person resumes one."""
    for row in demo.rows["watches"]:
        if Watch.objects.with_url(row["url"]) is None:
            field_values = {field_name: row[field_name] for field_name in ("name", "url", "language")}
            Watch.objects.create(created_by=demo.people[row["by"]], active=False, **field_values)
