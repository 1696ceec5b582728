"""Identifiers at the desk: suggestions for a typed name, and one row per identifier."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from factcheck.admin.base import get_page_url
from factcheck.admin.row_actions import desk_page
from factcheck.admin.typed_names import NamedDesk
from factcheck.admin.versions import DeskForm
from sources.authorities import candidates as authorities
from sources.authorities.authority_record import AuthorityRecord, EntityKind
from sources.identifiers import get_authority


class SameAsForm(DeskForm):
    """A form that rejects an identifier used by another row, because both rows would describe the same entity."""

    def clean_same_as(self) -> list[str]:
        addresses: list[str] = self.cleaned_data["same_as"]
        for other_row in find_rows_with_identifiers(type(self.instance), addresses).exclude(
            pk=self.instance.pk
        )[:1]:
            common_address = next(address for address in addresses if address in _get_addresses(other_row))
            raise forms.ValidationError(
                format_html(
                    _(
                        'Another record here has %(address)s: <a href="%(page)s">%(name)s</a>. Use that one, '
                        "or correct the wrong one."
                    )
                    % {"address": "{}", "page": "{}", "name": "{}"},
                    common_address,
                    get_page_url(other_row),
                    other_row,
                ),
                code="known",
            )
        return addresses


def find_rows_with_identifiers(model: type[models.Model], addresses: list[str]) -> models.QuerySet[Any]:
    """Return the rows that have at least one of these identifiers, oldest first."""
    identifiers = [address for address in addresses if get_authority(address)]
    rows: models.QuerySet[Any] = model._default_manager.order_by("pk")
    return rows.filter(same_as__overlap=identifiers) if identifiers else rows.none()


class SameAsAdmin(NamedDesk):
    """The admin of entities that can have Wikidata or ROR identifiers."""

    form = SameAsForm
    #: The kind of entity to search for, by the value of the form's `kind` field; "" if it has no such field.
    entity_kinds: ClassVar[Mapping[str, EntityKind]] = {"": EntityKind.ANY}

    @property
    def media(self) -> forms.Media:
        if not authorities.are_authorities_configured():
            return super().media
        return super().media + forms.Media(js=["desk/same_as.js"], css={"all": ["desk/same_as.css"]})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "same_as" and authorities.are_authorities_configured():
            field.widget.attrs["rows"] = 2
            field.widget.attrs["data-same-as"] = reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_same_as"
            )
        return field

    @desk_page("same-as/")
    def same_as_view(self, request: HttpRequest) -> JsonResponse:
        """Suggest entities for the name in `q` and mark those already in this database."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        if not authorities.are_authorities_configured():
            return JsonResponse({"candidates": [], "problems": [_("No authority is set up for look-ups.")]})
        entity_kind = self.entity_kinds.get(request.GET.get("kind", ""), EntityKind.ANY)
        lookup_result = authorities.find_candidates(
            request.GET.get("q", ""), entity_kind, language=get_language() or "en"
        )
        rows = self._find_known(lookup_result.candidates, request.GET.get("row", ""))
        return JsonResponse(
            {
                "candidates": [
                    {
                        "name": candidate.name,
                        "description": candidate.description,
                        "same_as": candidate.same_as,
                        "country": candidate.country,
                        "website": candidate.website,
                        "known": _describe_row(
                            next((rows[address] for address in candidate.same_as if address in rows), None)
                        ),
                    }
                    for candidate in lookup_result.candidates
                ],
                "problems": lookup_result.problems,
            },
            headers={"Cache-Control": "no-store"},
        )

    def _find_known(self, candidates: list[AuthorityRecord], excluded_pk: str) -> dict[str, models.Model]:
        """Return rows other than `excluded_pk` with an identifier of a candidate, keyed by identifier, in one query."""
        rows = find_rows_with_identifiers(
            self.model, [address for candidate in candidates for address in candidate.same_as]
        )
        if excluded_pk.isascii() and excluded_pk.isdigit():
            rows = rows.exclude(pk=int(excluded_pk[:18]))
        return {address: row for row in reversed(rows) for address in _get_addresses(row)}


def _get_addresses(row: Any) -> list[str]:
    addresses: list[str] = row.same_as
    return addresses


def _describe_row(row: models.Model | None) -> dict[str, str] | None:
    return {"name": str(row), "page": get_page_url(row)} if row else None
