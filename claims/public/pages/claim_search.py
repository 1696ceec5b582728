"""A reader's search for claims: the form for its query parameters, and the query, which extends the API's."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.ledger.queries.search_query import RELEVANCE
from claims.ledger.queries.verdict_filters import VerdictParameter
from claims.matching.semantic_fallback import find_claims_by_meaning
from claims.models import Publication
from claims.models.rating import RatingClass
from claims.search.queries import MAX_LENGTH, SearchReading
from factcheck.api.pagination import KeysetPage, read_template_page
from factcheck.api.query_values import MAX_ID, InvalidValue, LanguageRange, WholeNumber
from factcheck.api.resources import read_planned_rows
from factcheck.database.cached_sql import TargetTable
from factcheck.database.read_connections import fetch_rows
from factcheck.web.site_urls import insert_site_url

Document = dict[str, Any]

#: If more verdicts match than this, the list reads claims from the newest until a page is full, because that is faster.
LONG_LIST = 5_000
_YEAR_OR_MONTH = re.compile(r"[12][0-9]{3}(-(0[1-9]|1[0-2]))?", re.ASCII)

#: The filters of a list, by their names in reader URLs and in the API.
FILTER_PARAMETERS = {
    "q": "q",
    "rating": "rating_class",
    "topic": "topic",
    "claimant": "claimant",
    "publisher": "publisher",
    "language": "language",
    "reviewed": "",
}


def parse_period(text: str) -> tuple[date, date]:
    """Return the first and last day of a year, `2026`, or of a month, `2026-03`."""
    year, _, month = text.partition("-")
    first_day = date(int(year), int(month or 1), 1)
    day_after = (
        first_day.replace(year=first_day.year + 1)
        if not month
        else (first_day + timedelta(days=31)).replace(day=1)
    )
    return first_day, day_after - timedelta(days=1)


def _validate_period(text: str) -> None:
    if not _YEAR_OR_MONTH.fullmatch(text):
        raise ValidationError(gettext("Enter a year such as 2026, or a month such as 2026-03."))


def _validate_language_range(text: str) -> None:
    try:
        LanguageRange()(text)
    except InvalidValue as refusal:
        raise ValidationError(str(refusal)) from None


def _make_id_field() -> forms.IntegerField:
    return forms.IntegerField(required=False, min_value=1, max_value=MAX_ID)


def _get_newsroom_id() -> int:
    """Return the id of the newsroom's publisher. With a literal id, PostgreSQL can estimate the number of rows."""
    return next((pk for (pk,) in fetch_rows("SELECT id FROM sources_publisher WHERE is_house")), MAX_ID)


class ReaderClaimQuery(ClaimListQuery):
    """The query for the claims on a reader page, with the newest or the most relevant claims first."""

    # Only one publisher, because the index has the verdicts of each publisher in list order, but not those of several.
    publisher = VerdictParameter(
        WholeNumber(),
        "Id of the publisher of the verdict.",
        matches=lambda publisher: Q(publisher_id=publisher),
    )

    #: Whether more than `LONG_LIST` verdicts meet the conditions, so that a page of the newest claims is found quickly.
    matches_many = False

    @property
    def target_table(self) -> TargetTable | None:
        return None if self.matches_many else super().target_table


