"""A visit to a watch: fetch its list, then the pages that are due.

Progress is stored after each page. A visit can therefore be killed at any moment, and the next visit
continues after the last stored page.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from claims.features.watches import listed_pages
from claims.features.watches.models import Watch, WatchedPage, WatchProgress
from claims.features.watches.watched_articles import PageResult, check_page, find_next_page
from factcheck.database.leases import Lease, build_free_condition
from factcheck.installation.messages import translate_message
from sources.http.fetch_errors import FetchError
from sources.http.fetched_documents import ACCEPTED_MEDIA_TYPES, Limits
from sources.http.polite_visits import PoliteVisitor
from sources.http.validators import clean_error_text, clean_validators
from sources.known_sites import KnownSites
from sources.page_lists import ListedPage, PageList, read_page_list

logger = logging.getLogger(__name__)

#: How long a watch is leased. The lease is renewed before each page, and importing a page takes much less time.
LEASE_TIME = timedelta(minutes=8)
#: The largest list that is read, compressed or not: a hundred times the size of a long feed.
LIMITS = Limits(content_bytes=10_000_000, total_seconds=60)
#: The most sitemaps of a sitemap index read per visit, most recently changed ones first.
MAX_SITEMAPS = 5
#: How long to wait for a site if there is nothing else to do, in seconds.
MAX_SITE_WAIT_SECONDS = 120.0
#: How long to wait before each sitemap of an index if its site asks for a pause, in seconds. An index by
#: itself lists no pages.
SITEMAP_PAUSE_SECONDS = 30.0
#: The longest interval after failures; the interval doubles with each failure up to this length.
MAX_BACK_OFF = timedelta(days=1)

_Kind = WatchProgress.Kind


@dataclass(slots=True)
class VisitTally:
    """The results of a visit: the number of pages by result, and the reason if the visit failed."""

    watch: Watch
    new_count: int = 0
    known_count: int = 0
    changed_count: int = 0
    unchanged_count: int = 0
    failed_count: int = 0
    proposal_count: int = 0
    failure: str = ""
    """Why the list or the followed page could not be read."""
    wait_message: str = ""
    """A sentence on how long the site may not be visited, if no request was made for this reason."""
    is_finished: bool = True
    """Whether there is nothing more to fetch now."""


def build_visitor(*, max_wait_seconds: float = MAX_SITE_WAIT_SECONDS) -> PoliteVisitor:
    """Build a client that fetches pages within each site's limits. All processes share these limits."""
    return PoliteVisitor(KnownSites(max_wait_seconds=max_wait_seconds))


def list_due_watches() -> list[int]:
    """Return the ids of the watches that are due, longest waiting first."""
    progress = _find_active_progress().filter(_build_due_condition(timezone.now()))
    return list(progress.order_by("next_visit_at", "pk").values_list("pk", flat=True))


def acquire_lease(watch_id: int) -> Lease[WatchProgress] | None:
    """Lease a watch, or return None if the watch is not due or is already leased."""
    return Lease.acquire(
        _find_active_progress(), watch_id, LEASE_TIME, due=_build_due_condition(timezone.now())
    )


def _find_active_progress() -> QuerySet[WatchProgress]:
    return WatchProgress.objects.filter(watch__in=Watch.objects.active()).select_related("watch")


def _build_due_condition(moment: datetime) -> Q:
    """Return the condition for watches that are due and not leased.

    Values that other processes may change are columns of the progress row, because PostgreSQL checks these
    columns again once it has locked the row.
    """
    pages = WatchedPage.objects.due(moment).filter(watch=OuterRef("pk"))
    has_budget_left = Watch.objects.with_budget_left(moment).filter(pk=OuterRef("pk"))
    has_pages_to_recheck = Exists(pages.exclude(state="waiting"))
    has_pages_to_import = Exists(pages.waiting()) & Exists(has_budget_left)
    return build_free_condition(moment) & (
        Q(next_visit_at__lte=moment)
        | Q(pages_left__gt=0) & (Q(has_pages_to_recheck) | Q(has_pages_to_import))
    )


def run_visit(
    watch_id: int,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    report_page: Callable[[PageResult], None] = lambda looked_at: None,
    max_wait_seconds: float = MAX_SITE_WAIT_SECONDS,
) -> VisitTally | None:
    """Visit a watch. Return None if the watch is not due or is leased by another worker.

    Args:
        is_stopped: returns whether to stop before the next page.
        report_page: called with the result of each page.
        max_wait_seconds: the longest time to wait before a site may be visited; pages that would take
        longer are postponed.
    """
    lease = acquire_lease(watch_id)
    if lease is None:
        return None
    try:
        return _Visit(lease, max_wait_seconds, is_stopped, report_page).run()
    finally:
        lease.release()


