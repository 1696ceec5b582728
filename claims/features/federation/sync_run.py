"""Import a followed newsroom's pages until there are no new entries or the time limit is reached.

Each page is imported together with the new position in one transaction. A run can therefore be killed at any
moment, and the next run continues from that position.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from claims.features.federation import alarms
from claims.features.federation.imported_pages import import_changes
from claims.features.federation.ledger_feed import fetch_entries
from claims.features.federation.ledger_pages import VerificationFailed, verify_page
from claims.features.federation.models import PeerNewsroom, PeerProgress
from factcheck.database.leases import Lease, build_free_condition
from factcheck.installation.messages import translate_message
from sources.http.fetch_errors import FetchError
from sources.http.validators import clean_error_text, clean_validators

logger = logging.getLogger(__name__)

#: How long a newsroom is leased. The lease is renewed before each page, and importing a page takes much less time.
LEASE_TIME = timedelta(minutes=5)
#: The pause after the end of a ledger was reached.
PAUSE_BETWEEN_VISITS = timedelta(minutes=1)
#: The longest pause after failures; the pause doubles with each failure up to this length.
MAX_BACK_OFF = timedelta(hours=12)
#: People are notified after this many consecutive failures, which take about half an hour.
ALARM_AFTER_FAILURES = 5


@dataclass(slots=True)
class SyncTally:
    """The result of a sync: the number of imported entries, and the failure if any."""

    newsroom: PeerNewsroom
    entry_count: int = 0
    failure: str = ""
    is_finished: bool = True
    """Whether there is nothing more to import now."""


def _build_due_condition(moment: datetime) -> Q:
    """Return the condition for newsrooms that are due: without a lease and without a pending decision."""
    return build_free_condition(moment) & Q(halted="", next_visit_at__lte=moment)


def _find_active_progress() -> QuerySet[PeerProgress]:
    return PeerProgress.objects.filter(newsroom__in=PeerNewsroom.objects.active()).select_related("newsroom")


def list_due_newsrooms() -> list[int]:
    """Return the ids of the newsrooms that are due, longest waiting first."""
    rows = (
        _find_active_progress().filter(_build_due_condition(timezone.now())).order_by("next_visit_at", "pk")
    )
    return list(rows.values_list("pk", flat=True))


def sync_newsroom(newsroom_id: int, *, is_stopped: Callable[[], bool] = lambda: False) -> SyncTally | None:
    """Import new entries of a newsroom. Return None if the newsroom is not due or is leased by another worker.

    Args:
        is_stopped: returns whether to stop before the next page.
    """
    lease = Lease.acquire(
        _find_active_progress(), newsroom_id, LEASE_TIME, due=_build_due_condition(timezone.now())
    )
    if lease is None:
        return None
    tally = SyncTally(lease.row.newsroom)
    try:
        _import_new_pages(lease, tally, is_stopped)
    except FetchError as error:
        _record_failure(lease, tally, translate_message(error.sentence), delay=error.wait)
    except VerificationFailed as error:
        _record_failure(lease, tally, error.sentence, halt=error.halt, offered_key=error.offered_key)
    except Exception:  # whatever goes wrong with this response, the other newsrooms are still followed
        logger.exception("Following %s failed", tally.newsroom.url)
        _record_failure(
            lease,
            tally,
            gettext("An unexpected error occurred while reading the newsroom’s response; see the log."),
        )
    finally:
        lease.release()
    return tally


def _import_new_pages(lease: Lease[PeerProgress], tally: SyncTally, is_stopped: Callable[[], bool]) -> None:
    newsroom = tally.newsroom
    while lease.renew():
        progress = lease.row
        if is_stopped():
            tally.is_finished = False
            return
        # The last imported entry is requested again, because it must still exist unchanged.
        try:
            response = fetch_entries(
                newsroom.url, last_sequence=max(progress.sequence - 1, 0), etag=progress.etag
            )
        except FetchError as error:
            if error.reason_code == "not_found" and progress.sequence > 1:
                _check_shorter_ledger(newsroom, progress)
            raise
        if response.page is None:
            _record_up_to_date(progress, progress.etag)
            return
        changes = verify_page(
            response.page,
            key=newsroom.key,
            site=newsroom.url,
            last_sequence=progress.sequence,
            last_change=progress.last_change,
            max_entries=response.max_entries,
        )
        if changes and not import_changes(newsroom, changes, held_until=lease.expires_at):
            return
        tally.entry_count += len(changes)
        if not response.page.has_more:
            # An ETag belongs to one position in the ledger, and new entries have moved the position.
            _record_up_to_date(progress, "" if changes else response.etag)
            return
        if not changes:
            raise VerificationFailed(gettext("The newsroom announced more changes, but sent none."))


def _check_shorter_ledger(newsroom: PeerNewsroom, progress: PeerProgress) -> None:
    """Raise VerificationFailed if the newsroom's ledger now ends before the last entry that we imported."""
    page = fetch_entries(newsroom.url, last_sequence=0, sizes=(2,)).page
    if page is not None:
        verify_page(page, key=newsroom.key, site=newsroom.url, last_sequence=0, last_change="", max_entries=2)
        raise VerificationFailed(
            gettext(
                "The newsroom’s ledger ends before entry %(sequence)s, which was imported from it. This is "
                "an older backup, or a different ledger."
            )
            % {"sequence": progress.sequence},
            halt=PeerProgress.Halt.HISTORY,
        )


def _record_up_to_date(progress: PeerProgress, etag: str) -> None:
    now = timezone.now()
    PeerProgress.objects.filter(pk=progress.pk).update(
        visited_at=now,
        next_visit_at=now + PAUSE_BETWEEN_VISITS,
        etag=clean_validators(etag, "")["etag"],
        consecutive_failures=0,
        failing_since=None,
        failure="",
    )


def _record_failure(
    lease: Lease[PeerProgress],
    tally: SyncTally,
    message: str,
    *,
    delay: timedelta = timedelta(),
    halt: str = "",
    offered_key: str = "",
) -> None:
    tally.failure = message
    with transaction.atomic():
        rows = PeerProgress.objects.select_for_update()
        progress = rows.filter(pk=tally.newsroom.pk, held_until=lease.expires_at).first()
        if progress is None:
            return
        now = timezone.now()
        progress.consecutive_failures += 1
        progress.failing_since = progress.failing_since or now
        progress.failure, progress.halted, progress.offered_key = (
            clean_error_text(message),
            halt,
            offered_key,
        )
        retry_delay = min(PAUSE_BETWEEN_VISITS * 2 ** min(progress.consecutive_failures, 12), MAX_BACK_OFF)
        progress.next_visit_at = now + max(retry_delay, delay)
        progress.save()
        if halt or progress.consecutive_failures == ALARM_AFTER_FAILURES:
            alarms.queue_alarm(tally.newsroom)
