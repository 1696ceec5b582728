"""The desk's pages of watches."""

from claims.features.watches.admin import watch

__all__ = ["watch"]
