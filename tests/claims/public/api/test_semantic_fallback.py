"""Searches in which no claim has the words: claims that may be meant are answered, and the answer says so."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.matching import embedding, semantic_fallback, shared_words
from claims.matching.query import Candidate, TextQuery
from claims.matching.ranking import RankedCandidate
from claims.models import Claim
from tests.helpers.newsroom import make_claim, make_draft
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
POST = "ferry sank harbour yesterday horrible"


@pytest.fixture(autouse=True)
def by_words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def ranked(
        asked: TextQuery, candidates: Sequence[Candidate], *, rarity: Mapping[str, float] | None = None
    ) -> list[RankedCandidate]:
        found = [RankedCandidate(each, each.words) for each in candidates]
        return sorted(found, key=lambda each: -each.probability)

    monkeypatch.setattr(semantic_fallback, "rank_candidates", ranked)
    monkeypatch.setattr(
        embedding, "compute_query_vectors", lambda texts, languages, **_: [None for _ in texts]
    )
    shared_words.load_common_words.cache_clear()


@pytest.fixture
def ferry(publish: Publish) -> Claim:
    return publish(make_claim("The ferry sank in the harbour."))


@pytest.fixture
def harbour(publish: Publish) -> Claim:
    """Published later, and less likely meant."""
    return publish(make_claim("The harbour with the ferry is closed."))


def ask(client: Client, **parameters: Any) -> Any:
    response = client.get("/api/v1/claims/", parameters)
    assert response.status_code == 200, response.content
    return response.json()


def ids(page: Any) -> list[int]:
    return [claim["id"] for claim in page["results"]]


def test_claims_that_may_be_meant_are_listed_likeliest_first(
    client: Client, ferry: Claim, harbour: Claim, publish: Publish
) -> None:
    publish(make_claim("The volcano erupted."))
    page = ask(client, q=POST, count="exact")
    assert ids(page) == [ferry.pk, harbour.pk]
    assert page["count"] == 2
    assert page["search"] == {
        "asked": POST,
        "answered": POST,
        "is_corrected": False,
        "is_matched": True,
        "ordering": "relevance",
    }


def test_pages_follow_each_other(client: Client, ferry: Claim, harbour: Claim) -> None:
    first = ask(client, q=POST, page_size=1)
    second = client.get(first["next"]).json()
    assert (ids(first), ids(second), second["next"]) == ([ferry.pk], [harbour.pk], None)
    assert second["search"]["is_matched"]
    assert ids(client.get(second["previous"]).json()) == [ferry.pk]


def test_only_claims_with_the_words_are_listed(client: Client, ferry: Claim, harbour: Claim) -> None:
    page = ask(client, q="ferry sank")
    assert (ids(page), page["search"]["is_matched"]) == ([ferry.pk], False)


@sweep(
    "parameters",
    [{"spelling": "exact"}, {"as_of": "2026-01-01"}, {"status": "published"}, {"q": "-ferry -harbour"}],
    undone=True,
)
def test_some_searches_mean_their_words(
    client: Client, ferry: Claim, harbour: Claim, parameters: dict[str, str]
) -> None:
    page = ask(client, **({"q": POST} | parameters))
    assert (ids(page), page["search"]["is_matched"]) == ([], False)


def test_filters_and_orders_hold(client: Client, ferry: Claim, harbour: Claim, publish: Publish) -> None:
    german = publish(make_claim("Die ferry sank.", language="de"), language="de")
    assert ids(ask(client, q=POST, language="de")) == [german.pk]
    assert ids(ask(client, q=POST, language="fr")) == []
    assert ids(ask(client, q=POST, ordering="-updated", language="en")) == [harbour.pk, ferry.pk]


def test_nothing_like_it_is_nothing(client: Client, ferry: Claim) -> None:
    page = ask(client, q="zeppelins land on lighthouses")
    assert (ids(page), page["search"]["is_matched"]) == ([], False)


def test_drafts_are_never_meant(client: Client, ferry: Claim, checker: User) -> None:
    make_draft(make_claim("A horrible ferry sank yesterday."), checker)
    assert ids(ask(client, q=POST)) == [ferry.pk]


def test_a_search_that_finds_something_asks_for_nothing_more(
    client: Client, ferry: Claim, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(client, q="ferry")
    with django_assert_num_queries(2):  # how the words are read, and the list
        ask(client, q="ferry")


def test_a_search_without_results_costs_the_same_number_of_queries(
    client: Client, ferry: Claim, harbour: Claim, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    words = "ferry harbour closed sank"
    ask(client, q=words)
    # Reading the words, whether any claim has them, how they may be misspelt, the list; then what shares words, what it
    # says, where it stands, and the list.
    with django_assert_num_queries(8):
        assert len(ids(ask(client, q=words))) == 2


def test_parts_and_copies_of_the_answer_work_as_ever(client: Client, ferry: Claim) -> None:
    response = client.get("/api/v1/claims/", {"q": POST, "fields": "id"})
    assert response.json()["results"] == [{"id": ferry.pk}]
    again = client.get(
        "/api/v1/claims/", {"q": POST, "fields": "id"}, headers={"If-None-Match": response["ETag"]}
    )
    assert again.status_code == 304


def test_googles_search_answers_alike(client: Client, ferry: Claim, harbour: Claim) -> None:
    response = client.get("/v1alpha1/claims:search", {"query": POST, "pageSize": "1"})
    assert [claim["text"] for claim in response.json()["claims"]] == [ferry.statement]
    following = {
        "query": POST,
        "pageSize": "1",
        "pageToken": response.json()["nextPageToken"],
    }
    more = client.get("/v1alpha1/claims:search", following)
    assert [claim["text"] for claim in more.json()["claims"]] == [harbour.statement]
    assert client.get("/v1alpha1/claims:search", {"query": "zeppelins land"}).json() == {}
    of_others = {"query": POST, "reviewPublisherSiteFilter": "nobody.example.org"}
    assert client.get("/v1alpha1/claims:search", of_others).json() == {}


def test_readers_are_offered_claims_near_in_meaning(client: Client, ferry: Claim, harbour: Claim) -> None:
    page = client.get("/claims/", {"q": POST}).content.decode()
    assert f"No results for “{POST}”." in page
    assert "These claims may be related; check whether they are." in page
    assert 0 < page.index(ferry.statement) < page.index(harbour.statement)
    found = client.get("/claims/", {"q": "ferry"}).content.decode()
    nothing = client.get("/claims/", {"q": "zeppelins land"}).content.decode()
    assert "may be meant" not in found + nothing
    assert "No published claim matches." in nothing
