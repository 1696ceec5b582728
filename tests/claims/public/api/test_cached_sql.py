"""Lists use SQL that is compiled once for each shape; it must find exactly what the QuerySet finds."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, QueryDict

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.ledger.queries.verdict_filters import VerdictListQuery
from claims.models import Claim, Claimant, Publication, PublishedVerdict, Topic
from factcheck.api.pagination import read_template_page, read_values_page
from tests.helpers.newsroom import make_appearance, make_claim, make_snapshot, make_source
from tests.helpers.shared_newsroom import checker, claimant, editor, house, publish, shared_rows, topic

__all__ = ["checker", "claimant", "editor", "house", "publish", "shared_rows", "topic"]  # fixtures

pytestmark = pytest.mark.django_db

CLAIM_QUERIES = [
    "",
    "language=en",
    "language=de,en",
    "claimant={claimant}",
    "topic={topic}",
    "topic=no-such-topic",
    "source={source}",
    "appears_in={source}",
    "source_domain=example.org",
    "source_url=https://www.example.org/report?utm_source=x",
    "claimed_after=2026-01-02&claimed_before=2026-03-01",
    "published_after=2020-01-01",
    "published_before=2020-01-01",
    "updated_after=2020-01-01",
    "has=evidence",
    "has=correction",
    "status=published,retracted",
    "as_of=2026-01-01",
    "as_of=2026-01-01&status=published",
    "review_url=https://checks.example.net/bridge",
    "reviewed_after=2020-01-01",
    "publisher=1",
    "publisher={publisher}",
    "publisher=example.net",
    "publisher_kind=fact_checker,news",
    "rating=false",
    "rating=true,false",
    "rating_class=true&publisher={publisher}&reviewed_after=2020-01-01",
    "reviewed_before=2020-01-01",
    "q=bridge",
    "q=bridge&rating=false&language=en",
]
ORDERINGS = ["", "ordering=reviewed", "ordering=-claimed", "ordering=-published"]


@pytest.fixture(scope="module")
def known(publish: Callable[..., Claim], claimant: Claimant, topic: Topic, house: Any) -> dict[str, int]:
    """Five claims of which each filter above finds some, all, or none."""
    source = make_source(url="https://example.org/report")
    text = "The bridge cost 40 million euros. The ferry sank."
    make_snapshot(source, text)
    claims = [
        make_claim("The bridge cost 40 million euros.", claimant=claimant, claimed_on="2026-02-01"),
        make_claim("The ferry sank.", claimed_on="2026-01-01"),
        make_claim("Die Brücke ist offen.", language="de"),
        make_claim("The bridge is closed.", claimed_on="2026-02-01"),
        make_claim("Nothing happened."),
    ]
    claims[0].topics.add(topic)
    make_appearance(claims[1], source, "The ferry sank.")
    for claim, code in zip(claims, ["false", "true", "false", "false", "true"], strict=True):
        publish(claim, code=code)
    return {"claimant": claimant.pk, "topic": topic.pk, "source": source.pk, "publisher": house.pk}


@pytest.mark.slow
def test_queries_find_some_claims_and_not_others(known: dict[str, int]) -> None:
    """The comparisons below would hold for empty lists, too."""
    found = [
        ClaimListQuery(
            QueryDict(query.format(**known)), Publication.objects.all(), request=HttpRequest()
        ).qs.count()
        for query in CLAIM_QUERIES
    ]
    assert set(found) == {0, 1, 2, 3, 4, 5}


@pytest.mark.slow
@pytest.mark.parametrize("query", CLAIM_QUERIES)
def test_claims(query: str, known: dict[str, int]) -> None:
    for ordering in ORDERINGS:
        asked = "&".join(filter(None, [query.format(**known), ordering]))
        same_pages(ClaimListQuery, Publication.objects.all(), asked, "claim_id")


@pytest.mark.parametrize("query", ["", "q=bridge", "language=en", "claim=1", "rating=false", "topic={topic}"])
def test_verdicts(query: str, known: dict[str, int]) -> None:
    rows = PublishedVerdict.objects.filter(publication__in=Publication.objects.current())
    same_pages(VerdictListQuery, rows, query.format(**known), "verdict_id")


def same_pages(kind: Any, rows: Any, asked: str, column: str) -> None:
    """Whichever way they are read: all pages of two rows, there and back."""
    query = kind(QueryDict(asked), rows, request=HttpRequest())
    cursor, seen = "", []
    for direction in itertools.chain(["next"] * 3, ["previous"] * 3):
        how = {"ordering": query.ordering, "size": 2, "cursor": cursor}
        template = read_template_page(query.template, [column], **how)
        queryset = read_values_page(query.qs, [column], **how)
        assert template == queryset
        seen += [row[0] for row in queryset.rows]
        cursor = getattr(queryset, direction)
        if not cursor:
            break
    expected = set(query.qs.values_list(column, flat=True))
    assert set(seen) == expected


@pytest.mark.parametrize(
    "asked, kept",
    [
        ("", True),
        ("ordering=reviewed&page_size=3&fields=id", True),
        ("q=bridge", True),
        ("q=bridge&ordering=published", True),
        ("q=bridge&language=en", False),
        ("language=en", False),
        ("status=published", False),
    ],
)
def test_plans_are_kept_if_one_suits_all_values(asked: str, kept: bool, known: dict[str, int]) -> None:
    query = ClaimListQuery(QueryDict(asked), Publication.objects.all(), request=HttpRequest())
    assert query.template.has_one_plan is kept


def test_plan_of_a_search_that_much_matches_is_not_kept(
    known: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claims.ledger.queries.search_query.RANKED_MATCHES", -1)
    query = ClaimListQuery(QueryDict("q=bridge"), Publication.objects.all(), request=HttpRequest())
    assert query.template.has_one_plan is False
