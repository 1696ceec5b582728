"""The desk's pages for complaints and requests."""

from claims.features.complaints.admin import complaint, reader_request
