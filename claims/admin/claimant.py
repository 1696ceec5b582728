"""Claimants at the desk."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.claim_numbers import count_readable
from claims.models import Claimant
from claims.newsroom.named_claimants import find_or_add
from factcheck.admin.base import person_at
from sources.admin.same_as import SameAsDesk
from sources.authorities.authority_record import Sort


@admin.register(Claimant)
class ClaimantAdmin(SameAsDesk):
    sorts: ClassVar = {
        Claimant.Kind.PERSON: Sort.PERSON,
        Claimant.Kind.ORGANIZATION: Sort.ORGANIZATION,
        Claimant.Kind.GROUP: Sort.ORGANIZATION,
    }
    list_display = ("name", "kind", "job_title", "affiliation", "country", "claims_made")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("name", "job_title", "affiliation")
    ordering = ("name",)
    fields = ("name", ("kind", "country"), ("job_title", "affiliation"), "same_as", "notes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claimant]:
        return super().get_queryset(request).annotate(number=count_readable("claimant", person_at(request)))

    def add_typed(self, request: HttpRequest, name: str) -> Claimant:
        claimant, is_new = find_or_add(name, by=person_at(request))
        if is_new:
            self.log_addition(request, claimant, [{"added": {}}])
        return claimant

    @admin.display(description=_("claims"))
    def claims_made(self, claimant: Any) -> SafeString:
        return format_html('<a href="../claim/?claimant__id__exact={}">{}</a>', claimant.pk, claimant.number)
