"""The background worker's jobs, to look at when mail did not arrive."""

import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.admin.badges import Tone, badge
from factcheck.admin.base import DeskAdmin, LookOnly

admin.site.unregister(ProcrastinateJob)

_TONES: dict[str, Tone] = {"todo": "waiting", "doing": "active", "succeeded": "good", "failed": "bad"}


@admin.register(ProcrastinateJob)
class JobAdmin(LookOnly, DeskAdmin):
    list_display = ("id", "task_name", "shown_status", "queue_name", "attempts", "scheduled_at")
    list_filter = ("status", "queue_name")
    search_fields = ("task_name",)
    fields = ("task_name", "shown_status", "queue_name", "attempts", "scheduled_at", "arguments")
    readonly_fields = ("shown_status", "arguments")

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, job: ProcrastinateJob) -> SafeString:
        return badge(job.status, _TONES.get(job.status, "neutral"))

    @admin.display(description=_("arguments"))
    def arguments(self, job: ProcrastinateJob) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(job.args, indent=2, ensure_ascii=False))
