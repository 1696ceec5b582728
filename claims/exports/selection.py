"""Select claims for an export with the filters of the API's claim list, at one moment of the ledger."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django_filters import Filter

from claims.ledger.document.claim_document import format_moment as written
from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.models import Publication
from claims.models.publication import PublicationQuerySet

_WITHDRAWN_STATUSES = [Publication.Status.RETRACTED, Publication.Status.MERGED]


@contextmanager
def use_one_snapshot() -> Iterator[None]:
    """Run the `with` block on one database snapshot. A transaction that is already open keeps its isolation level."""
    begins_here = not connection.in_atomic_block
    with transaction.atomic():
        if begins_here:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@dataclass(frozen=True)
class LedgerMoment:
    """A state of the ledger: all entries up to this sequence number."""

    sequence: int
    published_at: str
    """The time when that entry was published (ISO 8601); "" if the ledger is empty."""

    @classmethod
    def now(cls) -> "LedgerMoment":
        newest_entry = (
            Publication.objects.order_by("-sequence").values_list("sequence", "published_at").first()
        )
        return cls(newest_entry[0], written(newest_entry[1])) if newest_entry else cls(0, "")

    @property
    def entries(self) -> PublicationQuerySet:
        """Return all entries of the ledger at that time."""
        return Publication.objects.filter(sequence__lte=self.sequence)

    @cached_property
    def newest(self) -> PublicationQuerySet:
        """Return each claim's newest entry at that time, even if superseded since. Call it in `use_one_snapshot`."""
        if not Publication.objects.filter(sequence__gt=self.sequence).exists():
            return self.entries.newest()
        later_entries = Publication.objects.filter(
            claim=OuterRef("claim"), version=OuterRef("version") + 1, sequence__gt=self.sequence
        )
        return self.entries.filter(Q(superseded_at=None) | Exists(later_entries))


class ExportQuery(ClaimListQuery):
    """The claims selected for an export."""

    ledger_moment: LedgerMoment

    @classmethod
    def get_filters(cls) -> dict[str, Filter]:
        """Return the filters that select claims, without parameters that only affect the display of a list."""
        return {
            name: parameter
            for name, parameter in super().get_filters().items()
            if name in ("q", "as_of") or parameter.matches
        }

    def _select_entries(self, filter_values: Mapping[str, Any]) -> PublicationQuerySet:
        if "as_of" in filter_values:
            return super()._select_entries(filter_values) & self.ledger_moment.entries
        entries = self.ledger_moment.newest
        return entries if "status" in filter_values else entries.filter(status=Publication.Status.PUBLISHED)


class Selection:
    """The claims selected by a filter, at a moment of the ledger.

    Raises:
        InvalidParameters: the API would reject the filter; the error names each wrong parameter and its allowed
            values.
    """

    def __init__(self, filter_text: str = "", moment: LedgerMoment | None = None) -> None:
        self.filter = filter_text.strip()
        if self.filter.startswith(("http://", "https://", "/", "?")):
            self.filter = self.filter.partition("?")[2]
        self.moment = moment or LedgerMoment.now()
        self._query = ExportQuery(QueryDict(self.filter), Publication.objects.all(), request=HttpRequest())
        self._query.ledger_moment = self.moment

    @property
    def claims(self) -> QuerySet[Publication]:
        """Return the current entry of each selected claim."""
        return self._query.qs.order_by("sequence")

    @property
    def withdrawn(self) -> QuerySet[Publication]:
        """Return retracted and merged claims regardless of most filters, because they no longer have the filtered
        values.

        With `updated_after`, return only later withdrawals; with `status`, which selects exact states, return none.
        """
        if self._query.value("status"):
            return Publication.objects.none()
        entries = self.moment.newest.filter(status__in=_WITHDRAWN_STATUSES)
        if updated_after := self._query.value("updated_after"):
            entries = entries.filter(published_at__gte=updated_after)
        return entries.order_by("sequence")

    @property
    def entries(self) -> QuerySet[Publication]:
        """Return all versions of the selected claims; without a filter, return the whole ledger."""
        entries = self.moment.entries
        if self.filter:
            entries = entries.filter(claim__in=self._query.qs.order_by().values("claim"))
        return entries.order_by("sequence")
