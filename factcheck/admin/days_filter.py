"""A list filter that selects times by day."""

from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import get_current_timezone
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str


class DaysFilter(RangeDateFilter):
    """A date filter that counts days in the newsroom's time zone; unfold's own filter ignores that time zone."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        for end, lookup, moment in (("from", "gte", time.min), ("to", "lte", time.max)):
            if text := self.used_parameters.get(f"{self.parameter_name}_{end}"):
                day = parse_date_str(str(text))
                if day is None:
                    return None
                limit = datetime.combine(day, moment, tzinfo=get_current_timezone())
                queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": limit})
        return queryset