class ClaimSearch(forms.Form):
    """A reader's search for claims.

    Args:
        request: the request for the page, with its query string.
        subject_filter: the page's own subject, which the reader cannot remove, such as `{"topic": 3}`.
    """

    q = forms.CharField(required=False, max_length=MAX_LENGTH)
    rating = forms.ChoiceField(required=False, choices=RatingClass)
    topic = _make_id_field()
    claimant = _make_id_field()
    publisher = _make_id_field()
    language = forms.CharField(required=False, max_length=35, validators=[_validate_language_range])
    reviewed = forms.CharField(required=False, max_length=7, validators=[_validate_period])
    by = forms.ChoiceField(required=False, choices=[("house", "house"), ("all", "all")])
    cursor = forms.CharField(required=False, max_length=2000)

    def __init__(self, request: HttpRequest, subject_filter: Mapping[str, Any] | None = None) -> None:
        self.request, self.subject_filter = request, dict(subject_filter or {})
        data = request.GET.copy()
        for name, value in self.subject_filter.items():
            data[name] = str(value)
        super().__init__(data)

    @property
    def active_filters(self) -> dict[str, Any]:
        """Return the active filters by name."""
        return {
            name: self.cleaned_data[name]
            for name in FILTER_PARAMETERS
            if name not in self.subject_filter and self.cleaned_data[name]
        }

    @property
    def kept_parameters(self) -> dict[str, Any]:
        """Return the parameters to keep in links to other pages or in a new search."""
        publisher_choice = self.cleaned_data["by"]
        return {**self.active_filters, "by": publisher_choice} if publisher_choice else self.active_filters

    @property
    def is_filtered(self) -> bool:
        """Return whether the reader filtered the claims."""
        return bool(self.active_filters)

    @property
    def is_by_house(self) -> bool:
        """Return whether the list shows only the newsroom's own checks.

        The main list shows the newsroom's own checks, unless a search, another publisher or all checks are requested.
        Pages about a person, a topic or a rating include the claims of all publishers.
        """
        data = self.cleaned_data
        if data["publisher"]:
            return False
        return bool(data["by"] == "house" or not (data["by"] or data["q"] or self.subject_filter))

    @cached_property
    def api_parameters(self) -> dict[str, Any]:
        """Return the parameters of the API's list of claims for the same search."""
        data = self.cleaned_data
        api_parameters = {
            name: str(data[field]) for field, name in FILTER_PARAMETERS.items() if name and data[field]
        }
        if data["reviewed"]:
            first_day, last_day = parse_period(data["reviewed"])
            api_parameters |= {
                "reviewed_after": first_day.isoformat(),
                "reviewed_before": last_day.isoformat(),
            }
        return api_parameters

    @property
    def feed_query_string(self) -> str:
        """Return the query string for the feed of the same claims."""
        return "?" + urlencode(
            self.api_parameters if self.is_by_house else {**self.api_parameters, "by": "all"}
        )

    @cached_property
    def query(self) -> ReaderClaimQuery:
        """Return the API's list query for this search."""
        api_parameters = QueryDict(mutable=True)
        api_parameters.update(self.api_parameters)
        if self.is_by_house:
            api_parameters["publisher"] = str(_get_newsroom_id())
        if self.cleaned_data["cursor"]:
            api_parameters["cursor"] = self.cleaned_data["cursor"]
        return ReaderClaimQuery(api_parameters, Publication.objects.all(), request=self.request)

    @property
    def conditions(self) -> dict[str, Any]:
        """Return the values of the API parameters that select claims, keyed by parameter."""
        return self.query.given_filters

    @property
    def reading(self) -> SearchReading | None:
        """Return the parsed search, with spelling corrections if nothing matches."""
        return self.query.search

    @property
    def is_ranked(self) -> bool:
        """Return whether the list is sorted by relevance."""
        return self.query.ordering.name == RELEVANCE.name

    def load_page(self, size: int) -> "KeysetPage[ListedClaim]":
        """Return the requested page; if nothing matches, the page for the corrected search.

        Raises:
            InvalidValue: the cursor is not valid.
        """
        page = self._read_page(size)
        if (
            not page.rows
            and (text := self.query.text_for_meaning_search)
            and (entries := find_claims_by_meaning(text))
        ):
            self.query.use_meaning_matches(entries)
            page = self._read_page(size)
        return page

    def _read_page(self, size: int) -> "KeysetPage[ListedClaim]":
        query = self.query
        if query.target_table and "publisher" not in query.given_filters:
            query.matches_many = read_planned_rows(query.verdicts(query.given_filters).current()) > LONG_LIST
        keyset_page = read_template_page(
            query.template,
            ("body", "body_sha256"),
            ordering=query.ordering,
            size=size,
            cursor=self.cleaned_data["cursor"],
        )
        rows = [ListedClaim(body, sha256) for body, sha256, *_key in keyset_page.rows]
        return KeysetPage(rows, next=keyset_page.next, previous=keyset_page.previous)


class ListedClaim:
    """A claim in a list: its published body and the hash of the body."""

    def __init__(self, body: bytes, sha256: str) -> None:
        self.body, self.sha256 = body, sha256

    @cached_property
    def document(self) -> Document:
        document: Document = orjson.loads(insert_site_url(self.body))
        return document
