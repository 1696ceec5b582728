"""Pages of publications for readers, addressed by the last row they saw and not by a number of rows to skip."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, F, Q
from django.db.models.functions import Cast
from django.http import Http404

from claims.models import Publication
from claims.models.publication import PublicationQuerySet

_KEY = re.compile(r"(-?\d{1,18})-(\d{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """Some publications, and the keys that lead to the pages beside them (empty where there is none)."""

    rows: list[Publication]
    newer: str
    older: str


@dataclass(frozen=True, slots=True)
class Order:
    """A descending order by one column and then by claim; its values travel in addresses as whole numbers."""

    column: str
    to_number: Callable[[Any], int] = int
    from_number: Callable[[int], Any] = int

    def page(self, rows: PublicationQuerySet, *, after: str, before: str, size: int) -> Page:
        """The page after or before the row with this key, or the first.

        Raises:
            Http404: the key is none of ours.
        """
        if before:
            found = list(
                rows.filter(self._beyond(before, "gt")).order_by(self.column, "claim_id")[: size + 1]
            )
            shown = found[:size][::-1]
            newer, older = len(found) > size, True
        else:
            beyond = self._beyond(after, "lt") if after else Q()
            found = list(rows.filter(beyond).order_by(f"-{self.column}", "-claim_id")[: size + 1])
            shown = found[:size]
            newer, older = bool(after), len(found) > size
        return Page(
            shown,
            newer=self._key(shown[0]) if newer and shown else "",
            older=self._key(shown[-1]) if older and shown else "",
        )

    def _key(self, row: Publication) -> str:
        return f"{self.to_number(getattr(row, self.column))}-{row.claim_id}"

    def _beyond(self, key: str, side: str) -> Q:
        found = _KEY.fullmatch(key)
        if not found:
            raise Http404("This page key is none of ours.")
        claim = int(found[2])
        try:
            value = self.from_number(int(found[1]))
        except OverflowError:
            raise Http404("This page key is none of ours.") from None
        # The first condition lets PostgreSQL enter the index at the row; the others only decide between equals.
        return Q(**{f"{self.column}__{side}e": value}) & (
            Q(**{f"{self.column}__{side}": value}) | Q(**{f"claim_id__{side}": claim})
        )


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


NEWEST_FIRST = Order("published_at", _microseconds, _moment)
MOST_RELEVANT_FIRST = Order("relevance")


def by_relevance(found: PublicationQuerySet) -> PublicationQuerySet:
    """Search results with their relevance as a whole number, which survives the way through an address unrounded."""
    return found.annotate(relevance=Cast(F("rank") * 1_000_000_000, BigIntegerField()))
