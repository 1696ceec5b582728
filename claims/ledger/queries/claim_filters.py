"""The filters of the API's lists of claims and verdicts."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import gettext

from claims.ledger.document.serializers import ClaimSerializer, PublishedVerdictSerializer
from claims.ledger.queries.address_search import read_search
from claims.ledger.queries.cluster_filters import find_claim_ids
from claims.ledger.queries.search_query import RELEVANCE, SearchParameter, SearchQuery, WordsQuery
from claims.models import Publication, PublishedVerdict, Rating, RatingClass, Topic
from claims.models.ledger_row import sortable_day
from claims.models.publication import PublicationQuerySet, answering_to
from claims.models.published_verdict import PublishedVerdictQuerySet
from claims.search import MAX_LENGTH
from factcheck.api.field_selection import FIELDS
from factcheck.api.pagination import ORDERING, both_ways, day_key, id_key, moment_key
from factcheck.api.query_strings import (
    VIEW,
    ListQuery,
    Parameter,
    Query,
    fields_parameter,
    ordering_parameter,
    refused_value,
    view_parameter,
)
from factcheck.api.query_values import (
    DayValue,
    IdOr,
    Keyword,
    LanguageRange,
    Moment,
    Slug,
    WholeNumber,
    Words,
)
from factcheck.database.cached_sql import FoundBy
from sources.api.address_values import Address, Domain
from sources.api.list_queries import any_of, ids_of, in_language, publisher_ids
from sources.models import Publisher, Source


def share_value(field: str) -> Callable[[Any], Q]:
    """The condition that a list of values has one in common with those given."""
    return lambda values: Q(**{f"{field}__overlap": values})


def rating_ids(values: list[int | str]) -> list[int]:
    codes = [value for value in values if isinstance(value, str)]
    ids = [value for value in values if isinstance(value, int)]
    return [*ids, *ids_of(Rating.objects.filter(code__in=codes), codes)]


def topic_ids(values: list[int | str]) -> list[int]:
    slugs = [value for value in values if isinstance(value, str)]
    ids = [value for value in values if isinstance(value, int)]
    return [*ids, *ids_of(Topic.objects.filter(slug__in=slugs), slugs)]


def source_ids(keys: list[str]) -> list[int]:
    return ids_of(Source.objects.filter(url_key__in=keys), keys)


def resolve_as_of(moment: datetime) -> datetime:
    """The moment that `as_of` means: for today, now.

    Raises:
        InvalidParameters: it lies in the future.
    """
    now = datetime.now(UTC)
    if moment.date() > now.date():
        raise refused_value("as_of", gettext("it is in the future."))
    return min(moment, now)


def has_review_at(keys: Any) -> Q:
    """Return the condition that a verdict's review is at one of these addresses, using their index."""
    return Q(review_key__any_of=keys) & ~Q(review_key="")


def _not_reviewed_before(day: Any) -> GreaterThanOrEqual:
    """A condition that follows from one on the day of a review, in the words of the index of the order by that day.

    Along that index, the rows of a page are then next to each other, instead of behind all that was reviewed before.
    """
    return GreaterThanOrEqual(sortable_day("reviewed_on"), day)


def _not_reviewed_after(day: Any) -> LessThanOrEqual:
    """Filter by review date up to a day."""
    return LessThanOrEqual(sortable_day("reviewed_on"), day)


class VerdictParameter(Parameter):
    """A condition on verdicts. In a list of claims, all of them together must hold for one verdict."""


class VerdictQuery(ListQuery):
    """The filters common to claims and verdicts."""

    publisher = VerdictParameter(
        IdOr("domain", Domain()),
        "Who published the verdict: id or domain.",
        resolves=publisher_ids,
        matches=any_of("publisher_id"),
        several=True,
    )
    publisher_kind = VerdictParameter(
        Keyword(tuple(Publisher.Kind.values)),
        "Kind of the publisher of the verdict.",
        matches=any_of("publisher_kind"),
        several=True,
    )
    rating = VerdictParameter(
        IdOr("code", Slug()),
        "The rating as its publisher has it: id, or code in the publisher's scale.",
        resolves=rating_ids,
        matches=any_of("rating_id"),
        several=True,
    )
    rating_class = VerdictParameter(
        Keyword(tuple(RatingClass.values)),
        "The class that the rating amounts to, comparable across publishers.",
        matches=any_of("rating_class"),
        several=True,
    )
    review_url = VerdictParameter(
        Address(),
        "Address of the review itself, the publisher's own page, in any spelling as of `source_url`.",
        matches=has_review_at,
        several=True,
        split=False,
    )
    reviewed_after = VerdictParameter(
        DayValue(), "Reviewed on this day or later.", matches=lambda day: Q(reviewed_on__gte=day)
    )
    reviewed_before = VerdictParameter(
        DayValue(), "Reviewed on this day or earlier.", matches=lambda day: Q(reviewed_on__lte=day)
    )


