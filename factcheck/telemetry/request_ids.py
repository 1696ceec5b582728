"""Request ids: the proxy's, if valid, or a new one."""

import os
import secrets
from collections.abc import Callable
from itertools import count

from django.http import HttpRequest, HttpResponseBase

from factcheck.django_internals import get_stored_fields
from factcheck.installation.log_context import REQUEST_ID_PATTERN, request_id

HEADER = "X-Request-ID"
_STORED_NAME, _ENVIRON_NAME = HEADER.lower(), "HTTP_X_REQUEST_ID"


class _ProcessIds:
    """Ids unique to this process: a random prefix and a number. Fully random ids cost ten times as much."""

    def __init__(self) -> None:
        self.restart()
        os.register_at_fork(after_in_child=self.restart)

    def restart(self) -> None:
        """Restart the numbering in a forked process, so that it does not repeat its parent's ids."""
        self.beginning, self.numbers = secrets.token_hex(8), count(1)

    def next(self) -> str:
        return f"{self.beginning}-{next(self.numbers):x}"


_process_ids = _ProcessIds()


def choose_id(request_id: str | None) -> str:
    """Return the received id if it is safe to log, otherwise a new one."""
    return request_id if request_id and REQUEST_ID_PATTERN.fullmatch(request_id) else _process_ids.next()


class RequestIds:
    """Middleware: sets the request id for the log, jobs and the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen_id = choose_id(request.META.get(_ENVIRON_NAME))
        # Until the response is sent, because Django logs refusals after all middleware (factcheck.wsgi).
        request_id.set(chosen_id)
        response = self.get_response(request)
        # Checked already; Django would look for line breaks once more.
        get_stored_fields(response.headers)[_STORED_NAME] = (HEADER, chosen_id)
        return response
