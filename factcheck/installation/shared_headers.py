"""The header fields that other sites may send and read (CORS), for settings.py."""

ALLOWED_HEADERS = [
    "accept",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "if-modified-since",
    # Programs in pages read dumps in parts.
    "range",
    "if-match",
    "if-range",
]
EXPOSED_HEADERS = [
    "ETag",
    "Last-Modified",
    "Link",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Accept-Ranges",
    "Content-Length",
    "Content-Location",
    "Content-Range",
]
