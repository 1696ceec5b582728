"""Topics at the desk."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from claims.admin.claim_list import build_readable_claim_count
from claims.models import Topic
from claims.newsroom.named_topics import find_or_add_topic
from factcheck.admin.base import get_person
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

    def add_typed(self, request: HttpRequest, name: str) -> Topic:
        if not slugify(name, allow_unicode=True):
            raise ValidationError(_("A topic needs a letter or a digit in its name."))
        topic, is_new = find_or_add_topic(name, by=get_person(request))
        if is_new:
            self.log_addition(request, topic, [{"added": {}}])
        return topic

    @admin.display(description=_("claims"), ordering="number")
    def claims_link(self, topic: Any) -> SafeString:
        return format_html('<a href="../claim/?topics__id__exact={}">{}</a>', topic.pk, topic.number)
