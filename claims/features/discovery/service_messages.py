"""Send a notification to a service, and decide on the outcome and the time of the next attempt."""

from datetime import timedelta
from http import HTTPStatus

from django.utils import timezone

from sources.http import services
from sources.http.postponements import MAX_POSTPONEMENT, parse_retry_after

REQUEST_SECONDS, MAX_ANSWER_BYTES = 20.0, 100_000

#: The first pause after a failure, which doubles with each further one; and the longest pause.
MIN_PAUSE, MAX_PAUSE = timedelta(minutes=1), timedelta(hours=6)
#: The pause after a response that we send too many requests, if it does not say how long to wait.
RETRY_PERIOD = timedelta(minutes=15)
#: Statuses whose cause only the operator can correct.
_OUR_FAULT_STATUSES = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)


class NotificationRefused(Exception):
    """The service rejected the message; `str()` is a sentence for the operator.

    Attributes:
        pause: the minimum time until the next attempt.
    """

    def __init__(self, reason: str, *, pause: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.pause = min(pause, MAX_POSTPONEMENT)


def send_message(service: str, url: str, message: bytes, content_type: str) -> None:
    """Send a message to a service; `service` is its name in errors.

    Raises:
        NotificationRefused: the service did not accept it.
    """
    try:
        answer = services.send_post(
            url, message, {"Content-Type": content_type}, seconds=REQUEST_SECONDS, max_bytes=MAX_ANSWER_BYTES
        )
    except services.ServiceUnavailable as unavailable:
        raise NotificationRefused(str(unavailable)) from None
    if 200 <= answer.status < 300:
        return
    requested_pause = parse_retry_after(answer.retry_after.strip(), timezone.now())
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise NotificationRefused(
            f"{service} says that it is notified too often (429).", pause=requested_pause or RETRY_PERIOD
        )
    if answer.status in _OUR_FAULT_STATUSES:
        # PostgreSQL stores every character except NUL.
        answer_text = answer.content[:200].decode(errors="replace").replace("\0", "\ufffd")
        beginning = " ".join(answer_text.split())
        raise NotificationRefused(f"{service} refused it ({answer.status}): {beginning}", pause=MAX_PAUSE)
    raise NotificationRefused(f"{service} answered with {answer.status}.", pause=requested_pause)


def choose_retry_delay(failures: int, refusal: NotificationRefused) -> timedelta:
    """Return how long to pause after this many failures in a row."""
    return max(min(MIN_PAUSE * 2 ** min(failures - 1, 20), MAX_PAUSE), refusal.pause)
