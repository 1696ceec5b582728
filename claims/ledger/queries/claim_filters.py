"""The filters of the API's list of claims."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from claims.ledger.document.serializers import ClaimSerializer
from claims.ledger.queries.cluster_filters import find_claim_ids
from claims.ledger.queries.search_query import RELEVANCE, SearchQuery
from claims.ledger.queries.verdict_filters import (
    VerdictParameter,
    VerdictQuery,
    make_claimant_parameter,
    make_topic_parameter,
    match_reviewed_from,
)
from claims.models import Publication, PublishedVerdict
from claims.models.ledger_row import build_sortable_day
from claims.models.publication import PublicationQuerySet
from claims.models.published_verdict import PublishedVerdictQuerySet
from factcheck.api.pagination import (
    ORDERING_PARAMETER,
    build_both_orderings,
    make_day_key,
    make_id_key,
    make_moment_key,
)
from factcheck.api.query_strings import (
    ListQuery,
    Parameter,
    Query,
    build_value_error,
    make_fields_parameter,
    make_ordering_parameter,
    make_view_parameter,
)
from factcheck.api.query_values import DayValue, Keyword, LanguageRange, Moment, WholeNumber
from factcheck.database.cached_sql import TargetTable
from sources.api.address_values import AddressValue, DomainValue
from sources.api.list_queries import find_ids
from sources.models import Source


def find_source_ids(keys: list[str]) -> list[int]:
    return find_ids(Source.objects.filter(url_key__in=keys), keys)


def resolve_as_of(moment: datetime) -> datetime:
    """Return the moment of `as_of`; for a moment later today, such as the end of the day, return the present.

    Raises:
        InvalidParameters: the moment is after today (UTC).
    """
    now = datetime.now(UTC)
    if moment.date() > now.date():
        raise build_value_error("as_of", gettext("this time is in the future."))
    return min(moment, now)


class ClaimListQuery(SearchQuery, VerdictQuery):
    """The query of a list of published claims."""

    list_name = "claims"
    orderings = (
        *build_both_orderings("updated", make_moment_key("published_at"), make_id_key("claim_id")),
        *build_both_orderings("published", make_moment_key("first_published_at"), make_id_key("claim_id")),
        *build_both_orderings(
            "reviewed", make_day_key(build_sortable_day("reviewed_on")), make_id_key("claim_id")
        ),
        *build_both_orderings(
            "claimed", make_day_key(build_sortable_day("claimed_on")), make_id_key("claim_id")
        ),
        RELEVANCE,
    )

    language = Parameter.one_of(
        "language_ranges",
        LanguageRange(),
        "Language of the claim; `pt` also finds `pt-BR`.",
        lookup="overlap",
    )
    claimant = make_claimant_parameter()
    topic = make_topic_parameter()
    cluster = Parameter.one_of(
        "claim",
        WholeNumber(),
        "Id of a cluster that the claim belongs to.",
        # An empty list would raise EmptyResultSet instead of giving SQL. No claim has the id 0.
        resolves=lambda clusters: find_claim_ids(clusters) or [0],
        slotted=False,
    )
    source = Parameter.one_of(
        "source_ids",
        WholeNumber(),
        "Id of a source that the claim appears in or that a verdict on it cites.",
        lookup="overlap",
    )
    appears_in = Parameter.one_of(
        "appears_in_ids", WholeNumber(), "Id of a source that the claim appears in.", lookup="overlap"
    )
    source_domain = Parameter.one_of(
        "source_domains",
        DomainValue(),
        "Domain of a source that the claim appears in or that a verdict on it cites.",
        lookup="overlap",
    )
    source_url = Parameter.one_of(
        "source_ids",
        AddressValue(),
        "URL of a source that the claim appears in or that a verdict on it cites, in any spelling: tracking "
        "parameters, http or https, www, AMP and a final slash are ignored. To find reviews at a URL, use "
        "`review_url`; to find all of these, use `q`.",
        resolves=find_source_ids,
        split=False,
        lookup="overlap",
    )
    claimed_after = Parameter.since("claimed_on", "Claimed on this day or later.", DayValue())
    claimed_before = Parameter.until("claimed_on", "Claimed on this day or earlier.", DayValue())
    published_after = Parameter.since(
        "first_published_at", "First published on this day (UTC) or at this moment, or later."
    )
    published_before = Parameter.until(
        "first_published_at", "First published on this day (UTC) or at this moment, or earlier."
    )
    updated_after = Parameter.since(
        "published_at", "Published, corrected or added to on this day (UTC) or at this moment, or later."
    )
    updated_before = Parameter.until(
        "published_at",
        "Last published, corrected or added to on this day (UTC) or at this moment, or earlier.",
    )
    has = Parameter(
        Keyword(("correction", "evidence", "media")),
        "What the claim must have: a public correction note, evidence, or pictures, audio or video among its "
        "sources. If given twice, it must have both.",
        matches=lambda features: Q(features__contains=features),
        several=True,
    )
    status = Parameter.one_of(
        "status",
        Keyword(tuple(Publication.Status.values)),
        "`retracted` and `merged` list withdrawn claims.",
        default=Publication.Status.PUBLISHED.value,
        lookup="any_of",
    )
    as_of = Parameter(
        Moment(end_of_day=True),
        "The claims as published at this time, or at the end of this day (UTC).",
        resolves=resolve_as_of,
    )
    fields = make_fields_parameter(ClaimSerializer)
    ordering = make_ordering_parameter(
        orderings,
        default="`relevance` when `q` is given, otherwise `-updated`; without `q`, `relevance` is `-updated` too. ",
    )

    @property
    def ordering_name(self) -> str:
        name = self.value(ORDERING_PARAMETER, RELEVANCE.name)
        has_no_search = name == RELEVANCE.name and not self.value("q")
        return "-updated" if has_no_search else name

    @property
    def moment(self) -> datetime | None:
        """Return the past moment of the query; None for the present."""
        return self.filter_values.get("as_of")

    def apply_filters(self, queryset: QuerySet[Any], filter_values: Mapping[str, Any]) -> QuerySet[Any]:
        rows = self._select_entries(filter_values)
        for name, value in filter_values.items():
            if not self._is_about_verdicts(name):
                rows = self.filters[name].filter(rows, value)
        if any(map(self._is_about_verdicts, filter_values)):
            rows = rows.filter(Exists(self.verdicts(filter_values).filter(publication=OuterRef("pk"))))
        if "reviewed_after" in filter_values and self._is_by_review:
            rows = rows.filter(match_reviewed_from(filter_values["reviewed_after"]))
        search = filter_values.get("q")
        return rows.matching_search(search) if search else rows

    def verdicts(self, filter_values: Mapping[str, Any]) -> PublishedVerdictQuerySet:
        """Return the matching verdicts. An entry matches if it has at least one matching verdict."""
        verdicts = PublishedVerdict.objects.all()
        for name, value in filter_values.items():
            if self._is_about_verdicts(name):
                verdicts = self.filters[name].filter(verdicts, value)
        return verdicts

    @property
    def _is_by_review(self) -> bool:
        return self.ordering_name.removeprefix("-") == "reviewed"

    def _is_about_verdicts(self, name: str) -> bool:
        return isinstance(self.filters[name], VerdictParameter)

    def _select_entries(self, filter_values: Mapping[str, Any]) -> PublicationQuerySet:
        """Return the newest entries at the requested time: only published claims, unless `status` is a filter."""
        ledger, moment = Publication.objects, filter_values.get("as_of")
        if "status" in filter_values:
            return ledger.newest_as_of(moment) if moment else ledger.newest()
        return ledger.as_of(moment) if moment else ledger.current()

    @property
    def target_table(self) -> TargetTable | None:
        """Return the table of entries if all filters concern verdicts: the page is then read from verdicts' rows."""
        filter_names = [name for name in self.given_filters if name != "as_of"]
        is_ordered_by_update = self.ordering.name.removeprefix("-") == "updated"
        if filter_names and is_ordered_by_update and all(map(self._is_about_verdicts, filter_names)):
            return TargetTable(Publication, "publication_id")
        return None

    def select_candidates(self, filter_values: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the rows from which a page is read, each with `ledger_moved`, the time of the newest entry."""
        rows = super().select_candidates(filter_values)
        if self.target_table:
            verdicts, moment = self.verdicts(filter_values), filter_values.get("as_of")
            rows = (verdicts.as_of(moment) if moment else verdicts.current()).distinct()
        return rows.annotate(ledger_moved=_select_newest_time())


def _select_newest_time() -> Subquery:
    """Return the time of the newest entry of the ledger."""
    return Subquery(Publication.objects.order_by("-published_at", "-claim_id").values("published_at")[:1])


class ClaimPageQuery(ClaimListQuery):
    """The query of a paged list of published claims."""

    view = make_view_parameter()
    highlight = Parameter(
        Keyword(("true", "false")),
        "Whether to return `highlights`: where `q` was found in each claim of the page.",
        default="false",
    )


class ClaimQuery(Query):
    """The query parameters for a single claim."""

    as_of = ClaimListQuery.base_filters["as_of"]
    fields = ClaimListQuery.base_filters["fields"]

    @property
    def moment(self) -> datetime | None:
        """Return the past moment of the query; None for the present."""
        return self.filter_values.get("as_of")


class VersionListQuery(ListQuery):
    """The query parameters for listing a claim's versions."""

    list_name = "versions"
    orderings = build_both_orderings("version", make_id_key("version"))
    ordering = make_ordering_parameter(orderings)
