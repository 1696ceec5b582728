"""Deposit pages at public archives: the Internet Archive's Save Page Now.

Only with the newsroom's own key there (`INTERNET_ARCHIVE_KEY`), because it reveals which pages are cited here. The
page's address there becomes the archived copy of its source, unless an editor has given one.
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
from sources.http.services import ServiceUnavailable, ask
from sources.models import Source

logger = logging.getLogger(__name__)

ARCHIVE = "https://web.archive.org"
SECONDS, MOST_BYTES = 60.0, 1_000_000
#: Their copies younger than this are not repeated.
LATELY = "1d"
#: The lease of a request, the interval of status checks, and the pause after failures.
HOLD, LOOK_AGAIN = timedelta(minutes=5), timedelta(seconds=30)
WAITS = [timedelta(minutes=minutes) for minutes in (5, 30, 120, 720, 1440)]
#: Requests per run.
AT_ONCE = 10
_LONGEST_ADDRESS = 2000


class _Refused(Exception):
    """The archive will not keep it."""


class _Later(Exception):
    """Try again later."""


def deposit_due() -> None:
    """Request due copies, and check the status of earlier requests."""
    for _one in range(AT_ONCE):
        deposit = _taken()
        if deposit is None:
            return
        _deposit(deposit)


@transaction.atomic
def _taken() -> PublicDeposit | None:
    """Lease the next deposit that is due."""
    now = timezone.now()
    free = PublicDeposit.objects.filter(due_at__lte=now).exclude(held_until__gt=now)
    deposit = free.select_for_update(skip_locked=True).order_by("due_at").first()
    if deposit is not None:
        deposit.held_until = now + HOLD
        deposit.save(update_fields=["held_until"])
    return deposit


def _deposit(deposit: PublicDeposit) -> None:
    try:
        if not deposit.job:
            deposit.job = _ordered(deposit.copy.final_address)
            deposit.due_at = timezone.now() + LOOK_AGAIN
        elif address := _finished(deposit.job):
            deposit.address, deposit.due_at, deposit.problem = address, None, ""
            _named(deposit.copy.source_id, address)
        else:
            deposit.due_at = timezone.now() + LOOK_AGAIN
    except _Later as error:
        deposit.problem = str(error)
        if deposit.attempts < len(WAITS):
            deposit.due_at = timezone.now() + WAITS[deposit.attempts]
        else:
            deposit.due_at = None
        deposit.attempts += 1
    except _Refused as error:
        deposit.due_at, deposit.problem = None, str(error)
    deposit.held_until = None
    deposit.save()


def _named(source_id: int, address: str) -> None:
    """Store the URL of the copy at a public archive, unless an editor has entered one meanwhile."""
    Source.objects.filter(pk=source_id, archived_url="").update(
        archived_url=address, updated_at=timezone.now()
    )


def _ordered(url: str) -> str:
    """Order the archiving of a page and return the job's id. Raises _Later and _Refused."""
    answer = _asked("/save", {"url": url, "if_not_archived_within": LATELY, "skip_first_archive": "1"})
    if job := answer.get("job_id"):
        return str(job)[:200]
    raise _Refused(
        gettext("The Internet Archive does not save it: %(get)s")
        % {"get": answer.get("message") or "it gave no reason"}
    )


def _finished(job: str) -> str:
    """Return the URL of the archived page; "" if it is not ready yet. Raises _Later and _Refused."""
    answer = _asked("/save/status", {"job_id": job})
    if answer.get("status") == "success":
        address = f"{ARCHIVE}/web/{answer.get('timestamp', '')}/{answer.get('original_url', '')}"
        if len(address) > _LONGEST_ADDRESS:
            raise _Refused(gettext("Its address at the Internet Archive is too long to store."))
        return address
    if answer.get("status") == "error":
        raise _Refused(
            gettext("The Internet Archive could not save it: %(get)s")
            % {"get": answer.get("message") or "it gave no reason"}
        )
    return ""


def _asked(path: str, fields: dict[str, str]) -> dict[str, Any]:
    """Raises _Later."""
    headers = {
        "Accept": "application/json",
        "Authorization": f"LOW {settings.INTERNET_ARCHIVE_KEY}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        answer = ask(
            ARCHIVE + path, urlencode(fields).encode(), headers, seconds=SECONDS, most_bytes=MOST_BYTES
        )
    except ServiceUnavailable as away:
        raise _Later(str(away)) from None
    if answer.status != 200:
        raise _Later(
            gettext("The Internet Archive answered with HTTP %(status)s.") % {"status": answer.status}
        )
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        raise _Later(gettext("The Internet Archive sent an answer that is not JSON.")) from None
    return told if isinstance(told, dict) else {}
