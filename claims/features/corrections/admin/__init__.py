"""The desk's pages of requests for correction."""

from claims.features.corrections.admin import rectification

__all__ = ["rectification"]
