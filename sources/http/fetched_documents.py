"""Fetch a URL, and return a document or raise an error with a sentence.

A URL comes from a person, a feed or a redirect, so it is not trusted. For every hop, the host is resolved, its IP
address is checked, and the connection goes to exactly that address (requests-hardened), so the DNS entry cannot change
in between. Time and size are limited for the whole fetch, not per packet.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from typing import IO
from urllib.parse import urljoin, urlsplit

import requests
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import DecodeError, HTTPError

from sources.http.connections import Deadline, open_public_session
from sources.http.exchanges import Exchanges, ResponseTooLarge
from sources.http.fetch_errors import (
    FetchError,
    build_status_error,
    build_too_large_error,
    build_too_slow_error,
)
from sources.http.fetchable_addresses import require_fetchable
from sources.http.postponements import parse_retry_after

USER_AGENT = "Factcheck/1.0 (claim database for fact-checkers; fetches what an editor asks for)"
ACCEPTED_MEDIA_TYPES = frozenset(
    {
        *(
            "text/html",
            "application/xhtml+xml",
            "text/plain",
            "application/pdf",
            "text/vtt",
            "application/x-subrip",
        ),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.oasis.opendocument.text",
    }
)
ACCEPT_HEADER = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8"
DECODABLE_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
PERMANENT_REDIRECT_STATUSES = frozenset({301, 308})


@dataclass(frozen=True)
class Limits:
    """The limits of one fetch: time, size and redirects."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 40.0
    content_bytes: int = 10_000_000
    redirects: int = 5


@dataclass(frozen=True)
class FetchedDocument:
    """The response from a URL at one moment. With status 304, its content is empty."""

    url: str
    final_url: str
    status: int
    content: bytes
    content_type: str
    charset: str | None
    fetched_at: datetime
    etag: str
    last_modified: str
    permanent_url: str = ""
    """The target of permanent redirects: the URL to use from now on (RFC 9110, 15.4)."""


def fetch(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    user_agent: str = USER_AGENT,
    limits: Limits = Limits(),
    accepted: frozenset[str] | None = ACCEPTED_MEDIA_TYPES,
    check_redirect: Callable[[str], None] = lambda there: None,
    exchanges: Exchanges | None = None,
    allow_loopback: bool = False,
    file: IO[bytes] | None = None,
) -> FetchedDocument:
    """Get the document at `url`, following redirects.

    Args:
        etag: the validator from an earlier fetch; the response may then be a 304 without content.
        last_modified: the same, for servers without ETags.
        accepted: the usable media types; None for any.
        check_redirect: called with the target of a redirect before it is requested, and may raise FetchError.
        exchanges: records every byte sent and received.
        allow_loopback: lets tests talk to a server on this machine, on any port. Never a person's choice.
        file: where to write the content to if it may be too large for memory; the returned content is then empty.

    Raises:
        FetchError: no document was returned, for any reason.
    """
    headers = {
        "User-Agent": user_agent,
        "Accept": ACCEPT_HEADER if accepted == ACCEPTED_MEDIA_TYPES else "*/*",
        "Accept-Encoding": "gzip, deflate",
    }
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified

    with (
        Deadline(limits.total_seconds) as deadline,
        open_public_session(deadline, allow_loopback=allow_loopback, exchanges=exchanges) as session,
    ):
        session.headers.update(headers)
        try:
            begin = exchanges.begin if exchanges is not None else lambda _url: None
            return _follow_redirects(
                url.strip(), session, deadline, limits, accepted, check_redirect, begin, allow_loopback, file
            )
        except ResponseTooLarge:
            raise build_too_large_error(url, limits.content_bytes) from None
        except FetchError:
            if deadline.passed:
                raise build_too_slow_error(url, limits.total_seconds) from None
            raise


