"""A run of link checks: due links are fetched site by site in a few threads, then their results are stored.

The threads send requests; only the thread that started the run uses the database. Nothing is lost if the process dies:
leased links become due again (`claims.features.links.due_links`), and each result is stored in its own transaction.
"""

import logging
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from queue import Empty, Full, Queue
from threading import Event

from django.utils import timezone

from claims.features.links import due_links
from claims.features.links.leased_sites import lease_sites, release_site
from claims.features.links.link_findings import LinkFinding, Visitor, check_url
from claims.features.links.models import LinkOutcome, LinkState
from claims.features.links.resolved_links import ResolvedLink, store_link_status
from claims.features.links.schedule import RunMemory
from claims.features.links.watched_links import load_quote_versions
from sources.http.polite_visits import PoliteVisitor

logger = logging.getLogger(__name__)

#: The number of threads, each of which checks one site at a time.
MAX_THREADS = 12
LINKS_PER_RUN = 120
#: The most results waiting in memory to be stored, each up to the size of a long page.
_MAX_WAITING_RESULTS = 6
#: The longest wait, in seconds, before a site may be visited again; a link that would wait longer is postponed.
_MAX_SITE_WAIT_SECONDS = 10.0
#: How long a site is left alone after failures.
_OUTAGE_DELAY = timedelta(minutes=10)
_NO_RESPONSE_REASONS = frozenset(
    {"timed_out", "connection_failed", "name_not_found", "robots_unknown", "too_many_requests"}
)
#: Failures that show that a site is down, or that our own network is.
_UNREACHABLE_REASONS = frozenset({"timed_out", "connection_failed", "name_not_found", "robots_unknown"})
#: If this many sites were tried in a round and none responded, the fault is in our own network.
_MIN_OUTAGE_SITES = 3


def build_visitor(memory: RunMemory) -> Visitor:
    """Build the HTTP client for one run."""
    return PoliteVisitor(memory)


@dataclass(slots=True)
class LinkTally:
    """The number of links checked in a run, by result."""

    checked_count: int = 0
    outcome_counts: Counter[str] = field(default_factory=Counter)
    """The outcomes of the checked links; "" for those without a certain outcome yet."""
    changed_count: int = 0
    """The number of links with a new outcome."""
    postponed_count: int = 0
    """The number of links postponed because their site may not be visited now."""
    failed_count: int = 0
    """The number of links whose check failed because of an error in the program."""

    def add(self, other: "LinkTally") -> None:
        self.checked_count += other.checked_count
        self.outcome_counts += other.outcome_counts
        self.changed_count += other.changed_count
        self.postponed_count += other.postponed_count
        self.failed_count += other.failed_count


def run_link_checks(
    *,
    source_ids: Collection[int] | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
    report_link: Callable[[ResolvedLink], None] = lambda link: None,
    max_links: int = LINKS_PER_RUN,
) -> LinkTally | None:
    """Check at most `max_links` due links, and return the counts, or None if no link is due.

    Args:
        source_ids: check only the links of these sources; None for all.
        is_stopped: returns whether to stop before the next link.
        report_link: called with each link after its result is stored.
    """
    links = due_links.lease_links(max_links, source_ids=source_ids)
    return _CheckRun(links, is_stopped, report_link).run() if links else None


