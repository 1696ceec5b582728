"""The filters of the lists of sources and publishers."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from factcheck.api.pagination import build_both_orderings, make_day_key, make_id_key, make_text_key
from factcheck.api.query_strings import ListQuery, Parameter, make_ordering_parameter
from factcheck.api.query_values import Country, DayValue, IdOrName, Keyword, LanguageRange, Words
from sources.api.address_values import AddressValue, DomainValue, SameAsValue
from sources.models import Publisher, Source


def match_words(field: str) -> Callable[[str], Q]:
    """Return the condition that a field contains every word, even within a longer word, ignoring case and accents."""

    def build_condition(text: str) -> Q:
        condition = Q()
        for word in text.split():
            condition &= Q(**{f"{field}__unaccent__icontains": word})
        return condition

    return build_condition


def match_language(field: str) -> Callable[[list[str]], Q]:
    """Return the condition that a field's language tag is in one of the ranges."""

    def build_condition(ranges: list[str]) -> Q:
        condition = Q()
        for tag in ranges:
            condition |= Q(**{f"{field}__iexact": tag}) | Q(**{f"{field}__istartswith": f"{tag}-"})
        return condition

    return build_condition


def make_language_parameter(meaning: str, **options: Any) -> Parameter:
    """Build the parameter `language` of a list."""
    description = f"{meaning}; `pt` also finds `pt-BR`."
    return Parameter(
        LanguageRange(), description, matches=match_language("language"), several=True, **options
    )


def make_same_as_parameter(noun: str) -> Parameter:
    """Build the parameter `same_as` of a list of people, publishers or topics."""
    return Parameter(
        SameAsValue(),
        f"A URL that identifies the {noun} elsewhere, such as the Wikidata page in any spelling.",
        matches=lambda address: Q(same_as__contains=[address]),
    )


def find_ids(rows: QuerySet[Any], names: list[str]) -> list[int]:
    """Return the ids of rows with one of the names.

    The ids are queried before the list, because PostgreSQL can estimate how common an id is, but not how common the
    result of a subquery is.
    """
    return list(rows.values_list("pk", flat=True)) if names else []


def find_publisher_ids(values: list[int | str]) -> list[int]:
    """Return the ids of publishers given by id or domain."""
    domains = [value for value in values if isinstance(value, str)]
    ids = [value for value in values if isinstance(value, int)]
    return [*ids, *find_ids(Publisher.objects.with_domains(domains), domains)]


class PublisherListQuery(ListQuery):
    """The query for the list of publishers: of published verdicts, and of sources that these verdicts mention."""

    list_name = "publishers"
    orderings = (
        *reversed(build_both_orderings("id", make_id_key("id"))),
        *build_both_orderings("name", make_text_key("name"), make_id_key("id")),
    )

    q = Parameter(Words(), "Words in the name, ignoring case and accents.", matches=match_words("name"))
    kind = Parameter.one_of("kind", Keyword(tuple(Publisher.Kind.values)), "Kind of publisher.")
    country = Parameter.one_of("country", Country(), "Country code (ISO 3166-1 alpha-2).")
    domain = Parameter.one_of("domain", DomainValue(), "Domain of the site.")
    same_as = make_same_as_parameter("publisher")
    ordering = make_ordering_parameter(orderings)


class SourceListQuery(ListQuery):
    """The query for the list of sources: those in which published claims appear or that support their verdicts."""

    list_name = "sources"
    orderings = (
        *build_both_orderings("id", make_id_key("id")),
        *build_both_orderings(
            "published", make_day_key(Coalesce(F("published_on"), Value(date.min))), make_id_key("id")
        ),
    )

    q = Parameter(Words(), "Words in the title, ignoring case and accents.", matches=match_words("title"))
    kind = Parameter.one_of("kind", Keyword(tuple(Source.Kind.values)), "Kind of source.")
    language = make_language_parameter("Language of the source")
    publisher = Parameter.one_of(
        "publisher",
        IdOrName("domain", DomainValue()),
        "The publisher of the source: id or domain.",
        resolves=find_publisher_ids,
    )
    url = Parameter.one_of(
        "url_key",
        AddressValue(),
        "URL of the source, in any spelling: tracking parameters, http or https, www and AMP are ignored.",
        split=False,
    )
    published_after = Parameter.since("published_on", "Published on this day or later.", DayValue())
    published_before = Parameter.until("published_on", "Published on this day or earlier.", DayValue())
    ordering = make_ordering_parameter(orderings)
