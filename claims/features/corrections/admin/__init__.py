"""The desk's pages for correction requests."""

from claims.features.corrections.admin import rectification
