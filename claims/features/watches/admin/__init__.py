"""The desk's pages for watches."""

from claims.features.watches.admin import watch
