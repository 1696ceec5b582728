"""Facets of the list of claims: each number is that of the list with the value chosen."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from claims.ledger.queries.claim_filters import ClaimListQuery
from claims.ledger.queries.facet_counts import FACETS
from claims.models import Claim, Claimant, Publication, Topic
from claims.public.api.facets import FacetQuery
from claims.review import workflow
from sources.models import Publisher
from tests.helpers.newsroom import make_appearance, make_claim, make_draft, make_source
from tests.helpers.shared_newsroom import checker, claimant, editor, publish, shared_rows, topic

__all__ = ["checker", "claimant", "editor", "publish", "shared_rows", "topic"]  # fixtures

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


@pytest.fixture(scope="module")
def desk(shared_rows: None) -> Publisher:
    return Publisher.objects.create(name="Harbour Desk", kind="news", domain="harbour.example.org")


@pytest.fixture(scope="module")
def world(
    publish: Publish, claimant: Claimant, topic: Topic, desk: Publisher, editor: User
) -> dict[str, Claim]:
    """Claims that differ and agree in many ways, one of them with two verdicts of one class, and one withdrawn."""
    sea = Topic.objects.create(name="Sea", slug="sea")
    other = Claimant.objects.create(name="Ida Holm")
    bridge = make_claim(
        "The bridge cost 40 million.", claimant=claimant, topics=[topic, sea], language="pt-BR"
    )
    video = make_source("So she said.", url="https://news.example.net/a", kind="video")
    make_appearance(bridge, video, "So she said.")
    publish(bridge, code="false", reviewed_on=date(2026, 2, 1))
    publish(
        bridge,
        code="mixed",
        reviewed_on=date(2026, 2, 1),
        correction_kind="correction",
        correction_note="No.",
    )
    publish(bridge, publisher=desk, code="mixed", reviewed_on=date(2025, 2, 1))
    ferry = make_claim("The ferry cost 40 million.", claimant=claimant, topics=[sea], language="pt")
    publish(ferry, publisher=desk, code="false", reviewed_on=date(2025, 7, 1))
    tunnel = make_claim("The tunnel leaks.", claimant=other, topics=[topic], language="en")
    publish(tunnel, code="true", reviewed_on=date(2026, 3, 1))
    plain = publish(
        make_claim("The crane fell.", language="zh-Hant-TW"), code="false", reviewed_on=date(2026, 1, 1)
    )
    gone = publish(make_claim("The buoy burns.", topics=[sea], claimant=other), code="satire")
    workflow.move(gone.verdicts.get(state="published"), "retract", by=editor, note="It does not.")
    return {"bridge": bridge, "ferry": ferry, "tunnel": tunnel, "plain": plain, "gone": gone}


# Numbers


@pytest.mark.slow
def test_facets_of_everything(client: Client, world: dict[str, Claim], topic: Topic, desk: Publisher) -> None:
    answer = get(client)
    facets = answer["facets"]
    assert answer["count"] == 4
    assert list(facets) == list(FACETS)
    assert facets["rating_class"] == {
        "distinct": 3,
        "values": [
            {"value": "false", "label": "False", "count": 2},
            {"value": "mixed", "label": "Mixed", "count": 1},
            {"value": "true", "label": "True", "count": 1},
        ],
    }
    house = Publisher.objects.get_house()
    assert facets["publisher"]["values"] == [
        {"value": str(house.pk), "label": house.name, "count": 3},
        {"value": str(desk.pk), "label": "Harbour Desk", "count": 2},
    ]
    assert [(v["value"], v["count"]) for v in facets["language"]["values"]] == [
        ("pt", 2),
        ("en", 1),
        ("pt-BR", 1),
        ("zh", 1),
        ("zh-Hant", 1),
        ("zh-Hant-TW", 1),
    ]
    assert {v["label"]: v["count"] for v in facets["topic"]["values"]} == {"Transport": 2, "Sea": 2}
    assert {v["label"]: v["count"] for v in facets["claimant"]["values"]} == {
        "Mara Lindqvist": 2,
        "Ida Holm": 1,
    }
    assert {v["value"]: v["count"] for v in facets["reviewed_year"]["values"]} == {"2026": 3, "2025": 2}
    assert {v["value"]: v["count"] for v in facets["status"]["values"]} == {"published": 4, "retracted": 1}
    assert {v["value"]: v["count"] for v in facets["has"]["values"]} == {
        "evidence": 4,
        "correction": 1,
        "media": 1,
    }
    assert {v["value"]: v["count"] for v in facets["source_domain"]["values"]} == {
        "example.org": 4,
        "example.net": 1,
    }


CONDITIONS = [
    "",
    "rating_class=false",
    "rating_class=false,mixed&publisher={desk}",
    "publisher={desk}",
    "publisher=localhost&reviewed_after=2026-01-15",
    "reviewed_after=2025-01-01&reviewed_before=2025-12-31",
    "q=million",
    "q=million&language=pt",
    "language=pt-BR",
    "topic=sea&claimant={claimant}",
    "topic=transport,sea",
    "source_domain=example.net",
    "has=media",
    "status=retracted",
    "status=published,retracted",
    "claimant={claimant}&rating_class=mixed&publisher_kind=news",
    "as_of=2020-01-01",
    "publisher=nowhere.example.com",
    "q=volcano",
]


@pytest.mark.slow
@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_number_is_that_of_the_list(
    client: Client, world: dict[str, Claim], claimant: Claimant, desk: Publisher, condition: str
) -> None:
    """For each value of each facet: the same filters without the facet's own, and the value in their place."""
    condition = condition.format(desk=desk.pk, claimant=claimant.pk)
    given = dict(part.split("=") for part in condition.split("&") if part)

    def listed(parameters: dict[str, str]) -> int:
        query = "&".join(f"{name}={quote(value, safe=',')}" for name, value in parameters.items())
        return client.get(f"/api/v1/claims/?count=exact&{query}").json()["count"]

    answer = get(client, condition)
    assert answer["count"] == listed(given)
    for name, facet in answer["facets"].items():
        others = {key: value for key, value in given.items() if key not in FACETS[name].parameters}
        for value in facet["values"]:
            chosen = {name: value["value"]}
            if name == "reviewed_year":
                chosen = {
                    "reviewed_after": f"{value['value']}-01-01",
                    "reviewed_before": f"{value['value']}-12-31",
                }
            if name == "has" and "has" in given:
                chosen = {"has": f"{given['has']},{value['value']}"}
            assert value["count"] == listed(others | chosen) > 0, (name, value)
        assert facet["distinct"] == len(facet["values"])


