"""The desk's pages for watches."""

from claims.features.watches.admin import watch

__all__ = ["watch"]
