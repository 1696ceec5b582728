"""The desk's pages of complaints and of requests."""

from claims.features.complaints.admin import complaint, reader_request

__all__ = ["complaint", "reader_request"]
