"""Publishers at the desk."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from factcheck.admin.badges import render_badge
from sources.admin.same_as import SameAsAdmin
from sources.authorities.authority_record import EntityKind
from sources.models import Publisher, Source
from sources.named_publishers import find_publisher, get_or_create_publisher


def _count_sources() -> Coalesce:
    """Return an expression for the number of sources, which is computed only for the rows of a page."""
    sources = Source.objects.filter(publisher=OuterRef("pk")).order_by().values("publisher")
    source_counts = sources.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(source_counts, output_field=IntegerField()), 0)


@admin.register(Publisher)
class PublisherAdmin(SameAsAdmin):
    entity_kinds: ClassVar = dict.fromkeys(Publisher.Kind.values, EntityKind.ORGANIZATION)
    list_display = ("name_with_badge", "kind", "domain", "country", "ifcn_signatory", "published")
    list_display_links = ("name_with_badge",)
    list_filter = (("kind", ChoicesDropdownFilter), "ifcn_signatory")
    search_fields = ("name", "domain")
    ordering = ("name",)
    fields = ("name", ("kind", "country"), ("url", "domain"), ("language", "ifcn_signatory"), "same_as")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publisher]:
        return super().get_queryset(request).annotate(number=_count_sources())

    def get_or_create_named(self, request: HttpRequest, name: str) -> Publisher:
        if existing_publisher := find_publisher(name, "", is_stated=True):
            return existing_publisher
        publisher = get_or_create_publisher(name, "", is_stated=True)
        if publisher is None:
            raise ValidationError(
                _("Readers would mistake this publisher for our newsroom. Choose another name.")
            )
        self.log_addition(request, publisher, [{"added": {}}])
        return publisher

    def has_delete_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_house)

    @admin.display(description=_("name"), ordering="name")
    def name_with_badge(self, publisher: Publisher) -> SafeString | str:
        if publisher.is_house:
            return format_html("{} {}", publisher.name, render_badge(_("Our newsroom"), "active"))
        return publisher.name

    @admin.display(description=_("sources"))
    def published(self, publisher: Any) -> SafeString:
        return format_html(
            '<a href="../source/?publisher__id__exact={}">{}</a>', publisher.pk, publisher.number
        )
