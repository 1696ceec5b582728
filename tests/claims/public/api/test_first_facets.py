"""Facets where little or nothing was published before."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim
from claims.search.word_frequencies import get_frequencies
from sources.models import Publisher
from tests.helpers.newsroom import make_claim, rating, rating_of

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]

URL = "/api/v1/claims/facets/"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def get(client: Client, query: str = "") -> Any:
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 200, response.content
    return response.json()


def numbers(client: Client, facet: str, query: str = "") -> dict[str, int]:
    values = get(client, f"facets={facet}&{query}")["facets"][facet]["values"]
    return {value["value"]: value["count"] for value in values}


@pytest.fixture
def desk(db: None) -> Publisher:
    return Publisher.objects.create(name="Harbour Desk", kind="news", domain="harbour.example.org")


def test_a_claim_rated_alike_by_several_counts_once(
    client: Client, publish: Publish, desk: Publisher
) -> None:
    claim = publish(make_claim("One."), code="false")
    publish(claim, publisher=desk, code="false")
    publish(make_claim("Two."), code="false")
    assert numbers(client, "rating_class") == {"false": 2}
    assert numbers(client, "rating_class", "q=one") == {"false": 1}
    ours, theirs = str(rating("false").pk), str(rating_of(desk, "false").pk)
    assert numbers(client, "rating", "q=one or two") == {ours: 2, theirs: 1}


def test_numbers_follow_the_ledger(client: Client, publish: Publish) -> None:
    publish(make_claim("One."), code="true")
    assert numbers(client, "rating_class") == {"true": 1}
    publish(make_claim("Two."), code="true")
    assert numbers(client, "rating_class") == {"true": 2}


def test_empty_ledger_has_no_values(client: Client) -> None:
    answer = get(client)
    assert answer["count"] == 0
    assert all(facet == {"distinct": 0, "values": []} for facet in answer["facets"].values())


@pytest.mark.parametrize("claims", [1, 3])
def test_number_of_queries(
    client: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries, claims: int
) -> None:
    for number in range(claims):
        publish(make_claim(f"Ferry {number} sank."), code="false")
    get_frequencies()  # which a process knows
    # Parsing the words; the position of the ledger; all; names of ratings, of publishers.
    with django_assert_num_queries(5):
        get(client, "q=ferry")
    with django_assert_num_queries(4):  # as often as nothing is published
        get(client, "q=ferry")
    with django_assert_num_queries(3):  # once more without what chooses among its values
        get(client, "facets=rating_class,language&rating_class=false,true")
    with django_assert_num_queries(3):
        get(client, "facets=language,has,reviewed_year&q=ferry")
