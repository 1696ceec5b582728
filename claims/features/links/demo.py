"""The demo's broken links. No URL is requested."""

from datetime import timedelta

from django.utils import timezone

from claims.features.links import due_links
from claims.features.links.link_findings import LinkFinding
from claims.features.links.models import LinkOutcome
from claims.features.links.outcomes import get_required_proof
from claims.features.links.resolved_links import store_link_status
from claims.features.links.watched_links import update_watched_links
from claims.management.demo.incoming import DemoContent


def add_rows(demo: DemoContent) -> None:
    """Store invented results of several checks within a month."""
    update_watched_links()
    link_rows = {demo.sources[row["source"]].pk: row for row in demo.rows["links"]}
    for link in due_links.lease_links(len(link_rows), source_ids=link_rows):
        row = link_rows[link.pk]
        outcome = LinkOutcome(row["outcome"])
        link.suspected, link.failures = outcome, get_required_proof(outcome, row["reason"]).check_count
        link.failing_since = timezone.now() - timedelta(days=30)
        finding = LinkFinding(outcome, row["reason"], row["status"], row["moved_to"])
        store_link_status(link, finding, quote_version="", jitter=0.5)
