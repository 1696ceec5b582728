"""Lists of claims filtered only by verdicts: the query starts at verdicts, which also give the order.

The result must not depend on that. So each list is read page by page, in both directions, and again with a
condition about the claim that every claim meets: then the query starts at claims, and must return the same.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.models import Claim, Publication, PublishedVerdict, Rating, RatingScale, Verdict
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_claim
from tests.helpers.shared_newsroom import checker, editor, publish, shared_rows
from tests.helpers.sweeps import sweep

__all__ = ["checker", "editor", "publish", "shared_rows"]  # fixtures

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
URL = "/api/v1/claims/"

#: Met by every claim, and about the claim.
OF_ALL = "published_after=2000-01-01"


@pytest.fixture(scope="module")
def gazette(shared_rows: None) -> Publisher:
    return Publisher.objects.create(name="Gazette", kind="fact_checker", url="https://gazette.example")


@pytest.fixture(scope="module")
def names(publish: Publish, editor: User, gazette: Publisher) -> dict[int, str]:
    """Four claims by their ids.

    - `corrected`: true on 1 May, false since 4 May.
    - `twice`: false on 2 May, by us and by the Gazette.
    - `retracted`: false on 3 May, retracted on 6 May.
    - `later`: true on 5 May, reviewed on 1 April; the others on 1 March.
    """
    claims = {name: make_claim(f"It is {name}.") for name in ("corrected", "twice", "retracted", "later")}
    scale = RatingScale.objects.create(publisher=gazette, name="Ours", version="1", language="en")
    wrong = Rating.objects.create(scale=scale, code="wrong", label="Wrong", rating_class="false")
    for day, name, code in ((1, "corrected", "true"), (2, "twice", "false"), (3, "retracted", "false")):
        with time_machine.travel(f"2026-05-0{day}T12:00:00Z", tick=False):
            if name == "twice":
                Verdict.objects.create(
                    claim=claims[name],
                    publisher=gazette,
                    rating=wrong,
                    origin="imported",
                    state="published",
                    language="en",
                    reviewed_on=date(2026, 3, 1),
                )
            publish(claims[name], code=code)
    with time_machine.travel("2026-05-04T12:00:00Z", tick=False):
        publish(
            claims["corrected"],
            code="false",
            correction_kind="correction",
            correction_note="Misread figures.",
        )
    with time_machine.travel("2026-05-05T12:00:00Z", tick=False):
        publish(claims["later"], code="true", reviewed_on=date(2026, 4, 1))
    with time_machine.travel("2026-05-06T12:00:00Z", tick=False):
        verdict = claims["retracted"].verdicts.get(state="published")
        workflow.move(verdict, "retract", by=editor, note="It was forged.")
    return {claim.pk: name for name, claim in claims.items()}


LISTS = [
    ("rating_class=false", ["corrected", "twice"]),
    ("rating_class=true", ["later"]),
    ("rating_class=true,false", ["later", "corrected", "twice"]),
    ("rating=wrong", ["twice"]),
    ("rating=false,wrong", ["corrected", "twice"]),
    ("publisher=gazette.example", ["twice"]),
    ("publisher=gazette.example&rating_class=true", []),
    ("publisher_kind=fact_checker", ["later", "corrected", "twice"]),
    ("reviewed_after=2026-03-02", ["later"]),
    ("reviewed_before=2026-03-31", ["corrected", "twice"]),
    ("rating_class=true&as_of=2026-05-03", ["corrected"]),
    ("rating_class=false&as_of=2026-05-03", ["retracted", "twice"]),
    ("rating_class=false&as_of=2026-05-05", ["corrected", "retracted", "twice"]),
    ("rating_class=true&as_of=2026-05-03T11:59:59Z", ["corrected"]),
    ("rating_class=false&as_of=2026-04-30", []),
    ("rating_class=false&status=published", ["corrected", "twice"]),
    ("rating_class=false&status=retracted", []),
]


@pytest.mark.slow
@sweep("order", ["-updated", "updated"], undone=True)
@sweep("asked, expected", LISTS, undone=True)
def test_claims_by_their_verdicts(
    client: Client, names: dict[int, str], asked: str, expected: list[str], order: str
) -> None:
    expected = expected if order == "-updated" else expected[::-1]
    for query in (asked, f"{asked}&{OF_ALL}"):
        forth, last = pages(client, f"{URL}?{query}&ordering={order}&page_size=1", "next")
        back, _first = pages(client, last, "previous")
        assert [names[pk] for pk in forth] == expected
        assert back == forth[::-1]
        whole = client.get(f"{URL}?{query}&ordering={order}&count=exact").json()
        assert [claim["id"] for claim in whole["results"]] == forth
        assert whole["count"] == len(expected)


def pages(client: Client, address: str, direction: str) -> tuple[list[int], str]:
    """The ids on the pages in this direction, and the address of the last page."""
    ids: list[int] = []
    while True:
        response = client.get(address)
        assert response.status_code == 200, response.content
        page = response.json()
        ids += [claim["id"] for claim in page["results"]]
        if page[direction] is None:
            return ids, address
        address = page[direction]


@pytest.mark.slow
@sweep(
    "asked, by_verdicts",
    [
        ("rating_class=false", True),
        (
            "publisher=1&reviewed_after=2026-01-01&as_of=2026-01-01&ordering=updated&page_size=3&fields=id",
            True,
        ),
        ("", False),
        ("as_of=2026-01-01", False),
        ("rating_class=false&status=published", False),
        ("rating_class=false&language=en", False),
        ("rating_class=false&q=bridge", False),
        ("rating_class=false&ordering=-reviewed", False),
    ],
    undone=True,
)
def test_queries_start_at_verdicts_if_only_verdicts_are_filtered(
    names: Any, asked: str, by_verdicts: bool
) -> None:
    query = ClaimListQuery(QueryDict(asked), Publication.objects.all(), request=HttpRequest())
    assert (query.template.target_table is not None) is by_verdicts


@sweep(
    "asked, queries",
    [
        ("rating_class=false&reviewed_after=2026-01-01", 1),
        ("rating_class=false&as_of=2026-05-05", 1),
        ("publisher=gazette.example&rating=wrong", 3),  # the names stand for ids
    ],
    undone=True,
)
def test_page_is_one_query(
    client: Client,
    names: dict[int, str],
    django_assert_num_queries: DjangoAssertNumQueries,
    asked: str,
    queries: int,
) -> None:
    with django_assert_num_queries(queries):
        results = client.get(f"{URL}?{asked}").json()["results"]
    assert results


def test_verdicts_have_the_order_of_their_publications(names: dict[int, str]) -> None:
    rows = PublishedVerdict.objects.values_list(
        "published_at", "superseded_at", "publication__published_at", "publication__superseded_at"
    )
    assert len(rows) == 6
    assert all(row[:2] == row[2:] for row in rows)
    assert sum(row[1] is None for row in rows) == 4
