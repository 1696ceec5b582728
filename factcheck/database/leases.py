"""Leases: a row with `held_until` belongs to one worker at a time. If that worker dies, the lease expires."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Self, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

Row = TypeVar("Row", bound=Model)


def build_free_condition(moment: datetime) -> Q:
    """Return the condition for a row without a lease."""
    return Q(held_until__isnull=True) | Q(held_until__lt=moment)


@dataclass(slots=True)
class Lease(Generic[Row]):
    """A lease on a row until a moment."""

    _rows: QuerySet[Row]
    _duration: timedelta
    row: Row = field(init=False)
    expires_at: datetime = field(init=False)

    @classmethod
    def acquire(cls, rows: QuerySet[Row], pk: int, duration: timedelta, *, due: Q) -> Self | None:
        """Lease a row if it is due; otherwise return None.

        Args:
            rows: the rows that may be worked on. A lease on a row that is no longer one of these is not renewed.
            due: the condition that must hold at the start, including that the row is free.
        """
        lease = cls(rows.filter(pk=pk), duration)
        return lease if lease._extend(due) else None

    def renew(self) -> bool:
        """Extend the lease and reload the row; return False if the lease is lost."""
        return self._extend(Q(held_until=self.expires_at))

    def release(self) -> None:
        """End the lease, unless it is already lost."""
        rows = type(self.row)._default_manager.filter(pk=self.row.pk, held_until=self.expires_at)
        rows.update(held_until=None)

    def _extend(self, condition: Q) -> bool:
        expires_at = timezone.now() + self._duration
        row = self._rows.first() if self._rows.filter(condition).update(held_until=expires_at) else None
        if row is None:
            return False
        self.row, self.expires_at = row, expires_at
        return True
