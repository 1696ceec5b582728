"""Compare a feed or sitemap with the last visit, and record new, changed and skipped pages."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Case, Exists, OuterRef, Value, When

from claims.features.watches.models import MAX_ADDRESS_LENGTH, Watch, WatchedPage
from sources.addresses import build_url_key
from sources.models import Snapshot, Source
from sources.page_lists import ListedPage

#: A page older than this is not news, even if it is listed for the first time: sites reorder and move their lists.
MAX_PAGE_AGE = timedelta(days=14)
#: A new page that is not imported within this time, because there were too many, is skipped.
MAX_WAIT = timedelta(days=7)
#: A date further in the future than this is wrong, not merely due to inaccurate clocks, and is ignored.
MAX_CLOCK_ERROR = timedelta(days=1)
#: When a page is checked again, counted from when it was found, if its list does not report changes. The
#: checks end, because some pages differ at every request.
CHECK_INTERVALS = (
    timedelta(hours=1),
    timedelta(hours=5),
    timedelta(days=1),
    timedelta(days=4),
    timedelta(days=11),
)
#: If a list repeatedly reports changes of a page that has not changed, the pause before its next check
#: doubles each time, from the minimum to the maximum.
MIN_CHECK_INTERVAL, MAX_CHECK_INTERVAL = timedelta(minutes=10), timedelta(days=1)

#: The most new pages recorded per visit after the first one; no budget allows importing more.
MAX_NEW_PAGES = 1000
#: Skipped and failed pages are deleted after this time, if they are no longer listed.
UNLISTED_LIFETIME = timedelta(days=30)

_State = WatchedPage.State
_BATCH_SIZE = 2000


def record_listed_pages(
    watch: Watch, entries: Iterable[ListedPage], *, is_first_visit: bool, now: datetime
) -> None:
    """Record the pages of a list. Call this function in the transaction that records the visit.

    Args:
        is_first_visit: whether this is the watch's first visit; then only the newest pages are imported.
    """
    pages = _group_by_url(entries, now)
    known_pages = _find_known_pages(watch, list(pages))
    changed_keys = {key for key, listed_at in known_pages.items() if _is_newer(pages[key], listed_at)}
    _queue_changed_pages(watch, {key: pages[key] for key in changed_keys}, now)
    unknown_pages = [(key, page) for key, page in pages.items() if key not in known_pages]
    new_pages = dict(sorted(unknown_pages, key=lambda pair: _get_sort_key(pair[1])))
    if is_first_visit:
        selected_keys = set(list(new_pages)[: watch.most_per_visit])
    else:
        new_pages = dict(list(new_pages.items())[:MAX_NEW_PAGES])
        selected_keys = {key for key, page in new_pages.items() if not _is_too_old(page, now)}
    _add_pages(watch, new_pages, selected_keys, now)
    overdue_pages = watch.pages.waiting().filter(found_at__lt=now - MAX_WAIT)
    overdue_pages.update(state=_State.PASSED, next_look_at=None)


def delete_unlisted_pages(watch: Watch, entries: Iterable[ListedPage], now: datetime) -> None:
    """Delete unlisted pages without an imported article, so that their number does not grow forever."""
    listed_keys = {build_url_key(page.url) for page in entries}
    finished_pages = watch.pages.filter(
        state__in=[_State.PASSED, _State.FAILED], found_at__lt=now - UNLISTED_LIFETIME
    )
    unlisted_pages = [pk for pk, key in finished_pages.values_list("pk", "url_key") if key not in listed_keys]
    for batch_start in range(0, len(unlisted_pages), _BATCH_SIZE):
        watch.pages.filter(pk__in=unlisted_pages[batch_start : batch_start + _BATCH_SIZE]).delete()


def queue_recheck(watch: Watch, now: datetime) -> None:
    """If the watch follows a single page, not a list, make the page due, so that this visit fetches it again."""
    followed_page = watch.pages.filter(url_key=watch.url_key)
    followed_page.update(
        next_look_at=now,
        attempts=0,
        state=Case(When(source=None, then=Value("waiting")), default=Value("imported")),
    )


def compute_next_check(found_at: datetime, now: datetime) -> datetime | None:
    """Return the time of the next check of a page found at `found_at`, or None after the last check."""
    return next((found_at + delay for delay in CHECK_INTERVALS if found_at + delay > now), None)


def _group_by_url(entries: Iterable[ListedPage], now: datetime) -> dict[str, ListedPage]:
    """Return the listed pages, keyed by URL key, each with its latest plausible date."""
    pages: dict[str, ListedPage] = {}
    for page in entries:
        key = build_url_key(page.url)
        if not key or max(len(key), len(page.url)) > MAX_ADDRESS_LENGTH or "\0" in page.url:
            continue
        if page.changed_at and page.changed_at > now + MAX_CLOCK_ERROR:
            page = ListedPage(page.url, None, page.title)
        earlier_entry = pages.setdefault(key, page)
        if page.changed_at and (
            earlier_entry.changed_at is None or page.changed_at > earlier_entry.changed_at
        ):
            pages[key] = ListedPage(earlier_entry.url, page.changed_at, earlier_entry.title or page.title)
    return pages


def _find_known_pages(watch: Watch, keys: Sequence[str]) -> dict[str, datetime | None]:
    """Return the last recorded date of change of each known page, keyed by URL key."""
    listed_times: dict[str, datetime | None] = {}
    for batch_start in range(0, len(keys), _BATCH_SIZE):
        batch = watch.pages.filter(url_key__in=keys[batch_start : batch_start + _BATCH_SIZE])
        listed_times |= dict(batch.values_list("url_key", "listed_at"))
    return listed_times


def _is_newer(page: ListedPage, listed_at: datetime | None) -> bool:
    return page.changed_at is not None and (listed_at is None or page.changed_at > listed_at)


def _get_sort_key(page: ListedPage) -> tuple[bool, float]:
    """Return a sort key: newest first, then undated pages in list order."""
    return (False, -page.changed_at.timestamp()) if page.changed_at else (True, 0.0)


def _is_too_old(page: ListedPage, now: datetime) -> bool:
    return page.changed_at is not None and page.changed_at < now - MAX_PAGE_AGE


def _queue_changed_pages(watch: Watch, changed_pages: dict[str, ListedPage], now: datetime) -> None:
    """Queue another check of pages whose date in the list is now newer. Skipped pages stay skipped."""
    keys = list(changed_pages)
    for start in range(0, len(keys), _BATCH_SIZE):
        batch = watch.pages.filter(url_key__in=keys[start : start + _BATCH_SIZE]).exclude(state=_State.PASSED)
        rows = list(batch)
        for row in rows:
            # A date that was not listed before does not indicate a change.
            if row.listed_at and row.state != _State.WAITING:
                interval = min(MIN_CHECK_INTERVAL * 2 ** min(row.unchanged, 10), MAX_CHECK_INTERVAL)
                row.next_look_at = max(now, row.looked_at + interval if row.looked_at else now)
                row.state = _State.IMPORTED if row.state == _State.IMPORTED else _State.WAITING
                row.attempts = 0
            row.listed_at = changed_pages[row.url_key].changed_at
        WatchedPage.objects.bulk_update(rows, ["listed_at", "next_look_at", "state", "attempts"])


def _add_pages(
    watch: Watch, new_pages: dict[str, ListedPage], selected_keys: set[str], now: datetime
) -> None:
    source_ids = _find_sources(list(selected_keys))
    rows = []
    for key, page in new_pages.items():
        row = WatchedPage(
            watch=watch, url=page.url, url_key=key, title=page.title, listed_at=page.changed_at, found_at=now
        )
        if key not in selected_keys:
            row.state = _State.PASSED
        elif key in source_ids:
            # The article was imported by hand or by another watch; this watch follows it from now on.
            row.state, row.source_id, row.next_look_at = (
                _State.IMPORTED,
                source_ids[key],
                compute_next_check(now, now),
            )
        else:
            row.next_look_at = now
        rows.append(row)
    WatchedPage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BATCH_SIZE)


def _find_sources(keys: list[str]) -> dict[str, int]:
    """Return the ids of the sources already captured from these pages, keyed by URL key."""
    has_snapshot = Exists(Snapshot.objects.filter(source=OuterRef("pk")))
    return dict(Source.objects.filter(has_snapshot, url_key__in=keys).values_list("url_key", "pk"))
