"""The filters of the log of corrections, and its entries."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext

from claims.ledger.document.claim_body import CORRECTIONS
from claims.models import Publication, PublishedVerdict
from factcheck.api.pagination import build_both_orderings, make_id_key, make_moment_key
from factcheck.api.query_strings import ListQuery, Parameter, make_ordering_parameter, make_view_parameter
from factcheck.api.query_values import InvalidValue, Keyword, Reader, WholeNumber

#: The number of log entries read one by one before the rest are found in one query.
_MAX_LOOKED_UP_VERDICTS = 500
_EARLIEST = Value(datetime.min.replace(tzinfo=UTC))

_MONTH_PATTERN = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class MonthValue:
    """A month in ISO 8601, from its first to its last moment in the newsroom's time zone."""

    sql_type: ClassVar[str] = "text"
    schema: dict[str, Any] = field(
        default_factory=lambda: {
            "type": "string",
            "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])$",
            "example": "2026-03",
        }
    )

    def __call__(self, text: str) -> tuple[datetime, datetime]:
        match = _MONTH_PATTERN.fullmatch(text)
        year, month = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 < year < 9999:
            raise InvalidValue(gettext("give a month such as 2026-03."))
        zone = get_default_timezone()
        month_start = datetime(year, month, 1, tzinfo=zone)
        month_end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
        return month_start, month_end


def _match_months(months: list[tuple[datetime, datetime]]) -> Q:
    condition = Q()
    for month_start, month_end in months:
        condition |= Q(published_at__gte=month_start, published_at__lt=month_end)
    return condition


def filter_newsroom(scope: str) -> QuerySet[PublishedVerdict] | None:
    """Return the newsroom's own verdicts if `scope` requests them; otherwise None, which stands for all verdicts."""
    return PublishedVerdict.objects.by_newsroom() if scope == "house" else None


class JudgedParameter(Parameter):
    """The condition that a verdict on the claim was ever published, in any version.

    Args:
        verdicts: returns the verdicts for a value; None if any verdict counts.
    """

    def __init__(
        self,
        reader: Reader,
        meaning: str,
        *,
        verdicts: Callable[[Any], QuerySet[PublishedVerdict] | None],
        several: bool = False,
        default: Any = None,
    ) -> None:
        super().__init__(
            reader, meaning, matches=self._match_all, several=several, slotted=False, default=default
        )
        self.verdicts = verdicts

    def _match_all(self, value: Any) -> Q:
        """Return the condition as a subquery over all matching verdicts."""
        verdicts = self.verdicts(value)
        return Q() if verdicts is None else Q(claim_id__in=_select_claim_ids(verdicts))

    def match_newest_first(self, value: Any) -> Q:
        """Return the condition for reading entries from the newest until a page is full.

        The newest entries are checked one by one, which usually fills the first page. Only if older entries are needed
        does PostgreSQL build a table of all matching claims, which may be large.
        """
        verdicts = self.verdicts(value)
        if verdicts is None:
            return Q()
        log = filter_corrections().order_by("-published_at", "-sequence").values("published_at")
        newest_time = Coalesce(
            Subquery(log[_MAX_LOOKED_UP_VERDICTS : _MAX_LOOKED_UP_VERDICTS + 1]), _EARLIEST
        )
        # A scalar subquery is evaluated row by row. PostgreSQL might evaluate EXISTS for all claims at once.
        claim_verdicts = verdicts.filter(publication__claim_id=OuterRef("claim_id")).order_by()
        has_verdict = Q(claim_id=Subquery(claim_verdicts.values("publication__claim_id")[:1]))
        # The time comes first, so that the rest is not evaluated for older entries. The last condition is false for
        # every row, but makes PostgreSQL read the log in order. Without it, PostgreSQL may join the log and the
        # claims row by row, because it wrongly expects few rows.
        return (
            (Q(published_at__gte=newest_time) & has_verdict)
            | (Q(published_at__lt=newest_time) & Q(claim_id__in=_select_claim_ids(verdicts)))
            | Q(pk__lt=0)
        )


def _select_claim_ids(verdicts: QuerySet[PublishedVerdict]) -> QuerySet[Any]:
    return verdicts.order_by().values("claim_id")


class CorrectionListQuery(ListQuery):
    """The filters of corrections, clarifications, updates and retractions."""

    list_name = "corrections"
    orderings = build_both_orderings("published", make_moment_key("published_at"), make_id_key("sequence"))

    kind = Parameter.one_of("kind", Keyword(CORRECTIONS), "The kind of change.", slotted=False)
    month = Parameter(
        MonthValue(),
        "The month of publication, such as `2026-03`, in the newsroom's time zone.",
        matches=_match_months,
        several=True,
        slotted=False,
    )
    claim = Parameter.one_of("claim_id", WholeNumber(), "Id of the claim.", slotted=False)
    publisher = JudgedParameter(
        WholeNumber(),
        "Id of a publisher whose verdict on the claim was ever published.",
        verdicts=lambda publishers: PublishedVerdict.objects.filter(publisher_id__in=publishers),
        several=True,
    )
    by = JudgedParameter(
        Keyword(("house", "all")),
        "`house` for claims with the newsroom's own verdict, not only those of others.",
        verdicts=filter_newsroom,
        default="all",
    )
    ordering = make_ordering_parameter(orderings)

    def select_candidates(self, filter_values: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the rows from which a page is read."""
        judged_parameters = {
            name: parameter
            for name in filter_values
            if isinstance(parameter := self.filters[name], JudgedParameter)
        }
        rows = super().select_candidates(
            {name: value for name, value in filter_values.items() if name not in judged_parameters}
        )
        for name, parameter in judged_parameters.items():
            rows = rows.filter(parameter.match_newest_first(filter_values[name]))
        return rows


class CorrectionPageQuery(CorrectionListQuery):
    """The query of a paged list of corrections, in short or full form."""

    view = make_view_parameter()


def filter_corrections() -> Any:
    """Return the ledger entries that explain a change."""
    return Publication.objects.filter(kind__in=CORRECTIONS)
