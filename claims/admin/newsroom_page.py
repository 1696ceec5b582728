"""The newsroom's pages about itself. Each change is a new version, public at once."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.models import NewsroomPage
from factcheck.admin.base import DeskAdmin, person_at
from factcheck.admin.versions import DeskForm


class NewsroomPageForm(DeskForm):
    """A new version of a page: it takes the next number."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        of_the_page = NewsroomPage.objects.filter(kind=cleaned.get("kind"), language=cleaned.get("language"))
        newest = of_the_page.order_by("-version").first()
        if newest:
            self.instance.version = newest.version + 1
            if not cleaned.get("note"):
                self.add_error(
                    "note", _("Describe in one sentence what changed. Readers see it beside the page.")
                )
        return cleaned


@admin.register(NewsroomPage)
class NewsroomPageAdmin(DeskAdmin):
    form = NewsroomPageForm
    list_display = ("title", "kind", "language", "version", "created_at", "next_version")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("title", "text")
    ordering = ("kind", "language", "-version")
    fields: ClassVar[Any] = (("kind", "language"), "title", "text", "url", "note")

    def has_change_permission(self, request: HttpRequest, obj: NewsroomPage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: NewsroomPage | None = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start a new version with the text of the newest one."""
        newest = NewsroomPage.objects.current().filter(
            kind=request.GET.get("kind", ""), language=request.GET.get("language", "")
        )
        row = newest.first()
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return given | ({"title": row.title, "text": row.text, "url": row.url} if row else {})

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        form.instance.created_by = person_at(request)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("write"))
    def next_version(self, page: NewsroomPage) -> SafeString:
        address = f"{reverse('admin:claims_newsroompage_add')}?kind={page.kind}&language={page.language}"
        return format_html('<a href="{}">{}</a>', address, _("New version"))
