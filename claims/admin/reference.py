"""Claimants, topics and the newsroom's own pages, at the desk."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.claim_list import build_readable_claim_count
from claims.models import Claimant, NewsroomPage, Topic
from claims.newsroom.named_claimants import find_or_add_claimant
from claims.newsroom.named_topics import find_or_add_topic
from factcheck.admin.base import DeskAdmin, get_person
from factcheck.admin.versions import DeskForm
from sources.admin.same_as import SameAsAdmin
from sources.authorities.authority_record import EntityKind


@admin.register(Topic)
class TopicAdmin(SameAsAdmin):
    entity_kinds: ClassVar = {"": EntityKind.SUBJECT}
    list_display = ("name", "parent", "claims_link")
    list_select_related = ("parent",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("parent",)
    fields = (("name", "slug"), "parent", "description", "same_as")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return (
            super()
            .get_queryset(request)
            .annotate(number=build_readable_claim_count("topics", get_person(request)))
        )

    def get_prepopulated_fields(self, request: HttpRequest, obj: Topic | None = None) -> dict[str, Any]:
        return dict(self.prepopulated_fields) if obj is None else {}

    def get_or_create_named(self, request: HttpRequest, name: str) -> Topic:
        if not slugify(name, allow_unicode=True):
            raise ValidationError(_("A topic needs a letter or a digit in its name."))
        topic, is_new = find_or_add_topic(name, by=get_person(request))
        if is_new:
            self.log_addition(request, topic, [{"added": {}}])
        return topic

    @admin.display(description=_("claims"), ordering="number")
    def claims_link(self, topic: Any) -> SafeString:
        return format_html('<a href="../claim/?topics__id__exact={}">{}</a>', topic.pk, topic.number)


@admin.register(Claimant)
class ClaimantAdmin(SameAsAdmin):
    entity_kinds: ClassVar = {
        Claimant.Kind.PERSON: EntityKind.PERSON,
        Claimant.Kind.ORGANIZATION: EntityKind.ORGANIZATION,
        Claimant.Kind.GROUP: EntityKind.ORGANIZATION,
    }
    list_display = ("name", "kind", "job_title", "affiliation", "country", "claims_link")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("name", "job_title", "affiliation")
    ordering = ("name",)
    fields = ("name", ("kind", "country"), ("job_title", "affiliation"), "same_as", "notes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claimant]:
        return (
            super()
            .get_queryset(request)
            .annotate(number=build_readable_claim_count("claimant", get_person(request)))
        )

    def get_or_create_named(self, request: HttpRequest, name: str) -> Claimant:
        claimant, is_new = find_or_add_claimant(name, by=get_person(request))
        if is_new:
            self.log_addition(request, claimant, [{"added": {}}])
        return claimant

    @admin.display(description=_("claims"))
    def claims_link(self, claimant: Any) -> SafeString:
        return format_html('<a href="../claim/?claimant__id__exact={}">{}</a>', claimant.pk, claimant.number)


class NewsroomPageForm(DeskForm):
    """The form for a new version of a page about the newsroom. The new version gets the next number."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        page_versions = NewsroomPage.objects.filter(kind=data.get("kind"), language=data.get("language"))
        newest_version = page_versions.order_by("-version").first()
        if newest_version:
            self.instance.version = newest_version.version + 1
            if not data.get("note"):
                self.add_error(
                    "note", _("Describe the change in one sentence. Readers see the note beside the page.")
                )
        return data


@admin.register(NewsroomPage)
class NewsroomPageAdmin(DeskAdmin):
    form = NewsroomPageForm
    list_display = ("title", "kind", "language", "version", "created_at", "next_version_link")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("title", "text")
    ordering = ("kind", "language", "-version")
    fields: ClassVar[Any] = (("kind", "language"), "title", "text", "url", "note")

    def has_change_permission(self, request: HttpRequest, obj: NewsroomPage | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: NewsroomPage | None = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the text of the newest version as the initial values of a new one."""
        newest_version = NewsroomPage.objects.current().filter(
            kind=request.GET.get("kind", ""), language=request.GET.get("language", "")
        )
        row = newest_version.first()
        values: dict[str, Any] = super().get_changeform_initial_data(request)
        return values | ({"title": row.title, "text": row.text, "url": row.url} if row else {})

    @admin.display(description=_("write"))
    def next_version_link(self, page: NewsroomPage) -> SafeString:
        url = f"{reverse('admin:claims_newsroompage_add')}?kind={page.kind}&language={page.language}"
        return format_html('<a href="{}">{}</a>', url, _("New version"))
