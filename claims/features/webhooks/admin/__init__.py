"""The desk's pages of webhooks: endpoints for administrators, and the log of deliveries."""

from claims.features.webhooks.admin import delivery, endpoint
