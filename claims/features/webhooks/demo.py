"""The demo's webhook (claims/management/demo/README.md). It is switched off, so that nothing is sent."""

from claims.features.webhooks.models import WebhookEndpoint
from claims.management.demo.incoming import DemoContent


def add_webhooks(demo: DemoContent) -> None:
    for row in demo.rows["webhooks"]:
        WebhookEndpoint.objects.create(active=False, **row | {"created_by": demo.people[row["created_by"]]})
