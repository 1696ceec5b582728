"""The URLs that may be fetched: web URLs on usual ports, without a password."""

import re
from urllib.parse import urlsplit

from sources.http.fetch_errors import FetchError

# Publishers' web servers listen on these ports. A request to another port could reach a mail server, cache or database.
ACCEPTED_PORTS = frozenset({80, 443, 8080, 8443})


def require_fetchable(url: str, *, came_from: str, allow_loopback: bool) -> None:
    """Reject a URL that cannot be an article's. The IP address is checked when connecting.

    Args:
        came_from: the URL that was requested, for the message if `url` is the target of a redirect.

    Raises:
        FetchError: the URL is rejected; the message says why.
    """
    description = url if url == came_from else f"{came_from} redirects to {url}, which"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchError(
            "invalid_url", "%(named)s is not a valid address. Check it for typing errors.", named=description
        ) from None
    if parts.scheme not in ("http", "https"):
        raise FetchError(
            "scheme_not_allowed",
            "%(named)s is not a web address: it must begin with http:// or https://.",
            named=description,
        )
    if not parts.hostname or re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise FetchError(
            "invalid_url", "%(named)s is not a valid address. Check it for typing errors.", named=description
        )
    if parts.username is not None or parts.password is not None:
        raise FetchError(
            "credentials_in_url",
            "The address at %(hostname)s contains a user name or password. Remove the part before the "
            "“@”; for a page behind a login, save it and import the file.",
            hostname=parts.hostname,
        )
    if port is not None and port not in ACCEPTED_PORTS and not allow_loopback:
        raise FetchError(
            "port_not_allowed",
            "%(named)s uses port %(port)s; only %(listed)s are fetched. Save the page and import the file.",
            named=description,
            port=port,
            listed=", ".join(map(str, sorted(ACCEPTED_PORTS))),
        )
