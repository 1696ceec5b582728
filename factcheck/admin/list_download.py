"""Download any desk list as a spreadsheet, with its filters, order and columns."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import display_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models
from django.dispatch import Signal
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from factcheck.admin.list_columns import ListColumns
from factcheck.admin.row_actions import RowActions, desk_page
from factcheck.admin.spreadsheet_files import FORMATS, Cell, strip_markup

#: Sent when a list is downloaded, with `request`, `name` and `format`; the sender is the model.
list_downloaded = Signal()

#: The number of rows read at a time.
_BATCH_SIZE = 1_000


class ListDownload(ListColumns, RowActions):
    """Mixin for lists that people can download as a spreadsheet."""

    #: Columns with more detail in a file than in the list: column → the path of the value, such as `claim__statement`.
    download_paths: ClassVar[dict[str, str]] = {}

    @desk_page("download/<slug:form>/")
    def download_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """Download all pages of the list with the person's filters and columns."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if form not in FORMATS:
            raise Http404
        try:
            changelist = self.get_changelist_instance(request)
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            messages.error(request, _("These filters do not exist, so nothing was downloaded."))
            list_route = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            return HttpResponseRedirect(reverse(list_route))
        columns = [str(name) for name in self.get_list_display(request)]
        file_stem = slugify(str(self.opts.verbose_name_plural)) or self.opts.model_name
        file = f"{file_stem}-{date_format(localdate(), 'Y-m-d')}.{form}"
        list_downloaded.send(
            self.model, request=request, name=str(self.opts.verbose_name_plural), format=form
        )
        header = [self.get_label(column) for column in columns]
        response = FORMATS[form](header, self._iterate_rows(request, changelist.queryset, columns))
        return StreamingHttpResponse(
            response.parts,
            content_type=response.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{file}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Prefetch the values that the columns show, with a fixed number of queries."""

    def _iterate_rows(
        self, request: HttpRequest, rows: models.QuerySet[Any], columns: Sequence[str]
    ) -> Iterator[list[Cell]]:
        """Yield the cells of each row. Reading the keys first keeps queries short and skips no row."""
        keys = list(rows.values_list("pk", flat=True))
        for start in range(0, len(keys), _BATCH_SIZE):
            batch_keys = keys[start : start + _BATCH_SIZE]
            rows_by_id = {row.pk: row for row in rows.filter(pk__in=batch_keys).order_by()}
            batch_rows = [rows_by_id[key] for key in dict.fromkeys(batch_keys) if key in rows_by_id]
            self.prepare(request, batch_rows)
            for row in batch_rows:
                yield [self._build_cell(row, column) for column in columns]

    def _build_cell(self, row: Any, column: str) -> Cell:
        if column in self.download_paths:
            value: Any = row
            for attribute in self.download_paths[column].split("__"):
                value = getattr(value, attribute, None)
            return _to_cell(value)
        try:
            field, _attribute, value = lookup_field(column, row, self)
        except ObjectDoesNotExist:
            return None
        if field is not None and (field.flatchoices or isinstance(value, list | dict)):
            value = display_for_field(value, field, "")
        return _to_cell(value)


def _to_cell(value: Any) -> Cell:
    """Return a value as a cell: numbers and dates typed, everything else as displayed."""
    if value is None or isinstance(value, bool):
        return None if value is None else (_("Yes") if value else _("No"))
    if isinstance(value, int | float | datetime | date):
        return value
    if isinstance(value, list | tuple):
        return " ".join(str(_to_cell(item) or "") for item in value).strip()
    return strip_markup(value)