def _follow_redirects(
    url: str,
    session: requests.Session,
    deadline: Deadline,
    limits: Limits,
    accepted: frozenset[str] | None,
    check_redirect: Callable[[str], None],
    begin: Callable[[str], None],
    allow_loopback: bool,
    file: IO[bytes] | None,
) -> FetchedDocument:
    current_url = permanent_url = url
    require_fetchable(current_url, came_from=url, allow_loopback=allow_loopback)
    # A page that redirects to itself is not a loop if it has set a cookie (consent and paywall gates).
    seen_requests: set[tuple[str, tuple[tuple[str, str | None], ...]]] = set()
    for _hop in range(limits.redirects + 1):
        seen_requests.add((current_url, tuple(sorted(session.cookies.items()))))
        begin(current_url)
        with _send_request(current_url, session, deadline, limits) as response:
            if response.status_code not in REDIRECT_STATUSES:
                return _build_document(
                    url, current_url, permanent_url, response, deadline, limits, accepted, file
                )
            next_url = _get_redirect_target(current_url, response, session)
            if permanent_url == current_url and response.status_code in PERMANENT_REDIRECT_STATUSES:
                permanent_url = next_url
        if (next_url, tuple(sorted(session.cookies.items()))) in seen_requests:
            raise FetchError(
                "redirect_loop",
                "%(url)s redirects in a circle (back to %(there)s). Open it in a browser and use the "
                "address it ends at, or import the saved page as a file.",
                url=url,
                there=next_url,
            )
        require_fetchable(next_url, came_from=url, allow_loopback=allow_loopback)
        check_redirect(next_url)
        current_url = next_url
    raise FetchError(
        "too_many_redirects",
        "%(url)s redirects more than %(redirects)s times (the last time to %(here)s). Open it in "
        "a browser and use the address it ends at.",
        url=url,
        redirects=limits.redirects,
        here=current_url,
    )


@contextmanager
def _send_request(
    url: str, session: requests.Session, deadline: Deadline, limits: Limits
) -> Iterator[requests.Response]:
    """Yield the response with its body unread. Lower-level errors are raised as FetchError."""
    try:
        timeout = (
            min(limits.connect_seconds, deadline.remaining),
            min(limits.read_seconds, deadline.remaining),
        )
        with session.get(url, stream=True, allow_redirects=False, timeout=timeout) as response:
            yield response
    except InvalidIPAddress as error:
        raise FetchError(
            "private_address",
            "%(url)s resolves to %(error)s, which is not an address on the public internet, so it is not "
            "fetched. Save the page and import the file.",
            url=url,
            error=error,
        ) from None
    except requests.exceptions.SSLError:
        raise FetchError(
            "certificate_invalid",
            "The certificate of %(url)s is not valid, so its identity is not proven. Check the address, "
            "or save the page and import the file.",
            url=url,
        ) from None
    except requests.Timeout:
        raise FetchError(
            "timed_out",
            "%(hostname)s did not answer in time (%(url)s). Try again later.",
            hostname=urlsplit(url).hostname,
            url=url,
        ) from None
    except (requests.exceptions.InvalidURL, UnicodeError):
        raise FetchError(
            "invalid_url", "%(url)s is not a valid address. Check it for typing errors.", url=url
        ) from None
    except (requests.exceptions.ContentDecodingError, DecodeError):
        raise FetchError(
            "broken_response",
            "%(url)s sent compressed content that cannot be unpacked. Try again later.",
            url=url,
        ) from None
    except requests.ConnectionError as error:
        if isinstance(error.__cause__, socket.gaierror):
            raise FetchError(
                "name_not_found",
                "There is no server named %(hostname)s (%(url)s). Check the address for typing errors.",
                hostname=urlsplit(url).hostname,
                url=url,
            ) from None
        raise FetchError(
            "connection_failed",
            "No connection to %(hostname)s, or it was cut (%(url)s). Try again later.",
            hostname=urlsplit(url).hostname,
            url=url,
        ) from None
    except (requests.RequestException, HTTPError, OSError):
        raise FetchError(
            "broken_response", "%(url)s sent an invalid HTTP response. Try again later.", url=url
        ) from None


