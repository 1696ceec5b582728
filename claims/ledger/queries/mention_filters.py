"""The filters of the API's lists of claimants, topics and ratings."""

from django.db.models import Q

from claims.models import Claimant, RatingClass
from factcheck.api.pagination import build_both_orderings, make_id_key, make_text_key
from factcheck.api.query_strings import ListQuery, Parameter, make_ordering_parameter, make_view_parameter
from factcheck.api.query_values import Country, IdOrName, Keyword, Slug, WholeNumber, Words
from sources.api.address_values import DomainValue, SameAsValue
from sources.api.list_queries import find_publisher_ids, match_one_of, match_words

_ID_OR_NAME_ORDERINGS = (
    *reversed(build_both_orderings("id", make_id_key("id"))),
    *build_both_orderings("name", make_text_key("name"), make_id_key("id")),
)


class ClaimantListQuery(ListQuery):
    """The query of the list of claimants of published claims."""

    list_name = "claimants"
    orderings = _ID_OR_NAME_ORDERINGS

    q = Parameter(Words(), "Words in the name, ignoring case and accents.", matches=match_words("name"))
    kind = Parameter(
        Keyword(tuple(Claimant.Kind.values)), "Kind of claimant.", matches=match_one_of("kind"), several=True
    )
    country = Parameter(
        Country(), "Country code (ISO 3166-1 alpha-2).", matches=match_one_of("country"), several=True
    )
    same_as = Parameter(
        SameAsValue(),
        "A URL that identifies the claimant elsewhere, such as the Wikidata page in any spelling.",
        matches=lambda address: Q(same_as__contains=[address]),
    )
    ordering = make_ordering_parameter(orderings)


class TopicListQuery(ListQuery):
    """The query of the list of topics of published claims."""

    list_name = "topics"
    orderings = _ID_OR_NAME_ORDERINGS

    q = Parameter(Words(), "Words in the name, ignoring case and accents.", matches=match_words("name"))
    slug = Parameter(Slug(), "Slug of the topic.", matches=match_one_of("slug"), several=True)
    same_as = Parameter(
        SameAsValue(),
        "A URL that identifies the topic elsewhere, such as the Wikidata page in any spelling.",
        matches=lambda address: Q(same_as__contains=[address]),
    )
    ordering = make_ordering_parameter(orderings)


class RatingListQuery(ListQuery):
    """The query of the list of ratings of published verdicts."""

    list_name = "ratings"
    orderings = (*reversed(build_both_orderings("id", make_id_key("id"))),)

    q = Parameter(Words(), "Words in the label, ignoring case and accents.", matches=match_words("label"))
    publisher = Parameter(
        IdOrName("domain", DomainValue()),
        "The publisher of the scale: id or domain.",
        resolves=find_publisher_ids,
        matches=match_one_of("scale__publisher"),
        several=True,
    )
    scale = Parameter(WholeNumber(), "Id of the scale.", matches=match_one_of("scale"), several=True)
    code = Parameter(Slug(), "Code in the publisher's scale.", matches=match_one_of("code"), several=True)
    rating_class = Parameter(
        Keyword(tuple(RatingClass.values)),
        "The rating class, comparable across publishers.",
        matches=match_one_of("rating_class"),
        several=True,
    )
    view = make_view_parameter()
    ordering = make_ordering_parameter(orderings)
