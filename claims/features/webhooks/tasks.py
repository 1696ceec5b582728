"""Background jobs of webhooks. It is safe to run them at any time and repeatedly."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from claims.features.webhooks import deliveries, disabled_endpoints, ledger_followers, worker_calls
from claims.features.webhooks.models.delivery import WebhookDelivery
from claims.features.webhooks.models.endpoint import WebhookEndpoint, WebhookProgress
from factcheck.database.deferred_jobs import periodic_task

#: The number of deliveries deleted in one statement.
_REMOVAL_BATCH_SIZE = 5000


@app.task(name=worker_calls.CREATE_DELIVERIES_TASK, queue=worker_calls.QUEUE_NAME)
def create_deliveries() -> None:
    """Create the deliveries of the newest publications for every endpoint."""
    ledger_followers.create_new_deliveries()


@app.task(name=worker_calls.SEND_DELIVERIES_TASK, queue=worker_calls.QUEUE_NAME)
def send_to_endpoint(*, endpoint_id: int) -> None:
    """Send an endpoint's due deliveries."""
    deliveries.send_due_deliveries(endpoint_id)


@app.task(name=worker_calls.REPORT_DISABLED_TASK, queue="mail", retry=5)
def report_disabled(*, endpoint_id: int) -> None:
    """Send the email about an endpoint that was switched off."""
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id, disabled_at__isnull=False).first()
    if endpoint:
        disabled_endpoints.report_disabled_endpoint(endpoint)


@periodic_task("* * * * *", queue=worker_calls.QUEUE_NAME)
def queue_missed_work(timestamp: int) -> None:
    """Queue work that was missed after bulk imports or killed workers. Runs every minute."""
    disabled_endpoints.disable_endpoints_without_token()
    ledger_followers.create_new_deliveries()
    waiting_endpoints = WebhookProgress.objects.filter(deliveries.build_ready_condition(timezone.now()))
    for endpoint_id in waiting_endpoints.values_list("pk", flat=True):
        worker_calls.queue_deliveries(endpoint_id)


@periodic_task("17 3 * * *", queue=worker_calls.QUEUE_NAME)
def delete_old_deliveries(timestamp: int) -> None:
    """Delete delivered and abandoned messages older than `WEBHOOK_LOG_DAYS`, and expired secrets. Runs daily.

    Messages still to be sent are kept, however long their endpoint is switched off.
    """
    oldest_kept = timezone.now() - timedelta(days=settings.WEBHOOK_LOG_DAYS)
    finished_deliveries = WebhookDelivery.objects.filter(settled_at__isnull=False)
    old_deliveries = finished_deliveries.filter(created_at__lt=oldest_kept).order_by("created_at")
    while ids := list(old_deliveries.values_list("pk", flat=True)[:_REMOVAL_BATCH_SIZE]):
        WebhookDelivery.objects.filter(pk__in=ids).delete()
    expired_secrets = WebhookEndpoint.objects.filter(previous_secret_until__lt=timezone.now())
    expired_secrets.update(previous_secret="", previous_secret_until=None)
