"""The filter of an endpoint: the filters of the API's claim list, applied to ledger entries."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django_filters import Filter

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.models import Publication
from claims.models.publication import PublicationQuerySet
from factcheck.api.problems import InvalidParameters


class WebhookQuery(ClaimListQuery):
    """The filter of an endpoint. It applies to given ledger entries instead of current publications."""

    @classmethod
    def get_filters(cls) -> dict[str, Filter]:
        """Return the filters of the API's claim list, without the filters for status and day.

        `status` is not allowed, because an endpoint is always notified when one of its claims is withdrawn.
        """
        return {
            name: parameter
            for name, parameter in super().get_filters().items()
            if name == "q" or (parameter.matches and name != "status")
        }

    def _select_entries(self, filter_values: Mapping[str, Any]) -> PublicationQuerySet:
        return cast(PublicationQuerySet, self.queryset)

    def _describe_unknown(self, name: str) -> str:
        if name == "status":
            return _("`status`: leave it out. Webhooks always report retracted and merged claims.")
        if name in ClaimListQuery.base_filters:
            return _("`%s` controls how a list is shown; a webhook accepts only filters on claims.") % name
        return super()._describe_unknown(name)


def check_filter(text: str) -> str:
    """Return the filter in its stored form. If it is a URL, only its query string is used.

    Raises:
        ValidationError: the API would reject the filter; the error names each invalid parameter.
    """
    text = text.strip()
    if text.startswith(("http://", "https://", "/", "?")):
        text = text.partition("?")[2]
    try:
        _parse_filter(text, Publication.objects.none())
    except InvalidParameters as refusal:
        raise ValidationError([error["detail"] for error in refusal.errors], code="invalid") from None
    return text


def find_matching_ids(text: str, publication_ids: Collection[int]) -> set[int]:
    """Return the ids of the publications that match the filter.

    Raises:
        InvalidParameters: the filter is no longer valid.
    """
    if not publication_ids:
        return set()
    matching_entries: QuerySet[Publication] = Publication.objects.filter(pk__in=publication_ids)
    rows: QuerySet[Publication] = _parse_filter(text, matching_entries).qs if text else matching_entries
    return set(rows.values_list("pk", flat=True))


def _parse_filter(text: str, entries: QuerySet[Publication]) -> WebhookQuery:
    return WebhookQuery(QueryDict(text), entries, request=HttpRequest())
