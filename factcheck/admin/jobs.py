"""Background jobs, read-only, for example to see why an email did not arrive."""

import json

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import admin as jobs_admin  # noqa: F401  registers its models, which are replaced below
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.contrib.filters.admin import DropdownFilter

from factcheck.admin.badges import Tone, render_badge
from factcheck.admin.base import DeskAdmin, ReadOnlyAdmin
from factcheck.admin.translations import set_model_names

admin.site.unregister(ProcrastinateJob)
set_model_names(
    ProcrastinateJob,
    _("background job"),
    _("background jobs"),
    section=_("Background jobs"),
    id=_("number"),
    task_name=_("task"),
    queue_name=_("queue"),
    attempts=_("attempts"),
    scheduled_at=_("due"),
)

_STATUSES = {
    "todo": _("waiting"),
    "doing": _("running"),
    "succeeded": _("done"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "aborting": _("stopping"),
    "aborted": _("stopped"),
}
_BADGE_TONES: dict[str, Tone] = {"todo": "waiting", "doing": "active", "succeeded": "good", "failed": "bad"}


class StatusFilter(DropdownFilter):
    """Filter by the status of a job."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(name, str(label)) for name, label in _STATUSES.items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]
    ) -> QuerySet[ProcrastinateJob]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class TaskFilter(DropdownFilter):
    """Filter by the task of a job; the choices are the tasks that this version knows."""

    title = _("task")
    parameter_name = "task"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        app.perform_import_paths()
        return [(name, name) for name in sorted(app.tasks) if not name.startswith("builtin:")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ProcrastinateJob]
    ) -> QuerySet[ProcrastinateJob]:
        return queryset.filter(task_name=self.value()) if self.value() else queryset


@admin.register(ProcrastinateJob)
class JobAdmin(ReadOnlyAdmin, DeskAdmin):
    list_display = ("id", "task_name", "status_badge", "queue_name", "attempts", "scheduled_at")
    list_filter = (StatusFilter, TaskFilter)
    sortable_by = ("id",)
    fields = ("task_name", "status_badge", "queue_name", "attempts", "scheduled_at", "arguments")
    readonly_fields = ("status_badge", "arguments")

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, job: ProcrastinateJob) -> SafeString:
        return render_badge(_STATUSES.get(job.status, job.status), _BADGE_TONES.get(job.status, "neutral"))

    @admin.display(description=_("arguments"))
    def arguments(self, job: ProcrastinateJob) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(job.args, indent=2, ensure_ascii=False))