class _CheckRun:
    def __init__(
        self,
        links: list[LinkState],
        is_stopped: Callable[[], bool],
        report_link: Callable[[ResolvedLink], None],
    ) -> None:
        self._unfinished_links = {link.pk: link for link in links}
        self._by_site = {site: list(rows) for site, rows in groupby(links, lambda link: link.site)}
        self._quote_versions = load_quote_versions([link.pk for link in links])
        self._is_stopped = is_stopped
        self._report_link = report_link
        self._tally = LinkTally()
        self._results: Queue[tuple[LinkState, LinkFinding] | str] = Queue(_MAX_WAITING_RESULTS)
        self._is_ending = Event()
        self._memory = RunMemory({}, max_wait_seconds=_MAX_SITE_WAIT_SECONDS)
        self._our_sites: set[str] = set()
        self._is_online = False
        #: Results of sites that did not respond, kept until it is known whether any site responded.
        self._unreachable_results: list[tuple[LinkState, LinkFinding]] = []

    def run(self) -> LinkTally:
        try:
            self._lease_sites()
            with ThreadPoolExecutor(max(1, min(MAX_THREADS, len(self._our_sites))), "link") as threads:
                try:
                    for site in sorted(self._our_sites):
                        threads.submit(self._check_site, self._by_site[site])
                    self._store_results()
                finally:
                    self._is_ending.set()
        finally:
            for site in sorted(self._our_sites):
                self._release_site(site)
            due_links.release_links(
                [*self._unfinished_links.values(), *(link for link, _finding in self._unreachable_results)]
            )
        return self._tally

    def _lease_sites(self) -> None:
        """Lease the sites of the run's links. Links of sites that are already leased are postponed."""
        lease = lease_sites(self._by_site)
        self._memory = RunMemory(
            {site: rules for site, rules in lease.rules.items() if rules is not None},
            max_wait_seconds=_MAX_SITE_WAIT_SECONDS,
        )
        for site, ready_at in lease.waiting_sites.items():
            self._postpone(self._by_site[site], ready_at - timezone.now())
        self._our_sites = set(lease.rules)

    def _release_site(self, site: str) -> None:
        self._our_sites.discard(site)
        release_site(site, pause=self._memory.get_pause_left(site), rules=self._memory.read_rules.get(site))

    # In threads -------------------------------------------------------------------------------------------------------

    def _check_site(self, links: list[LinkState]) -> None:
        """Check the pages of one site, one after another."""
        visitor = build_visitor(self._memory)
        try:
            for link in links:
                if self._is_ending.is_set():
                    break
                finding = self._check_link(visitor, link)
                self._queue_result((link, finding))
                if finding.is_postponed or finding.reason in _NO_RESPONSE_REASONS:
                    break
        finally:
            self._queue_result(links[0].site)

    def _check_link(self, visitor: Visitor, link: LinkState) -> LinkFinding:
        is_known = bool(link.content_sha256) and link.quote_version == self._quote_versions[link.pk]
        try:
            return check_url(
                visitor,
                link.url,
                etag=link.etag if is_known else "",
                last_modified=link.last_modified if is_known else "",
                title=link.source.title,
            )
        except Exception:  # whatever goes wrong with this response, the other links are checked
            logger.exception("Fetching %s failed", link.url)
            return LinkFinding(LinkOutcome.UNREACHABLE, "program_failed")

    def _queue_result(self, result: tuple[LinkState, LinkFinding] | str) -> None:
        """Put a result into the queue, waiting while the queue is full, so that memory use stays limited."""
        while not self._is_ending.is_set():
            try:
                self._results.put(result, timeout=0.5)
            except Full:
                continue
            return

    # In the thread that started the run -------------------------------------------------------------------------------

    def _store_results(self) -> None:
        for result in self._iterate_results():
            if isinstance(result, str):
                self._release_site(result)
                self._postpone_remaining(result)
            elif result[1].reason in _UNREACHABLE_REASONS:
                self._unfinished_links.pop(result[0].pk, None)
                self._unreachable_results.append(result)
            else:
                self._is_online = True
                self._store_result(*result)
        self._store_unreachable_results()

    def _store_unreachable_results(self) -> None:
        """Store the results of sites that did not respond. If no site responded, retry their links later."""
        sites = {link.site for link, _finding in self._unreachable_results}
        if not self._is_online and len(sites) >= _MIN_OUTAGE_SITES:
            logger.warning(
                "None of %d sites responded: the network is down, so no link is judged.", len(sites)
            )
            links = [link for link, _finding in self._unreachable_results]
            self._unreachable_results.clear()
            due_links.release_links(links, not_before=timezone.now() + _OUTAGE_DELAY)
            self._tally.postponed_count += len(links)
        while self._unreachable_results:
            self._store_result(*self._unreachable_results.pop())

    def _iterate_results(self) -> Iterator[tuple[LinkState, LinkFinding] | str]:
        """Yield the results of all threads until they have ended or the run should stop."""
        while self._our_sites:
            if self._is_stopped():
                self._is_ending.set()
            try:
                yield self._results.get(timeout=0.5)
            except Empty:
                if self._is_ending.is_set():
                    return

    def _store_result(self, link: LinkState, finding: LinkFinding) -> None:
        if finding.is_postponed:
            postponed_until = timezone.now() + finding.requested_delay
            self._postpone(self._by_site[link.site], finding.requested_delay)
            due_links.postpone_site(link.site, postponed_until)
            return
        self._unfinished_links.pop(link.pk, None)
        try:
            jitter = random.random()  # noqa: S311  no secret
            resolved_link = store_link_status(link, finding, self._quote_versions[link.pk], jitter=jitter)
        except Exception:  # whatever goes wrong with this page, the other links are checked
            logger.exception("Checking %s failed", link.url)
            self._tally.failed_count += 1
            due_links.release_links([link], not_before=timezone.now() + timedelta(hours=6))
            return
        if resolved_link is None:
            return  # another process has leased this link
        self._tally.checked_count += 1
        self._tally.outcome_counts[resolved_link.link.outcome] += 1
        self._tally.changed_count += resolved_link.is_change
        self._report_link(resolved_link)

    def _postpone_remaining(self, site: str) -> None:
        if not self._is_ending.is_set():
            self._postpone(self._by_site[site], _OUTAGE_DELAY)

    def _postpone(self, links: list[LinkState], delay: timedelta) -> None:
        released_links = [link for link in links if self._unfinished_links.pop(link.pk, None)]
        due_links.release_links(released_links, not_before=timezone.now() + delay)
        self._tally.postponed_count += len(released_links)
