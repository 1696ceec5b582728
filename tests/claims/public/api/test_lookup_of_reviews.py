"""Look-ups of the addresses of reviews, and what each claim is found by."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim
from claims.public.api import lookup
from sources.models import Source
from tests.helpers.article_lookup import ARTICLE, Publish, article, bridge, look_up, publish_citing
from tests.helpers.newsroom import make_appearance, make_claim
from tests.helpers.reader_pages import correct
from tests.helpers.sweeps import sweep

__all__ = ["article", "bridge"]  # fixtures

pytestmark = pytest.mark.django_db

REVIEW = "https://checks.example.net/2026/bridge"


@pytest.fixture
def reviewed(publish: Publish, article: Source) -> Claim:
    """A claim that was seen in the article, with a review elsewhere."""
    claim = make_claim("The bridge fell.")
    make_appearance(claim, article, "the bridge was dear")
    return publish(claim, url=REVIEW)


def roles(claim: Any) -> dict[str, list[int]]:
    return {
        "appearances": [each["id"] for each in claim["appearances"]],
        "evidence": [each["verdict"] for each in claim["evidence"]],
        "reviews": [each["verdict"] for each in claim["reviews"]],
    }


@sweep(
    "address",
    [REVIEW, "http://www.checks.example.net/2026/bridge/?utm_source=feed#top", REVIEW + "/amp/"],
    undone=True,
)
def test_review_is_found_by_its_own_address(client: Client, reviewed: Claim, address: str) -> None:
    (found,) = look_up(client, address)
    (claim,) = found["claims"]
    verdict = reviewed.verdicts.get()
    assert (found["source"], found["more"], claim["id"]) == (None, None, reviewed.pk)
    assert roles(claim) == {"appearances": [], "evidence": [], "reviews": [verdict.pk]}


def test_each_claim_names_the_address_that_matched(
    client: Client,
    reviewed: Claim,
    bridge: Claim,
    article: Source,
    checker: User,
    editor: User,
    publish: Publish,
) -> None:
    """One page in all three roles: an article that states a claim, is cited, and is itself a review."""
    cited = publish_citing(make_claim("Nobody laughed."), article, checker, editor)
    there = publish(url=ARTICLE)
    both = make_claim("The ferry sank.")
    make_appearance(both, article, "The ferry sank")
    publish(both, url=ARTICLE)
    found = look_up(client, ARTICLE)[0]
    assert found["source"]["id"] == article.pk
    told = {claim["id"]: {role for role, ids in roles(claim).items() if ids} for claim in found["claims"]}
    assert told == {
        reviewed.pk: {"appearances"},
        bridge.pk: {"appearances"},
        both.pk: {"appearances", "reviews"},
        cited.pk: {"evidence"},
        there.pk: {"reviews"},
    }
    assert list(told) == [both.pk, *sorted([reviewed.pk, bridge.pk]), cited.pk, there.pk]


def test_reviews_are_listed_by_their_address(client: Client, reviewed: Claim, bridge: Claim) -> None:
    for path in ("claims", "verdicts", "claims/facets"):
        asked = client.get(
            f"/api/v1/{path}/?"
            + urlencode(
                {"review_url": f"{REVIEW}?utm_medium=x", "count": "exact"}
                if "facets" not in path
                else {"review_url": REVIEW}
            )
        ).json()
        assert asked["count"] == 1
    assert client.get(f"/api/v1/claims/?review_url={ARTICLE}").json()["results"] == []
    assert client.get("/api/v1/claims/?review_url=story").status_code == 400


def test_a_replaced_review_is_not_found_at_its_old_address(
    client: Client, reviewed: Claim, checker: User, editor: User
) -> None:
    correct(reviewed, checker, editor, url="https://checks.example.net/2026/moved")
    assert look_up(client, REVIEW)[0]["claims"] == []
    assert [
        claim["id"] for claim in look_up(client, "https://checks.example.net/2026/moved")[0]["claims"]
    ] == [reviewed.pk]


def test_more_reviews_than_are_reported_have_a_list(
    client: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "CLAIM_LIMIT", 2)
    lookup._build_statement.cache_clear()
    claims = [publish(url=REVIEW) for _ in range(3)]
    (found,) = look_up(client, REVIEW)
    assert [claim["id"] for claim in found["claims"]] == [claim.pk for claim in claims[1:]]
    listed = client.get(found["more"]).json()["results"]
    lookup._build_statement.cache_clear()
    assert [claim["id"] for claim in listed] == [claim.pk for claim in reversed(claims)]


@sweep("count", [1, 3], undone=True)
def test_reviews_cost_one_query(
    client: Client, publish: Publish, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    addresses = [f"{REVIEW}/{number}" for number in range(count)]
    for address in addresses:
        publish(url=address)
    with django_assert_num_queries(1):
        assert [len(found["claims"]) for found in look_up(client, *addresses)] == [1] * count
