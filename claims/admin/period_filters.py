"""Filters by period and rating, for the lists behind the dashboard's figures."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from claims.admin.trends import find_published_since
from claims.models import Claim, RatingClass


class _PeriodFilter(DropdownFilter):
    _DAYS = ("7", "30", "90")

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        return [
            ("7", _("In the last 7 days")),
            ("30", _("In the last 30 days")),
            ("90", _("In the last 90 days")),
        ]

    def days(self) -> int:
        """Return the chosen number of days; 0 if none was chosen."""
        chosen = str(self.value() or "")
        return int(chosen) if chosen in self._DAYS else 0


class AddedFilter(_PeriodFilter):
    title = _("added")
    parameter_name = "added"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (days := self.days()):
            return queryset
        return queryset.filter(created_at__gte=timezone.now() - timedelta(days=days))


class PublishedFilter(_PeriodFilter):
    """Filter by the newsroom's own current publications."""

    title = _("published by us")
    parameter_name = "published"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not (days := self.days()):
            return queryset
        found = find_published_since(timezone.localdate() - timedelta(days=days))
        if queryset.model is Claim:
            return queryset.filter(Exists(found.filter(claim=OuterRef("pk"))))
        return queryset.filter(pk__in=found.values("pk"))


class RatingClassFilter(DropdownFilter):
    """Filter by the rating class, across publishers."""

    title = _("comparable to")
    parameter_name = "class"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, Any]]:
        return [*RatingClass.choices, ("none", _("Not mapped"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = str(self.value() or "")
        if chosen == "none":
            return queryset.filter(rating__rating_class="")
        return queryset.filter(rating__rating_class=chosen) if chosen in RatingClass.values else queryset
