"""Pagination of long lists, with estimated row counts."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from factcheck.admin.found_rows import MAX_ROWS, match_keys


class CountedRows(Paginator):
    """A paginator for the first few thousand rows; later rows are found with filters or the search.

    Rows are counted exactly up to that limit. Beyond it, the size of a whole table is estimated, and a filtered list
    only shows that there are more rows. Pages far back are not offered, because each would read all rows before it.
    """

    #: The number of rows found, if already known.
    known_count: int | None = None

    @cached_property
    def count(self) -> int:
        """Return the number of rows to page through, plus one if there are more."""
        if self.known_count is not None:
            return self.known_count
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin's lists are
        return rows.order_by().values("pk")[: MAX_ROWS + 1].count()

    @cached_property
    def num_pages(self) -> int:
        return max(1, -(-min(self.count, MAX_ROWS) // self.per_page))

    def page(self, number: Any) -> Any:
        """Return the rows of a page. Their keys are read first, then the columns that the list shows."""
        number = self.validate_number(number)
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin's lists are
        page_slice = slice((number - 1) * self.per_page, number * self.per_page)
        if any(value.contains_over_clause for value in rows.query.annotations.values()):
            # Window functions must run over all rows, not over those of one page.
            return Page(rows[page_slice], number, self)
        keys = list(rows.values_list("pk", flat=True)[page_slice])
        return Page(rows.filter(match_keys(rows.model, keys)), number, self)

    @cached_property
    def count_text(self) -> str:
        """Return the number of rows as text: the exact number, “about 120,000” or “more than 5,000”."""
        if self.count <= MAX_ROWS:
            return number_format(self.count, force_grouping=True)
        if self.known_count is None and (estimate := _estimate_rows(self.object_list)) > MAX_ROWS:
            return _("about %s") % number_format(estimate, force_grouping=True)
        return _("more than %s") % number_format(MAX_ROWS, force_grouping=True)

    @property
    def is_truncated(self) -> bool:
        """Return whether there are rows beyond the last page."""
        return self.count > MAX_ROWS


def _estimate_rows(rows: Any) -> int:
    """Return PostgreSQL's estimate of the table's rows to two significant digits, or 0 if the list is filtered."""
    if rows.query.where:
        return 0
    with connections[rows.db].cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [rows.model._meta.db_table]
        )
        (estimate,) = cursor.fetchone()
    scale: int = 10 ** max(0, len(str(estimate)) - 2)
    return round(estimate / scale) * scale
