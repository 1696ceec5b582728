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


def match_one_of(field: str) -> Callable[[list[Any]], Q]:
    """Return the condition that a field has one of the values."""
    return lambda values: Q(**{f"{field}__in": values})


def match_any_of(field: str) -> Callable[[Any], Q]:
    """Return the condition of `match_one_of`, as SQL whose text does not depend on the number of values. Do not use
    it for foreign keys.
    """
    return lambda values: Q(**{f"{field}__any_of": values})


def match_words(field: str) -> Callable[[str], Q]:
    """Return the condition that a field contains every word, also inside a longer one, ignoring case and accents."""

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
    return [*ids, *find_ids(Publisher.objects.at(domains), domains)]


class PublisherListQuery(ListQuery):
    """The list of publishers: those of published verdicts, and of the sources that these verdicts mention."""

    list_name = "publishers"
    orderings = (
        *reversed(build_both_orderings("id", make_id_key("id"))),
        *build_both_orderings("name", make_text_key("name"), make_id_key("id")),
    )

    q = Parameter(Words(), "Words in the name, ignoring case and accents.", matches=match_words("name"))
    kind = Parameter(
        Keyword(tuple(Publisher.Kind.values)),
        "Kind of publisher.",
        matches=match_one_of("kind"),
        several=True,
    )
    country = Parameter(
        Country(), "Country code (ISO 3166-1 alpha-2).", matches=match_one_of("country"), several=True
    )
    domain = Parameter(DomainValue(), "Domain of the site.", matches=match_one_of("domain"), several=True)
    same_as = Parameter(
        SameAsValue(),
        "A URL that identifies the publisher elsewhere, such as the Wikidata page in any spelling.",
        matches=lambda address: Q(same_as__contains=[address]),
    )
    ordering = make_ordering_parameter(orderings)


class SourceListQuery(ListQuery):
    """The list of sources: those in which published claims appear, and those that support published verdicts."""

    list_name = "sources"
    orderings = (
        *build_both_orderings("id", make_id_key("id")),
        *build_both_orderings(
            "published", make_day_key(Coalesce(F("published_on"), Value(date.min))), make_id_key("id")
        ),
    )

    q = Parameter(Words(), "Words in the title, ignoring case and accents.", matches=match_words("title"))
    kind = Parameter(
        Keyword(tuple(Source.Kind.values)), "Kind of source.", matches=match_one_of("kind"), several=True
    )
    language = Parameter(
        LanguageRange(),
        "Language of the source; `pt` also finds `pt-BR`.",
        matches=match_language("language"),
        several=True,
    )
    publisher = Parameter(
        IdOrName("domain", DomainValue()),
        "The publisher of the source: id or domain.",
        resolves=find_publisher_ids,
        matches=match_one_of("publisher"),
        several=True,
    )
    url = Parameter(
        AddressValue(),
        "URL of the source, in any spelling: tracking parameters, http or https, www and AMP are ignored.",
        matches=match_one_of("url_key"),
        several=True,
        split=False,
    )
    published_after = Parameter(
        DayValue(), "Published on this day or later.", matches=lambda day: Q(published_on__gte=day)
    )
    published_before = Parameter(
        DayValue(), "Published on this day or earlier.", matches=lambda day: Q(published_on__lte=day)
    )
    ordering = make_ordering_parameter(orderings)
