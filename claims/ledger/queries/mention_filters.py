"""The filters of the API's lists of claimants, topics and ratings."""

from claims.models import Claimant, RatingClass
from factcheck.api.pagination import build_both_orderings, make_id_key, make_text_key
from factcheck.api.query_strings import ListQuery, Parameter, make_ordering_parameter, make_view_parameter
from factcheck.api.query_values import Country, IdOrName, Keyword, Slug, WholeNumber, Words
from sources.api.address_values import DomainValue
from sources.api.list_queries import find_publisher_ids, make_same_as_parameter, match_words

_ID_OR_NAME_ORDERINGS = (
    *reversed(build_both_orderings("id", make_id_key("id"))),
    *build_both_orderings("name", make_text_key("name"), make_id_key("id")),
)


class ClaimantListQuery(ListQuery):
    """The query of the list of claimants of published claims."""

    list_name = "claimants"
    orderings = _ID_OR_NAME_ORDERINGS

    q = Parameter(Words(), "Words in the name, ignoring case and accents.", matches=match_words("name"))
    kind = Parameter.one_of("kind", Keyword(tuple(Claimant.Kind.values)), "Kind of claimant.")
    country = Parameter.one_of("country", Country(), "Country code (ISO 3166-1 alpha-2).")
    same_as = make_same_as_parameter("claimant")
    ordering = make_ordering_parameter(orderings)


class TopicListQuery(ListQuery):
    """The query of the list of topics of published claims."""

    list_name = "topics"
    orderings = _ID_OR_NAME_ORDERINGS

    q = Parameter(Words(), "Words in the name, ignoring case and accents.", matches=match_words("name"))
    slug = Parameter.one_of("slug", Slug(), "Slug of the topic.")
    same_as = make_same_as_parameter("topic")
    ordering = make_ordering_parameter(orderings)


class RatingListQuery(ListQuery):
    """The query of the list of ratings of published verdicts."""

    list_name = "ratings"
    orderings = (*reversed(build_both_orderings("id", make_id_key("id"))),)

    q = Parameter(Words(), "Words in the label, ignoring case and accents.", matches=match_words("label"))
    publisher = Parameter.one_of(
        "scale__publisher",
        IdOrName("domain", DomainValue()),
        "The publisher of the scale: id or domain.",
        resolves=find_publisher_ids,
    )
    scale = Parameter.one_of("scale", WholeNumber(), "Id of the scale.")
    code = Parameter.one_of("code", Slug(), "Code in the publisher's scale.")
    rating_class = Parameter.one_of(
        "rating_class", Keyword(tuple(RatingClass.values)), "The rating class, comparable across publishers."
    )
    view = make_view_parameter()
    ordering = make_ordering_parameter(orderings)
