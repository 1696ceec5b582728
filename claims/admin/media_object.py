"""Pictures, audio and video at the desk: the list, a page for each, and uploads."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from claims.admin import media_check
from claims.admin.media_preview import (
    build_visibility_badge,
    get_file_url,
    list_uses,
    render_credentials,
    render_metadata,
    render_thumbnail,
)
from claims.models import ClaimMedia, Evidence
from claims.models.claim_media import find_readable_media
from claims.public.pages.media_files import build_file_response
from claims.review.described_media import store_media
from factcheck.admin.base import DeskAdmin, get_person
from factcheck.admin.row_actions import desk_page
from factcheck.admin.technical import render_fingerprint, render_json
from factcheck.admin.versions import DeskForm
from factcheck.django_internals import replace_object
from factcheck.installation.messages import translate_message
from sources.http.fetch_errors import FetchError
from sources.media.caveats import translate_caveat
from sources.media.refused_media import MediaRefused
from sources.models import MediaObject
from sources.public_media import NamedFile

#: Only this person's browser may cache the file.
_PRIVATE_CACHE = "private, max-age=300"


class MediaObjectForm(DeskForm):
    """The form with the fields of a picture, audio file or video."""

    def clean(self) -> dict[str, Any]:
        cleaned_data = super().clean()
        if cleaned_data.get("show_to_readers") and not cleaned_data.get("alternative_text", "").strip():
            self.add_error(
                "alternative_text",
                _("First add a description for people who cannot see or hear the file."),
            )
        elif cleaned_data.get("show_to_readers") and self.instance.pk and not self.instance.public_sha256:
            self.add_error("show_to_readers", _("No preview of this file can be shown to readers."))
        return cleaned_data


class NewMediaForm(forms.ModelForm):
    """The form for new media: a file, its URL, or a picture from the clipboard, which a script submits as the file."""

    upload = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=UnfoldAdminFileFieldWidget({"accept": "image/*,video/*,audio/*", "data-takes-pasted": ""}),
        help_text=gettext_lazy(
            "A picture, a recording or a video. You can paste a copied picture anywhere on this page."
        ),
    )
    address = forms.CharField(
        label=gettext_lazy("or its address"),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextInputWidget({"inputmode": "url", "placeholder": "https://"}),
        help_text=gettext_lazy(
            "The address of the file itself, not of the page that shows it. The file is downloaded and stored."
        ),
    )

    class Meta:
        model = MediaObject
        fields = ("alternative_text", "show_to_readers")

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or self.cleaned_data
        given_inputs = [name for name in ("upload", "address") if cleaned_data.get(name)]
        if len(given_inputs) != 1:
            raise forms.ValidationError(
                _("Choose a file, paste a picture, or enter an address. Use only one of these.")
            )
        return cleaned_data

    # The constraints concern values of the file, which has not been stored yet.
    def _post_clean(self) -> None:
        pass


class DescriptionFilter(admin.SimpleListFilter):
    """Filter by whether media have a description, without which they cannot be published."""

    title = gettext_lazy("description")
    parameter_name = "described"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not described yet")), ("yes", _("Has a description"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MediaObject]) -> QuerySet[MediaObject]:
        if self.value() == "no":
            return queryset.filter(alternative_text="")
        return queryset.exclude(alternative_text="") if self.value() == "yes" else queryset


def _count_rows(rows: QuerySet[Any]) -> Coalesce:
    counts = rows.filter(media=OuterRef("pk")).order_by().values("media").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


@admin.register(MediaObject)
class MediaObjectAdmin(DeskAdmin):
    class Media:
        css = {"all": ("desk/media.css",)}
        js = ("desk/pasted_media.js",)

    form = MediaObjectForm
    list_display = ("thumbnail", "description_cell", "kind", "claim_count", "evidence_count", "created_at")
    list_display_links = ("thumbnail", "description_cell")
    list_filter = (("kind", ChoicesDropdownFilter), DescriptionFilter, "show_to_readers")
    sortable_by = ("kind", "created_at")
    search_fields = ("filename", "content_url", "alternative_text", "sha256")
    search_help_text = gettext_lazy("Search by words in the description, a file name or an address")
    ordering = ("-pk",)
    list_per_page = 30
    autocomplete_fields = ("source",)
    change_form_outer_before_template = "admin/desk/media_top.html"
    added_message = gettext_lazy("Added.")
    fieldsets = (
        (None, {"fields": ("alternative_text", "show_to_readers", ("filename", "content_url"), "source")}),
        (
            gettext_lazy("File metadata"),
            {
                "fields": (
                    "metadata_summary",
                    "all_metadata",
                    "credentials",
                    "caveat_text",
                    "file_fingerprint",
                )
            },
        ),
    )
    add_fieldsets = ((None, {"fields": ("upload", "address", "alternative_text", "show_to_readers")}),)
    readonly_fields = ("metadata_summary", "all_metadata", "credentials", "caveat_text", "file_fingerprint")

    def get_queryset(self, request: HttpRequest) -> QuerySet[MediaObject]:
        person = get_person(request)
        return find_readable_media(person).annotate(
            claims_number=_count_rows(ClaimMedia.objects.readable_by(person)),
            evidence_number=_count_rows(Evidence.objects.readable_by(person)),
        )

    # The list --------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("picture"))
    def thumbnail(self, row: MediaObject) -> SafeString:
        return render_thumbnail(row)

    @admin.display(description=gettext_lazy("description"))
    def description_cell(self, row: MediaObject) -> SafeString | str:
        return row.alternative_text[:200] or build_visibility_badge(row)

    @admin.display(description=gettext_lazy("claims"))
    def claim_count(self, row: Any) -> int:
        return int(row.claims_number)

    @admin.display(description=gettext_lazy("as evidence"))
    def evidence_count(self, row: Any) -> int:
        return int(row.evidence_number)

    # The page --------------------------------------------------------------------------------------------------------

    @desk_page("check/")
    def check_view(self, request: HttpRequest) -> HttpResponse:
        return media_check.check_view(self, request)

    @desk_page("<int:pk>/file/")
    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Serve the public version of the picture to people who may read it at the desk."""
        row = self.get_object(request, str(pk))
        if row is None or not row.public_sha256 or not self.has_view_or_change_permission(request, row):
            raise Http404
        file = NamedFile(row.public_sha256, row.public_media_type)
        response = build_file_response(request, file, cache=_PRIVATE_CACHE)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    def get_fieldsets(self, request: HttpRequest, obj: MediaObject | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: MediaObject | None = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(
            request, obj, change, **({"form": NewMediaForm} if obj is None else {}) | kwargs
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"show_to_readers": True} | super().get_changeform_initial_data(request)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "alternative_text":
            field.widget.attrs |= {"rows": 3}
        return field

    def save_model(self, request: HttpRequest, obj: MediaObject, form: forms.ModelForm, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        cleaned_data = form.cleaned_data
        stored_media = store_media(
            cleaned_data["upload"] or cleaned_data["address"],
            by=get_person(request),
            alternative_text=cleaned_data["alternative_text"],
            show_to_readers=cleaned_data["show_to_readers"],
        )
        replace_object(obj, stored_media)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().add_view(request, *args, **kwargs)
        except (MediaRefused, FetchError) as refusal:
            messages.error(request, translate_message(refusal))
            return HttpResponseRedirect(request.get_full_path())

    def build_page_context(self, request: HttpRequest, row: Any, /) -> dict[str, Any]:
        return {
            "media_object": row,
            "media_file": get_file_url(row) if row.public_sha256 else "",
            "media_badge": build_visibility_badge(row),
            "used_in": list_uses(row, request),
            "checked_address": f"{reverse('admin:sources_mediaobject_check')}?media={row.pk}",
        }

    # The metadata of the file ---------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("summary"))
    def metadata_summary(self, row: MediaObject) -> SafeString | str:
        return render_metadata(row.metadata) or _(
            "The file contains no details of when, where or how it was made."
        )

    @admin.display(description=gettext_lazy("complete"))
    def all_metadata(self, row: MediaObject) -> SafeString | str:
        return render_json(_("All metadata in the file"), row.metadata) if row.metadata else "–"

    @admin.display(description=gettext_lazy("content credentials"))
    def credentials(self, row: MediaObject) -> SafeString | str:
        if not row.provenance:
            return _("None: the file contains no signed statement of its origin.")
        credentials = render_credentials(row.provenance)
        return format_html("{}{}", credentials, render_json(_("All statements in the file"), row.provenance))

    @admin.display(description=gettext_lazy("note"))
    def caveat_text(self, row: MediaObject) -> str:
        return " ".join(
            translate_caveat(caveat) if isinstance(caveat, dict) else str(caveat) for caveat in row.caveats
        )

    @admin.display(description=gettext_lazy("stored file"))
    def file_fingerprint(self, row: MediaObject) -> SafeString | str:
        sentence = _("The file is stored unchanged, so anyone who has the same file can compare the two.")
        return render_fingerprint(sentence, row.sha256)
