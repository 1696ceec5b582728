"""Send a notification to a service, and choose the delay before the next attempt."""

from datetime import timedelta
from http import HTTPStatus

from django.utils import timezone

from sources.http import services
from sources.http.postponements import MAX_POSTPONEMENT, parse_retry_after

REQUEST_SECONDS, MAX_ANSWER_BYTES = 20.0, 100_000

#: The first pause after a failure, doubled with each further failure; and the longest pause.
MIN_PAUSE, MAX_PAUSE = timedelta(minutes=1), timedelta(hours=6)
#: The pause after a response with the status 429 that does not say how long to wait.
RATE_LIMIT_PAUSE = timedelta(minutes=15)
#: Statuses of errors that only the operator can correct.
_OPERATOR_FAULT_STATUSES = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


class NotificationRefused(Exception):
    """The service rejected the message; `str()` says why, for the operator.

    Attributes:
        pause: the minimum time until the next attempt.
    """

    def __init__(self, reason: str, *, pause: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.pause = min(pause, MAX_POSTPONEMENT)


def send_message(service: str, url: str, message: bytes, content_type: str) -> None:
    """Send a message to a service; `service` is its name in errors.

    Raises:
        NotificationRefused: the service did not accept the message.
    """
    try:
        response = services.send_post(
            url, message, {"Content-Type": content_type}, seconds=REQUEST_SECONDS, max_bytes=MAX_ANSWER_BYTES
        )
    except services.ServiceUnavailable as unavailable:
        raise NotificationRefused(str(unavailable)) from None
    if 200 <= response.status < 300:
        return
    requested_pause = parse_retry_after(response.retry_after.strip(), timezone.now())
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise NotificationRefused(
            f"{service} says that it is notified too often (429).", pause=requested_pause or RATE_LIMIT_PAUSE
        )
    if response.status in _OPERATOR_FAULT_STATUSES:
        # PostgreSQL stores every character except NUL.
        response_text = response.content[:200].decode(errors="replace").replace("\0", "\ufffd")
        beginning = " ".join(response_text.split())
        raise NotificationRefused(f"{service} refused it ({response.status}): {beginning}", pause=MAX_PAUSE)
    raise NotificationRefused(f"{service} answered with {response.status}.", pause=requested_pause)


def choose_retry_delay(failure_count: int, refusal: NotificationRefused) -> timedelta:
    """Return the delay before the next attempt after this many consecutive failures."""
    return max(min(MIN_PAUSE * 2 ** min(failure_count - 1, 20), MAX_PAUSE), refusal.pause)
