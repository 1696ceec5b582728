from rest_framework.routers import SimpleRouter

from claims.features.webhooks.editorial import WebhookDeliveryWork, WebhookWork

_router = SimpleRouter(use_regex_path=False)
_router.register("webhooks", WebhookWork, basename="editorial-webhooks")
_router.register(
    "webhooks/<int:webhook_id>/deliveries", WebhookDeliveryWork, basename="editorial-webhook-deliveries"
)

editorial = _router.urls