class ClaimListQuery(SearchQuery, VerdictQuery):
    """Published claims."""

    orderings = (
        *both_ways("updated", moment_key("published_at"), id_key("claim_id")),
        *both_ways("published", moment_key("first_published_at"), id_key("claim_id")),
        *both_ways("reviewed", day_key(sortable_day("reviewed_on")), id_key("claim_id")),
        *both_ways("claimed", day_key(sortable_day("claimed_on")), id_key("claim_id")),
        RELEVANCE,
    )

    language = Parameter(
        LanguageRange(),
        "Language of the claim; `pt` also finds `pt-BR`.",
        matches=share_value("language_ranges"),
        several=True,
    )
    claimant = Parameter(
        WholeNumber(), "Id of who made the claim.", matches=any_of("claimant_id"), several=True
    )
    topic = Parameter(
        IdOr("slug", Slug()),
        "Topic of the claim: id or slug.",
        resolves=topic_ids,
        matches=share_value("topic_ids"),
        several=True,
    )
    cluster = Parameter(
        WholeNumber(),
        "Id of a cluster that the claim belongs to.",
        resolves=find_claim_ids,
        # A list of none would be no SQL at all; no claim has the number 0.
        matches=lambda claims: Q(claim__in=claims or [0]),
        several=True,
        slotted=False,
    )
    source = Parameter(
        WholeNumber(),
        "Id of a source that the claim appears in or that a verdict on it cites.",
        matches=share_value("source_ids"),
        several=True,
    )
    appears_in = Parameter(
        WholeNumber(),
        "Id of a source that the claim appears in.",
        matches=share_value("appears_in_ids"),
        several=True,
    )
    source_domain = Parameter(
        Domain(),
        "Domain of such a source, in either role.",
        matches=share_value("source_domains"),
        several=True,
    )
    source_url = Parameter(
        Address(),
        "Address of such a source, in any spelling: tracking parameters, http or https, www, AMP and a slash at the end"
        " do not matter. `review_url` finds the reviews that stand at an address; `q` finds all of these.",
        resolves=source_ids,
        matches=share_value("source_ids"),
        several=True,
        split=False,
    )
    claimed_after = Parameter(
        DayValue(), "Claimed on this day or later.", matches=lambda day: Q(claimed_on__gte=day)
    )
    claimed_before = Parameter(
        DayValue(), "Claimed on this day or earlier.", matches=lambda day: Q(claimed_on__lte=day)
    )
    published_after = Parameter(
        Moment(),
        "First published on this day (UTC) or at this moment, or later.",
        matches=lambda moment: Q(first_published_at__gte=moment),
    )
    published_before = Parameter(
        Moment(end_of_day=True),
        "First published on this day (UTC) or at this moment, or earlier.",
        matches=lambda moment: Q(first_published_at__lte=moment),
    )
    updated_after = Parameter(
        Moment(),
        "Published, corrected or added to on this day (UTC) or at this moment, or later.",
        matches=lambda moment: Q(published_at__gte=moment),
    )
    updated_before = Parameter(
        Moment(end_of_day=True),
        "Last published, corrected or added to on this day (UTC) or at this moment, or earlier.",
        matches=lambda moment: Q(published_at__lte=moment),
    )
    has = Parameter(
        Keyword(("correction", "evidence", "media")),
        "What the claim has: a public correction note, evidence, or a picture, sound or film among its sources. Given"
        " twice, it must have both.",
        matches=lambda features: Q(features__contains=features),
        several=True,
    )
    status = Parameter(
        Keyword(tuple(Publication.Status.values)),
        "`retracted` and `merged` list what was withdrawn.",
        matches=any_of("status"),
        several=True,
        default=Publication.Status.PUBLISHED.value,
    )
    as_of = Parameter(
        Moment(end_of_day=True),
        "What was published at this moment, or at the end of this day (UTC), as it read then.",
        resolves=resolve_as_of,
    )
    fields = fields_parameter(ClaimSerializer)
    ordering = ordering_parameter(
        orderings,
        default="`relevance` when `q` is given, otherwise `-updated`; without `q`, `relevance` is `-updated` too. ",
    )

    @property
    def ordering_name(self) -> str:
        name = self.value(ORDERING, RELEVANCE.name)
        nothing_to_be_relevant_to = name == RELEVANCE.name and not self.value("q")
        return "-updated" if nothing_to_be_relevant_to else name

    #: Whether whole bodies are asked for, and not summaries.
    is_full = True

    @property
    def moment(self) -> datetime | None:
        """The moment in the past that is asked about."""
        return self.looked_for.get("as_of")

    def matching(self, queryset: QuerySet[Any], looked_for: Mapping[str, Any]) -> QuerySet[Any]:
        rows = self._entries(looked_for)
        for name, value in looked_for.items():
            if not self._is_about_verdicts(name):
                rows = self.filters[name].filter(rows, value)
        if any(map(self._is_about_verdicts, looked_for)):
            rows = rows.filter(Exists(self.verdicts(looked_for).filter(publication=OuterRef("pk"))))
        if "reviewed_after" in looked_for and self._is_by_review:
            rows = rows.filter(_not_reviewed_before(looked_for["reviewed_after"]))
        asked = looked_for.get("q")
        return rows.answering(asked) if asked else rows

    def verdicts(self, looked_for: Mapping[str, Any]) -> PublishedVerdictQuerySet:
        """The verdicts one of which an entry must have, whatever entry they are of."""
        verdicts = PublishedVerdict.objects.all()
        for name, value in looked_for.items():
            if self._is_about_verdicts(name):
                verdicts = self.filters[name].filter(verdicts, value)
        return verdicts

    @property
    def _is_by_review(self) -> bool:
        return self.ordering_name.removeprefix("-") == "reviewed"

    def _is_about_verdicts(self, name: str) -> bool:
        return isinstance(self.filters[name], VerdictParameter)

    def _entries(self, looked_for: Mapping[str, Any]) -> PublicationQuerySet:
        """The entries of the ledger that count: of now or of then, and published unless `status` asks for others."""
        ledger, moment = Publication.objects, looked_for.get("as_of")
        if "status" in looked_for:
            return ledger.newest_as_of(moment) if moment else ledger.newest()
        return ledger.as_of(moment) if moment else ledger.current()

    @property
    def found_by(self) -> FoundBy | None:
        """Find verdicts directly if there are no other conditions: they contain their list position."""
        about = [name for name in self.sought if name != "as_of"]
        in_their_order = self.ordering.name.removeprefix("-") == "updated"
        if about and in_their_order and all(map(self._is_about_verdicts, about)):
            return FoundBy(Publication, "publication_id")
        return None

    def candidates(self, looked_for: Mapping[str, Any]) -> QuerySet[Any]:
        """Each with `ledger_moved`, the moment of the newest entry of the whole ledger, beside it."""
        rows = super().candidates(looked_for)
        if self.found_by:
            shown, moment = self.verdicts(looked_for), looked_for.get("as_of")
            rows = (shown.as_of(moment) if moment else shown.current()).distinct()
        return rows.annotate(ledger_moved=_ledger_moved())


