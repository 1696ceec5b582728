"""Due watches and their leases, so that one worker visits each at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from claims.features.watches.models import Watch, WatchedPage, WatchProgress

#: How long the lease of a watch lasts; it is renewed before each page, and no page takes nearly as long.
LEASE_TIME = timedelta(minutes=8)


def build_due_condition(moment: datetime) -> Q:
    """Return the condition for a due watch: active, without a lease, and past its next visit.

    Stands in columns of the progress itself, as far as others change them: they are looked at again under its lock.
    """
    pages = WatchedPage.objects.due(moment).filter(watch=OuterRef("pk"))
    budget_left = Watch.objects.with_budget_left(moment).filter(pk=OuterRef("pk"))
    fetched_again = Exists(pages.exclude(state="waiting"))
    imported = Exists(pages.waiting()) & Exists(budget_left)
    return (
        Q(watch__in=Watch.objects.active())
        & (Q(held_until__isnull=True) | Q(held_until__lt=moment))
        & (Q(next_visit_at__lte=moment) | Q(pages_left__gt=0) & (Q(fetched_again) | Q(imported)))
    )


@dataclass(slots=True)
class Lease:
    """A lease on a watch until a moment."""

    watch: Watch
    until: datetime

    @classmethod
    def acquire(cls, watch_id: int) -> Self | None:
        """Lease the watch if it is due and free."""
        now = timezone.now()
        until = now + LEASE_TIME
        if not WatchProgress.objects.filter(build_due_condition(now), pk=watch_id).update(held_until=until):
            return None
        watch = Watch.objects.select_related("progress").filter(pk=watch_id).first()
        return cls(watch, until) if watch else None

    def renew(self) -> bool:
        """Extend the lease; return False if it was lost or the watch paused."""
        until = timezone.now() + LEASE_TIME
        ours = WatchProgress.objects.filter(
            pk=self.watch.pk, held_until=self.until, watch__in=Watch.objects.active()
        )
        if not ours.update(held_until=until):
            return False
        self.until = until
        self.watch.progress.refresh_from_db()
        return True

    def release(self) -> None:
        WatchProgress.objects.filter(pk=self.watch.pk, held_until=self.until).update(held_until=None)
