from claims.features.webhooks.admin import delivery, endpoint

__all__ = ["delivery", "endpoint"]
