"""The number of claims by rating, publisher, language and so on, under the filters of the claim list."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from claims.ledger.document.claim_document import render
from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.ledger.queries.facet_counts import FACETS, FacetCounting, FacetValues
from claims.models import Claimant, Mention, Publication, Rating, RatingClass, Topic
from claims.public.api.entities import filter_mentioned
from factcheck.api.query_strings import Parameter
from factcheck.api.query_values import Keyword, WholeNumber
from factcheck.api.resources import CACHE_CURRENT, PublicResource, build_conditional_response
from sources.models import Publisher
from sources.overrides import OverrideError, read_language

LabelFinder = Callable[[list[str]], dict[str, str]]

DEFAULT_SIZE = 10
MAX_SIZE = 100


class FacetQuery(ClaimListQuery):
    """The parameters of the claim list, except the paging parameters."""

    cursor = count = ordering = fields = None  # type: ignore[assignment]  # how django-filter drops some

    facets = Parameter(
        Keyword(tuple(FACETS)), "The facets to return; by default, all.", several=True, default=None
    )
    page_size = Parameter(
        WholeNumber(1, MAX_SIZE), "The number of values per facet, most frequent first.", default=DEFAULT_SIZE
    )


class FacetValueSerializer(serializers.Serializer):
    """A value, and the number of claims with it."""

    value = serializers.CharField(help_text="The value, as the filter accepts it.")
    label = serializers.CharField(  # type: ignore[assignment]  # a key of the text, not an argument of the field
        help_text="The name in English or in the publisher's own words; empty if no published claim mentions "
        "the object now."
    )
    count = serializers.IntegerField()


class FacetSerializer(serializers.Serializer):
    """The most frequent values of a facet."""

    distinct = serializers.IntegerField(help_text="The total number of values.")
    values = FacetValueSerializer(many=True)


class FacetsSerializer(serializers.Serializer):
    """The number of claims for each value."""

    count = serializers.IntegerField(help_text="The number of claims that match all filters.")
    facets = serializers.DictField(child=FacetSerializer())


class FacetResource(PublicResource):
    """The number of claims in a list for each value of each facet."""

    nouns = ("count of claims", "counts of claims")
    item_query = FacetQuery
    serializer_class = FacetsSerializer

    def rows(self) -> QuerySet[Publication]:
        return Publication.objects.all()

    @extend_schema(summary="The number of published claims by facet")
    def retrieve(self, request: HttpRequest) -> HttpResponse:
        """Return the number of claims by rating, publisher, language, topic and other facets.

        The filters are those of the list. Each facet is counted without its own filter, so that it shows the other
        choices; all other filters apply. `has` is the exception: its values are combined, so its own filter applies
        to its counts as well.
        """
        query = FacetQuery(request.GET, self.rows(), request=request)
        conditions = dict(query.filter_values)
        names = conditions.pop("facets", list(FACETS))
        size = conditions.pop("page_size", DEFAULT_SIZE)
        counts = FacetCounting(
            query, conditions, sorted(set(names), key=list(FACETS).index), size
        ).get_counts()
        facets = {name: _describe_facet(name, values) for name, values in counts.facets.items()}
        content = render({"count": counts.claim_count, "facets": facets}).encode()
        return build_conditional_response(request, content, cache=CACHE_CURRENT)


def _describe_facet(name: str, values: FacetValues) -> dict[str, Any]:
    values_found = [value for value, _number in values.counts]
    tags = {value: _normalise_tag(value) for value in values_found} if name == "language" else {}
    labels = _LABELS[name](values_found) if name in _LABELS and values_found else {}
    return {
        "distinct": values.value_count,
        "values": [
            {
                "value": tags.get(value, value),
                "label": labels.get(value, "") if name in _LABELS else tags.get(value, value),
                "count": number,
            }
            for value, number in values.counts
        ],
    }


def _normalise_tag(tag: str) -> str:
    """Return the tag in its usual spelling: `pt-BR` for `pt-br`."""
    try:
        return read_language(tag)
    except OverrideError:  # a language that CLDR does not know
        return tag


def _get_choice_labels(choices: Iterable[tuple[Any, Any]]) -> LabelFinder:
    labels = {str(value): str(label) for value, label in choices}
    return lambda values: labels


def _get_name_labels(build_rows: Callable[[], QuerySet[Any]], kind: Mention.Kind, column: str) -> LabelFinder:
    """Return a function that finds the names of objects mentioned by current publications."""

    def load_labels(values: list[str]) -> dict[str, str]:
        rows = filter_mentioned(build_rows().filter(pk__in=map(int, values)), kind).values_list("pk", column)
        return {str(pk): name for pk, name in rows}

    return load_labels


_LABELS: dict[str, LabelFinder] = {
    "rating_class": _get_choice_labels(RatingClass.choices),
    "rating": _get_name_labels(Rating.objects.all, Mention.Kind.RATING, "label"),
    "publisher": _get_name_labels(Publisher.objects.all, Mention.Kind.PUBLISHER, "name"),
    "publisher_kind": _get_choice_labels(Publisher.Kind.choices),
    "topic": _get_name_labels(Topic.objects.all, Mention.Kind.TOPIC, "name"),
    "claimant": _get_name_labels(Claimant.objects.all, Mention.Kind.CLAIMANT, "name"),
    "has": _get_choice_labels(
        [("correction", "Correction"), ("evidence", "Evidence"), ("media", "Picture, audio or video")]
    ),
    "status": _get_choice_labels(Publication.Status.choices),
}