class _Visit:
    def __init__(
        self,
        lease: Lease[WatchProgress],
        max_wait_seconds: float,
        is_stopped: Callable[[], bool],
        report_page: Callable[[PageResult], None],
    ) -> None:
        self._lease = lease
        self._visitor = build_visitor(max_wait_seconds=max_wait_seconds)
        self._patient_visitor = build_visitor(max_wait_seconds=max(max_wait_seconds, SITEMAP_PAUSE_SECONDS))
        self._is_stopped = is_stopped
        self._report_page = report_page
        self._tally = VisitTally(lease.row.watch)

    def run(self) -> VisitTally:
        progress = self._lease.row
        if progress.next_visit_at <= timezone.now():
            self._try_to_read_list()
        while not (self._tally.failure or self._tally.wait_message) and self._lease.renew():
            now = timezone.now()
            self._reset_daily_counts(now)
            page = find_next_page(self._lease.row.watch, now) if self._lease.row.pages_left else None
            if page is None:
                break
            if self._is_stopped():
                self._tally.is_finished = False
                break
            result = check_page(page, self._lease.row.watch, self._visitor)
            if result is None:
                break
            if result.kind == "later":
                break  # the site may not be visited now; the worker tries again in a minute
            self._count_page(result)
        return self._tally

    # The list ---------------------------------------------------------------------------------------------------------

    def _try_to_read_list(self) -> None:
        try:
            self._read_list()
        except FetchError as error:
            if error.reason_code == "asked_to_wait":
                self._postpone(error.wait)
                self._tally.wait_message = translate_message(error.sentence)
            else:
                self._record_failure(translate_message(error.sentence), error.wait)
        except Exception:  # whatever goes wrong with this list, the other watches are visited
            logger.exception("Visiting %s failed", self._lease.row.watch.url)
            self._record_failure(gettext("An unexpected error occurred at this address; see the log."))

    def _read_list(self) -> None:
        watch, progress = self._lease.row.watch, self._lease.row
        if progress.kind == _Kind.PAGE:
            self._record_visit([ListedPage(watch.url)], _Kind.PAGE)
            return
        response = self._visitor.get(watch.url, LIMITS, None, progress.etag, progress.last_modified)
        if response.status == 304:
            self._record_visit(
                [], progress.kind, etag=progress.etag, modified=progress.last_modified, note=progress.note
            )
            return
        page_list = read_page_list(response.content, response.final_url, max_bytes=LIMITS.content_bytes)
        if page_list is not None:
            listed_pages, note = self._collect_pages(page_list)
            if page_list.kind == "sitemap" and page_list.lists:
                # The sitemaps of an unchanged index can have changed.
                self._record_visit(listed_pages, page_list.kind, note=note)
            else:
                self._record_visit(
                    listed_pages,
                    page_list.kind,
                    is_complete=page_list.is_whole,
                    etag=response.etag,
                    modified=response.last_modified,
                    note=note,
                )
        elif progress.kind:
            raise FetchError(
                "no_list",
                gettext("%(url)s is no longer a feed or sitemap. Find the new address and follow it.")
                % {"url": watch.url},
            )
        elif response.content_type and response.content_type not in ACCEPTED_MEDIA_TYPES:
            raise FetchError(
                "no_list",
                gettext("%(url)s is not a feed, a sitemap or a page: it has the type %(content_type)s.")
                % {"url": watch.url, "content_type": response.content_type},
            )
        else:
            self._record_visit([ListedPage(watch.url)], _Kind.PAGE)

    def _collect_pages(self, page_list: PageList) -> tuple[list[ListedPage], str]:
        """Return the pages of a list or, for an index, of its sitemaps, with notes on what could not be read.

        Raises:
            FetchError: the list is an index, and none of its sitemaps could be fetched.
        """
        pages, notes, read_list_count = list(page_list.pages), [], 0
        errors: list[FetchError] = []
        if not page_list.is_whole:
            notes.append(gettext("The list is malformed or too long. Only part of it could be read."))
        if page_list.kind == "sitemap" and page_list.lists:
            for sitemap in self._select_newest_sitemaps(page_list.lists):
                if not self._lease.renew():
                    break
                try:
                    response = self._patient_visitor.get(sitemap.url, LIMITS, None)
                except FetchError as error:
                    notes.append(translate_message(error.sentence))
                    errors.append(error)
                    continue
                read_list_count += 1
                if inner_list := read_page_list(
                    response.content, response.final_url, max_bytes=LIMITS.content_bytes
                ):
                    pages += inner_list.pages
                else:
                    notes.append(gettext("%(url)s is not a sitemap.") % {"url": sitemap.url})
        if errors and not read_list_count:
            raise errors[0]
        return pages, " ".join(notes[:3])

    def _select_newest_sitemaps(self, sitemaps: tuple[ListedPage, ...]) -> list[ListedPage]:
        """Return the most recently changed sitemaps, without those unchanged since the last visit."""
        last_visit = self._lease.row.visited_at
        changed_pages = [
            sitemap
            for sitemap in sitemaps
            if last_visit is None
            or sitemap.changed_at is None
            or sitemap.changed_at > last_visit - timedelta(days=1)
        ]
        earliest_time = datetime.min.replace(tzinfo=UTC)
        return sorted(changed_pages, key=lambda sitemap: sitemap.changed_at or earliest_time, reverse=True)[
            :MAX_SITEMAPS
        ]

    def _record_visit(
        self,
        entries: list[ListedPage],
        kind: str,
        *,
        is_complete: bool = False,
        etag: str = "",
        modified: str = "",
        note: str = "",
    ) -> None:
        """Record the visit and the listed pages in one transaction.

        Args:
            is_complete: whether the whole list was read, so that pages that are no longer listed can be
            deleted.
        """
        watch, now = self._lease.row.watch, timezone.now()
        is_first_visit = not watch.pages.exists()
        with transaction.atomic():
            listed_pages.record_listed_pages(watch, entries, is_first_visit=is_first_visit, now=now)
            if is_complete:
                listed_pages.delete_unlisted_pages(watch, entries, now)
            if kind == _Kind.PAGE:
                listed_pages.queue_recheck(watch, now)
            WatchProgress.objects.filter(pk=watch.pk).update(
                kind=kind,
                visited_at=now,
                next_visit_at=now + timedelta(minutes=watch.interval_minutes),
                pages_left=watch.most_per_visit,
                new_articles=0,
                changed_articles=0,
                failed_articles=0,
                consecutive_failures=0,
                failing_since=None,
                failure="",
                note=clean_error_text(note),
                **clean_validators(etag, modified),
            )

    def _postpone(self, delay: timedelta) -> None:
        WatchProgress.objects.filter(pk=self._lease.row.watch.pk).update(next_visit_at=timezone.now() + delay)

    def _record_failure(self, message: str, delay: timedelta = timedelta()) -> None:
        self._tally.failure = message
        now = timezone.now()
        progress = WatchProgress.objects.get(pk=self._lease.row.watch.pk)
        failures = progress.consecutive_failures + 1
        interval = timedelta(minutes=self._lease.row.watch.interval_minutes)
        retry_delay = max(interval, min(interval * 2 ** min(failures, 12), MAX_BACK_OFF))
        WatchProgress.objects.filter(pk=progress.pk).update(
            consecutive_failures=failures,
            failing_since=progress.failing_since or now,
            failure=clean_error_text(message),
            next_visit_at=now + max(retry_delay, delay),
            pages_left=0,
        )

    # The pages --------------------------------------------------------------------------------------------------------

    def _reset_daily_counts(self, now: datetime) -> None:
        """Reset the daily counts when a new day begins."""
        progress = WatchProgress.objects.filter(pk=self._lease.row.watch.pk)
        progress.exclude(day=now.date()).update(day=now.date(), articles_of_day=0, proposals_of_day=0)

    def _count_page(self, result: PageResult) -> None:
        tally, kind = self._tally, result.kind
        setattr(tally, f"{kind}_count", getattr(tally, f"{kind}_count") + 1)
        tally.proposal_count += result.proposal_count
        WatchProgress.objects.filter(pk=tally.watch.pk, pages_left__gt=0).update(
            pages_left=F("pages_left") - 1,
            new_articles=F("new_articles") + int(kind in ("new", "known")),
            changed_articles=F("changed_articles") + int(kind == "changed"),
            failed_articles=F("failed_articles") + int(kind == "failed"),
        )
        self._report_page(result)
        if kind == "failed" and self._lease.row.kind == _Kind.PAGE:
            # The watch follows this page itself, so the watch has failed too.
            self._record_failure(result.failure)
