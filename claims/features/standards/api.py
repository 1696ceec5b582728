"""The standards report for programs: the report as JSON, and its figures as CSV."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework.renderers import BaseRenderer

from claims.features.standards.period import InvalidPeriod, Period
from claims.features.standards.report import StandardsReport, get_report
from claims.features.standards.report_files import (
    PublicArticle,
    PublicIndicator,
    PublicPart,
    PublicStandards,
    PublicStatedPage,
    PublicStatement,
    build_document,
    write_csv,
)
from claims.ledger.document.claim_document import render
from factcheck.api.negotiation import DeclaredRenderer
from factcheck.api.openapi.body_serializer import BodySerializer, name_bodies
from factcheck.api.problems import InvalidParameters
from factcheck.api.query_strings import Parameter, Query
from factcheck.api.query_values import DayValue
from factcheck.api.resources import CACHE_CURRENT, PublicResource, build_conditional_response


class StandardsQuery(Query):
    """The query parameters for the period of a report."""

    since = Parameter(DayValue(), "The first day; by default, a year before the last.", default=None)
    until = Parameter(DayValue(), "the last day (default: today)", default=None)

    @property
    def period(self) -> Period:
        """Return the requested period. Raises InvalidParameters if it is invalid."""
        try:
            return Period.between(self.value("since"), self.value("until"))
        except InvalidPeriod as refusal:
            raise InvalidParameters(
                [{"parameter": "since", "code": "invalid", "detail": f"`since`: {refusal}"}]
            ) from None


name_bodies(
    Article=PublicArticle,
    Part=PublicPart,
    Indicator=PublicIndicator,
    StatedPage=PublicStatedPage,
    Statement=PublicStatement,
)


class StandardsSerializer(BodySerializer):
    body = PublicStandards


class StandardsResource(PublicResource):
    """Figures that assessors under the codes of IFCN and EFCSN ask for, counted for a period: claims by topic,
    party and country, their selection, evidence, right of reply, corrections and complaints, and the newsroom's
    pages about itself. Each indicator names its articles and defines what is counted.

    Recomputed every ten minutes.
    """

    nouns = ("standards report", "standards reports")
    item_query = StandardsQuery
    serializer_class = StandardsSerializer
    operation_id, summary = "standards", "The newsroom's report for IFCN and EFCSN assessors"

    def retrieve(self, request: HttpRequest) -> HttpResponse:
        period = StandardsQuery(request.GET, request=request).period
        with translation.override("en"):  # the result is the same for every reader
            return self.respond(request, get_report(period))

    def respond(self, request: HttpRequest, standards_report: StandardsReport) -> HttpResponse:
        """Return the report in the requested format."""
        content = render(build_document(standards_report)).encode()
        return build_conditional_response(request, content, cache=CACHE_CURRENT)


class StandardsTable(StandardsResource):
    """The standards report as a table: a row for each indicator and each of its parts."""

    operation_id, summary = "standards_csv", "The figures of the standards report as CSV"
    serializer_class = None  # type: ignore[assignment]  # a table is described in `answers`
    answers: ClassVar = {
        200: OpenApiResponse(
            OpenApiTypes.STR, "A table (RFC 4180, UTF-8); the first line has the column names."
        )
    }

    def get_renderers(self) -> list[BaseRenderer]:
        return [DeclaredRenderer("text/csv", extension="csv")]

    def respond(self, request: HttpRequest, standards_report: StandardsReport) -> HttpResponse:
        content = write_csv(standards_report).encode()
        response = build_conditional_response(
            request, content, cache=CACHE_CURRENT, content_type="text/csv; charset=utf-8; header=present"
        )
        name = f"standards-{standards_report.first_day}-{standards_report.last_day}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
