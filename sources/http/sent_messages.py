"""Send a message to a user-supplied URL, with the checks of `sources.http.fetched_documents`.

The URL's host is resolved once, its IP address is checked, and the connection goes to exactly that address. The whole
exchange has a deadline. Redirects are not followed, because a message for one receiver must not reach another.
"""

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from sources.failures import Failure
from sources.http.connections import Deadline, open_public_session
from sources.http.fetchable_addresses import ACCEPTED_PORTS

USER_AGENT = "Factcheck-Webhooks/1.0"

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0

#: The number of bytes read from a response. They are stored for finding the cause of a failure.
RESPONSE_BYTES = 1000


@dataclass(frozen=True)
class PostResponse:
    """The receiver's response: any status, including failures."""

    status: int
    beginning: str
    retry_after: str


class PostError(Failure):
    """The message could not be sent, or no response arrived."""


def validate_address(address: str) -> str:
    """Return the URL that a user entered, with surrounding spaces removed.

    Raises:
        ValidationError: messages cannot be sent to this URL; the exception has the reason.
    """
    address = address.strip()
    try:
        check_address(address, allow_loopback=settings.WEBHOOKS_TO_LOOPBACK)
    except PostError as refusal:
        raise ValidationError(str(refusal), code=refusal.reason_code) from None
    return address


def check_address(url: str, *, allow_loopback: bool = False) -> None:
    """Reject a URL that no message may be sent to. The IP address of its host is checked when connecting.

    Args:
        allow_loopback: lets tests and the demo talk to a receiver on this machine, on any port and unencrypted.

    Raises:
        PostError: the URL is rejected; the message says why.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise PostError("invalid_url", gettext("%(url)s is not a valid address.") % {"url": url}) from None
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_loopback):
        raise PostError("scheme_not_allowed", gettext("%(url)s does not begin with https://.") % {"url": url})
    if not parts.hostname or re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise PostError("invalid_url", gettext("%(url)s is not a valid address.") % {"url": url})
    if parts.username is not None or parts.password is not None:
        raise PostError(
            "credentials_in_url",
            gettext(
                "The address at %(hostname)s contains a user name or password. Remove it: a signature "
                "already proves the sender."
            )
            % {"hostname": parts.hostname},
        )
    if port is not None and port not in ACCEPTED_PORTS and not allow_loopback:
        allowed = ", ".join(map(str, sorted(ACCEPTED_PORTS)))
        raise PostError(
            "port_not_allowed",
            gettext("%(url)s uses port %(port)s; messages are sent only to %(allowed)s.")
            % {"url": url, "port": port, "allowed": allowed},
        )


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float = TOTAL_SECONDS,
    allow_loopback: bool = False,
) -> PostResponse:
    """Send `body` to `url` with one POST request.

    Args:
        seconds: the time limit for the whole exchange.
        allow_loopback: as for `check_address`.

    Raises:
        PostError: nothing could be sent, or no response arrived.
    """
    check_address(url, allow_loopback=allow_loopback)
    with (
        Deadline(seconds) as deadline,
        open_public_session(deadline, allow_loopback=allow_loopback) as session,
        _translate_failures(url, deadline, seconds),
        session.post(
            url,
            data=body,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers},
            stream=True,
            allow_redirects=False,
            timeout=(min(CONNECT_SECONDS, deadline.remaining), deadline.remaining),
        ) as response,
    ):
        return PostResponse(
            response.status_code, _read_beginning(response), response.headers.get("Retry-After", "")
        )


def _read_beginning(response: requests.Response) -> str:
    """Return the beginning of the response body. Only the status matters, so the body may be incomplete."""
    try:
        content: bytes = response.raw.read(RESPONSE_BYTES)
    except (HTTPError, OSError):
        return ""
    # PostgreSQL stores every character but this one.
    return content.decode("utf-8", "replace").replace("\0", "\ufffd")


@contextmanager
def _translate_failures(url: str, deadline: Deadline, seconds: float) -> Iterator[None]:
    host = urlsplit(url).hostname
    try:
        yield
    except InvalidIPAddress as error:
        raise PostError(
            "private_address",
            gettext("%(host)s resolves to %(error)s, which is not an address on the public internet.")
            % {"host": host, "error": error},
        ) from None
    except requests.exceptions.SSLError:
        raise PostError(
            "certificate_invalid",
            gettext("The certificate of %(host)s is not valid.") % {"host": host},
        ) from None
    except (requests.exceptions.InvalidURL, UnicodeError):
        raise PostError("invalid_url", gettext("%(url)s is not a valid address.") % {"url": url}) from None
    except (requests.RequestException, HTTPError, OSError) as error:
        if deadline.passed or isinstance(error, requests.Timeout):
            raise PostError(
                "timed_out",
                gettext("%(host)s did not answer within %(seconds)s seconds.")
                % {"host": host, "seconds": f"{seconds:g}"},
            ) from None
        if isinstance(error.__cause__, socket.gaierror):
            raise PostError(
                "name_not_found", gettext("There is no server named %(host)s.") % {"host": host}
            ) from None
        if isinstance(error, requests.ConnectionError):
            raise PostError(
                "connection_failed", gettext("No connection to %(host)s, or it was cut.") % {"host": host}
            ) from None
        raise PostError(
            "broken_response", gettext("%(host)s sent an invalid HTTP response.") % {"host": host}
        ) from None
