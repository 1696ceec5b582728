"""What the log of corrections can be narrowed down by, and the entries that it is made of."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext

from claims.ledger.document.claim_body import CORRECTIONS
from claims.models import Publication, PublishedVerdict
from factcheck.api.pagination import both_ways, id_key, moment_key
from factcheck.api.query_strings import ListQuery, Parameter, ordering_parameter
from factcheck.api.query_values import Keyword, ValueRefused, WholeNumber

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class MonthValue:
    """A month as ISO 8601 writes it, by the newsroom's calendar: from one moment to another."""

    sql_type: ClassVar[str] = "text"
    schema: dict[str, Any] = field(
        default_factory=lambda: {
            "type": "string",
            "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])$",
            "example": "2026-03",
        }
    )

    def __call__(self, text: str) -> tuple[datetime, datetime]:
        found = _MONTH.fullmatch(text)
        year, month = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 < year < 9999:
            raise ValueRefused(gettext("it must be a month such as 2026-03."))
        zone = get_default_timezone()
        begins = datetime(year, month, 1, tzinfo=zone)
        ends = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
        return begins, ends


def _in(months: list[tuple[datetime, datetime]]) -> Q:
    condition = Q()
    for begins, ends in months:
        condition |= Q(published_at__gte=begins, published_at__lt=ends)
    return condition


def shown_of(publishers: list[int]) -> Q:
    """The condition that readers have seen a verdict of these publishers on the claim, in whatever version."""
    return _judged_in(PublishedVerdict.objects.filter(publisher_id__in=publishers))


def by_house() -> Q:
    """The same of the newsroom itself."""
    return _judged_in(PublishedVerdict.objects.by_house())


def _judged_in(verdicts: QuerySet[PublishedVerdict]) -> Q:
    # With the second condition, which nothing meets, PostgreSQL makes a table of these claims and walks the log in its
    # order. Without it, it may join the two, row by row, when it thinks that few are asked for and is wrong.
    return Q(claim_id__in=verdicts.order_by().values("claim_id")) | Q(pk__lt=0)


class CorrectionListQuery(ListQuery):
    """What was corrected, clarified, updated or retracted."""

    orderings = both_ways("published", moment_key("published_at"), id_key("sequence"))

    kind = Parameter(
        Keyword(CORRECTIONS),
        "What kind of change it was.",
        matches=lambda kinds: Q(kind__in=kinds),
        several=True,
        slotted=False,
    )
    month = Parameter(
        MonthValue(),
        "The month in which it was published, such as `2026-03`, by the newsroom's calendar.",
        matches=_in,
        several=True,
        slotted=False,
    )
    claim = Parameter(
        WholeNumber(),
        "Id of the claim.",
        matches=lambda ids: Q(claim_id__in=ids),
        several=True,
        slotted=False,
    )
    publisher = Parameter(
        WholeNumber(),
        "Id of a publisher whose verdict on the claim readers have seen.",
        matches=shown_of,
        several=True,
        slotted=False,
    )
    by = Parameter(
        Keyword(("house", "all")),
        "Whose: `house` for claims that the newsroom itself has judged, and not only others.",
        matches=lambda whose: by_house() if whose == "house" else Q(),
        slotted=False,
        default="all",
    )
    ordering = ordering_parameter(orderings)


def corrections() -> Any:
    """The entries of the ledger that say what was changed, and why."""
    return Publication.objects.filter(kind__in=CORRECTIONS)