def _ledger_moved() -> Subquery:
    """The moment of the newest entry of the ledger."""
    return Subquery(Publication.objects.order_by("-published_at", "-claim_id").values("published_at")[:1])


class ClaimPageQuery(ClaimListQuery):
    """Published claims, page by page."""

    view = view_parameter()
    highlight = Parameter(
        Keyword(("true", "false")),
        "Whether `highlights` shows where `q` was found in each claim of the page.",
        default="false",
    )

    @property
    def is_full(self) -> bool:  # type: ignore[override]  # of other lists it is fixed
        """Whether parts are asked for that a summary may not have."""
        return self.value(VIEW) == "full" or bool(self.value(FIELDS))


class ClaimQuery(Query):
    """One claim."""

    as_of = ClaimListQuery.base_filters["as_of"]
    fields = ClaimListQuery.base_filters["fields"]

    @property
    def moment(self) -> datetime | None:
        """The moment in the past that is asked about."""
        return self.looked_for.get("as_of")


class VersionListQuery(ListQuery):
    """The ledger of one claim."""

    orderings = both_ways("version", id_key("version"))
    ordering = ordering_parameter(orderings)


class VerdictListQuery(WordsQuery, VerdictQuery):
    """Published verdicts, each by itself."""

    orderings = both_ways("reviewed", day_key(sortable_day("reviewed_on")), id_key("verdict_id"))

    q = SearchParameter(
        Words(MAX_LENGTH),
        "Words to search for in the claim and what is said about it, in web-search syntax; or an address, as in the"
        " list of claims.",
        resolves=read_search,
        matches=lambda asked: answering_to(asked, publication="publication__"),
    )
    claim = Parameter(WholeNumber(), "Id of the claim.", matches=any_of("claim_id"), several=True)
    claimant = Parameter(
        WholeNumber(), "Id of who made the claim.", matches=any_of("publication__claimant_id"), several=True
    )
    topic = Parameter(
        IdOr("slug", Slug()),
        "Topic of the claim: id or slug.",
        resolves=topic_ids,
        matches=share_value("publication__topic_ids"),
        several=True,
    )
    language = Parameter(
        LanguageRange(),
        "Language of the verdict; `pt` also finds `pt-BR`.",
        matches=in_language("language"),
        several=True,
        slotted=False,
    )
    updated_after = Parameter(
        Moment(),
        "The claim was published, corrected or added to on this day (UTC) or at this moment, or later.",
        matches=lambda moment: Q(publication__published_at__gte=moment),
    )
    updated_before = Parameter(
        Moment(end_of_day=True),
        "The claim was last published, corrected or added to on this day (UTC) or at this moment, or earlier.",
        matches=lambda moment: Q(publication__published_at__lte=moment),
    )
    fields = fields_parameter(PublishedVerdictSerializer)
    ordering = ordering_parameter(orderings)

    def matching(self, queryset: QuerySet[Any], looked_for: Mapping[str, Any]) -> QuerySet[Any]:
        rows = super().matching(queryset, looked_for)
        if "reviewed_after" in looked_for:
            rows = rows.filter(_not_reviewed_before(looked_for["reviewed_after"]))
        if "reviewed_before" in looked_for:
            rows = rows.filter(_not_reviewed_after(looked_for["reviewed_before"]))
        return rows
