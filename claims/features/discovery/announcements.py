"""Notify each service of new ledger entries, and store each service's position in the ledger."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from claims.features.discovery import indexnow, websub
from claims.features.discovery.models import AnnouncementProgress
from claims.features.discovery.service_messages import NotificationRefused, choose_retry_delay
from claims.models import Publication
from claims.models.publication import build_previous_value
from factcheck.database.deferred_jobs import defer_once

logger = logging.getLogger(__name__)

#: The most ledger entries per message; each entry changes at most two URLs.
ENTRIES_PER_STEP = 5_000
#: After this many seconds, a run ends so that the worker can do other work.
MAX_RUN_SECONDS = 60.0

QUEUE = "announcements"
ANNOUNCE_TASK = "claims.features.discovery.tasks.announce_entries"
INDEXNOW_SERVICE = "indexnow"

NotifyService = Callable[[Sequence[dict[str, Any]]], None]


def list_services() -> dict[str, NotifyService]:
    """Return the configured services by name, each with the function that notifies it."""
    services: dict[str, NotifyService] = (
        {INDEXNOW_SERVICE: indexnow.notify_service} if settings.INDEXNOW_KEY else {}
    )
    return services | {hub: partial(websub.notify_hub, hub) for hub in settings.WEBSUB_HUBS}


def queue_announcement_on_commit(**signal: Any) -> None:
    """Queue a job that notifies services of new entries, on commit, if any service is configured.

    This job only saves time: a periodic job also looks for new entries once a minute.
    """
    if list_services():
        transaction.on_commit(queue_announcement, robust=True)


def queue_announcement() -> None:
    """Queue a job that notifies services, unless one is already queued."""
    defer_once(ANNOUNCE_TASK, {}, queue=QUEUE, queueing_lock=ANNOUNCE_TASK)


def announce_new_entries() -> bool:
    """Notify each service of new entries, and return whether entries remain for later.

    Publications become visible in the order of `sequence`, so only a position in that order is stored. The
    position advances once a service has accepted the message. After a crash in between, the message is sent
    again, which does no harm to IndexNow or WebSub. A service that fails does not delay the others.
    """
    deadline = time.monotonic() + MAX_RUN_SECONDS
    for service, notify_service in list_services().items():
        while _announce_next_entries(service, notify_service):
            if time.monotonic() > deadline:
                return True
    return False


def _announce_next_entries(service: str, notify_service: NotifyService) -> bool:
    """Notify a service of the next entries, and return whether more entries can be sent to it now."""
    progress = _load_progress(service)
    if progress.paused_until and progress.paused_until > timezone.now():
        return False
    entries = _load_entries_after(progress.position)
    if not entries:
        return False
    # If two workers send the same entries, the second one does not change the row.
    rows = AnnouncementProgress.objects.filter(pk=service, position=progress.position)
    try:
        notify_service(entries)
    except NotificationRefused as refusal:
        failures = progress.consecutive_failures + 1
        paused_until = timezone.now() + choose_retry_delay(failures, refusal)
        rows.update(consecutive_failures=failures, last_failure=str(refusal), paused_until=paused_until)
        logger.warning(
            "Not announced: %s Tried again from %s on.", refusal, paused_until.isoformat(timespec="minutes")
        )
        return False
    position = entries[-1]["sequence"]
    return bool(rows.update(position=position, consecutive_failures=0, last_failure="", paused_until=None))


def _load_progress(service: str) -> AnnouncementProgress:
    """Return a service's position in the ledger; a new service starts at the end."""
    progress = AnnouncementProgress.objects.filter(pk=service).first()
    if progress is None:
        ledger_end = Publication.objects.aggregate(end=Max("sequence"))["end"] or 0
        progress, _created = AnnouncementProgress.objects.get_or_create(
            pk=service, defaults={"position": ledger_end}
        )
    return progress


def _load_entries_after(position: int) -> list[dict[str, Any]]:
    rows = Publication.objects.after(position).annotate(slug_before=build_previous_value("slug"))
    return [
        {**row}
        for row in rows.values("sequence", "claim_id", "slug", "slug_before", "kind")[:ENTRIES_PER_STEP]
    ]
