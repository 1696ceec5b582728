"""The API's sources and publishers, as far as published claims mention them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_source
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]
TEXT = "First he said the ferry sank. Then he said the bridge fell. Nothing else."


def get(client: Client, path: str) -> Any:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()


@pytest.fixture
def gazette(db: None) -> Publisher:
    return Publisher.objects.create(
        name="Gazette de Genève", kind="news", url="https://example.com/", country="CH"
    )


def test_source_shows_where_published_claims_were_made(
    client: Client, publish: Publish, gazette: Publisher
) -> None:
    source = make_source(TEXT, publisher=gazette, notes="internal")
    bridge, ferry = make_claim("The bridge fell."), make_claim("The ferry sank.")
    make_appearance(bridge, source, "the bridge fell")
    make_appearance(ferry, source, "the ferry sank")
    make_appearance(make_claim("Nothing else happened."), source, "Nothing else")
    publish(bridge, code="true")
    publish(ferry, code="false")
    found = get(client, f"sources/{source.pk}/")
    embedded = get(client, f"claims/{bridge.pk}/")["appearances"][0]
    assert {
        key: value for key, value in found.items() if key not in ("snapshots", "appearances")
    } == embedded["source"]
    assert found["snapshots"] == [embedded["snapshot"]]
    second = {key: value for key, value in embedded.items() if key != "source"}
    verdict = get(client, f"claims/{bridge.pk}/")["verdicts"][0]
    url = f"http://localhost:8000{bridge.get_absolute_url()}"
    claim = {"id": bridge.pk, "url": url, "statement": "The bridge fell.", "ratings": [verdict["rating"]]}
    assert [
        (place["claim"]["id"], TEXT[place["start"] : place["end"]]) for place in found["appearances"]
    ] == [
        (ferry.pk, "the ferry sank"),
        (bridge.pk, "the bridge fell"),
    ]
    assert found["appearances"][1] == {"claim": claim, **second}


@pytest.mark.parametrize("count", [1, 3])
def test_source_costs_two_queries_however_many_claims_were_made_there(
    client: Client, publish: Publish, count: int, django_assert_num_queries: Any
) -> None:
    source = make_source(TEXT)
    for words in ("the ferry sank", "the bridge fell", "Nothing else")[:count]:
        claim = make_claim()
        make_appearance(claim, source, words)
        publish(claim)
    with django_assert_num_queries(2):
        found = get(client, f"sources/{source.pk}/")
    assert len(found["appearances"]) == count


def test_source_of_evidence_is_public_without_appearances(client: Client, publish: Publish) -> None:
    claim = publish()
    (evidence,) = get(client, f"claims/{claim.pk}/")["verdicts"][0]["evidence"]
    assert get(client, "sources/")["results"] == [evidence["source"]]
    found = get(client, f"sources/{evidence['source']['id']}/")
    assert (found["snapshots"], found["appearances"]) == ([], [])
    assert get(client, f"claims/?source={found['id']}")["results"][0]["id"] == claim.pk
    assert get(client, f"claims/?appears_in={found['id']}")["results"] == []


def test_retracted_claim_leaves_the_source(client: Client, publish: Publish, editor: User) -> None:
    source = make_source(TEXT)
    claims = [make_claim(), make_claim()]
    for claim, words in zip(claims, ("the ferry sank", "the bridge fell"), strict=True):
        make_appearance(claim, source, words)
        publish(claim)
    workflow.move(claims[0].verdicts.get(), "retract", by=editor, note="Wrong ferry.")
    assert [place["claim"]["id"] for place in get(client, f"sources/{source.pk}/")["appearances"]] == [
        claims[1].pk
    ]


@pytest.fixture
def ferry_and_study(publish: Publish, gazette: Publisher) -> None:
    ferry = make_source(TEXT, title="Ferry story", publisher=gazette, url="https://example.com/ferry")
    study = make_source(
        TEXT,
        title="Études sur le pont",
        kind="study",
        language="fr-CA",
        url="",
        published_on=date(2026, 2, 1),
    )
    claim = make_claim()
    for source in (ferry, study):
        make_appearance(claim, source, "Nothing else")
    publish(claim)


@sweep(
    "query, expected",
    [
        ("", ["Études sur le pont", "Ferry story"]),
        ("ordering=id", ["Ferry story", "Études sur le pont"]),
        ("ordering=published", ["Ferry story", "Études sur le pont"]),
        ("q=etudes pont", ["Études sur le pont"]),
        ("q=etudes ferry", []),
        ("kind=study,book", ["Études sur le pont"]),
        ("language=fr", ["Études sur le pont"]),
        ("publisher=example.com", ["Ferry story"]),
        ("publisher={gazette}", ["Ferry story"]),
        ("url=http://www.example.com/ferry?utm_medium=mail", ["Ferry story"]),
        ("published_after=2026-01-01", ["Études sur le pont"]),
        ("published_before=2026-01-01", []),
    ],
)
def test_sources_are_filtered_and_sorted(
    client: Client, ferry_and_study: None, gazette: Publisher, query: str, expected: list[str]
) -> None:
    found = get(client, f"sources/?{query.format(gazette=gazette.pk)}")["results"]
    assert [source["title"] for source in found if not source["title"].startswith("Report")] == expected


@pytest.fixture
def quoted_gazette(publish: Publish, gazette: Publisher) -> None:
    claim = make_claim()
    make_appearance(claim, make_source(TEXT, publisher=gazette), "Nothing else")
    publish(claim)


@sweep(
    "query, expected",
    [
        ("", ["Factcheck Newsroom", "Gazette de Genève"]),
        ("ordering=-name", ["Gazette de Genève", "Factcheck Newsroom"]),
        ("q=geneve", ["Gazette de Genève"]),
        ("kind=news", ["Gazette de Genève"]),
        ("kind=news,fact_checker&ordering=-id", ["Gazette de Genève", "Factcheck Newsroom"]),
        ("country=ch", ["Gazette de Genève"]),
        ("domain=www.example.com", ["Gazette de Genève"]),
    ],
)
def test_publishers_are_filtered_and_sorted(
    client: Client, quoted_gazette: None, query: str, expected: list[str]
) -> None:
    assert [publisher["name"] for publisher in get(client, f"publishers/?{query}")["results"]] == expected


def test_publisher_reads_as_in_the_claim(client: Client, publish: Publish) -> None:
    verdict = get(client, f"claims/{publish().pk}/")["verdicts"][0]
    assert get(client, f"publishers/{verdict['publisher']['id']}/") == verdict["publisher"]
