"""Requests to a service configured by the operator, which may be on a private network.

The whole exchange has a deadline, and the response a maximum size. Redirects are not followed, because neither the
message nor the key for one server may reach another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from django.utils.translation import gettext
from urllib3.exceptions import HTTPError

from sources.http.connections import Deadline, open_operator_session

USER_AGENT = "Factcheck/1.0"
CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class ServiceResponse:
    """The service's response: any status, including failures."""

    status: int
    content: bytes
    #: The value of `Retry-After`; "" if it is missing.
    retry_after: str = ""


class ServiceUnavailable(Exception):
    """The service did not respond; `str()` is a sentence for users."""


def send_post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds: float, max_bytes: int
) -> ServiceResponse:
    """Send `body` to `url` with one POST request.

    Args:
        seconds: the time limit for the whole exchange.
        max_bytes: the maximum size of the response.

    Raises:
        ServiceUnavailable: there was no response, or an incomplete one.
    """
    return _exchange("POST", url, body, headers, seconds=seconds, max_bytes=max_bytes)


def send_get(url: str, headers: Mapping[str, str], *, seconds: float, max_bytes: int) -> ServiceResponse:
    """Send one GET request to `url`, with the same limits as `send_post`.

    Raises:
        ServiceUnavailable: there was no response, or an incomplete one.
    """
    return _exchange("GET", url, None, headers, seconds=seconds, max_bytes=max_bytes)


def _exchange(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    seconds: float,
    max_bytes: int,
) -> ServiceResponse:
    host = urlsplit(url).netloc
    with Deadline(seconds) as deadline, open_operator_session(deadline) as session:
        timeout = (min(CONNECT_SECONDS, deadline.remaining), deadline.remaining)
        try:
            with session.request(
                method,
                url,
                data=body,
                headers={"User-Agent": USER_AGENT, **headers},
                stream=True,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                retry_after = response.headers.get("Retry-After", "")
                content: bytes = response.raw.read(max_bytes + 1, decode_content=True)
        except (requests.RequestException, HTTPError, OSError) as error:
            if deadline.passed or isinstance(error, requests.Timeout):
                raise ServiceUnavailable(
                    gettext("%(host)s did not answer within %(seconds)s seconds.")
                    % {"host": host, "seconds": f"{seconds:g}"}
                ) from None
            raise ServiceUnavailable(
                gettext("%(host)s cannot be reached, or the connection was cut.") % {"host": host}
            ) from None
    if len(content) > max_bytes:
        raise ServiceUnavailable(
            gettext("%(host)s sent more than %(most_bytes)s bytes.")
            % {"host": host, "most_bytes": f"{max_bytes:,}"}
        )
    return ServiceResponse(response.status_code, content, retry_after)
