"""Strong ETags of editable resources, and `If-Match` (RFC 9110, 13.1.1), to prevent lost updates."""

from django.http import HttpRequest
from django.utils.http import parse_etags, quote_etag

from claims.editorial.refused_requests import PreconditionFailed
from factcheck.api.resources import compute_sha256


def compute_etag(text: str) -> str:
    """Return the strong ETag of a representation, given as JSON text."""
    return quote_etag(compute_sha256([text.encode()]))


def require_match(request: HttpRequest, text: str) -> None:
    """Require that `If-Match` names `text`, the representation read under lock.

    A request without the header passes: edits that require it are rejected earlier, before anything is read.

    Raises:
        PreconditionFailed: the header names another version.
    """
    condition = request.headers.get("If-Match", "*")
    current = compute_etag(text)
    if condition.strip() != "*" and current not in parse_etags(condition):
        raise PreconditionFailed(current)
