"""The filters of the API's list of verdicts, and the filters of claims that concern their verdicts."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from claims.ledger.document.serializers import PublishedVerdictSerializer
from claims.ledger.queries.address_search import read_search
from claims.ledger.queries.search_query import SearchParameter, WordsQuery
from claims.models import Rating, RatingClass, Topic
from claims.models.ledger_row import build_sortable_day
from claims.models.publication import match_search
from claims.search.queries import MAX_LENGTH
from factcheck.api.pagination import build_both_orderings, make_day_key, make_id_key
from factcheck.api.query_strings import (
    ListQuery,
    Parameter,
    make_fields_parameter,
    make_ordering_parameter,
    make_view_parameter,
)
from factcheck.api.query_values import DayValue, IdOrName, Keyword, Slug, WholeNumber, Words
from sources.api.address_values import AddressValue, DomainValue
from sources.api.list_queries import find_ids, find_publisher_ids, make_language_parameter
from sources.models import Publisher


def find_rating_ids(values: list[int | str]) -> list[int]:
    codes = [value for value in values if isinstance(value, str)]
    ids = [value for value in values if isinstance(value, int)]
    return [*ids, *find_ids(Rating.objects.filter(code__in=codes), codes)]


def find_topic_ids(values: list[int | str]) -> list[int]:
    slugs = [value for value in values if isinstance(value, str)]
    ids = [value for value in values if isinstance(value, int)]
    return [*ids, *find_ids(Topic.objects.filter(slug__in=slugs), slugs)]


def make_claimant_parameter(entry: str = "") -> Parameter:
    """Build the parameter `claimant` of a list; `entry` is the path from its rows to the ledger entry."""
    return Parameter.one_of(f"{entry}claimant_id", WholeNumber(), "Id of the claimant.", lookup="any_of")


def make_topic_parameter(entry: str = "") -> Parameter:
    """Build the `topic` parameter of a list, like `make_claimant_parameter`."""
    return Parameter.one_of(
        f"{entry}topic_ids",
        IdOrName("slug", Slug()),
        "Topic of the claim: id or slug.",
        resolves=find_topic_ids,
        lookup="overlap",
    )


def match_review_urls(keys: Any) -> Q:
    """Return the condition that a verdict's review is at one of these URLs, in a form that the index supports."""
    return Q(review_key__any_of=keys) & ~Q(review_key="")


def match_reviewed_from(day: Any) -> GreaterThanOrEqual:
    """Return the condition that a review is from this day or later, in a form that the index supports.

    PostgreSQL then begins to read the index at this day, instead of at the earliest review.
    """
    return GreaterThanOrEqual(build_sortable_day("reviewed_on"), day)


def match_reviewed_until(day: Any) -> LessThanOrEqual:
    """Return the condition that a review is from this day or earlier."""
    return LessThanOrEqual(build_sortable_day("reviewed_on"), day)


class VerdictParameter(Parameter):
    """A parameter with a condition on verdicts. In a list of claims, a single verdict must meet all such conditions."""


class VerdictQuery(ListQuery):
    """The filters common to claims and verdicts."""

    publisher = VerdictParameter.one_of(
        "publisher_id",
        IdOrName("domain", DomainValue()),
        "The publisher of the verdict: id or domain.",
        resolves=find_publisher_ids,
        lookup="any_of",
    )
    publisher_kind = VerdictParameter.one_of(
        "publisher_kind",
        Keyword(tuple(Publisher.Kind.values)),
        "The kind of publisher of the verdict.",
        lookup="any_of",
    )
    rating = VerdictParameter.one_of(
        "rating_id",
        IdOrName("code", Slug()),
        "The publisher's own rating: id, or code in the publisher's scale.",
        resolves=find_rating_ids,
        lookup="any_of",
    )
    rating_class = VerdictParameter.one_of(
        "rating_class",
        Keyword(tuple(RatingClass.values)),
        "The rating class, comparable across publishers.",
        lookup="any_of",
    )
    review_url = VerdictParameter(
        AddressValue(),
        "URL of the review on the publisher's site, in any spelling, as for `source_url`.",
        matches=match_review_urls,
        several=True,
        split=False,
    )
    reviewed_after = VerdictParameter.since("reviewed_on", "Reviewed on this day or later.", DayValue())
    reviewed_before = VerdictParameter.until("reviewed_on", "Reviewed on this day or earlier.", DayValue())


class VerdictListQuery(WordsQuery, VerdictQuery):
    """The query of the list of published verdicts."""

    list_name = "verdicts"
    orderings = build_both_orderings(
        "reviewed", make_day_key(build_sortable_day("reviewed_on")), make_id_key("verdict_id")
    )

    q = SearchParameter(
        Words(MAX_LENGTH),
        "Words to search for in the claim and its verdicts, in web-search syntax; or a URL, as in the list of claims.",
        resolves=read_search,
        matches=lambda asked: match_search(asked, publication="publication__"),
    )
    claim = Parameter.one_of("claim_id", WholeNumber(), "Id of the claim.", lookup="any_of")
    claimant = make_claimant_parameter("publication__")
    topic = make_topic_parameter("publication__")
    language = make_language_parameter("Language of the verdict", slotted=False)
    updated_after = Parameter.since(
        "publication__published_at",
        "The claim was published, corrected or added to on this day (UTC) or at this moment, or later.",
    )
    updated_before = Parameter.until(
        "publication__published_at",
        "The claim was last published, corrected or added to on this day (UTC) or at this moment, or earlier.",
    )
    view = make_view_parameter()
    fields = make_fields_parameter(PublishedVerdictSerializer)
    ordering = make_ordering_parameter(orderings)

    def apply_filters(self, queryset: QuerySet[Any], filter_values: Mapping[str, Any]) -> QuerySet[Any]:
        rows = super().apply_filters(queryset, filter_values)
        if "reviewed_after" in filter_values:
            rows = rows.filter(match_reviewed_from(filter_values["reviewed_after"]))
        if "reviewed_before" in filter_values:
            rows = rows.filter(match_reviewed_until(filter_values["reviewed_before"]))
        return rows