@pytest.mark.slow
def test_own_filter_is_ignored_and_others_hold(
    client: Client, world: dict[str, Claim], desk: Publisher
) -> None:
    query = f"rating_class=false&publisher={desk.pk}"
    assert numbers(client, "rating_class", query) == {"false": 1, "mixed": 1}
    assert numbers(client, "publisher", query) == {str(Publisher.objects.get_house().pk): 1, str(desk.pk): 1}
    assert numbers(client, "reviewed_year", query) == {"2025": 1}
    assert get(client, query)["count"] == 1


def test_drafts_are_not_counted(client: Client, world: dict[str, Claim], checker: User, topic: Topic) -> None:
    before = get(client)
    secret = Topic.objects.create(name="Secret", slug="secret")
    make_draft(make_claim("A secret.", topics=[secret, topic], language="ko"), checker, code="satire")
    make_draft(world["plain"], checker, code="outdated", correction_kind="update", correction_note="n")
    cache.clear()
    assert get(client) == before


def test_values_no_longer_mentioned_have_no_name(
    client: Client, world: dict[str, Claim], publish: Publish, editor: User
) -> None:
    only = Topic.objects.create(name="Lighthouses", slug="lighthouses")
    claim = publish(make_claim("The lighthouse leans.", topics=[only]))
    workflow.move(claim.verdicts.get(state="published"), "retract", by=editor, note="It does not.")
    only.name = "Not for the public"
    only.save()
    values = get(client, "facets=topic&status=retracted")["facets"]["topic"]["values"]
    assert {"value": str(only.pk), "label": "", "count": 1} in values
    assert str(only.pk) not in numbers(client, "topic")


# Parameters


def test_facets_and_their_size_can_be_chosen(client: Client, world: dict[str, Claim]) -> None:
    answer = get(client, "facets=topic&facets=language,has&page_size=2")
    assert list(answer["facets"]) == ["language", "topic", "has"]
    assert [v["value"] for v in answer["facets"]["language"]["values"]] == ["pt", "en"]
    assert answer["facets"]["language"]["distinct"] == 6
    assert len(answer["facets"]["has"]["values"]) == 2


def test_parameters_are_the_filters_of_the_list() -> None:
    paging = {"cursor", "count", "ordering", "fields"}
    expected = (ClaimListQuery.base_filters.keys() - paging) | {"facets"}
    assert FacetQuery.base_filters.keys() == expected


@pytest.mark.parametrize(
    "query, parameter, code",
    [
        ("facets=colour", "facets", "invalid"),
        ("facets=", "facets", "empty"),
        ("page_size=0", "page_size", "invalid"),
        ("page_size=101", "page_size", "invalid"),
        ("page_size=1&page_size=2", "page_size", "repeated"),
        ("size=2", "size", "unknown"),
        ("cursor=x", "cursor", "unknown"),
        ("ordering=-updated", "ordering", "unknown"),
        ("rating_class=wrong", "rating_class", "invalid"),
    ],
)
def test_bad_query_is_a_problem(client: Client, query: str, parameter: str, code: str) -> None:
    response = client.get(f"{URL}?{query}")
    (error,) = response.json()["errors"]
    assert (response.status_code, error["parameter"], error["code"]) == (400, parameter, code)
    assert response["Content-Type"] == "application/problem+json"


def test_the_future_is_not_known(client: Client) -> None:
    assert client.get(f"{URL}?as_of=9999-01-01").status_code == 400


def test_facets_are_read_only(client: Client) -> None:
    response = client.post(URL, "{}", content_type="application/json")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_the_past_is_counted_as_it_was(client: Client, world: dict[str, Claim], editor: User) -> None:
    moment = Publication.objects.latest("sequence").published_at
    workflow.move(world["ferry"].verdicts.get(state="published"), "retract", by=editor, note="It did not.")
    assert get(client)["count"] == 3
    then = get(client, f"as_of={quote(moment.isoformat())}")
    assert then["count"] == 4
    assert {v["value"]: v["count"] for v in then["facets"]["rating_class"]["values"]}["false"] == 2


# Cost


def test_copies_are_recognised(client: Client, world: dict[str, Claim]) -> None:
    first = client.get(URL)
    assert first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"
    again = client.get(URL, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
