"""Watches in other lists of the desk: a queue of failing watches, and a filter of claims by watch."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from claims.admin.queues import Queue
from claims.features.watches.models import Watch
from claims.models import Appearance, Claim


class WatchFilter(DropdownFilter):
    """A filter of claims by the watch that found their article."""

    title = _("watch")
    parameter_name = "watch"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        if not request.user.has_perm("watches.view_watch"):
            return []
        return [(str(key), name) for key, name in Watch.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Claim]) -> QuerySet[Claim]:
        watch = str(self.value() or "")
        if not watch.isdecimal():
            return queryset
        appearances = Appearance.objects.filter(claim=OuterRef("pk"), source__watched_pages__watch=int(watch))
        return queryset.filter(Exists(appearances))


def _find_failing_watches(watches: Any, person: User) -> QuerySet[Watch]:
    failing_watches: QuerySet[Watch] = watches.failing()
    return failing_watches


QUEUES = {
    Watch: {
        "failing": Queue(
            _("Feeds without new articles"),
            _find_failing_watches,
            ("progress__failing_since", "pk"),
            "watches.change_watch",
            "progress__failing_since",
        )
    }
}
