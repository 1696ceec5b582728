"""Fast handling of HTTP header fields, which dominate the cost of short responses."""

from collections.abc import Mapping
from functools import lru_cache

from django.http import HttpResponseBase
from django.http.response import ResponseHeaders

from factcheck.django_internals import ListedFields, get_stored_fields


class DefaultFields:
    """Default header fields, added to responses that lack them.

    Raises:
        django.http.BadHeaderError: a field contains a line break. Django checks this for every response; this class
        checks it once.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = dict(get_stored_fields(ResponseHeaders(fields)))

    def complete(self, response: HttpResponseBase) -> None:
        """Add the default headers that the response lacks."""
        response.headers = ListedFields(self._fields | get_stored_fields(response.headers))


def add_vary(response: HttpResponseBase, field: str) -> None:
    """Add the name of a request header to `Vary`."""
    response.headers["Vary"] = _extend_vary(response.headers.get("Vary", ""), field)


@lru_cache(maxsize=500)
def _extend_vary(vary: str, field: str) -> str:
    names = [name.strip() for name in vary.split(",") if name.strip()]
    if "*" in names or field.lower() in (name.lower() for name in names):
        return vary
    return ", ".join([*names, field])
