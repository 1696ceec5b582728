"""Fetch errors: a code for programs, and a sentence with advice for people."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sources.failures import Failure


class FetchError(Failure):
    """The fetch returned no usable response.

    Attributes:
        wait: how long the server asks us to wait.
        status: the HTTP status of the response; None if there was none.
    """

    def __init__(
        self,
        reason_code: str,
        template: str,
        /,
        *,
        wait: timedelta = timedelta(),
        status: int | None = None,
        **values: Any,
    ) -> None:
        super().__init__(reason_code, template, **values, **({"status": status} if status else {}))
        self.wait = wait
        self.status = status


#: Failures that may be over in a minute.
TEMPORARY_REASONS = frozenset(
    {
        "timed_out",
        "connection_failed",
        "broken_response",
        "server_error",
        "too_many_requests",
        "name_not_found",
    }
)


def build_status_error(url: str, status: int, wait: timedelta) -> FetchError:
    """Return the error for a response whose status means that it is not a document."""
    values: dict[str, Any] = {"url": url, "status": status, "wait": wait}
    if status in (401, 402, 403, 407, 451):
        return FetchError(
            "access_refused",
            "%(url)s refuses access (HTTP %(status)s). If you can read it in a browser, save the page "
            "and import the file.",
            **values,
        )
    if status in (404, 410):
        return FetchError(
            "not_found",
            "%(url)s does not exist, or no longer exists (HTTP %(status)s). Check the address, or look "
            "in a web archive.",
            **values,
        )
    if status == 429:
        return FetchError(
            "too_many_requests",
            "%(hostname)s asks us to slow down (HTTP 429, %(url)s). Try again later.",
            hostname=urlsplit(url).hostname,
            **values,
        )
    if status >= 500:
        return FetchError(
            "server_error",
            "The server of %(url)s has a problem (HTTP %(status)s). Try again later.",
            **values,
        )
    return FetchError(
        "unexpected_status",
        "%(url)s answered with HTTP %(status)s instead of a page. Open it in a browser.",
        **values,
    )


def build_too_large_error(url: str, content_bytes: int) -> FetchError:
    return FetchError(
        "too_large",
        "%(url)s is larger than %(content_bytes)s MB. Save the part you need and import the file.",
        url=url,
        content_bytes=f"{content_bytes / 1000000:g}",
    )


def build_too_slow_error(url: str, total_seconds: float) -> FetchError:
    return FetchError(
        "timed_out",
        "%(url)s was not complete after %(total_seconds)s seconds. Try again later.",
        url=url,
        total_seconds=f"{total_seconds:g}",
    )
