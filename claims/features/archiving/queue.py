"""The queue of archiving requests, with leases: if a worker is killed, another one takes over.

One copy answers all requests for a source, so a lease covers the source and all its requests. A lease lasts
some minutes; if no result is recorded by then, the source is tried again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy

from claims.features.archiving.models import ArchivedCopy, ArchivingRequest
from factcheck.database.locks import lock_names
from sources.http.fetch_errors import FetchError
from sources.http.polite_visits import get_site
from sources.models import Source, VisitedSite

#: Longer than making any copy takes.
LEASE_TIME = timedelta(minutes=5)
#: The pauses after failed attempts. After the last one, the source is abandoned until there is a new request.
RETRY_DELAYS = [timedelta(minutes=minutes) for minutes in (1, 10, 60, 360, 1440)]
#: The pause if the files cannot be stored; the fault is on this server, so the request is never abandoned.
OWN_FAULT_DELAY = timedelta(minutes=10)
#: At most this many due sources are examined to find one whose site may be visited now.
_CANDIDATE_LIMIT = 200
_KILLED_MESSAGE = gettext_lazy("The process was stopped several times before it finished.")


@dataclass(frozen=True, slots=True)
class LeasedSource:
    """A source that this process has leased for archiving until `until`."""

    source: Source
    reason: str
    requested_by: User | None
    attempts: int
    leased_until: datetime

    @classmethod
    def lease_next(cls, source_ids: Iterable[int] | None = None) -> Self | None:
        """Lease and return the most urgent due source, if any. Sources on sites that may be visited now come first.

        Args:
            source_ids: the ids of the sources to choose from.
        """
        for source_id in _list_next_source_ids(None if source_ids is None else list(source_ids)):
            if source := cls._try_lease(source_id):
                return source
        return None

    @classmethod
    @transaction.atomic
    def _try_lease(cls, source_id: int) -> Self | None:
        lock_names(f"archiving source {source_id}")
        now = timezone.now()
        requests = list(
            ArchivingRequest.objects.open()
            .filter(source=source_id)
            .select_related("source", "asked_by")
            .order_by("-priority", "id")
        )
        if any(request.held_until and request.held_until > now for request in requests):
            return None
        due_requests = [request for request in requests if request.due_at and request.due_at <= now]
        if not due_requests:
            return None
        attempts = max(request.attempts for request in due_requests) + 1
        leased_rows = ArchivingRequest.objects.filter(pk__in=[request.pk for request in requests])
        if attempts > len(RETRY_DELAYS) + 1:
            leased_rows.update(
                due_at=None, held_until=None, problem=due_requests[0].problem or str(_KILLED_MESSAGE)
            )
            return None
        lease_end = now + LEASE_TIME
        leased_rows.update(held_until=lease_end, attempts=attempts)
        first_request = due_requests[0]
        return cls(first_request.source, first_request.reason, first_request.asked_by, attempts, lease_end)

    def record_copy(self, copy: ArchivedCopy) -> None:
        """Record the copy for the leased requests and for concurrent requests for the same URL."""
        values = {"copy": copy, "held_until": None, "problem": ""}
        if self._find_leased_requests().update(**values):
            concurrent_requests = ArchivingRequest.objects.open().filter(
                source=self.source, asked_at__lte=copy.captured_at
            )
            concurrent_requests.filter(source__in=Source.objects.filter(url=copy.address)).update(**values)

    def record_failure(
        self, problem: str, *, is_final: bool = False, requested_delay: timedelta = timedelta()
    ) -> None:
        """Record a failed attempt.

        Args:
            is_final: whether every further attempt would fail in the same way.
            requested_delay: the delay that the other server asks for.
        """
        if is_final or self.attempts > len(RETRY_DELAYS):
            self._find_leased_requests().update(due_at=None, held_until=None, problem=problem)
        else:
            self._postpone(max(RETRY_DELAYS[self.attempts - 1], requested_delay), problem)

    def postpone_for_own_fault(self, problem: str) -> None:
        """Postpone the request without counting an attempt, because the fault is on this server."""
        self._postpone(OWN_FAULT_DELAY, problem, attempts=F("attempts") - 1)

    def postpone(self, delay: timedelta) -> None:
        """Postpone the source without counting an attempt, because its site may not be visited yet."""
        self._find_leased_requests().update(
            due_at=timezone.now() + delay, held_until=None, attempts=F("attempts") - 1
        )

    def _postpone(self, delay: timedelta, problem: str, **extra_values: Any) -> None:
        self._find_leased_requests().update(
            due_at=timezone.now() + delay, held_until=None, problem=problem, **extra_values
        )

    def _find_leased_requests(self) -> "QuerySet[ArchivingRequest]":
        return ArchivingRequest.objects.open().filter(source=self.source, held_until=self.leased_until)


def has_due_requests() -> bool:
    return _find_due_requests().exists()


def _find_due_requests() -> "QuerySet[ArchivingRequest]":
    leased_requests = ArchivingRequest.objects.open().filter(source=OuterRef("source"), held_until__gt=Now())
    return (
        ArchivingRequest.objects.open()
        .filter(Q(due_at__lte=Now()) & ~Exists(leased_requests))
        .order_by("-priority", "due_at", "id")
    )


def _list_next_source_ids(allowed_ids: list[int] | None) -> list[int]:
    """Return the ids of due sources, most urgent first; sources whose site may not be visited yet come last."""
    requests = (
        _find_due_requests() if allowed_ids is None else _find_due_requests().filter(source__in=allowed_ids)
    )
    addresses = dict(requests.values_list("source_id", "source__url")[:_CANDIDATE_LIMIT])
    site_names = {source_id: _get_site(url) for source_id, url in addresses.items()}
    busy_sites = set(
        VisitedSite.objects.filter(
            site__in=set(site_names.values()), ready_at__gt=timezone.now()
        ).values_list("site", flat=True)
    )
    return sorted(addresses, key=lambda source_id: site_names[source_id] in busy_sites)


def _get_site(url: str) -> str:
    try:
        return get_site(url)[:300]
    except FetchError:
        return ""
