"""The API's verdicts, claimants, topics and ratings: what published claims speak of, and nothing else."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from claims.models import Claim, Claimant, PublishedVerdict, Rating, RatingScale, Topic
from claims.review import workflow
from factcheck.routes import LIST_RESOURCES
from factcheck.web.site_urls import insert_site_url
from sources.models import Publisher
from tests.helpers.newsroom import make_claim, make_draft, rating
from tests.helpers.sweeps import sweep

pytestmark = pytest.mark.django_db

Publish = Callable[..., Claim]


def results(client: Client, path: str) -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    return response.json()["results"]


def names(client: Client, path: str) -> list[str]:
    return [thing["name"] for thing in results(client, path)]


# Verdicts


@pytest.mark.parametrize("count", [1, 3])
def test_verdicts_cost_one_query(
    client: Client, publish: Publish, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        publish()
    with django_assert_num_queries(1):
        response = client.get("/api/v1/verdicts/?view=full")
    texts = ",".join(PublishedVerdict.objects.order_by("-verdict_id").values_list("body", flat=True))
    served = insert_site_url(texts.encode()).decode()
    assert response.content.decode() == f'{{"count":null,"next":null,"previous":null,"results":[{served}]}}'


def test_verdicts_are_listed_as_summaries(client: Client, publish: Publish) -> None:
    """Parts of the whole, named and ordered as there."""
    verdict = publish(url="https://desk.example.org/bridge").verdicts.get()
    whole = client.get(f"/api/v1/verdicts/{verdict.pk}/").json()
    claim = {name: whole["claim"][name] for name in ("id", "url", "statement")}
    summary = {
        "id": verdict.pk,
        "publisher": {"name": whole["publisher"]["name"]},
        "rating": {name: whole["rating"][name] for name in ("label", "rating_class")},
        "title": whole["title"],
        "language": "en",
        "reviewed_on": whole["reviewed_on"],
        "url": "https://desk.example.org/bridge",
        "claim": claim,
    }
    shown = {query: results(client, f"verdicts/?{query}") for query in ("", "view=summary", "view=full")}
    assert shown == {"": [summary], "view=summary": [summary], "view=full": [whole]}
    assert len(client.get("/api/v1/verdicts/").content) <= 500
    assert results(client, "verdicts/?fields=explanation") == [{"explanation": whole["explanation"]}]


def test_lists_have_long_texts_only_on_request(client: Client, publish: Publish) -> None:
    publish(explanation="The *accounts* show it.")
    texts = {path: client.get(f"/api/v1/{path}/").content.decode() for path in LIST_RESOURCES}
    assert {path for path, text in texts.items() if "accounts" in text} == set()
    assert "accounts" in client.get("/api/v1/verdicts/?view=full").content.decode()


def test_verdict_of_an_earlier_version_is_gone(client: Client, publish: Publish) -> None:
    claim = publish(code="true")
    old = claim.verdicts.get().pk
    publish(claim, code="false", correction_kind="correction", correction_note="We erred.")
    new = claim.verdicts.get(state="published").pk
    assert [verdict["id"] for verdict in results(client, "verdicts/")] == [new]
    assert client.get(f"/api/v1/verdicts/{old}/").status_code == 404
    assert client.get(f"/api/v1/verdicts/{new}/").json()["claim"]["id"] == claim.pk


def test_retracted_verdict_is_gone(client: Client, publish: Publish, editor: User) -> None:
    verdict = publish().verdicts.get()
    workflow.move(verdict, "retract", by=editor, note="The accounts were forged.")
    assert results(client, "verdicts/") == []
    assert client.get(f"/api/v1/verdicts/{verdict.pk}/").status_code == 404


def test_verdict_in_review_is_not_there(client: Client, publish: Publish, checker: User) -> None:
    publish()
    draft = workflow.move(make_draft(make_claim(), checker), "submit", by=checker)
    assert len(results(client, "verdicts/")) == 1
    assert client.get(f"/api/v1/verdicts/{draft.pk}/").status_code == 404
    assert results(client, f"verdicts/?claim={draft.claim_id}") == []


@pytest.fixture
def ferry(publish: Publish, claimant: Claimant, topic: Topic) -> Claim:
    """Checked by others, beside a claim of the house."""
    checkers = Publisher.objects.create(name="Checkers", kind="civil_society", domain="checkers.example")
    claim = make_claim("The ferry sank.", claimant=claimant, topics=[topic])
    publish(claim, publisher=checkers, code="true", language="pt-BR", reviewed_on=date(2026, 1, 1))
    publish()
    return claim


@sweep(
    "query",
    [
        "claim={claim}",
        "claimant={claimant}",
        "topic={topic}",
        "topic=transport",
        "publisher=checkers.example",
        "publisher_kind=civil_society",
        "rating=true",
        "rating_class=true",
        "language=pt",
        "reviewed_before=2026-01-01",
        "q=ferry",
        "q=ferry&rating=true&language=pt-BR&updated_after=2001-01-01",
    ],
)
def test_verdicts_are_filtered(
    client: Client, ferry: Claim, claimant: Claimant, topic: Topic, query: str
) -> None:
    query = query.format(claim=ferry.pk, claimant=claimant.pk, topic=topic.pk)
    assert [verdict["claim"]["id"] for verdict in results(client, f"verdicts/?{query}")] == [ferry.pk]


def test_verdicts_are_sorted_and_paged_by_review(client: Client, publish: Publish) -> None:
    for day in (3, 1, 2):
        publish(reviewed_on=date(2026, 1, day))
    first = client.get("/api/v1/verdicts/?page_size=2").json()
    second = client.get(first["next"]).json()
    days = [verdict["reviewed_on"] for verdict in first["results"] + second["results"]]
    assert days == ["2026-01-03", "2026-01-02", "2026-01-01"]
    assert [v["reviewed_on"] for v in results(client, "verdicts/?ordering=reviewed")] == days[::-1]


def test_cursor_of_another_list_is_refused(client: Client, publish: Publish) -> None:
    """Also where that has an order of the same name."""
    for number in range(2):
        topic = Topic.objects.create(name=f"Topic {number}", slug=f"topic-{number}")
        claimant = Claimant.objects.create(name=f"Person {number}")
        publish(make_claim(claimant=claimant, topics=[topic]), code=("true", "false")[number])
    pages = {name: client.get(f"/api/v1/{name}/?page_size=1").json()["next"] for name in LIST_RESOURCES}
    cursors = {name: parse_qs(urlsplit(page).query)["cursor"][0] for name, page in pages.items() if page}
    assert {"claims", "verdicts", "claimants", "topics", "ratings"} <= set(cursors)
    answers = {
        (name, origin): client.get(f"/api/v1/{name}/?cursor={cursor}").status_code
        for name in LIST_RESOURCES
        for origin, cursor in cursors.items()
    }
    assert answers == {pair: 200 if pair[0] == pair[1] else 400 for pair in answers}


# Claimants, topics, ratings


def test_list_costs_one_query_whatever_its_length(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        claimant = Claimant.objects.create(name=f"Person {number}")
        topic = Topic.objects.create(name=f"Topic {number}", slug=f"topic-{number}")
        publisher = Publisher.objects.create(name=f"Publisher {number}")
        claim = make_claim(claimant=claimant, topics=[topic])
        publish(claim, code=["true", "false", "mixed"][number], publisher=publisher)
        if number == 1:
            continue
        for path in ("claimants", "topics", "ratings", "publishers", "sources"):
            with django_assert_num_queries(1):
                assert len(results(client, f"{path}/")) == number + 1, path


def test_claimant_reads_as_in_the_claim(client: Client, publish: Publish, claimant: Claimant) -> None:
    claim = publish(make_claim(claimant=claimant))
    embedded = client.get(f"/api/v1/claims/{claim.pk}/").json()["claimant"]
    assert results(client, "claimants/") == [embedded]
    assert client.get(f"/api/v1/claimants/{claimant.pk}/").json() == embedded


def test_topic_reads_as_in_the_claim(client: Client, publish: Publish, topic: Topic) -> None:
    claim = publish(make_claim(topics=[topic]))
    embedded = client.get(f"/api/v1/claims/{claim.pk}/").json()["topics"]
    assert results(client, "topics/") == embedded
    assert client.get(f"/api/v1/topics/{topic.pk}/").json() == embedded[0]


def test_rating_reads_as_in_the_claim_with_definition_and_publisher(client: Client, publish: Publish) -> None:
    claim = publish(code="misleading")
    verdict = client.get(f"/api/v1/claims/{claim.pk}/").json()["verdicts"][0]
    row = rating("misleading")
    expected = {
        **verdict["rating"],
        "definition": row.definition,
        "definitions": row.definitions,
        "publisher": verdict["publisher"],
    }
    assert results(client, "ratings/?view=full") == [expected]
    short = {name: expected[name] for name in ("id", "code", "label", "language", "rating_class")}
    publisher = {name: verdict["publisher"][name] for name in ("id", "name")}
    assert results(client, "ratings/") == [{**short, "publisher": publisher}]
    assert client.get(f"/api/v1/ratings/{row.pk}/").json() == expected


@pytest.fixture
def zoe_and_abe(publish: Publish) -> None:
    zoe = Claimant.objects.create(name="Zoë Hart", same_as=["https://www.wikidata.org/wiki/Q1"])
    abe = Claimant.objects.create(name="Abe Winter", country="NL")
    for claimant in (zoe, abe):
        publish(make_claim(claimant=claimant))


@sweep(
    "query, expected",
    [
        ("", ["Zoë Hart", "Abe Winter"]),
        ("ordering=-id", ["Abe Winter", "Zoë Hart"]),
        ("ordering=name", ["Abe Winter", "Zoë Hart"]),
        ("ordering=-name", ["Zoë Hart", "Abe Winter"]),
        ("q=zoe hart", ["Zoë Hart"]),
        ("q=WINT", ["Abe Winter"]),
        ("q=hart winter", []),
        ("kind=organization", []),
        ("kind=person,group&country=nl", ["Abe Winter"]),
        ("same_as=https://www.wikidata.org/wiki/Q1", ["Zoë Hart"]),
        ("same_as=https://www.wikidata.org/wiki/Q", []),
    ],
)
def test_claimants_are_filtered_and_sorted(
    client: Client, zoe_and_abe: None, query: str, expected: list[str]
) -> None:
    assert names(client, f"claimants/?{query}") == expected


@pytest.fixture
def rail_and_ferries(publish: Publish) -> None:
    for name in ("Rail", "Ferries"):
        publish(make_claim(topics=[Topic.objects.create(name=name, slug=name.lower())]))


@sweep(
    "query, expected",
    [
        ("", ["Rail", "Ferries"]),
        ("ordering=name", ["Ferries", "Rail"]),
        ("q=ferr", ["Ferries"]),
        ("slug=rail", ["Rail"]),
    ],
)
def test_topics_are_filtered_and_sorted(
    client: Client, rail_and_ferries: None, query: str, expected: list[str]
) -> None:
    assert names(client, f"topics/?{query}") == expected


@pytest.fixture
def flames(publish: Publish) -> RatingScale:
    """A scale of others, by which a claim is rated, beside one that is rated by ours."""
    checkers = Publisher.objects.create(name="Checkers", domain="checkers.example")
    scale = RatingScale.objects.create(publisher=checkers, name="Flames", version="1", language="en")
    theirs = Rating.objects.create(
        scale=scale, code="pants-on-fire", label="Pants on fire", rating_class="false"
    )
    publish(code="true")
    publish(publisher=checkers, rating=theirs)
    return scale


@sweep(
    "query, expected",
    [
        ("", ["true", "pants-on-fire"]),
        ("ordering=-id", ["pants-on-fire", "true"]),
        ("publisher=checkers.example", ["pants-on-fire"]),
        ("scale={scale}", ["pants-on-fire"]),
        ("code=true", ["true"]),
        ("rating_class=false", ["pants-on-fire"]),
        ("q=fire", ["pants-on-fire"]),
    ],
)
def test_ratings_are_filtered_and_sorted(
    client: Client, flames: RatingScale, query: str, expected: list[str]
) -> None:
    found = results(client, f"ratings/?{query.format(scale=flames.pk)}")
    assert [item["code"] for item in found] == expected


@pytest.mark.parametrize("count", ["estimate", "exact"])
def test_impossible_filters_count_as_zero(client: Client, publish: Publish, count: str) -> None:
    """No publisher has the domain, so there is nothing to ask the database."""
    publish()
    page = client.get(f"/api/v1/ratings/?count={count}&publisher=nobody.example").json()
    assert (page["count"], page["results"]) == (0, [])
