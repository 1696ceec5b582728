"""The filters of the API's lists of claimants, topics and ratings."""

from django.db.models import Q

from claims.models import Claimant, RatingClass
from factcheck.api.pagination import both_ways, id_key, text_key
from factcheck.api.query_strings import ListQuery, Parameter, ordering_parameter, view_parameter
from factcheck.api.query_values import Country, IdOr, Keyword, Slug, WholeNumber, Words
from sources.api.address_values import Domain, SameAs
from sources.api.list_queries import holds_words, one_of, publisher_ids

_BY_ID_OR_NAME = (
    *reversed(both_ways("id", id_key("id"))),
    *both_ways("name", text_key("name"), id_key("id")),
)


class ClaimantListQuery(ListQuery):
    """The filters of claimants of published claims."""

    list_name = "claimants"
    orderings = _BY_ID_OR_NAME

    q = Parameter(Words(), "Words in the name, whatever their case and accents.", matches=holds_words("name"))
    kind = Parameter(
        Keyword(tuple(Claimant.Kind.values)), "Kind of claimant.", matches=one_of("kind"), several=True
    )
    country = Parameter(
        Country(), "Country code (ISO 3166-1 alpha-2).", matches=one_of("country"), several=True
    )
    same_as = Parameter(
        SameAs(),
        "An address that identifies the claimant elsewhere, such as the Wikidata page in any of its spellings.",
        matches=lambda address: Q(same_as__contains=[address]),
    )
    ordering = ordering_parameter(orderings)


class TopicListQuery(ListQuery):
    """The filters of topics of published claims."""

    list_name = "topics"
    orderings = _BY_ID_OR_NAME

    q = Parameter(Words(), "Words in the name, whatever their case and accents.", matches=holds_words("name"))
    slug = Parameter(Slug(), "Slug of the topic.", matches=one_of("slug"), several=True)
    same_as = Parameter(
        SameAs(),
        "An address that identifies the topic elsewhere, such as the Wikidata page in any of its spellings.",
        matches=lambda address: Q(same_as__contains=[address]),
    )
    ordering = ordering_parameter(orderings)


class RatingListQuery(ListQuery):
    """Ratings of published verdicts."""

    list_name = "ratings"
    orderings = (*reversed(both_ways("id", id_key("id"))),)

    q = Parameter(
        Words(), "Words in the label, whatever their case and accents.", matches=holds_words("label")
    )
    publisher = Parameter(
        IdOr("domain", Domain()),
        "Whose scale it belongs to: id or domain.",
        resolves=publisher_ids,
        matches=one_of("scale__publisher"),
        several=True,
    )
    scale = Parameter(WholeNumber(), "Id of the scale.", matches=one_of("scale"), several=True)
    code = Parameter(Slug(), "Code in the publisher's scale.", matches=one_of("code"), several=True)
    rating_class = Parameter(
        Keyword(tuple(RatingClass.values)),
        "The class that the rating amounts to, comparable across publishers.",
        matches=one_of("rating_class"),
        several=True,
    )
    view = view_parameter()
    ordering = ordering_parameter(orderings)
