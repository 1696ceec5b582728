"""Templates for requests for reply, one per language."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.features.reply.admin.reply_form import TemplateForm
from claims.features.reply.models import ReplyTemplate
from factcheck.admin.base import DeskAdmin
from factcheck.language_names import get_language_name


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(DeskAdmin):
    form = TemplateForm
    list_display = ("language", "language_name", "subject")
    search_fields = ()
    ordering = ("language",)
    fieldsets = (
        (
            None,
            {
                "fields": ("language", "subject", "text"),
                "description": _(
                    "These placeholders are filled in: {claim}, {claimant}, {deadline}, {newsroom} and {editor}, "
                    "the person who asks. The text must contain {claim} and {deadline}."
                ),
            },
        ),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "text":
            field.widget.attrs |= {"rows": 20, "dir": "auto", "class": "desk-input"}
        return field

    @admin.display(description=_("name"))
    def language_name(self, template: ReplyTemplate) -> str:
        return get_language_name(template.language) or "–"
