"""The desk's pages: endpoints for administrators, and the log of deliveries."""

from claims.features.webhooks.admin import delivery, endpoint

__all__ = ["delivery", "endpoint"]
