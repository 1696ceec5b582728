from django.utils.translation import gettext_lazy as _

from factcheck.desk import build_menu_entry
from factcheck.features import Feature


class Webhooks(Feature):
    name = "claims.features.webhooks"
    verbose_name = _("Webhooks")
    summary = _("Signed messages to other programs about each publication.")
    receivers = {
        "claims.ledger.signals.entries_added": "claims.features.webhooks.worker_calls.queue_delivery_creation"
    }
    menu = {
        "administration": [
            build_menu_entry(_("Webhooks"), "webhook", "webhooks_webhookendpoint"),
            build_menu_entry(_("Webhook deliveries"), "outbox", "webhooks_webhookdelivery"),
        ]
    }
    roles = {
        "Administrator": [
            *(f"webhooks.{verb}_webhookendpoint" for verb in ("view", "add", "change", "delete")),
            "webhooks.view_webhookdelivery",
            "webhooks.view_webhookattempt",
        ]
    }
    correction_effects = "claims.features.webhooks.admin.correction_deliveries.describe_deliveries"
    editorial_index = ("webhooks",)
    openapi_enums = {
        "WebhookEventEnum": "claims.features.webhooks.models.WebhookEvent",
        "WebhookStateEnum": "claims.features.webhooks.bodies.STATES",
    }
    openapi_webhooks = "claims.features.webhooks.message_schemas.WEBHOOKS"
    gauges = "claims.features.webhooks.gauges.METRIC_QUERIES"
    demo = "claims.features.webhooks.demo.add_webhooks"
