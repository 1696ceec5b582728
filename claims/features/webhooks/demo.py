"""The demo's webhook (claims/management/demo/README.md). It is switched off, so that nothing is sent."""

from typing import Any

from django.contrib.auth.models import User

from claims.features.webhooks.models import WebhookEndpoint
from claims.models import Claim
from sources.models import Source


def add_webhooks(
    content: dict[str, Any], claims: dict[str, Claim], sources: dict[str, Source], people: dict[str, User]
) -> None:
    for row in content["webhooks"]:
        WebhookEndpoint.objects.create(active=False, **row | {"created_by": people[row["created_by"]]})
