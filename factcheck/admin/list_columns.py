"""The columns of a list: those in the URL, or the default ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.admin.utils import label_for_field
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

#: The parameter that names the columns, separated by commas.
COLUMNS_PARAMETER = "columns"
#: Parameters that change how rows are shown, not which.
VIEW_PARAMETERS = (COLUMNS_PARAMETER, "group")


class FilterableList(ChangeList):
    """A list that does not treat the view settings in its URL as filters."""

    def get_filters_params(self, params: Any = None) -> Any:
        filters = super().get_filters_params(params)
        return {name: value for name, value in filters.items() if name not in VIEW_PARAMETERS}


@dataclass(frozen=True, slots=True)
class ListedColumn:
    """A column that a list can show."""

    name: str
    label: str
    is_shown: bool
    #: Whether it contains the link to the row, and is therefore always shown.
    is_fixed: bool


class ListColumns(ModelAdmin):
    """Mixin for lists whose columns each person can choose."""

    #: Columns that can be shown in addition to the default ones.
    extra_columns: ClassVar[tuple[str, ...]] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FilterableList

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = [
            column for column in self.get_all_columns(request) if column in self._read_chosen_columns(request)
        ]
        return columns or self.get_default_columns(request)

    def get_default_columns(self, request: HttpRequest) -> list[str]:
        """Return the names of the columns that are shown if the URL names none."""
        return [str(name) for name in super().get_list_display(request)]

    def get_all_columns(self, request: HttpRequest) -> list[str]:
        return [*self.get_default_columns(request), *self.extra_columns]

    def columns(self, request: HttpRequest) -> list[ListedColumn]:
        """Return all columns, each marked as shown or hidden."""
        shown_names = self.get_list_display(request)
        return [
            ListedColumn(name, self.get_label(name), name in shown_names, name in self._list_links(request))
            for name in self.get_all_columns(request)
        ]

    def list_links(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return the labels and URLs of other views of the list with the current filters."""
        return []

    def get_label(self, column: str) -> str:
        return str(capfirst(str(label_for_field(column, self.model, self))))

    def _read_chosen_columns(self, request: HttpRequest) -> set[str]:
        names = {name for text in request.GET.getlist(COLUMNS_PARAMETER) for name in text.split(",")}
        valid_names = names.intersection(self.get_all_columns(request))
        return valid_names | set(self._list_links(request)) if valid_names else set()

    def _list_links(self, request: HttpRequest) -> Sequence[str]:
        return [
            str(name)
            for name in self.get_list_display_links(request, self.get_default_columns(request)) or ()
        ]
