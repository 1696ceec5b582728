"""The pictures, audio and video of a claim, edited on the claim's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline

from claims.admin.media_preview import MediaPickerForm, render_media_preview
from claims.models import Claim, ClaimMedia
from claims.models.claim_media import find_readable_media
from claims.review import claim_edits
from factcheck.admin.base import get_person


class ClaimMediaInline(StackedInline):
    """The inline forms of a claim's media: existing media, or new media from a file, the clipboard or a URL."""

    model = ClaimMedia
    form = MediaPickerForm
    template = "admin/desk/quote_rows.html"

    class Media:
        css = {"all": ("desk/media.css",)}

    add_label = gettext_lazy("Add a picture, recording or video")
    purpose = gettext_lazy("The picture, recording or video that makes the claim or spreads it.")
    extra = 0
    per_page = 5
    autocomplete_fields = ("media",)
    fieldsets = (
        (None, {"fields": ("media", "caption", ("page_url", "media_fragment"))}),
        (None, {"fields": ("media_preview", "position")}),
    )
    readonly_fields = ("media_preview",)
    ordering_field = "position"
    hide_ordering_field = True
    ordering = ("position", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClaimMedia]:
        return super().get_queryset(request).select_related("media")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "caption":
            field.widget.attrs |= {"rows": 2, "class": "desk-input"}
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "media":
            # The number of rows must not reveal other people's drafts.
            kwargs["queryset"] = find_readable_media(get_person(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("content according to the claim"))
    def media_preview(self, row: ClaimMedia) -> SafeString | str:
        return render_media_preview(row.media) if row.pk else _("Shown after saving.")

    # The media that a verdict in review judges cannot be changed ----------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        return _is_editable(request, obj) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        return _is_editable(request, obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Claim | None = None) -> bool:
        return _is_editable(request, obj) and super().has_delete_permission(request, obj)


def _is_editable(request: HttpRequest, claim: Claim | None) -> bool:
    if claim is None:
        return True
    if not hasattr(request, "has_open_media"):
        request.has_open_media = not claim_edits.list_fixed_fields(claim)  # type: ignore[attr-defined]  # for later in the request
    return bool(request.has_open_media)  # type: ignore[attr-defined]  # as above
