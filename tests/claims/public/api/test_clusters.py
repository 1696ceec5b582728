"""Clusters in the API: their public data, without drafts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from claims.models import Claim, Cluster
from claims.public.api import clusters as resource
from claims.review import clusters, workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_claim

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


@pytest.fixture
def bring_out(editor: User) -> Callable[..., Cluster]:
    """A published cluster of these claims."""

    def published(*claims: Claim, **fields: Any) -> Cluster:
        cluster = Cluster.objects.create(
            **{"title": "Free trams", "language": "en", "created_by": editor, **fields}
        )
        clusters.add(cluster, claims, by=editor)
        return clusters.move(cluster, "published", by=editor)

    return published


def ids(client: Client, query: str = "") -> list[int]:
    return [item["id"] for item in client.get(f"/api/v1/clusters/{query}").json()["results"]]


def one(client: Client, cluster: Cluster) -> Any:
    response = client.get(f"/api/v1/clusters/{cluster.pk}/")
    return response.json() if response.status_code == 200 else response.status_code


def test_it_describes_the_spread_of_the_rumour(
    client: Client, publish: Publish, bring_out: Callable[..., Cluster]
) -> None:
    post = Publisher.objects.create(name="The Harbour Post", kind="news", country="SE")
    german = publish(make_claim("Bahnen sind gratis.", language="de", claimed_on=date(2026, 1, 9)))
    english = publish(
        make_claim("Trams are free.", claimed_on=date(2026, 1, 5)), publisher=post, code="mixed"
    )
    publish(english)
    cluster = bring_out(german, english, description="As they tell it.")
    said = one(client, cluster)
    assert [claim["id"] for claim in said.pop("claims")] == [english.pk, german.pk]
    assert said.pop("more") is None
    listed = client.get("/api/v1/clusters/").json()["results"][0]
    assert {key: listed[key] for key in listed if not key.endswith("_at")} == {
        "id": cluster.pk,
        "url": f"http://localhost:8000/clusters/{cluster.pk}/free-trams/",
        "slug": "free-trams",
        "title": "Free trams",
        "description": "As they tell it.",
        "language": "en",
        "claim_count": 2,
        "languages": ["de", "en"],
        "publisher_count": 2,
        "countries": ["SE"],
        "rating_classes": {"false": 2, "mixed": 1},
        "first_claimed_on": "2026-01-05",
    }
    assert said == listed
    assert said["published_at"] <= said["updated_at"]


def test_a_claim_in_it_reads_as_the_ledger_has_it(
    client: Client, publish: Publish, bring_out: Callable[..., Cluster]
) -> None:
    claim = publish(make_claim(claimed_on=date(2026, 1, 5)))
    [first, _other] = one(client, bring_out(claim, publish()))["claims"]
    whole = client.get(f"/api/v1/claims/{claim.pk}/").json()
    verdicts = [{key: verdict[key] for key in first["verdicts"][0]} for verdict in whole["verdicts"]]
    assert first == {key: whole[key] for key in first} | {"verdicts": verdicts}


def test_drafts_are_not_included(
    client: Client,
    publish: Publish,
    bring_out: Callable[..., Cluster],
    editor: User,
) -> None:
    """Not by count, language, country, title, date or filter; and nothing changes when a draft comes or goes."""
    cluster = bring_out(publish(), publish())
    before = one(client, cluster)
    etag = client.get(f"/api/v1/clusters/{cluster.pk}/")["ETag"]
    draft = make_claim("Xylograph.", language="fr", claimed_on=date(1999, 1, 1))
    clusters.add(cluster, [draft, make_claim("Xylograph 2.", state="proposed")], by=editor)
    retracted = publish(make_claim("Xylograph 3.", language="sw"))
    clusters.add(cluster, [retracted], by=editor)
    workflow.move(retracted.verdicts.get(), "retract", by=editor, note="It was another one.")
    assert one(client, cluster) == before
    assert client.get(f"/api/v1/clusters/{cluster.pk}/")["ETag"] == etag
    assert ids(client, f"?claim={draft.pk}") == ids(client, f"?claim={retracted.pk}") == []
    listed = client.get(f"/api/v1/claims/?cluster={cluster.pk}&count=exact").json()
    assert (listed["count"], "ylograph" in str(listed)) == (2, False)


@pytest.mark.parametrize("state", ["draft", "dissolved"])
def test_is_public_only_while_it_is_published(
    client: Client, publish: Publish, bring_out: Callable[..., Cluster], editor: User, state: str
) -> None:
    claim = publish()
    cluster = bring_out(claim, publish())
    assert ids(client) == [cluster.pk]
    clusters.move(cluster, state, by=editor)
    assert (ids(client), one(client, cluster)) == ([], 404)
    assert client.get(f"/api/v1/claims/?cluster={cluster.pk}").json()["results"] == []
    assert ids(client, f"?claim={claim.pk}") == []


def test_is_public_only_with_claims_enough(
    client: Client, publish: Publish, bring_out: Callable[..., Cluster]
) -> None:
    draft = make_claim()
    cluster = bring_out(publish(), draft)
    assert (ids(client), one(client, cluster)) == ([], 404)
    assert client.get(f"/api/v1/claims/?cluster={cluster.pk}").json()["results"] == []
    publish(draft)
    assert (ids(client), one(client, cluster)["claim_count"]) == ([cluster.pk], 2)


def test_for_how_long_it_waited_is_not_reported(
    client: Client, publish: Publish, bring_out: Callable[..., Cluster]
) -> None:
    late = make_claim()
    with time_machine.travel("2026-02-01T09:00:00Z", tick=False):
        cluster = bring_out(publish(), late)
    with time_machine.travel("2026-02-05T09:00:00Z", tick=False):
        publish(late)
    said = one(client, cluster)
    assert (said["published_at"][:10], said["updated_at"][:10]) == ("2026-02-05", "2026-02-05")


def test_a_merged_claim_counts_as_the_one_that_took_its_place(
    client: Client, publish: Publish, bring_out: Callable[..., Cluster], editor: User
) -> None:
    target, other = publish(), publish()
    merged = make_claim()
    cluster = bring_out(merged, other)
    workflow.move(merged, "merge", by=editor, into=target)
    assert [claim["id"] for claim in one(client, cluster)["claims"]] == [target.pk, other.pk]
    assert ids(client, f"?claim={target.pk}") == [cluster.pk]
    clusters.add(cluster, [target], by=editor)
    assert one(client, cluster)["claim_count"] == 2


def test_further_claims_are_in_the_list_of_claims(
    client: Client, publish: Publish, bring_out: Callable[..., Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "CLAIM_LIMIT", 2)
    claims = [publish() for _number in range(3)]
    said = one(client, bring_out(*claims))
    assert (len(said["claims"]), said["claim_count"]) == (2, 3)
    assert len(client.get(said["more"].removeprefix("http://localhost:8000")).json()["results"]) == 3


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", ["Gratis-Bahnen", "Free trams"]),
        ("?ordering=id", ["Free trams", "Gratis-Bahnen"]),
        ("?ordering=-title", ["Gratis-Bahnen", "Free trams"]),
        ("?q=TRAMS", ["Free trams"]),
        ("?language=de", ["Gratis-Bahnen"]),
        ("?q=volcano", []),
    ],
)
def test_is_filtered_and_sorted(
    client: Client, publish: Publish, bring_out: Callable[..., Cluster], query: str, expected: list[str]
) -> None:
    claims = publish(), publish()
    bring_out(*claims)
    bring_out(*claims, title="Gratis-Bahnen", language="de")
    results = client.get(f"/api/v1/clusters/{query}").json()["results"]
    assert [item["title"] for item in results] == expected


def test_pages_follow_keys(client: Client, publish: Publish, bring_out: Callable[..., Cluster]) -> None:
    claims = publish(), publish()
    made = [bring_out(*claims).pk for _number in range(3)]
    first = client.get("/api/v1/clusters/?page_size=2&ordering=id").json()
    second = client.get(first["next"]).json()
    assert [item["id"] for item in first["results"] + second["results"]] == made
    assert second["next"] is None


def test_a_current_copy_returns_304(
    client: Client, publish: Publish, bring_out: Callable[..., Cluster]
) -> None:
    address = f"/api/v1/clusters/{bring_out(publish(), publish()).pk}/"
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_one_query_and_one_cluster_two(
    client: Client,
    publish: Publish,
    bring_out: Callable[..., Cluster],
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    claims = [publish() for _number in range(count + 1)]
    made = [bring_out(*claims) for _number in range(count)]
    with django_assert_num_queries(1):
        assert ids(client) == [cluster.pk for cluster in reversed(made)]
    with django_assert_num_queries(2):
        assert len(one(client, made[0])["claims"]) == count + 1


@pytest.mark.parametrize("query", ["?claim=x", "?language=*", "?topic=1", "?ordering=name"])
def test_invalid_parameters_return_400(client: Client, query: str) -> None:
    assert client.get(f"/api/v1/clusters/{query}").status_code == 400


def test_no_number_is_too_large(client: Client) -> None:
    assert client.get("/api/v1/clusters/99999999999999999999/").status_code == 404
