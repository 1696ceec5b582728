"""Requests to an authority, which responds with JSON."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.utils.translation import gettext

from sources.authorities.authority_record import AuthorityUnavailable
from sources.http import services

#: Short, because a user who is typing waits for the response.
TIMEOUT_SECONDS = 4.0
MAX_BYTES = 2_000_000
MAX_CANDIDATES = 10


def query_authority(authority: str, url: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Query the authority and return its response.

    Raises:
        AuthorityUnavailable: the authority did not respond, or rejected the request.
    """
    # Wikimedia requires a User-Agent by which its operators can identify the caller.
    agent = f"{services.USER_AGENT} ({settings.SITE_URL or settings.NEWSROOM_NAME})"
    headers = {"Accept": "application/json", "User-Agent": agent.encode("ascii", "replace").decode()}
    try:
        response = services.send_get(
            f"{url}?{urlencode(parameters)}", headers, seconds=TIMEOUT_SECONDS, max_bytes=MAX_BYTES
        )
    except services.ServiceUnavailable as unavailable:
        raise AuthorityUnavailable(f"{authority}: {unavailable}") from None
    if response.status != 200:
        raise AuthorityUnavailable(
            gettext("%(authority)s answered with status %(status)s.")
            % {"authority": authority, "status": response.status}
        )
    try:
        result = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise AuthorityUnavailable(
            gettext("%(authority)s sent something other than JSON.") % {"authority": authority}
        ) from None
    if not isinstance(result, dict):
        raise AuthorityUnavailable(
            gettext("%(authority)s sent an unexpected answer.") % {"authority": authority}
        )
    if isinstance(error := result.get("error"), dict):
        raise AuthorityUnavailable(
            gettext("%(authority)s answered: %(get)s")
            % {"authority": authority, "get": str(error.get("info", "an error"))[:200]}
        )
    return result
