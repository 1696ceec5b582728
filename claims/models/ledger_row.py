"""The base of ledger tables, in which rows are only added and each row is current for a period."""

from datetime import date, datetime

from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from factcheck.database.rules import Rule, build_append_only_rules

#: Entries that no later entry of the claim has replaced.
IS_NEWEST = Q(superseded_at__isnull=True)

#: The publications that the public sees now.
IS_CURRENT = IS_NEWEST & Q(status="published")


def build_newest_at(moment: datetime) -> Q:
    """Return the condition that an entry was the newest of its claim at `moment`."""
    return (Q(superseded_at__isnull=True) | Q(superseded_at__gt=moment)) & Q(published_at__lte=moment)


def build_sortable_day(field: str) -> Coalesce:
    """Return the day in sortable form. Unknown days count as the earliest, because NULL cannot be compared."""
    return Coalesce(field, Value(date.min))


def build_ledger_row_rules(table: str, *, closing_condition: str) -> list[Rule]:
    """Return the rules that rows of `table` are only added, and closed once, when the next entry arrives.

    `closing_condition` is the SQL condition on OLD and NEW under which a row may be closed.
    """
    is_closed = f"""
        -- The only change to an entry and its verdicts: it is closed, once.
        OLD.superseded_at IS NULL
            AND to_jsonb(OLD) - 'superseded_at' = to_jsonb(NEW) - 'superseded_at'
            AND {closing_condition}
    """
    return build_append_only_rules(
        table, "Publications are never changed or deleted.", allowed_update=is_closed
    )
