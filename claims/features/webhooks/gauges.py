"""Metrics of webhooks for monitoring."""

from collections.abc import Iterator

from django.db.backends.utils import CursorWrapper

from factcheck.telemetry.query_spans import GaugeKind, MetricQuery, Reading


def _measure(cursor: CursorWrapper) -> Iterator[Reading]:
    cursor.execute(
        """
        SELECT count(*) FILTER (WHERE active AND consecutive_failures = 0),
               count(*) FILTER (WHERE active AND consecutive_failures > 0),
               count(*) FILTER (WHERE disabled_at IS NOT NULL),
               count(*) FILTER (WHERE NOT active AND disabled_at IS NULL),
               coalesce((SELECT max(sequence) FROM claims_publication) - min(position) FILTER (WHERE active), 0)
        FROM webhooks_webhookendpoint JOIN webhooks_webhookprogress ON endpoint_id = id
        """
    )
    *endpoint_counts, unprocessed_count = cursor.fetchone()
    for state, endpoint_count in zip(
        ("answering", "failing", "switched_off", "off"), endpoint_counts, strict=True
    ):
        yield "factcheck_webhook_endpoints", (state,), endpoint_count
    yield "factcheck_webhook_entries_behind", (), unprocessed_count
    cursor.execute(
        """
        SELECT count(*), coalesce(extract(epoch FROM now() - min(delivery.created_at)), 0)::float8
        FROM webhooks_webhookdelivery AS delivery
             JOIN webhooks_webhookendpoint AS endpoint ON endpoint.id = delivery.endpoint_id
        WHERE delivery.state = 'pending' AND endpoint.active
        """
    )
    pending_count, seconds = cursor.fetchone()
    yield "factcheck_webhook_deliveries_pending", (), pending_count
    yield "factcheck_webhook_deliveries_oldest_wait_seconds", (), seconds


METRIC_QUERIES = [
    MetricQuery(
        "webhooks",
        {
            "factcheck_webhook_endpoints": GaugeKind("Receivers of webhooks.", ("state",)),
            "factcheck_webhook_entries_behind": GaugeKind(
                "Entries that the slowest receiver has not received yet."
            ),
            "factcheck_webhook_deliveries_pending": GaugeKind("Messages to be delivered."),
            "factcheck_webhook_deliveries_oldest_wait_seconds": GaugeKind(
                "Waiting time of the oldest message."
            ),
        },
        _measure,
    ),
]
