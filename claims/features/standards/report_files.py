"""The standards report as JSON, and its figures as CSV (RFC 4180)."""

import csv
from io import StringIO
from typing import Annotated, Any, TypedDict

from django.utils.functional import Promise

from claims.features.standards.codes import CodeArticle
from claims.features.standards.indicators import Indicator
from claims.features.standards.report import NewsroomStatement, StandardsReport
from claims.ledger.document.claim_document import format_moment
from factcheck.api.openapi.body_serializer import Day, Moment
from factcheck.formulas import escape_formula

CSV_COLUMNS = ("indicator", "title", "part", "value", "unit", "total", "articles", "definition")


class PublicArticle(TypedDict):
    """An article of a code that requires an indicator."""

    code: Annotated[str, "`IFCN` or `EFCSN`."]
    number: str
    requirement: Annotated[str, "The requirement, in our own words."]


class PublicPart(TypedDict):
    """One part of an indicator's count."""

    name: str
    count: int


class PublicIndicator(TypedDict):
    """A figure that assessors ask for, with its value."""

    key: Annotated[str, "The name for programs; it never changes."]
    title: str
    value: Annotated[float | None, "Null if there is nothing to count."]
    unit: Annotated[str, "`count`, `percent`, `days`, `working_days` or `per_week`."]
    total: Annotated[int | None, "The total of which the value is a share, or the number that was counted."]
    definition: Annotated[str, "Exactly what is counted."]
    parts: list[PublicPart]
    articles: list[PublicArticle]


class PublicStatedPage(TypedDict):
    """The current version of a page about the newsroom, in one language."""

    language: Annotated[str, "BCP 47."]
    version: int
    title: str
    text: Annotated[str, "Markdown; empty if the page is elsewhere."]
    url: Annotated[str, "URL of the page, if it is elsewhere."]
    published_at: Moment


class PublicStatement(TypedDict):
    """A page on which the codes ask the newsroom to describe itself."""

    kind: str
    articles: list[PublicArticle]
    pages: Annotated[list[PublicStatedPage], "The page in each language; empty if there is none."]


class PublicStandards(TypedDict):
    """The newsroom's work in a period, for assessors under the codes of IFCN and EFCSN."""

    newsroom: str
    first_day: Day
    last_day: Day
    made_at: Moment
    indicators: list[PublicIndicator]
    statements: list[PublicStatement]


def build_document(report: StandardsReport) -> PublicStandards:
    """Return the report as the JSON that the API serves."""
    return {
        "newsroom": report.newsroom,
        "first_day": report.first_day.isoformat(),
        "last_day": report.last_day.isoformat(),
        "made_at": format_moment(report.made_at),
        "indicators": [_build_indicator(indicator) for indicator in report.indicators],
        "statements": [_build_statement(indicator) for indicator in report.statements],
    }


def write_csv(report: StandardsReport) -> str:
    """Return the report as CSV, with a row for each indicator and each of its parts."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(CSV_COLUMNS)
    for indicator in report.indicators:
        articles = "; ".join(article.name for article in indicator.articles)
        lines: list[tuple[Any, ...]] = [
            (
                indicator.key,
                indicator.title,
                "",
                indicator.value,
                indicator.unit,
                indicator.total,
                articles,
                indicator.definition,
            )
        ]
        lines += [
            (indicator.key, indicator.title, part.name, part.count, "count", indicator.total, articles, "")
            for part in indicator.parts
        ]
        for row in lines:
            # Anyone can choose the names of claimants and topics, so no cell may begin a spreadsheet formula.
            rows.writerow("" if cell is None else escape_formula(_format_cell(cell)) for cell in row)
    return text.getvalue()


def _format_cell(cell: Any) -> Any:
    return str(cell) if isinstance(cell, Promise) else cell


def _build_indicator(indicator: Indicator) -> PublicIndicator:
    return {
        "key": indicator.key,
        "title": str(indicator.title),
        "value": None if indicator.value is None else float(indicator.value),
        "unit": indicator.unit,
        "total": indicator.total,
        "definition": str(indicator.definition),
        "parts": [{"name": str(part.name), "count": part.count} for part in indicator.parts],
        "articles": [_build_article(article) for article in indicator.articles],
    }


def _build_statement(statement: NewsroomStatement) -> PublicStatement:
    return {
        "kind": statement.kind,
        "articles": [_build_article(article) for article in statement.articles],
        "pages": [
            {
                "language": page.language,
                "version": page.version,
                "title": page.title,
                "text": page.text,
                "url": page.url,
                "published_at": format_moment(page.created_at),
            }
            for page in statement.versions
        ],
    }


def _build_article(article: CodeArticle) -> PublicArticle:
    return {"code": article.code, "number": str(article.number), "requirement": str(article.requirement)}
