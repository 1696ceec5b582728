"""The webhooks that received a correction, shown on the claim's page at the desk."""

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from claims.features.webhooks.models import WebhookDelivery, WebhookEndpoint
from claims.models import Publication

#: The most deliveries shown; the list of deliveries has all of them.
_MAX_SHOWN_DELIVERIES = 50


def describe_deliveries(entries: Sequence[Publication], person: User) -> dict[int, list[str]]:
    """Return lines of text about the deliveries of each ledger entry, keyed by the entry's id."""
    lines: dict[int, list[str]] = defaultdict(list)
    if not person.has_perm("webhooks.view_webhookdelivery"):
        return lines
    # Ordered by endpoint, the first column of the index.
    deliveries = WebhookDelivery.objects.filter(
        endpoint__in=WebhookEndpoint.objects.values("pk"), publication__in=entries
    )
    for delivery in deliveries.select_related("endpoint").order_by("endpoint__name", "pk")[
        :_MAX_SHOWN_DELIVERIES
    ]:
        moment = date_format(localtime(delivery.settled_at or delivery.created_at), "DATETIME_FORMAT")
        lines[delivery.publication_id or 0].append(
            _("Webhook “%(name)s”: %(state)s, %(when)s")
            % {"name": delivery.endpoint.name, "state": delivery.get_state_display(), "when": moment}
        )
    return lines
