from rest_framework.routers import SimpleRouter

from claims.features.webhooks.editorial import EditorialDeliveryResource, EditorialWebhookResource

_router = SimpleRouter(use_regex_path=False)
_router.register("webhooks", EditorialWebhookResource, basename="editorial-webhooks")
_router.register(
    "webhooks/<int:webhook_id>/deliveries", EditorialDeliveryResource, basename="editorial-webhook-deliveries"
)

editorial = _router.urls