def _get_redirect_target(current_url: str, response: requests.Response, session: requests.Session) -> str:
    location = session.get_redirect_target(response)
    if not location:
        raise FetchError(
            "broken_response",
            "%(here)s says that the page has moved, but not where to. Open it in a browser.",
            here=current_url,
        )
    try:
        return urlsplit(urljoin(current_url, location.strip()))._replace(fragment="").geturl()
    except ValueError:
        raise FetchError(
            "invalid_url",
            "%(here)s redirects to “%(location)s”, which is not a valid address. Open it in a browser.",
            here=current_url,
            location=location,
        ) from None


def _build_document(
    url: str,
    final_url: str,
    permanent_url: str,
    response: requests.Response,
    deadline: Deadline,
    limits: Limits,
    accepted: frozenset[str] | None,
    file: IO[bytes] | None,
) -> FetchedDocument:
    status = response.status_code
    content_type, charset = _parse_content_type(response.headers.get("Content-Type", ""))
    content = b""
    if status == 200:
        _check_acceptable(final_url, response, content_type, limits, accepted)
        content = _read_body(final_url, response, deadline, limits, file)
    elif status != 304:
        wait_time = parse_retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))
        raise build_status_error(final_url, status, wait_time)
    return FetchedDocument(
        url=url,
        final_url=final_url,
        permanent_url=permanent_url,
        status=status,
        content=content,
        content_type=content_type,
        charset=charset,
        fetched_at=datetime.now(UTC),
        etag=response.headers.get("ETag", ""),
        last_modified=response.headers.get("Last-Modified", ""),
    )


def _parse_content_type(header: str) -> tuple[str, str | None]:
    """Parse `Text/HTML; charset="utf-8"` as ("text/html", "utf-8"); without a header, return ("", None)."""
    if not header.strip():
        return "", None
    message = Message()
    message["Content-Type"] = header
    return header.partition(";")[0].strip().lower(), message.get_content_charset()


def _check_acceptable(
    url: str,
    response: requests.Response,
    content_type: str,
    limits: Limits,
    accepted: frozenset[str] | None,
) -> None:
    if content_type and accepted is not None and content_type not in accepted:
        accepted_kinds = "web pages, plain text and PDF documents"
        raise FetchError(
            "media_type_not_accepted",
            "%(url)s has the type %(content_type)s. Only %(only)s can be read.",
            url=url,
            content_type=content_type,
            only=accepted_kinds if accepted == ACCEPTED_MEDIA_TYPES else _join_sorted(accepted),
        )
    encodings = {name.strip().lower() for name in response.headers.get("Content-Encoding", "").split(",")}
    if unknown_encodings := encodings - DECODABLE_ENCODINGS:
        raise FetchError(
            "broken_response",
            "%(url)s is compressed with %(listed)s, which was not requested. Save the page and import the file.",
            url=url,
            listed=_join_sorted(unknown_encodings),
        )
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > limits.content_bytes:
        raise build_too_large_error(url, limits.content_bytes)


def _read_body(
    url: str, response: requests.Response, deadline: Deadline, limits: Limits, file: IO[bytes] | None
) -> bytes:
    chunks: list[bytes] = []
    size = 0
    # urllib3 unpacks at most one such piece at a time, so a bomb is noticed after 64 kB too many.
    for chunk in response.iter_content(65_536):
        size += len(chunk)
        if size > limits.content_bytes:
            raise build_too_large_error(url, limits.content_bytes)
        (file.write if file else chunks.append)(chunk)
    if deadline.passed:
        # If the deadline closes the connection, a body without Content-Length looks complete.
        raise build_too_slow_error(url, limits.total_seconds)
    return b"".join(chunks)


def _join_sorted(items: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(items))
