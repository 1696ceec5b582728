"""Deposit pages with the Internet Archive's Save Page Now.

Pages are deposited only if the newsroom has set `INTERNET_ARCHIVE_KEY`, because deposits reveal which pages are
cited here. The URL of the deposited page becomes the source's archive URL, unless an editor has entered one.
"""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from claims.features.archiving.models import PublicDeposit
from sources.http.services import ServiceUnavailable, send_post
from sources.models import Source

logger = logging.getLogger(__name__)

ARCHIVE_URL = "https://web.archive.org"
REQUEST_SECONDS, MAX_ANSWER_BYTES = 60.0, 1_000_000
#: If the archive has a copy younger than this, it makes no new one.
RECENT_COPY_AGE = "1d"
#: How long a request is leased; the interval of status checks; and the pause after a failure.
LEASE_TIME, STATUS_CHECK_DELAY = timedelta(minutes=5), timedelta(seconds=30)
RETRY_DELAYS = [timedelta(minutes=minutes) for minutes in (5, 30, 120, 720, 1440)]
#: The maximum number of requests per run.
BATCH_SIZE = 10
_MAX_ADDRESS_LENGTH = 2000


class _DepositRefused(Exception):
    """The archive refused to deposit the page."""


class _RetryLater(Exception):
    """The archive cannot respond now; the request is retried later."""


def process_due_deposits() -> None:
    """Request deposits that are due, and check the status of earlier ones."""
    for _count in range(BATCH_SIZE):
        deposit = _lease_next_deposit()
        if deposit is None:
            return
        _process_deposit(deposit)


@transaction.atomic
def _lease_next_deposit() -> PublicDeposit | None:
    """Lease and return the next deposit that is due, or None."""
    now = timezone.now()
    due_deposits = PublicDeposit.objects.filter(due_at__lte=now).exclude(held_until__gt=now)
    deposit = due_deposits.select_for_update(skip_locked=True).order_by("due_at").first()
    if deposit is not None:
        deposit.held_until = now + LEASE_TIME
        deposit.save(update_fields=["held_until"])
    return deposit


def _process_deposit(deposit: PublicDeposit) -> None:
    try:
        if not deposit.job:
            deposit.job = _request_deposit(deposit.copy.final_address)
            deposit.due_at = timezone.now() + STATUS_CHECK_DELAY
        elif address := _get_archived_url(deposit.job):
            deposit.address, deposit.due_at, deposit.problem = address, None, ""
            _store_archived_url(deposit.copy.source_id, address)
        else:
            deposit.due_at = timezone.now() + STATUS_CHECK_DELAY
    except _RetryLater as error:
        deposit.problem = str(error)
        if deposit.attempts < len(RETRY_DELAYS):
            deposit.due_at = timezone.now() + RETRY_DELAYS[deposit.attempts]
        else:
            deposit.due_at = None
        deposit.attempts += 1
    except _DepositRefused as error:
        deposit.due_at, deposit.problem = None, str(error)
    deposit.held_until = None
    deposit.save()


def _store_archived_url(source_id: int, address: str) -> None:
    """Store the URL of the public copy, unless an editor has already entered one."""
    Source.objects.filter(pk=source_id, archived_url="").update(
        archived_url=address, updated_at=timezone.now()
    )


def _request_deposit(url: str) -> str:
    """Request a deposit of the page and return the job's id. Raises _RetryLater and _DepositRefused."""
    response = _send_request(
        "/save", {"url": url, "if_not_archived_within": RECENT_COPY_AGE, "skip_first_archive": "1"}
    )
    if job := response.get("job_id"):
        return str(job)[:200]
    raise _DepositRefused(
        gettext("The Internet Archive does not save this page: %(get)s")
        % {"get": response.get("message") or "it gave no reason"}
    )


def _get_archived_url(job: str) -> str:
    """Return the URL of the archived page, or "" if it is not ready yet."""
    response = _send_request("/save/status", {"job_id": job})
    if response.get("status") == "success":
        address = f"{ARCHIVE_URL}/web/{response.get('timestamp', '')}/{response.get('original_url', '')}"
        if len(address) > _MAX_ADDRESS_LENGTH:
            raise _DepositRefused(gettext("The copy’s address at the Internet Archive is too long to store."))
        return address
    if response.get("status") == "error":
        raise _DepositRefused(
            gettext("The Internet Archive could not save the page: %(get)s")
            % {"get": response.get("message") or "it gave no reason"}
        )
    return ""


def _send_request(path: str, fields: dict[str, str]) -> dict[str, Any]:
    """Send a request to the archive and return the parsed response."""
    headers = {
        "Accept": "application/json",
        "Authorization": f"LOW {settings.INTERNET_ARCHIVE_KEY}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        response = send_post(
            ARCHIVE_URL + path,
            urlencode(fields).encode(),
            headers,
            seconds=REQUEST_SECONDS,
            max_bytes=MAX_ANSWER_BYTES,
        )
    except ServiceUnavailable as unavailable:
        raise _RetryLater(str(unavailable)) from None
    if response.status != 200:
        raise _RetryLater(
            gettext("The Internet Archive answered with HTTP %(status)s.") % {"status": response.status}
        )
    try:
        result = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise _RetryLater(gettext("The Internet Archive sent a response that is not JSON.")) from None
    return result if isinstance(result, dict) else {}
